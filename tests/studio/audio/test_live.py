"""The transport on the real synth while another thread renders, as a driver does: nothing is left sounding."""

from __future__ import annotations

import itertools
import random
import threading
import time
from collections.abc import Iterator

import pytest

from ml.music import Note, NoteTable, Score, TimeMap, Track
from studio.audio import PlaybackPlan, default_sound_font, make_plan
from studio.audio.passes import Loop, SwitchWhen
from studio.audio.sequencer_output import SequencerOutput
from studio.audio.synth import Synth
from studio.audio.transport import Transport
from tests.studio.audio.pieces import TPQ

ORGAN = 19
"""It sounds for as long as its key is down: a lost note-off is heard for ever."""


def organ_plan(seed: int) -> PlaybackPlan:
    draw = random.Random(seed)
    tracks = []
    for channel in range(3):
        notes = [
            Note(draw.randrange(0, 4000, draw.choice((1, 60))), draw.choice((10, 120, 480, 4000)), draw.randint(60, 62))
            for _ in range(30)
        ]
        tracks.append(Track("", NoteTable.of(notes), channel=channel, program=ORGAN))
    return make_plan(Score(tuple(tracks), TimeMap(TPQ)))


WHENS = tuple(SwitchWhen)
PLANS = [organ_plan(seed) for seed in range(6)]


@pytest.fixture
def live() -> Iterator[tuple[Synth, SequencerOutput]]:
    """A synth that a thread renders all the time, far faster than it would sound."""
    synth = Synth()
    synth.load(default_sound_font())
    for preset in PLANS[0].presets():
        synth.pin(*preset)
    output = SequencerOutput(synth)
    ending = threading.Event()

    def render() -> None:
        draw = random.Random(0)
        while not ending.wait(0.0002):
            synth.render(draw.choice((64, 128, 256)))

    thread = threading.Thread(target=render)
    thread.start()
    yield synth, output
    ending.set()
    thread.join()
    output.close()
    synth.close()


def test_stop_is_silence_whatever_came_before(live: tuple[Synth, SequencerOutput]) -> None:
    synth, output = live
    transport = Transport(output)
    draw = random.Random(1)
    pause = threading.Event()
    serials = itertools.count()
    for round_number in range(15):
        transport.set_plan(draw.choice(PLANS), next(serials))
        transport.set_loop(Loop(0.0, draw.uniform(0.1, 2.0)) if draw.random() < 0.7 else None)
        transport.play(draw.uniform(0.0, 3.0))
        for _ in range(draw.randint(1, 8)):
            what = draw.random()
            if what < 0.4:
                transport.set_plan(draw.choice(PLANS), next(serials), draw.choice(WHENS))
            elif what < 0.5:
                transport.seek(draw.uniform(0.0, 3.0))
            elif what < 0.6:
                transport.set_loop(Loop(0.0, draw.uniform(0.1, 2.0)))
            until_s = output.now_s() + draw.uniform(0.0, 0.3)
            while output.now_s() < until_s:
                transport.feed()
                pause.wait(0.001)
        transport.stop()
        died_away_s, deadline_s = output.now_s() + 4.0, time.monotonic() + 20
        while synth.active_voices() and output.now_s() < died_away_s and time.monotonic() < deadline_s:
            pause.wait(0.002)
        assert synth.active_voices() == 0, f"stuck after sequence {round_number}"
