"""Play, stop, seek, loop, controllers and metronome on a virtual synth: what sounds when, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ml.music import Metre, Note, NoteTable, Score, Tempo, TimeMap, Track, TrackEvent
from studio.audio import make_plan
from studio.audio.metronome import ACCENT_KEY, BEAT_KEY
from studio.audio.midi_message import CONTROL, PEDAL, VOLUME
from studio.audio.passes import Loop
from studio.audio.slots import METRONOME_SLOT
from studio.audio.transport import Transport
from tests.studio.audio.pieces import SECOND, TPQ, control_event, scale, track
from tests.studio.audio.rig import Rig, clicks
from tests.studio.audio.virtual_synth import VirtualSynth


def test_it_plays_each_note_at_its_time_and_stops_at_the_end() -> None:
    rig = Rig(scale(4))
    rig.play()
    rig.run(1.0)
    assert rig.keys == {62} and rig.position_s == 1.0 and rig.transport.playing
    rig.run(1.5)
    assert rig.onsets() == [(0.0, 60), (0.5, 61), (1.0, 62), (1.5, 63)]
    assert not rig.keys and not rig.transport.playing and rig.position_s == 2.0
    assert rig.transport.take_ended() and not rig.transport.take_ended()


def test_stop_ends_what_sounds_and_stays_where_it_is() -> None:
    rig = Rig(track((0, 4, 60), (0, 4, 64), (1.1, 1, 67)))
    rig.play()
    rig.run(1.0)
    assert rig.keys == {60, 64}
    rig.transport.stop()
    assert not rig.keys and rig.position_s == 1.0
    rig.run(2.0)
    assert not rig.keys and rig.position_s == 1.0
    assert (1.1, 67) not in rig.onsets()


def test_stop_lifts_the_pedal() -> None:
    rig = Rig(replace(scale(4), events=(control_event(0, PEDAL, 127),)))
    rig.play()
    rig.run(1.0)
    assert rig.keys == {60, 61, 62}
    rig.transport.stop()
    assert not rig.keys


def test_playing_on_after_the_end_goes_on_until_stopped() -> None:
    """The user put the cursor behind the last note, perhaps to play along with the metronome."""
    rig = Rig(scale(4))
    rig.play(10.0)
    rig.run(5.0)
    assert rig.transport.playing and rig.position_s == 15.0


def test_a_note_under_way_is_struck_where_playback_starts() -> None:
    rig = Rig(track((0, 4, 60)), replace(track((0, 4, 38), channel=9), drums=True))
    rig.play(1.0)
    assert rig.keys == {60}, "but a drum is not"
    rig.run(3.0)
    assert not rig.keys


def test_seek_moves_on_at_once() -> None:
    rig = Rig(scale(8), track((0, 1, 40), channel=1))
    rig.play()
    rig.run(0.2)
    rig.transport.seek(2.0)
    rig.run(0.02)
    assert rig.keys == {64}
    rig.transport.stop()
    rig.transport.seek(1.0)
    assert rig.position_s == 1.0 and not rig.keys


def test_the_loop_has_no_gap_and_its_first_note_is_on_time() -> None:
    rig = Rig(scale(8, length_s=0.5))
    rig.transport.set_loop(Loop(0.5, 1.5))
    rig.play()
    rig.run(4.0)
    expected = [(0.0, 60), *((0.5 + 0.5 * index, 61 + index % 2) for index in range(8))]
    assert rig.onsets() == [pytest.approx(pair) for pair in expected][: len(rig.onsets())]
    assert len(rig.onsets()) == 9
    assert rig.position_s == 1.0


def test_notes_and_pedal_end_where_the_loop_does() -> None:
    """Held over the loop's end they would sound on for ever."""
    pad = replace(track((0.5, 9, 48), channel=1), events=(control_event(0.75, PEDAL, 127, 1),))
    rig = Rig(scale(4), pad)
    rig.transport.set_loop(Loop(0.0, 1.0))
    rig.play()
    rig.run(0.9)
    assert (1, 48) in rig.synth.heard()
    rig.run(0.14)
    assert rig.keys == {60}
    assert rig.synth.controls[(1, PEDAL)] == 0
    rig.run(0.9)
    assert (1, 48) in rig.synth.heard()


def test_a_pedal_held_all_through_the_loop_is_lifted_for_a_moment_at_its_end() -> None:
    """Else every note of every time around would ring on, louder and louder."""
    rig = Rig(replace(scale(8, length_s=0.1), events=(control_event(0, PEDAL, 127),)))
    rig.transport.set_loop(Loop(0.5, 1.5))
    rig.play()
    rig.run(1.4)
    assert rig.keys == {60, 61, 62}
    rig.run(0.3)
    assert rig.keys == {61} and rig.synth.controls[(0, PEDAL)] == 127


