"""A summary of a piece in plain values: what `info` prints and what an open dialog shows."""

from __future__ import annotations

from dataclasses import dataclass

from ml.music.general_midi import instrument_name
from ml.music.keys import detect_key
from ml.music.score import Score


@dataclass(frozen=True, slots=True)
class TrackSummary:
    """One track: `channel` counts from 1, as musicians do."""

    name: str
    instrument: str
    notes: int
    channel: int


@dataclass(frozen=True, slots=True)
class ScoreSummary:
    """What there is to know about a piece at a glance; `dataclasses.asdict` gives it as JSON values.

    Tempo (quarters per minute) and metre are those at the start, `tempo_changes` and `metre_changes` how often
    they change later. `key_written` is None when the piece states none, `key_detected` when it has no pitches.
    """

    title: str
    notes: int
    tracks: tuple[TrackSummary, ...]
    bars: int
    seconds: float
    tempo_qpm: float
    tempo_changes: int
    metre: str
    metre_changes: int
    key_written: str | None
    key_detected: str | None
    warnings: tuple[str, ...]


def summary(score: Score, warnings: tuple[str, ...] = ()) -> ScoreSummary:
    """Summarise a piece; `warnings` are those of the file that it came from. Percussion has no say in the key."""
    time_map, end = score.time_map, score.end_tick
    written = score.key_signatures[0].key if score.key_signatures else None
    detected = detect_key([track.notes for track in score.tracks if not track.drums])
    return ScoreSummary(
        title=score.title,
        notes=score.note_count,
        tracks=tuple(
            TrackSummary(track.name, instrument_name(track.program, track.drums), len(track.notes), track.channel + 1)
            for track in score.tracks
        ),
        bars=time_map.bar_at(max(end - 1, 0)) + 1 if score.note_count else 0,
        seconds=round(time_map.seconds(end), 3),
        tempo_qpm=round(time_map.tempos[0].qpm, 3),
        tempo_changes=len(time_map.tempos) - 1,
        metre=str(time_map.metres[0]),
        metre_changes=len(time_map.metres) - 1,
        key_written=None if written is None else str(written),
        key_detected=None if detected is None else str(detected.key),
        warnings=warnings,
    )
