"""What a new song is: one piano track, 4/4, 120 quarters a minute, 960 ticks to the quarter."""

from __future__ import annotations

from ml.music import Metre, Score, Tempo, TimeMap, Track

TICKS_PER_QUARTER = 960


def empty_song() -> Score:
    """A song with nothing in it yet but somewhere to write."""
    time_map = TimeMap(TICKS_PER_QUARTER, (Tempo.of_qpm(0, 120),), (Metre(0, 4, 4),))
    return Score(tracks=(piano_track(),), time_map=time_map)


def piano_track() -> Track:
    """An empty track with General MIDI's first instrument."""
    return Track(name="Piano", program=0)


def with_a_track(score: Score) -> Score:
    """The score itself, or with an empty piano track when it has no track at all."""
    return score if score.tracks else score.with_tracks((piano_track(),))
