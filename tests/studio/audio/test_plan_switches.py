"""Other plans while music plays, at once, from the next bar or at the loop point, on a virtual synth."""

from __future__ import annotations

import itertools

import pytest

from ml.music import Tempo, TimeMap
from studio.audio import make_plan
from studio.audio.midi_message import CONTROL, VOLUME
from studio.audio.passes import Loop, SwitchWhen
from studio.audio.transport import Transport
from tests.studio.audio.pieces import TPQ, mixed, muted, scale, score, track
from tests.studio.audio.rig import Rig, clicks
from tests.studio.audio.virtual_synth import VirtualSynth


def test_an_edit_ends_notes_that_are_gone_and_leaves_the_others_alone() -> None:
    rig = Rig(track((0, 4, 60), (0, 4, 64), (2, 1, 67)))
    rig.play()
    rig.run(1.0)
    rig.plan(track((0, 4, 60), (2, 1, 69), (0.5, 3, 72)))
    assert rig.keys == {60}, "what was drawn under the playhead is not struck in its middle"
    rig.run(1.2)
    assert rig.keys == {60, 69}
    assert [key for _, key in rig.onsets()] == [60, 64, 69], "nothing is struck twice"


def test_a_sounding_note_that_was_resized_ends_at_its_new_end() -> None:
    rig = Rig(track((0, 4, 60)))
    rig.play()
    rig.run(0.5)
    rig.plan(track((0, 1, 60)))
    rig.run(0.4)
    assert rig.keys == {60}
    rig.run(0.2)
    assert not rig.keys
    rig.plan(track((0, 0.25, 60)))
    assert not rig.keys


def test_another_take_comes_in_at_the_loop_point() -> None:
    rig = Rig(scale(4, length_s=0.5))
    rig.transport.set_loop(Loop(0.0, 1.0))
    rig.play()
    rig.run(0.7)
    rig.plan(scale(4, length_s=0.5, first=72), when=SwitchWhen.LOOP)
    assert rig.transport.heard_serial == 1
    rig.run(0.28)
    assert rig.keys == {61} and rig.transport.heard_serial == 1
    rig.run(0.1)
    assert rig.keys == {72} and rig.transport.heard_serial == 2
    rig.run(1.0)
    assert rig.onsets() == [(0, 60), (0.5, 61), (1, 72), (1.5, 73), (2, 72)]


def test_the_last_take_chosen_before_the_loop_point_wins() -> None:
    rig = Rig(scale(4))
    rig.transport.set_loop(Loop(0.0, 1.0))
    rig.play()
    rig.run(0.3)
    for first in (72, 84, 96):
        rig.plan(scale(4, first=first), when=SwitchWhen.LOOP)
        rig.run(0.1)
    rig.run(1.0)
    assert [key for _, key in rig.onsets()] == [60, 61, 96, 97]


def test_without_a_loop_another_take_comes_in_at_once() -> None:
    rig = Rig(scale(4))
    rig.play()
    rig.run(0.2)
    rig.plan(scale(4, first=72), when=SwitchWhen.LOOP)
    rig.run(0.5)
    assert rig.transport.heard_serial == 2 and rig.keys == {73}


@pytest.mark.parametrize("end", ["stop", "seek", "no loop"])
def test_a_waiting_take_is_taken_when_the_loop_never_comes(end: str) -> None:
    rig = Rig(scale(4))
    rig.transport.set_loop(Loop(0.0, 1.0))
    rig.play()
    rig.run(0.2)
    rig.plan(scale(4, first=72), when=SwitchWhen.LOOP)
    if end == "stop":
        rig.transport.stop()
    elif end == "seek":
        rig.transport.seek(0.5)
    else:
        rig.transport.set_loop(None)
    assert rig.transport.heard_serial == 2


# --- from the next bar line (a bar is two seconds)


def test_another_take_comes_in_at_the_next_bar() -> None:
    rig = Rig(scale(12, length_s=0.5))
    rig.play()
    rig.run(1.2)
    rig.plan(scale(12, length_s=0.5, first=80), when=SwitchWhen.BAR)
    rig.run(0.79)
    assert rig.transport.heard_serial == 1 and rig.keys == {63}
    rig.run(0.1)
    assert rig.transport.heard_serial == 2 and rig.keys == {84}
    rig.run(1.0)
    assert rig.onsets() == [(0.0, 60), (0.5, 61), (1.0, 62), (1.5, 63), (2.0, 84), (2.5, 85), (3.0, 86)]


