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
            for row in np.flatnonzero(strong | (rule is ChordRule.EVERY_NOTE)).tolist():
                if (chord := self._chord(chords, int(ticks[row]))) is not None:
                    masks[row] &= _CLASS_MASKS[list(chord.pitch_classes)].any(axis=0)
        return masks

    def chords_at(self, tick: int, *, strong: bool) -> list[Chord]:
        """The chords that an onset at `tick` must obey."""
        found = (self._chord(chords, tick) for chords, rule in self._rules if strong or rule is ChordRule.EVERY_NOTE)
        return [chord for chord in found if chord is not None]

    def _chord(self, chords: ChordTrack, tick: int) -> Chord | None:
        """An onset that is a little early belongs to the chord that is about to begin."""
        return chords.at(tick + self._score.ticks_per_quarter // TOLERANCE)


_CLASS_MASKS = np.arange(128)[None] % 12 == np.arange(12)[:, None]
