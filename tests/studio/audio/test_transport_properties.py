"""Whatever is pressed in whatever order: no note sounds that should not, and none is missing."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.music import Mixer, Note, NoteTable, Score, Tempo, TimeMap, Track
from studio.audio import PlaybackPlan, make_plan
from studio.audio.midi_message import PEDAL
from studio.audio.passes import Loop, SwitchWhen
from studio.audio.transport import Transport
from tests.studio.audio.pieces import SECOND, TPQ, control_event
from tests.studio.audio.virtual_synth import VirtualSynth


def random_plan(seed: int) -> PlaybackPlan:
    """Three crowded tracks on few keys, with unisons, drones, mutes, solos, pedals and now and then a new tempo."""
    draw = random.Random(seed)
    tracks = []
    for channel in (0, 1, 9):
        notes = [
            Note(
                draw.randrange(0, 4 * SECOND, draw.choice((1, 60, 240))),
                draw.choice((0, 10, 120, 480, 5 * SECOND)),
                draw.choice((60, 61, 62)),
                draw.randint(1, 127),
                flags=draw.random() < 0.1,
            )
            for _ in range(draw.randint(0, 25))
        ]
        pedal = [control_event(draw.uniform(0, 4), PEDAL, draw.choice((0, 127)), channel) for _ in range(2)]
        events = tuple(sorted(pedal, key=lambda e: e.tick)) if draw.random() < 0.3 else ()
        mixer = Mixer(draw.randint(0, 127), 64, draw.random() < 0.2, draw.random() < 0.1)
        tracks.append(Track("", NoteTable.of(notes), channel=channel, drums=channel == 9, mixer=mixer, events=events))
    qpm = draw.choice((120, 120, 120, 90))
    return make_plan(Score(tuple(tracks), TimeMap(TPQ, (Tempo.of_qpm(0, qpm),))))


WHENS = tuple(SwitchWhen)
PLANS = [random_plan(seed) for seed in range(8)]


class Check:
    """A transport under test, and what must be true of it after every step."""

    def __init__(self, jitter_s: float, seed: int) -> None:
        self.synth = VirtualSynth(jitter_s, seed)
        self.transport = Transport(self.synth)
        self.serial = 0
        self.plans = {0: self.transport.plan}
        self.since_s = 0.0
        """The place in the piece from which on everything must be heard: since then nothing was changed."""
        self.position_s = 0.0
        self.heard_serial = 0

    def obey(self, command: tuple[str, float, int]) -> None:
        what, value, number = command
        transport = self.transport
        changes = True
        if what == "play":
            transport.play(value, number % 3 if number > 8 else 0)
        elif what == "stop":
            transport.stop()
            assert not self.synth.heard(), "stop is silence, at once"
        elif what == "seek":
            transport.seek(value)
        elif what == "loop":
            transport.set_loop(Loop(value, value + 0.2 + number / 8) if number else None)
        elif what == "plan":
            self.serial += 1
            self.plans[self.serial] = PLANS[number % len(PLANS)]
            transport.set_plan(self.plans[self.serial], self.serial, WHENS[int(value * 7) % 3])
        elif what == "metronome":
            transport.set_metronome(number * 10)
        elif what == "panic":
            transport.panic()
            assert not self.synth.heard()
        else:
            changes = False
        if what == "held up":
            self.synth.advance(value)
            transport.feed()
            self.synth.advance(0.05)
            changes = True
        if changes:
            self.since_s = self.position_s = transport.place().position_s
        steps = max(1 + number, 8)  # none longer than the transport feeds ahead
        for _ in range(steps):
            self.synth.advance(value / 4 / steps)
            transport.feed()
            self.check()

    def check(self) -> None:
        place = self.transport.place()
        if place.position_s < self.position_s or self.transport.heard_serial != self.heard_serial:
            self.since_s = place.position_s
        self.position_s, self.heard_serial = place.position_s, self.transport.heard_serial
        if not place.playing or place.counting_in:
            assert not self.synth.heard()
            return
        slack_s = self.synth.jitter_s + 1e-5
        plan = self.plans[self.heard_serial]
        at_s = place.position_s
        may = (plan.on_s <= at_s + slack_s) & (plan.off_s >= at_s - slack_s)
        must = (plan.on_s > self.since_s + slack_s) & (plan.on_s < at_s - slack_s) & (plan.off_s > at_s + slack_s)
        down = {voice for voice in self.synth.sounding if voice[0] != 255}
        if self.synth.jitter_s and self.since_s <= at_s <= self.since_s + 3 * slack_s:
            return  # just after a change or a wrap the synth may still be where it was before
        assert down <= voices(plan, may), "a note sounds that should not"
        assert voices(plan, must) <= down, "a note is missing"
        ringing_slots = {slot for slot, _ in self.synth.ringing}
        assert all(self.synth.controls.get((slot, PEDAL), 0) >= 64 for slot in ringing_slots)


def voices(plan: PlaybackPlan, which: np.ndarray) -> set[tuple[int, int]]:
    return {(int(slot), int(key)) for slot, key in zip(plan.slot[which], plan.key[which], strict=True)}


command = st.tuples(
    st.sampled_from(
        ["play", "stop", "seek", "loop", "plan", "plan", "metronome", "panic", "held up", "wait", "wait", "wait"]
    ),
    st.floats(0, 4).map(lambda x: round(x * 8) / 8 if x > 2 else x),
    st.integers(0, 10),
)


@given(st.lists(command, min_size=1, max_size=25), st.sampled_from([0.0, 0.004]), st.integers(0, 99))
@settings(max_examples=80)
def test_no_note_is_stuck_and_none_is_lost(commands: list[tuple[str, float, int]], jitter_s: float, seed: int) -> None:
    check = Check(jitter_s, seed)
    check.obey(("plan", 0.0, seed))
    check.obey(("play", 0.0, 1))
    for one in commands:
        check.obey(one)
    check.transport.stop()
    assert not check.synth.heard()
    check.synth.advance(60.0)
    check.transport.feed()
    assert not check.synth.heard()


@pytest.mark.parametrize("seed", range(100))
def test_nor_at_odd_moments(seed: int) -> None:
    """Plainly random times find what falls between two messages better than hypothesis with its round numbers."""
    draw = random.Random(seed)
    check = Check(0.004, seed)
    check.obey(("plan", 0.0, seed))
    check.obey(("play", 0.0, 1))
    for _ in range(25):
        check.obey(
            (draw.choice(("stop", "play", "seek", "loop", "plan", "wait")), draw.uniform(0.0, 3.0), draw.randint(0, 10))
        )
    check.transport.stop()
    assert not check.synth.heard()


@pytest.mark.parametrize("jitter_s", [0.0, 0.004])
def test_an_edit_that_changes_nothing_changes_nothing(jitter_s: float) -> None:
    """The same plan again and again, at odd moments: the same note-ons as without."""
    plan = replace(PLANS[1])
    heard = []
    for disturbed in (False, True):
        synth = VirtualSynth(jitter_s, seed=3)
        transport = Transport(synth, start_delay_s=0.0)
        transport.set_plan(plan, 1)
        transport.set_loop(Loop(0.5, 3.0))
        transport.play(0.0)
        draw = random.Random(5)
        for serial in range(2, 300):
            synth.advance(draw.uniform(0.001, 0.05))
            transport.feed()
            if disturbed:
                transport.set_plan(plan, serial)
        struck = [(round(at_s, 5), slot, key) for at_s, slot, key in onsets(synth)]
        heard.append(sorted(set(struck)))
    if jitter_s == 0.0:
        assert heard[0] == heard[1]
    else:
        assert {note[1:] for note in heard[0]} == {note[1:] for note in heard[1]}


def onsets(synth: VirtualSynth) -> list[tuple[float, int, int]]:
    return [(at_s, m.slot, m.data1) for at_s, m in synth.log if m.kind == 0x90]
