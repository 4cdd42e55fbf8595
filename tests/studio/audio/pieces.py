"""Small pieces for the tests of playing: 480 ticks to the quarter, 120 quarters a minute, so 960 ticks a second."""

from __future__ import annotations

from dataclasses import replace

from ml.music import Mixer, Note, NoteTable, Score, TimeMap, Track, TrackEvent

TPQ = 480
SECOND = 960


def track(*notes: tuple[float, float, int], channel: int = 0, **changes: object) -> Track:
    """A track of notes (start in seconds, length in seconds, pitch), velocity 100."""
    table = NoteTable.of(Note(round(s * SECOND), round(d * SECOND), pitch, 100) for s, d, pitch in notes)
    return replace(Track("", table, channel=channel), **changes)  # type: ignore[arg-type]


def score(*tracks: Track, time_map: TimeMap | None = None) -> Score:
    return Score(tracks, time_map or TimeMap(TPQ))


def scale(count: int = 8, step_s: float = 0.5, length_s: float = 0.4, first: int = 60) -> Track:
    """`count` notes going up by semitones, one every `step_s` seconds."""
    return track(*((index * step_s, length_s, first + index) for index in range(count)))


def control_event(at_s: float, number: int, value: int, channel: int = 0) -> TrackEvent:
    return TrackEvent(round(at_s * SECOND), bytes((0xB0 | channel, number, value)))


def muted(which: Track) -> Track:
    return replace(which, mixer=replace(which.mixer, muted=True))


def soloed(which: Track) -> Track:
    return replace(which, mixer=replace(which.mixer, soloed=True))


def mixed(which: Track, volume: int, pan: int = 64) -> Track:
    return replace(which, mixer=Mixer(volume, pan))
