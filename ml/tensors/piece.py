"""A score as columns on the event grid: onsets in 24ths of a quarter, at most sixteen parts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.music import Key, Score, Track
from ml.music.keys import detect_key
from ml.tensors import vocabulary as v

Array = NDArray[np.int64]

USUAL_PITCH = np.array([60, 76, 60, 55, 40, 60, 60, 62, 62, 72, 72, 60, 60, 60, 60, 60, 0])
"""Register to expect of a part without notes, by instrument class."""


@dataclass(frozen=True)
class PieceEvents:
    """A whole piece in event terms. Note columns have shape (notes,), sorted by (onset, part, pitch).

    `onset` and `length` in steps; `velocity` 0 to 127; `bar_starts` in steps, one more than there are bars;
    `instruments` per part; `tracks` maps part to the score's track (empty for cached corpora);
    `tonic` 0 to 11 and `minor`, or tonic -1 for unknown. `flat`: the piece has one loudness.
    """

    onset: Array
    part: Array
    pitch: Array
    length: Array
    velocity: Array
    bar_starts: Array
    instruments: Array
    tracks: tuple[int, ...]
    style: int
    metre: int
    tempo: int
    tonic: int
    minor: bool
    flat: bool

    def __len__(self) -> int:
        return len(self.onset)


def style_of(score: Score) -> int:
    """Style guessed from the instruments alone."""
    tracks = [track for track in score.tracks if len(track.notes)]
    families = {v.instrument_class(track.program, track.drums) for track in tracks}
    if not tracks:
        name = "unknown"
    elif families == {v.DRUMS}:
        name = "drums"
    elif v.DRUMS in families:
        name = "band"
    elif families == {0}:
        name = "piano"
    elif families == {2}:
        name = "organ"
    elif families == {3}:
        name = "guitar"
    elif families == {6} and all(track.program == 52 or track.program == 53 for track in tracks):
        name = "choir"
    elif len(tracks) > 8:
        name = "orchestra"
    else:
        name = "chamber"
    return v.STYLES.index(name)


def part_order(tracks: list[Track]) -> list[int]:
    """Indices of the tracks from high to low by median pitch, drums last."""

    def register(track: Track) -> float:
        if track.drums:
            return -1.0
        if len(track.notes):
            return float(np.median(track.notes.pitch))
        return float(USUAL_PITCH[v.instrument_class(track.program, False)])

    return sorted(range(len(tracks)), key=lambda index: -register(tracks[index]))


def grid_bars(score: Score, end_tick: int) -> Array:
    """Bar starts in steps, from the first bar to the first one that starts at or after `end_tick`."""
    time_map = score.time_map
    last = time_map.bar_at(max(0, end_tick - 1)) + 1
    ticks = np.array([time_map.bar_start(bar) for bar in range(last + 1)], np.int64)
    return to_steps(ticks, score.ticks_per_quarter)


def to_steps(ticks: Array, ticks_per_quarter: int) -> Array:
    """Ticks rounded to the grid."""
    return (ticks * (2 * v.STEPS_PER_QUARTER) + ticks_per_quarter) // (2 * ticks_per_quarter)


def piece_events(
    score: Score, style: int | None = None, tracks: list[int] | None = None, end_tick: int | None = None
) -> PieceEvents:
    """The score on the event grid.

    `tracks` chooses which tracks become parts (default: those with notes, the sixteen fullest). Notes of
    one part that fall on one grid point and pitch become one; muted notes are left out. `end_tick`
    extends the bars beyond the last note.
    """
    if tracks is None:
        full = [index for index, track in enumerate(score.tracks) if len(track.notes)]
        full = sorted(full, key=lambda index: -len(score.tracks[index].notes))[: v.PARTS]
        tracks = sorted(full)
    ordered = [tracks[index] for index in part_order([score.tracks[index] for index in tracks])]
    columns: list[NDArray[np.int64]] = []
    for part, index in enumerate(ordered):
        notes = score.tracks[index].notes
        heard = (notes.flags & 1) == 0
        onset = to_steps(notes.start[heard], score.ticks_per_quarter)
        end = to_steps(notes.end[heard], score.ticks_per_quarter)
        rows = np.stack([
            onset, np.full(len(onset), part), notes.pitch[heard].astype(np.int64), np.maximum(end - onset, 1),
            notes.velocity[heard].astype(np.int64),
        ])  # fmt: skip
        columns.append(rows)
    rows = np.concatenate(columns, axis=1) if columns else np.zeros((5, 0), np.int64)
    rows = rows[:, np.lexsort((-rows[3], rows[2], rows[1], rows[0]))]
    if rows.shape[1]:
        fresh = np.concatenate([[True], (np.diff(rows[:3], axis=1) != 0).any(axis=0)])
        rows = rows[:, fresh]
    melodic = [score.tracks[index].notes for index in ordered if not score.tracks[index].drums]
    detected = detect_key(melodic)
    key = detected.key if detected else None
    metre = str(score.time_map.metres[0])
    velocities = np.unique(rows[4])
    onset, part, pitch, length, velocity = rows
    return PieceEvents(
        onset=onset,
        part=part,
        pitch=pitch,
        length=length,
        velocity=velocity,
        bar_starts=grid_bars(score, max(end_tick or 0, score.end_tick, 1)),
        instruments=np.array(
            [v.instrument_class(score.tracks[index].program, score.tracks[index].drums) for index in ordered], np.int64
        ),
        tracks=tuple(ordered),
        style=style_of(score) if style is None else style,
        metre=v.METRES.index(metre) if metre in v.METRES else 0,
        tempo=v.tempo_class(score.time_map.tempos[0].qpm),
        tonic=key.tonic if key else -1,
        minor=is_minor(key),
        flat=len(velocities) <= 1,
    )


def is_minor(key: Key | None) -> bool:
    return bool(key and key.is_minor)
