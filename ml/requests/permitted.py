"""Which pitches a request permits at which onsets: every limit on pitch, and the harmony that Vary keeps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ml.music.beats import TOLERANCE, on_strong_beat
from ml.music.harmony import Chord, ChordTrack, detect_chords
from ml.requests.limits import ChordRule
from ml.requests.request import GenerationRequest, Verb

Bools = NDArray[np.bool_]


def kept_harmony(request: GenerationRequest) -> ChordTrack:
    """The chords that all tracks but drums play in the region as it is; empty unless Vary keeps them."""
    if request.verb is not Verb.VARY or not request.keep.harmony:
        return ChordTrack()
    return detect_chords(request.score, None, request.region.start_tick, request.region.end_tick)


class PermittedPitches:
    """Answers for one request; make it once, it looks for chords."""

    def __init__(self, request: GenerationRequest) -> None:
        self._score, limits = request.score, request.limits
        # An onset that is a little early belongs to the chord that is about to begin.
        self._early = self._score.ticks_per_quarter // TOLERANCE
        self._masks = {
            index: limits.pitch_mask(self._score.tracks[index].drums, self._score.tracks[index].program)
            for index in request.region.tracks
        }
        rules = [(limits.chords or ChordTrack(), limits.chord_rule), (kept_harmony(request), ChordRule.STRONG_BEATS)]
        self._rules = [(chords, rule) for chords, rule in rules if chords.spans]

    def ever(self, track: int) -> Bools:
        """Pitches of an asked track that are permitted where no chord says otherwise, shape (128,)."""
        return self._masks[track].copy()

    def at(self, track: int, ticks: NDArray[np.int64]) -> Bools:
        """Permitted pitches of an asked track for onsets at `ticks` (n,); shape (n, 128)."""
        masks = np.repeat(self._masks[track][None], len(ticks), axis=0)
        if self._score.tracks[track].drums or not self._rules or not len(ticks):
            return masks
        strong = on_strong_beat(self._score.time_map, ticks)
        for chords, rule in self._rules:
            span = np.searchsorted([span.start_tick for span in chords.spans], ticks + self._early, "right") - 1
            inside = (span >= 0) & (ticks + self._early < np.array([span.end_tick for span in chords.spans])[span])
            rows = np.flatnonzero(inside & (strong | (rule is ChordRule.EVERY_NOTE)))
            masks[rows] &= np.stack([_chord_mask(span.chord) for span in chords.spans])[span[rows]]
        return masks

    def chords_at(self, tick: int, *, strong: bool) -> list[Chord]:
        """The chords that an onset at `tick` must obey."""
        found = (self._chord(chords, tick) for chords, rule in self._rules if strong or rule is ChordRule.EVERY_NOTE)
        return [chord for chord in found if chord is not None]

    def _chord(self, chords: ChordTrack, tick: int) -> Chord | None:
        return chords.at(tick + self._early)


def _chord_mask(chord: Chord) -> Bools:
    """Which pitches belong to the chord, shape (128,)."""
    return np.isin(np.arange(128) % 12, list(chord.pitch_classes))
