"""RenderOutput: a synth without a sound device, whose clock is the samples rendered so far."""

from __future__ import annotations

import heapq
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from studio.audio.midi_message import Message, Timed
from studio.audio.synth import BLOCK_FRAMES, Synth


class RenderOutput:
    """An Output (see `output`) that plays each message at the block of 64 samples nearest to its time."""

    jitter_s = 0.0

    def __init__(self, synth: Synth) -> None:
        self._synth = synth
        self._frames = 0
        self._pending: list[tuple[int, int, Message]] = []
        self._order = 0

    def now_s(self) -> float:
        return self._frames / self._synth.sample_rate

    def schedule(self, messages: Iterable[Timed]) -> None:
        for at_s, message in messages:
            block = round(at_s * self._synth.sample_rate / BLOCK_FRAMES)
            self._order += 1
            heapq.heappush(self._pending, (block * BLOCK_FRAMES, self._order, message))

    def drop_pending(self) -> None:
        self._pending.clear()

    def send(self, messages: Iterable[Message]) -> None:
        self._synth.send(messages)

    def render(self, blocks: int) -> NDArray[np.float32]:
        """The next `blocks` blocks of samples, shape (frames, 2)."""
        end = self._frames + blocks * BLOCK_FRAMES
        parts: list[NDArray[np.float32]] = []
        while self._frames < end:
            while self._pending and self._pending[0][0] <= self._frames:
                self._synth.send([heapq.heappop(self._pending)[2]])
            until = min(self._pending[0][0], end) if self._pending else end
            parts.append(self._synth.render(until - self._frames))
            self._frames = until
        return np.concatenate(parts)
