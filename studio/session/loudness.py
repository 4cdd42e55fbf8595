"""Loudness: how loud notes are by their velocities, and the velocities that make takes equally loud."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ml.music import MUTED
from ml.requests import GenerationRequest, TakeNote, Verb

USUAL_VELOCITY = 80.0
"""What takes are heard at where the song has no notes to compare with."""
STEPS = 24
"""Halvings of the search for a factor: velocities are whole numbers, so more would change nothing."""


def mean_velocity(velocity: NDArray[np.float64], length: NDArray[np.float64]) -> float:
    """The velocity at which equal notes would be as loud as these: (sum of l v^4 / sum of l)^(1/4), at least 1.

    A note of velocity v sounds with the gain (v/127)^2: that is 40 log10(127/v) dB of attenuation, the default
    modulator of SoundFont 2.04, section 8.4.1 (concave, 960 cB), and the same curve in General MIDI 2. Loudness is
    the mean of the squared gain, weighted by the notes' lengths l (both shape (notes,)): how many notes there are
    does not count, or dense takes would be turned down for being dense.
    """
    weight = np.maximum(length, 1.0)
    return float((np.sum(weight * velocity**4) / np.sum(weight)) ** 0.25) if len(velocity) else 1.0


def as_loud_as(notes: Sequence[TakeNote], target: float) -> tuple[TakeNote, ...]:
    """The notes with all velocities multiplied by one factor, so that their mean velocity is `target`.

    Whole numbers from 1 to 127: where loud notes meet that limit, the others rise further, as far as they can.
    """
    if not notes:
        return ()
    velocity = np.array([note.velocity for note in notes], np.float64)
    length = np.array([note.length for note in notes], np.float64)

    def scaled(factor: float) -> NDArray[np.float64]:
        return np.clip(np.round(velocity * factor), 1, 127)

    low, high = 1 / 127, 127.0
    for _ in range(STEPS):
        middle = (low * high) ** 0.5
        if mean_velocity(scaled(middle), length) < target:
            low = middle
        else:
            high = middle
    near = min((low, high), key=lambda factor: abs(mean_velocity(scaled(factor), length) - target))
    return tuple(replace(note, velocity=int(v)) for note, v in zip(notes, scaled(near), strict=True))


def board_velocity(request: GenerationRequest) -> float:
    """The mean velocity at which all takes of a request are heard: that of the song they are heard in.

    It is that of the asked tracks, or where they are empty of all tracks, and the same from the first note of the
    first take on: nothing that streams in later makes another take louder or softer.
    """
    score, region = request.score, request.region
    asked = [] if request.verb is Verb.GENERATE else [score.tracks[index].notes for index in region.tracks]
    for tables in (asked, [track.notes for track in score.tracks]):
        heard = [table.take(np.flatnonzero((table.flags & MUTED) == 0)) for table in tables]
        if any(len(table) for table in heard):
            velocity = np.concatenate([table.velocity for table in heard]).astype(np.float64)
            return mean_velocity(velocity, np.concatenate([table.length for table in heard]).astype(np.float64))
    return USUAL_VELOCITY