@pytest.mark.parametrize("late_s", [0.3, 1.3, 1.9])
def test_at_the_bar_what_both_hold_sounds_on_and_what_is_gone_ends(late_s: float) -> None:
    """Whether or not the bar line was handed to the synth already."""
    pad = track((0.5, 3.0, 40), channel=1)
    rig = Rig(track((1.5, 2.0, 60), (1.5, 2.0, 64), (1.5, 0.5, 67), (2.0, 1.0, 70)), pad)
    rig.play()
    rig.run(late_s)
    rig.plan(track((1.5, 1.0, 60), (2.0, 1.0, 72)), pad, when=SwitchWhen.BAR)
    rig.run(2.05 - late_s)
    assert rig.keys == {40, 60, 72}
    rig.run(0.5)
    assert rig.keys == {40, 72}, "the note that both have ends where the new plan ends it"
    rig.run(1.1)
    assert not rig.keys
    assert rig.onsets(0) == [(1.5, 60), (1.5, 64), (1.5, 67), (2.0, 72)], "nothing is struck twice, nothing too much"
    assert rig.onsets(1) == [(0.5, 40)]


def test_a_bar_line_too_near_to_prepare_is_let_pass() -> None:
    rig = Rig(scale(12))
    rig.play()
    rig.run(1.99)
    rig.plan(scale(12, first=80), when=SwitchWhen.BAR)
    rig.run(1.9)
    assert rig.transport.heard_serial == 1
    rig.run(0.2)
    assert rig.transport.heard_serial == 2 and rig.keys == {88}


def test_the_last_bar_of_a_loop_ends_at_the_loop_point() -> None:
    rig = Rig(scale(12))
    rig.transport.set_loop(Loop(2.0, 4.0))
    rig.play(2.0)
    rig.run(0.7)
    rig.plan(scale(12, first=80), when=SwitchWhen.BAR)
    rig.run(1.5)
    assert [key for _, key in rig.onsets()] == [64, 65, 66, 67, 84]
    assert rig.position_s == pytest.approx(2.2)


def test_the_loop_goes_round_after_a_switch_in_its_middle() -> None:
    rig = Rig(scale(12))
    rig.transport.set_loop(Loop(0.0, 4.0))
    rig.play()
    rig.run(0.7)
    rig.plan(scale(12, first=80), when=SwitchWhen.BAR)
    assert rig.transport.place().loop == Loop(0.0, 4.0)
    rig.run(4.0)
    assert [key for _, key in rig.onsets()] == [60, 61, 62, 63, 84, 85, 86, 87, 80, 81]


def test_a_take_that_follows_the_end_of_the_song_comes_in_there() -> None:
    rig = Rig(scale(4))
    rig.play()
    rig.run(1.3)
    rig.plan(scale(8, first=80), when=SwitchWhen.BAR)
    rig.run(1.0)
    assert [key for _, key in rig.onsets()] == [60, 61, 62, 63, 84]
    rig.run(2.0)
    assert not rig.transport.playing and rig.transport.take_ended()


def test_the_last_take_chosen_before_the_bar_wins_and_at_once_is_at_once() -> None:
    rig = Rig(scale(12))
    rig.play()
    rig.run(0.3)
    for first in (72, 84, 96):
        rig.plan(scale(12, first=first), when=SwitchWhen.BAR)
        rig.run(0.1)
    rig.run(1.5)
    assert [key for _, key in rig.onsets()] == [60, 61, 62, 63, 100]
    rig.plan(scale(12, first=20), when=SwitchWhen.BAR)
    rig.run(0.1)
    rig.plan(scale(12, first=30))
    rig.run(0.3)
    assert rig.transport.heard_serial == 6 and rig.keys == {35}


@pytest.mark.parametrize("other", ["metronome", "loop", "edit of the loop point"])
def test_a_take_that_waits_for_the_bar_goes_on_waiting(other: str) -> None:
    rig = Rig(scale(12))
    rig.play()
    rig.run(0.3)
    rig.plan(scale(12, first=80), when=SwitchWhen.BAR)
    if other == "metronome":
        rig.transport.set_metronome(80)
    else:
        rig.transport.set_loop(Loop(0.0, 4.0 if other == "loop" else 1.0))
    rig.run(0.5)
    assert rig.transport.heard_serial == 1
    rig.run(1.4)
    assert rig.transport.heard_serial == 2, "or until the loop comes round, which may be sooner"


@pytest.mark.parametrize("end", ["stop", "seek"])
def test_a_take_waiting_for_the_bar_is_taken_when_playing_breaks_off(end: str) -> None:
    rig = Rig(scale(12))
    rig.play()
    rig.run(0.3)
    rig.plan(scale(12, first=72), when=SwitchWhen.BAR)
    if end == "stop":
        rig.transport.stop()
    else:
        rig.transport.seek(0.5)
    assert rig.transport.heard_serial == 2