def test_after_being_held_up_it_goes_on_where_it_would_be_without_a_burst() -> None:
    """A laptop that was asleep must not play all that it missed at once."""
    rig = Rig(scale(60), track((0, 30, 24), channel=1))
    rig.play()
    rig.run(0.6)
    rig.synth.advance(10.0)
    rig.transport.feed()
    rig.run(0.1)
    assert rig.position_s == pytest.approx(10.7, abs=0.01)
    assert len(rig.onsets()) <= 4
    assert (1, 24) in rig.synth.heard()


def test_after_being_held_up_in_a_loop_it_is_in_the_loop() -> None:
    rig = Rig(scale(60))
    rig.transport.set_loop(Loop(1.0, 2.0))
    rig.play()
    rig.synth.advance(10.5)
    rig.transport.feed()
    assert rig.position_s == pytest.approx(1.5, abs=0.01)


def test_a_loop_set_while_playing_is_taken_at_its_end() -> None:
    rig = Rig(scale(8))
    rig.play()
    rig.run(0.6)
    rig.transport.set_loop(Loop(0.5, 1.0))
    rig.run(1.0)
    assert [key for _, key in rig.onsets()] == [60, 61, 61, 61]
    rig.transport.set_loop(None)
    rig.run(1.0)
    assert [key for _, key in rig.onsets()][4:] == [62, 63]


def test_playback_behind_the_loop_is_not_dragged_back() -> None:
    rig = Rig(scale(8))
    rig.transport.set_loop(Loop(0.0, 1.0))
    rig.play(1.0)
    rig.run(2.0)
    assert rig.position_s == 3.0


def test_a_loop_of_no_length_is_no_loop() -> None:
    rig = Rig(scale(4))
    rig.transport.set_loop(Loop(1.0, 1.01))
    rig.play()
    rig.run(1.5)
    assert rig.position_s == 1.5


# --- controllers


def test_controllers_programs_and_bends_are_right_wherever_playback_starts() -> None:
    events = (
        control_event(0, 1, 50),
        control_event(1, 11, 60),
        TrackEvent(SECOND, bytes((0xC0, 40))),
        TrackEvent(SECOND, bytes((0xE0, 0, 80))),
        control_event(2, 1, 99),
    )
    rig = Rig(replace(scale(8), events=events, program=5))
    rig.play(1.5)
    rig.run(0.1)
    assert rig.synth.programs[0] == 40
    assert (rig.synth.controls[(0, 1)], rig.synth.controls[(0, 11)]) == (50, 60)
    rig.transport.seek(0.5)
    rig.run(0.1)
    assert rig.synth.programs[0] == 5
    assert (rig.synth.controls[(0, 1)], rig.synth.controls[(0, 11)]) == (50, 127)
    bends = [(m.data1, m.data2) for _, m in rig.synth.log if m.kind == 0xE0]
    assert bends == [(0, 80), (0, 64)], "bent at 1.5 s, back in the centre at 0.5 s"


def test_a_controller_handed_over_and_taken_back_is_set_all_the_same() -> None:
    rig = Rig(replace(scale(8), events=(control_event(0.3, 11, 30),)))
    rig.play()
    rig.run(0.1)
    rig.transport.seek(1.0)
    rig.run(0.1)
    assert rig.synth.controls[(0, 11)] == 30


def test_the_set_up_comes_before_the_first_note() -> None:
    rig = Rig(replace(scale(2), program=19, events=(control_event(0, 91, 70),)))
    rig.play()
    kinds = [message.kind for _, message in rig.synth.log]
    assert kinds[-1] == 0x90 and rig.synth.programs[0] == 19 and rig.synth.controls[(0, 91)] == 70


def test_a_plan_that_says_nothing_of_a_pedal_lifts_it() -> None:
    rig = Rig(replace(track((0, 4, 60)), events=(control_event(0.2, PEDAL, 127),)))
    rig.play()
    rig.run(0.5)
    assert rig.synth.controls[(0, PEDAL)] == 127
    rig.plan(track((0, 4, 60)))
    assert rig.synth.controls[(0, PEDAL)] == 0 and rig.keys == {60}


# --- metronome


