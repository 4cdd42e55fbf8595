"""Drivers, previews, the steady clock and the positions that are extrapolated."""

from __future__ import annotations

import ctypes
import itertools
import time
from collections.abc import Iterator

import pytest

from studio.audio import PlayerOptions, Position, SoundFontMissing, default_sound_font, make_plan
from studio.audio.clock import SteadyClock
from studio.audio.controllers import RPN_LSB, RPN_MSB
from studio.audio.messages import SILENT
from studio.audio.midi_message import PROGRAM, Message, Timed
from studio.audio.output import SilentOutput
from studio.audio.ports import PortTrouble
from studio.audio.previews import MAX_S, Previews
from studio.audio.sequencer_output import SequencerOutput
from studio.audio.slots import PREVIEW_DRUM_SLOT
from studio.audio.sound import Sound
from studio.audio.sound_font import RESOURCES
from studio.audio.synth import Synth
from studio.audio.transport import Transport
from tests.studio.audio.pieces import score, track
from tests.studio.audio.virtual_synth import VirtualSynth


class NoPorts:
    def names(self) -> list[str]:
        return []

    def open(self, name: str) -> object:
        raise PortTrouble(f"The MIDI output {name} is not there: connect it and choose it again.")


@pytest.fixture
def synth() -> Iterator[Synth]:
    synth = Synth()
    synth.load(default_sound_font())
    yield synth
    synth.close()


def test_the_shipped_sound_font_comes_with_its_licence() -> None:
    font = default_sound_font()
    assert font.stat().st_size > 20_000_000
    licence = font.with_suffix(".LICENSE.txt").read_text()
    assert "Permission is hereby granted, free of charge" in licence


def test_without_it_there_is_a_sentence() -> None:
    with pytest.raises(SoundFontMissing, match=r"FluidR3Mono_GM\.sf3 cannot be used"):
        default_sound_font(RESOURCES / "nowhere")


# --- the live output, moved along by rendering in place of a driver


def test_the_sequencer_plays_and_stops_like_the_virtual_synth(synth: Synth) -> None:
    output = SequencerOutput(synth)
    transport = Transport(output)
    piece = score(track((0, 4, 60), (0, 4, 64), (0, 4, 67)))
    transport.set_plan(make_plan(piece), 1)
    transport.play(0.0)
    loud = []
    for _ in range(100):
        loud.append(abs(synth.render(480)).max())
        transport.feed()
    assert max(loud[20:]) > 0.02
    assert transport.place().position_s == pytest.approx(1.0, abs=0.03)
    transport.stop()
    for _ in range(300):
        samples = synth.render(480)
    assert synth.active_voices() == 0 and abs(samples).max() < 1e-4
    output.close()


def test_many_messages_of_one_millisecond_keep_their_order(synth: Synth) -> None:
    """A bend range is set by six messages that mean nothing in another order."""
    output = SequencerOutput(synth)
    sequence = [(RPN_MSB, 0), (RPN_LSB, 0), (6, 12), (38, 0), (RPN_MSB, 127), (RPN_LSB, 127)]
    output.schedule([Timed(0.1, Message(0, 0xB0, number, value)) for number, value in sequence])
    output.schedule([Timed(0.1, Message(0, 0xE0, 127, 127)), Timed(0.1, Message(0, 0x90, 60, 100))])
    for _ in range(100):
        synth.render(480)
    bend_range = ctypes.c_int()
    synth.library.fluid_synth_get_pitch_wheel_sens(
        ctypes.c_void_p(synth.handle), ctypes.c_int(0), ctypes.byref(bend_range)
    )
    assert bend_range.value == 12
    output.close()


def test_no_message_is_sent_before_its_time(synth: Synth) -> None:
    """The transport forgets what is still to come when it takes things back: it would never be ended."""
    output = SequencerOutput(synth)
    for index in range(40):
        at_s = output.now_s() + 0.02 + index * 0.00037
        output.schedule([Timed(at_s, Message(0, 0x90, 60, 100))])
        while not synth.active_voices():
            synth.render(64)
        assert at_s <= output.now_s() <= at_s + output.jitter_s
        synth.send([Message(0, 0xB0, 120, 0)])
        synth.render(64)
    output.close()


