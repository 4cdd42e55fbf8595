"""What a piece's past says about its next frame: how long voices have held, how they moved, what was there before.

Everything here is computed from earlier frames only, one frame at a time, the same for training and for writing.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from ml.tensors.chorale_grid import Frames, GridFormat

NONE = -1
LEAP_LIMIT = 24
MOTIONS = 2 * LEAP_LIMIT + 2
"""Last motion of a voice in semitones plus LEAP_LIMIT + 1; 0 after a rest or at the start."""
HELD_LIMIT = 33
RETURN_EDGES = np.array([2, 4, 6, 8, 12, 16, 24, 32, 48, 64])
RETURN_CLASSES = len(RETURN_EDGES) + 1
"""How many frames just before equal those before an earlier place; class 0 is below two."""
TRIADS = ((0, 4, 7), (0, 3, 7), (0, 3, 6))
HOMES = 13
"""Pitch class from which the piece is read, -6 to 5 above C, plus 6; the last is "not told"."""


@dataclass(frozen=True)
class Situation:
    """What stands before each frame; arrays of int64, (frames, voices) or (frames,).

    `last`: tokens of the frame before, NONE at the start. `held`: for how many frames each voice has had it. `motion`:
    the voice's last motion. `tutti`: tokens that followed the earlier place most like this one in all voices, NONE
    for none, and `tutti_length` how like; `solo` and `solo_length` the same for each voice alone.
    """

    last: Frames
    held: Frames
    motion: Frames
    tutti: Frames
    tutti_length: Frames
    solo: Frames
    solo_length: Frames

    @staticmethod
    def stacked(situations: list[Situation]) -> Situation:
        """Several as one, along a new first axis."""
        return Situation(*(np.stack([getattr(one, field.name) for one in situations]) for field in fields(Situation)))


class Past:
    """The frames of one piece so far. `add` a frame of tokens, then ask for the `situation` of the next."""

    def __init__(self, form: GridFormat, capacity: int) -> None:
        voices = form.voices
        self.form = form
        self.frames = np.full((capacity, voices), NONE, np.int64)
        self.length = 0
        self.held = np.zeros(voices, np.int64)
        self.motion = np.zeros(voices, np.int64)
        # A return is a whole number of beats and at least a bar away, lest every held chord be one.
        self.lags = np.arange(form.bar, max(capacity, form.bar + 1), form.beat)
        self.runs = np.zeros((voices + 1, len(self.lags)), np.int64)

    def add(self, frame: Frames) -> None:
        """Append tokens (voices,)."""
        now, silent = self.length, self.form.silent
        if now:
            before = self.frames[now - 1]
            same = frame == before
            known = (frame != silent) & (before != silent)
            moved = np.where(known, np.clip(frame - before, -LEAP_LIMIT, LEAP_LIMIT) + LEAP_LIMIT + 1, 0)
            self.motion = np.where(same, self.motion, moved)
            self.held = np.where(same, self.held + 1, 1)
        else:
            self.held = np.ones_like(frame)
        reach = int(np.searchsorted(self.lags, now, side="right"))
        equal = self.frames[now - self.lags[:reach]] == frame
        self.runs[0, :reach] = np.where(equal.all(axis=1), self.runs[0, :reach] + 1, 0)
        self.runs[1:, :reach] = np.where(equal.T, self.runs[1:, :reach] + 1, 0)
        self.frames[now] = frame
        self.length = now + 1

    def situation(self) -> Situation:
        """What stands before the next frame."""
        voices, now = self.form.voices, self.length
        last = self.frames[now - 1] if now else np.full(voices, NONE, np.int64)
        reach = int(np.searchsorted(self.lags, now, side="right"))
        found = np.full((voices + 1, voices), NONE, np.int64)
        lengths = np.zeros(voices + 1, np.int64)
        if reach:
            nearest = self.runs[:, :reach].argmax(axis=1)
            lengths = self.runs[np.arange(voices + 1), nearest]
            rows = self.frames[now - self.lags[nearest]]
            found = np.where((lengths >= RETURN_EDGES[0])[:, None], rows, NONE)
        classes = np.searchsorted(RETURN_EDGES, lengths, side="right")
        return Situation(
            last=last.copy(), held=np.minimum(self.held, HELD_LIMIT), motion=self.motion,
            tutti=found[0], tutti_length=classes[0], solo=found[1:].diagonal().copy(), solo_length=classes[1:],
        )  # fmt: skip


@dataclass(frozen=True)
class GridPiece:
    """A whole piece: tokens (frames, voices), the situation before each frame, and the home that it is read from."""

    tokens: Frames
    before: Situation
    home: int

    def __len__(self) -> int:
        return len(self.tokens)


def grid_piece(frames: Frames, form: GridFormat) -> GridPiece:
    """A piece from its pitches (frames, voices)."""
    tokens = form.to_tokens(frames)
    past = Past(form, len(tokens))
    situations = []
    for frame in tokens:
        situations.append(past.situation())
        past.add(frame)
    return GridPiece(tokens, Situation.stacked(situations), home_of(tokens[0], form))


def home_of(frame: Frames, form: GridFormat) -> int:
    """The root of the triad that fits the first frame best, -6 to 5 semitones above C; 0 when it tells nothing.

    Nine chorales in ten begin on the chord that they end on, so it is nearly the tonic, and it is known from the
    second frame on. Formats in a common key need none: 0.
    """
    sounding = frame[frame != form.silent] + form.lowest
    if not form.transposed or not len(sounding):
        return 0
    classes: NDArray[np.int64] = np.unique(sounding % 12)
    best: tuple[tuple[int, bool, bool, int], int] | None = None
    for root in range(12):
        for kind, triad in enumerate(TRIADS):
            inside = int(np.isin((classes - root) % 12, triad).sum())
            outside = len(classes) - inside
            fit = (inside - 2 * outside, root in classes, root == sounding.min() % 12, -kind)
            if best is None or fit > best[0]:
                best = (fit, root)
    root = best[1] if best else 0
    return root if root < 6 else root - 12