def test_the_metronome_follows_metre_and_tempo() -> None:
    changing = TimeMap(TPQ, (Tempo.of_qpm(3 * TPQ, 60),), (Metre(0, 3, 4), Metre(3 * TPQ, 6, 8)))
    rig = Rig(scale(20), time_map=changing)
    rig.transport.set_metronome(100)
    rig.play()
    rig.run(4.6)
    expected = [(0, True), (0.5, False), (1, False), (1.5, True), *((1.5 + 0.5 * n, n == 6) for n in range(1, 7))]
    assert clicks(rig) == [pytest.approx(pair) for pair in expected]
    assert {key for _, key in rig.synth.onsets(METRONOME_SLOT)} == {ACCENT_KEY, BEAT_KEY}


def test_the_metronome_can_be_switched_while_playing() -> None:
    rig = Rig(scale(20))
    rig.play()
    rig.run(0.6)
    rig.transport.set_metronome(90)
    rig.run(1.0)
    assert clicks(rig) == [(1.0, False), (1.5, False)]
    rig.transport.set_metronome(0)
    rig.run(1.0)
    assert len(clicks(rig)) == 2
    assert len(rig.onsets()) == 6, "and the music knows nothing of it"


def test_the_metronome_stays_in_step_around_the_loop() -> None:
    rig = Rig(scale(8))
    rig.transport.set_metronome(100)
    rig.transport.set_loop(Loop(0.5, 1.5))
    rig.play()
    rig.run(2.2)
    assert [at_s for at_s, _ in clicks(rig)] == [0, 0.5, 1, 1.5, 2]


def test_a_count_in_clicks_whole_bars_and_then_starts() -> None:
    rig = Rig(scale(8))
    rig.play(0.0, count_in_bars=1)
    place = rig.transport.place()
    assert place.counting_in and place.position_s == 0.0
    rig.run(1.9)
    assert rig.transport.place().counting_in and not rig.onsets()
    rig.run(0.2)
    assert clicks(rig) == [(0, True), (0.5, False), (1, False), (1.5, False)]
    assert rig.onsets() == [(2.0, 60)] and not rig.transport.place().counting_in


def test_a_count_in_into_the_middle_of_a_bar_is_in_step_with_it() -> None:
    rig = Rig(scale(12))
    rig.play(3.0, count_in_bars=1)
    rig.run(3.1)
    assert clicks(rig) == [(n / 2, n % 4 == 0) for n in range(6)]
    assert rig.onsets() == [(3.0, 66)]


def test_stop_during_the_count_in_is_silent() -> None:
    rig = Rig(scale(12))
    rig.play(1.0, count_in_bars=2)
    rig.run(1.0)
    rig.transport.stop()
    rig.run(5.0)
    assert not rig.onsets() and len(clicks(rig)) <= 3 and rig.position_s == 1.0


def test_an_edit_during_the_count_in_is_what_is_played() -> None:
    rig = Rig(scale(12))
    rig.play(0.0, count_in_bars=1)
    rig.run(1.0)
    rig.plan(scale(12, first=80))
    rig.run(1.1)
    assert rig.onsets() == [(2.0, 80)]
    assert [at_s for at_s, _ in clicks(rig)] == [0, 0.5, 1, 1.5]


# --- outputs, panic, bad input


def test_panic_silences_every_slot() -> None:
    rig = Rig(replace(scale(4), events=(control_event(0, PEDAL, 127),)))
    rig.play()
    rig.run(0.3)
    rig.transport.panic()
    assert not rig.synth.heard() and not rig.transport.playing
    silenced = {m.slot for _, m in rig.synth.log if m.kind == CONTROL and m.data1 == 120}
    assert len(silenced) == 256
    rig.play()
    rig.run(0.1)
    assert rig.keys == {60}


def test_another_output_goes_on_where_the_first_was() -> None:
    rig = Rig(track((0, 4, 60), (2, 1, 64)))
    rig.play()
    rig.run(1.0)
    second = VirtualSynth()
    rig.transport.set_output(second)
    assert not rig.synth.heard()
    second.advance(0.0)
    assert second.heard() == {(0, 60)} and rig.position_s == 1.0
    assert second.controls[(0, VOLUME)] == 100


def test_a_hostile_metre_does_not_flood_the_metronome() -> None:
    mad = TimeMap(1, (Tempo(0, 1),), tuple(Metre(tick, 1, 2**20) for tick in range(50)))
    rig = Rig(Track("", NoteTable.of([Note(0, 10_000_000, 60)])), time_map=mad)
    rig.transport.set_metronome(100)
    rig.play(0.0, count_in_bars=4)
    rig.run(0.5)
    assert len(clicks(rig)) <= 12


def test_an_empty_song_plays_silence() -> None:
    synth = VirtualSynth()
    transport = Transport(synth)
    transport.set_plan(make_plan(Score()), 1)
    transport.play(0.0)
    synth.advance(3.0)
    transport.feed()
    assert transport.playing and not synth.log