def test_a_renewed_sequencer_goes_on_counting(synth: Synth) -> None:
    output = SequencerOutput(synth)
    for _ in range(100):
        synth.render(480)
    before_s = output.now_s()
    output.renew()
    assert before_s > 0.9 and output.now_s() == before_s and not output.worn(pausing=True)
    for _ in range(50):
        synth.render(480)
    assert output.now_s() == pytest.approx(before_s + 0.5, abs=0.01)
    output.close()


# --- drivers


def test_switched_off_means_a_silent_clock() -> None:
    sound = Sound(PlayerOptions(driver=SILENT), NoPorts(), time.perf_counter)
    sound.open()
    assert isinstance(sound.output, SilentOutput) and sound.status.silent
    assert not sound.stalled and not sound.worth_retrying
    with pytest.raises(PortTrouble, match="not there"):
        sound.open_port("Keys")
    assert sound.port is None
    sound.close()


# --- previews


def test_each_instrument_is_previewed_on_a_slot_of_its_own() -> None:
    synth = VirtualSynth()
    previews = Previews(synth.send)
    for program in (0, 40, 0):
        previews.on(60, 90, program, 0, False, 100, now_s=0.0)
    assert len({slot for slot, _ in synth.sounding}) == 2
    assert [m.data1 for _, m in synth.log if m.kind == PROGRAM] == [0, 40], "set up once each"
    previews.on(38, 90, 0, 0, True, 100, now_s=0.0)
    assert (PREVIEW_DRUM_SLOT, 38) in synth.sounding
    previews.off(60)
    assert synth.sounding == {(PREVIEW_DRUM_SLOT, 38)}
    previews.off()
    assert not synth.sounding


def test_more_instruments_than_slots_take_turns() -> None:
    synth = VirtualSynth()
    previews = Previews(synth.send)
    for program in range(60):
        previews.on(60, 90, program, 0, False, 100, now_s=0.0)
    previews.off()
    assert not synth.sounding


def test_a_preview_that_is_forgotten_ends_by_itself() -> None:
    synth = VirtualSynth()
    previews = Previews(synth.send)
    previews.on(60, 90, 0, 0, False, 100, now_s=0.0)
    previews.expire(MAX_S - 1)
    assert synth.sounding
    previews.expire(MAX_S + 1)
    assert not synth.sounding


# --- clocks


def test_the_steady_clock_goes_through_the_middle_of_the_steps() -> None:
    steady = SteadyClock()
    readings = []
    for tick in range(2000):
        smooth_s = tick * 0.0013
        steady.follow(int(smooth_s / 0.0213) * 0.0213, smooth_s)
        readings.append(steady.stepping_at(smooth_s))
    steps = [b - a for a, b in itertools.pairwise(readings[500:])]
    assert max(abs(step - 0.0013) for step in steps) < 0.0002


def test_the_steady_clock_jumps_when_the_other_does() -> None:
    steady = SteadyClock()
    steady.follow(1.0, 1.0)
    steady.follow(1.1, 1.5)
    assert steady.stepping_at(1.5) == pytest.approx(1.1)


def test_a_position_is_extrapolated_and_wraps_with_the_loop() -> None:
    position = Position(1.75, True, measured_s=10.0, loop=(1.0, 2.0))
    assert position.at(10.1) == pytest.approx(1.85)
    assert position.at(10.5) == pytest.approx(1.25)
    assert position.at(13.5) == pytest.approx(1.25)
    assert Position(1.75, False, 10.0).at(11.0) == 1.75
    assert Position(1.75, True, 10.0, waiting=True).at(11.0) == 1.75
    assert Position(2.5, True, 10.0, loop=(1.0, 2.0)).at(11.0) == 3.5, "behind the loop nothing wraps"
