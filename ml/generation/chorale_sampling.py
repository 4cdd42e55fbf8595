"""Writing chorales frame by frame, with or without limits that every note obeys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ml.generation.drawing import draw
from ml.models.chorale_mixture import ChoraleNetwork
from ml.music.keys import Key
from ml.tensors.chorale_batch import ChoraleBatch, VoicePlaces, legal_shift, told_home
from ml.tensors.chorale_grid import JSB_16, Frames, GridFormat
from ml.tensors.chorale_past import Past, Situation, home_of
from ml.tensors.chorale_pitch import shift_of

VOICE_RANGES = ((60, 81), (52, 74), (46, 69), (36, 66))
"""Lowest and highest pitch of soprano, alto, tenor and bass in the training chorales."""
PERFECT = (0, 7)


@dataclass(frozen=True, slots=True)
class ChoraleLimits:
    """What every frame obeys. `ranges`: lowest and highest pitch of each voice, None for the format's. With
    `parallels` False no two voices move the same way from a fifth into a fifth, or from an octave or unison into one.
    """

    key: Key | None = None
    ranges: Sequence[tuple[int, int]] | None = None
    parallels: bool = True
    rests: bool = True

    def tokens_allowed(self, form: GridFormat) -> NDArray[np.bool_]:
        """(voices, tokens) without regard to other voices. Raises ValueError when a voice has no pitch left."""
        pitches = np.arange(form.lowest, form.highest + 1)
        allowed = np.ones((form.voices, form.tokens), bool)
        allowed[:, form.silent] = self.rests
        for voice in range(form.voices):
            lowest, highest = self.ranges[voice] if self.ranges else (form.lowest, form.highest)
            within = (pitches >= lowest) & (pitches <= highest)
            if self.key is not None:
                within &= self.key.pitch_mask()[pitches]
            if not within.any():
                raise ValueError(
                    f"Voice {voice + 1} has no pitch left between {lowest} and {highest}: widen its range."
                )
            allowed[voice, : form.silent] = within
        return allowed


STRICT = ChoraleLimits(ranges=VOICE_RANGES, parallels=False)
"""The limits that the scoreboard's limited row is written with."""


