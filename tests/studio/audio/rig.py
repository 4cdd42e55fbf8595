"""A transport on a virtual synth, for tests of what sounds when."""

from __future__ import annotations

import math

from ml.music import TimeMap, Track
from studio.audio import make_plan
from studio.audio.metronome import ACCENT_KEY
from studio.audio.passes import SwitchWhen
from studio.audio.slots import METRONOME_SLOT
from studio.audio.transport import Transport
from tests.studio.audio.pieces import score
from tests.studio.audio.virtual_synth import VirtualSynth

STEP_S = 0.02


class Rig:
    """A transport on a virtual synth, moved along as the player process does it."""

    def __init__(self, *tracks: Track, time_map: TimeMap | None = None) -> None:
        self.synth = VirtualSynth()
        self.transport = Transport(self.synth, start_delay_s=0.0)
        self.serial = 0
        self.plan(*tracks, time_map=time_map)
        self.started_s = self.synth.now_s()

    def plan(self, *tracks: Track, time_map: TimeMap | None = None, when: SwitchWhen = SwitchWhen.NOW) -> None:
        self.serial += 1
        self.transport.set_plan(make_plan(score(*tracks, time_map=time_map)), self.serial, when)

    def play(self, position_s: float = 0.0, count_in_bars: int = 0) -> None:
        self.started_s = self.synth.now_s()
        self.transport.play(position_s, count_in_bars)
        self.synth.advance(1e-7)  # past what falls on this very moment, and on the end of each run

    def run(self, seconds: float) -> None:
        steps = math.ceil(seconds / STEP_S)
        for _ in range(steps):
            self.synth.advance(seconds / steps)
            self.transport.feed()

    def onsets(self, slot: int = 0) -> list[tuple[float, int]]:
        """Seconds since play, and key."""
        return [(round(at_s - self.started_s, 6), key) for at_s, key in self.synth.onsets(slot)]

    @property
    def keys(self) -> set[int]:
        return {key for _, key in self.synth.heard()}

    @property
    def position_s(self) -> float:
        return round(self.transport.place().position_s, 6)


def clicks(rig: Rig) -> list[tuple[float, bool]]:
    return [(at_s, key == ACCENT_KEY) for at_s, key in rig.onsets(METRONOME_SLOT)]