def test_a_new_tempo_from_the_next_bar_on() -> None:
    rig = Rig(scale(12), time_map=TimeMap(TPQ))
    rig.transport.set_loop(Loop(0.0, 4.0))
    rig.play()
    rig.run(1.1)
    rig.plan(scale(12, first=80), time_map=TimeMap(TPQ, (Tempo.of_qpm(0, 60),)), when=SwitchWhen.BAR)
    rig.run(1.5)
    assert rig.position_s == pytest.approx(4.6) and rig.keys == {84}
    assert rig.transport.place().loop == Loop(0.0, 8.0)


def test_the_metronome_stays_in_step_when_a_take_comes_in_at_the_bar() -> None:
    rig = Rig(scale(12))
    rig.transport.set_metronome(100)
    rig.play()
    rig.run(1.2)
    rig.plan(scale(12, first=80), when=SwitchWhen.BAR)
    rig.run(1.4)
    assert clicks(rig) == [(0, True), (0.5, False), (1, False), (1.5, False), (2, True), (2.5, False)]


def test_a_track_that_the_next_bar_mutes_and_unmutes() -> None:
    held, other = track((0, 8, 60)), track((0, 8, 48), channel=1)
    rig = Rig(held, other)
    rig.play()
    rig.run(0.5)
    rig.plan(muted(held), other, when=SwitchWhen.BAR)
    rig.run(1.6)
    assert rig.keys == {48} and rig.synth.controls[(0, VOLUME)] == 0
    rig.plan(held, other, when=SwitchWhen.BAR)
    rig.run(2.0)
    assert rig.keys == {48, 60} and rig.synth.controls[(0, VOLUME)] == 100
    assert rig.onsets(1) == [(0.0, 48)]


# --- other plans of another tempo


def test_a_new_tempo_keeps_the_musical_place() -> None:
    rig = Rig(scale(8), time_map=TimeMap(TPQ))
    rig.transport.set_loop(Loop(0.0, 2.0))
    rig.play()
    rig.run(1.1)
    assert rig.keys == {62}
    rig.plan(scale(8), time_map=TimeMap(TPQ, (Tempo.of_qpm(0, 60),)))
    assert rig.position_s == 2.2 and rig.keys == {62}
    rig.run(0.55)
    assert rig.keys == {62}
    rig.run(0.1)
    assert rig.position_s == 2.85 and not rig.keys, "the note ends at its end in the new tempo"
    place = rig.transport.place()
    assert place.loop == Loop(0.0, 4.0)


def test_a_loop_set_before_the_first_plan_means_its_seconds() -> None:
    """Whatever tempo and resolution a song without notes has."""
    synth = VirtualSynth()
    transport = Transport(synth)
    transport.set_loop(Loop(0.5, 1.5))
    transport.seek(0.5)
    transport.set_plan(make_plan(score(scale(8), time_map=TimeMap(96, (Tempo.of_qpm(0, 77),)))), 1)
    assert transport.place().position_s == 0.5 and transport.place().loop == Loop(0.5, 1.5)


def test_another_resolution_with_the_same_tempo_changes_nothing() -> None:
    rig = Rig(scale(8), time_map=TimeMap(TPQ))
    rig.transport.set_loop(Loop(0.0, 2.0))
    rig.play()
    rig.run(1.1)
    rig.plan(scale(8), time_map=TimeMap(2 * TPQ))
    assert rig.position_s == 1.1 and rig.transport.place().loop == Loop(0.0, 2.0)


def test_muting_ends_and_unmuting_resumes_what_is_held() -> None:
    held, other = track((0, 4, 60)), track((0, 4, 48), channel=1)
    rig = Rig(held, other)
    rig.play()
    rig.run(1.0)
    rig.plan(muted(held), other)
    assert rig.keys == {48}
    rig.run(0.1)
    assert rig.synth.controls[(0, VOLUME)] == 0
    rig.run(0.4)
    rig.plan(held, other)
    rig.run(0.02)
    assert rig.keys == {48, 60} and rig.synth.controls[(0, VOLUME)] == 100
    assert rig.onsets(1) == [(0.0, 48)], "the other track is not struck again"


def test_volume_glides_while_notes_sound_on() -> None:
    """A jump would click."""
    rig = Rig(mixed(track((0, 4, 60)), 120))
    rig.play()
    rig.run(1.0)
    rig.plan(mixed(track((0, 4, 60)), 40))
    for _ in range(20):
        rig.synth.advance(0.004)
        rig.transport.feed()
    volumes = [m.data2 for _, m in rig.synth.log if m.kind == CONTROL and m.data1 == VOLUME]
    assert volumes[0] == 120 and volumes[-1] == 40 and len(volumes) > 6
    assert max(abs(a - b) for a, b in itertools.pairwise(volumes)) <= 20
    assert not rig.transport.gliding and rig.onsets() == [(0.0, 60)]