class ChoraleWriter:
    """Several chorales written side by side, a frame at a time."""

    def __init__(self, model: ChoraleNetwork, rows: int, frames: int, limits: ChoraleLimits) -> None:
        self.model, self.rows, self.limits = model, rows, limits
        self.form = model.config.grid
        if self.form.sets and limits != ChoraleLimits():
            raise ValueError(f"{self.form.name} has no voices, so it cannot be limited: choose {JSB_16.name}.")
        self.allowed = limits.tokens_allowed(self.form)
        self.pasts = [Past(self.form, frames) for _ in range(rows)]
        self.home = torch.zeros(rows, dtype=torch.long)
        self.states: Any = None
        """What the network remembers; only the network looks inside it, and into `known`."""
        self.block: list[tuple[Frames, Frames, Frames]] = []
        """Tokens, held and motion of the block's frames so far, each (rows, voices)."""
        self.now = [past.situation() for past in self.pasts]
        self.known = self._read(None)

    def frame(self, uniform: NDArray[np.float64], temperature: float, top_p: float) -> Frames:
        """Write the next frame of all rows: tokens (rows, voices). `uniform` (rows, voices) decides."""
        at = self._places()
        tokens = np.full((self.rows, self.form.voices), self.form.silent, np.int64)
        for written, voice in enumerate(self.model.config.order):
            logits = self.model.one_voice(written, self.known, at, torch.from_numpy(tokens))
            permitted = self._permitted(written, tokens)
            scores = np.where(permitted, logits.double().numpy(), -np.inf)
            tokens[:, voice] = draw(scores, uniform[:, written], temperature, top_p)
        self.add(tokens)
        return tokens

    def add(self, tokens: Frames) -> None:
        """Take a frame (rows, voices) as written."""
        for past, frame in zip(self.pasts, tokens, strict=True):
            past.add(frame)
        if self.pasts[0].length == 1:
            self.home = torch.tensor([home_of(frame, self.form) for frame in tokens])
        self.now = [past.situation() for past in self.pasts]
        held, motion = np.stack([s.held for s in self.now]), np.stack([s.motion for s in self.now])
        self.block.append((tokens.copy(), held, motion))
        if len(self.block) == self.model.config.stride:
            columns = [torch.from_numpy(np.stack(column, 1)) for column in zip(*self.block, strict=True)]
            self.known = self._read((columns[0], columns[1], columns[2]))
            self.block = []

    def _read(self, columns: tuple[Tensor, Tensor, Tensor] | None) -> Any:
        """Let the network read a block (None: the start); returns what it knows."""
        batch = None
        if columns is not None:
            nothing = torch.zeros_like(self.home)
            batch = ChoraleBatch(
                *columns, before={}, asked=torch.zeros(columns[0].shape[:2], dtype=torch.bool),
                shift=shift_of(self.home, nothing), home=told_home(self.home, nothing),
                first_frame=self.pasts[0].length - len(self.block),
            )  # fmt: skip
        known, self.states = self.model.read_block(batch, self.rows, self.states)
        return known

    def _places(self) -> VoicePlaces:
        situation = Situation.stacked(self.now)
        columns = {name: torch.from_numpy(getattr(situation, name)) for name in Situation.__dataclass_fields__}
        position = torch.full((self.rows,), self.pasts[0].length)
        shift = legal_shift(shift_of(self.home, torch.zeros_like(self.home)), position)
        return VoicePlaces(**columns, position=position, shift=shift)

    def _permitted(self, written: int, tokens: Frames) -> NDArray[np.bool_]:
        """(rows, tokens) that the next voice may take.

        A held pitch is never a parallel, so one remains wherever the voice kept its limits in the frame before; after
        given frames that did not, parallels give way to the others.
        """
        order = self.model.config.order
        voice = order[written]
        permitted = np.repeat(self.allowed[voice][None], self.rows, 0)
        if self.limits.parallels or not self.pasts[0].length:
            return permitted
        last = np.stack([past.frames[past.length - 1] for past in self.pasts])
        clean = permitted.copy()
        for other in order[:written]:
            clean &= ~parallel(last, tokens[:, other], voice, other, self.form)
        return np.where(clean.any(axis=1, keepdims=True), clean, permitted)


def parallel(last: Frames, moved: Frames, voice: int, other: int, form: GridFormat) -> NDArray[np.bool_]:
    """(rows, tokens): where `voice` would run in parallel fifths, octaves or unisons with `other`, now at `moved`.

    Both go the same way, and the upper stands a fifth or octave (mod 12) above the lower before and after. The
    project's voice-leading measure counts octaves between voices that are apart; unisons are forbidden here besides.
    """
    candidates = np.arange(form.tokens)[None]
    own, its, its_next = last[:, voice, None], last[:, other, None], moved[:, None]
    sounding = (own != form.silent) & (its != form.silent) & (its_next != form.silent) & (candidates != form.silent)
    same_way = (candidates - own) * (its_next - its) > 0
    sign = 1 if voice < other else -1
    before, after = sign * (own - its), sign * (candidates - its_next)
    perfect = np.isin(before % 12, PERFECT) & (before % 12 == after % 12) & (before >= 0) & (after >= 0)
    result: NDArray[np.bool_] = sounding & same_way & perfect
    return result


def write_chorales(
    model: ChoraleNetwork, count: int, frames: int, seed: int, limits: ChoraleLimits | None = None,
    temperature: float = 1.0, top_p: float = 1.0, given: Frames | None = None,
) -> NDArray[np.int64]:  # fmt: skip
    """Write `count` chorales of `frames` frames: pitches (count, frames, voices), SILENT for rests.

    `given` (first frames, voices) are pitches that all begin with; limits concern the others. Raises ValueError for
    limits that leave a voice nothing.
    """
    rng = np.random.default_rng(seed)
    form = model.config.grid
    rows: list[Frames] = []
    with torch.inference_mode():
        writer = ChoraleWriter(model.eval(), count, frames, limits or ChoraleLimits())
        for row in form.to_tokens(given) if given is not None else ():
            rows.append(np.repeat(row[None], count, 0))
            writer.add(rows[-1])
        while len(rows) < frames:
            rows.append(writer.frame(rng.random((count, form.voices)), temperature, top_p))
    return form.to_pitches(np.stack(rows, 1)[:, :frames])
