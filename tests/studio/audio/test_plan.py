"""What make_plan keeps of a score: times, unisons, mixer, controllers, and more tracks than MIDI has channels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.music import MUTED, Metre, Note, NoteTable, Score, Tempo, TimeMap, Track, TrackEvent
from studio.audio import make_plan
from studio.audio.midi_message import PAN, PEDAL, VOLUME
from studio.audio.plan import MIN_NOTE_S, PlaybackPlan
from tests.studio.audio.pieces import SECOND, TPQ, control_event, mixed, muted, scale, score, soloed, track


def rows(plan: PlaybackPlan) -> list[tuple[float, float, int, int]]:
    return [
        (round(on, 6), round(off, 6), int(slot), int(key))
        for on, off, slot, key in zip(plan.on_s, plan.off_s, plan.slot, plan.key, strict=True)
    ]


def test_notes_come_in_order_of_their_onset_in_seconds() -> None:
    plan = make_plan(score(track((1, 0.5, 64), (0, 2, 60)), track((0.5, 0.25, 40), channel=1)))
    assert rows(plan) == [(0, 2, 0, 60), (0.5, 0.75, 1, 40), (1, 1.5, 0, 64)]


def test_seconds_follow_the_tempo_map() -> None:
    slower = TimeMap(TPQ, (Tempo.of_qpm(SECOND, 60),))
    plan = make_plan(score(track((0.5, 1, 60), (1, 1, 62)), time_map=slower))
    assert rows(plan) == [(0.5, 2, 0, 60), (1, 3, 0, 62)]


def test_it_ends_on_the_bar_line_after_the_last_note() -> None:
    assert make_plan(score(track((0, 0.1, 60)))).end_s == 2.0
    assert make_plan(score(track((0, 2, 60)))).end_s == 2.0
    waltz = TimeMap(TPQ, metres=(Metre(0, 3, 4),))
    assert make_plan(score(track((0, 2, 60)), time_map=waltz)).end_s == 3.0
    assert make_plan(Score()).end_s == 0.0


def test_a_unison_ends_where_the_next_begins() -> None:
    """Else the first note-off would end the second note."""
    plan = make_plan(score(track((0, 2, 60), (1, 2, 60), (1, 0.5, 60), (1, 9, 61))))
    assert rows(plan) == [(0, 1, 0, 60), (1, 3, 0, 60), (1, 10, 0, 61)]


def test_the_same_key_on_two_tracks_is_no_unison() -> None:
    plan = make_plan(score(track((0, 2, 60)), track((1, 2, 60))))
    assert len({slot for *_, slot, _ in rows(plan)}) == 2
    assert [off for _, off, _, _ in rows(plan)] == [2, 3]


def test_notes_of_length_nothing_are_heard_all_the_same() -> None:
    plan = make_plan(score(track((0, 0, 38), (1, 0, 38))))
    assert rows(plan) == [(0, MIN_NOTE_S, 0, 38), (1, 1 + MIN_NOTE_S, 0, 38)]


def test_muted_notes_and_tracks_are_left_out() -> None:
    table = NoteTable.of([Note(0, 480, 60), Note(0, 480, 64, flags=MUTED)])
    assert [key for *_, key in rows(make_plan(score(Track("", table))))] == [60]
    plan = make_plan(score(muted(scale()), track((0, 1, 40))))
    assert [key for *_, key in rows(plan)] == [40]
    assert [(voice.audible, voice.volume) for voice in plan.voices] == [(False, 0), (True, 100)]


def test_solo_silences_all_others() -> None:
    plan = make_plan(score(scale(), soloed(track((0, 1, 40))), muted(soloed(track((0, 1, 41))))))
    assert sorted(key for *_, key in rows(plan)) == [40, 41]


def test_instrument_volume_and_pan_are_each_track_s_own() -> None:
    strings = replace(mixed(track((0, 1, 60)), 80, 20), program=48, bank=(8 << 7) | 3)
    plan = make_plan(score(strings, mixed(track((0, 1, 60), channel=1), 127, 127)))
    first, second = plan.voices
    assert (first.program, first.bank, first.volume, first.pan) == (48, (8 << 7) | 3, 80, 20)
    assert (second.program, second.bank, second.volume, second.pan) == (0, 0, 127, 127)
    assert plan.presets() == {(8, 48), (0, 0)}


def test_drums_use_the_percussion_kit() -> None:
    plan = make_plan(score(replace(track((0, 1, 38), channel=9), drums=True, program=25)))
    assert rows(plan)[0][2] == 9
    assert plan.presets() == {(128, 25)}


def test_later_programs_are_known_beforehand() -> None:
    """So that their samples are loaded before they are needed."""
    events = (control_event(1, 0, 8), TrackEvent(SECOND, bytes((0xC0, 40))), TrackEvent(2 * SECOND, bytes((0xC0, 41))))
    plan = make_plan(score(replace(scale(), events=events, program=3)))
    assert plan.presets() == {(0, 3), (8, 40), (8, 41)}


def test_a_track_without_a_program_plays_the_one_of_its_channel() -> None:
    """Files split one instrument over two tracks and set it up in one of them."""
    right = replace(scale(), program=6, events=(control_event(0.5, PEDAL, 127),), channel=3)
    left = replace(scale(first=40), program=None, channel=3)
    plan = make_plan(score(right, left))
    assert [voice.program for voice in plan.voices] == [6, 6]
    pedals = {int(slot) for slot, _, number, _ in plan.control_bytes.tolist() if number == PEDAL}
    assert pedals == {voice.slot for voice in plan.voices}, "the pedal of one hand is the pedal of both"


def test_volume_and_pan_messages_stay_with_their_own_track() -> None:
    fading = replace(scale(), events=(control_event(1, VOLUME, 30), control_event(1, PAN, 0)))
    plan = make_plan(score(fading, scale(first=40)))
    assert {int(row[0]) for row in plan.control_bytes} == {plan.voices[0].slot}
    assert len(make_plan(score(muted(fading), scale(first=40))).control_bytes) == 1, "a muted track stays at 0"


def test_dangerous_messages_are_not_played() -> None:
    """A file could reset, retune or regroup the whole synth with them."""
    reset = TrackEvent(0, bytes((0xF0, 0x7E, 0x7F, 0x09, 0x01, 0xF7)))
    mono = control_event(0, 126, 4)
    broken = [TrackEvent(0, data) for data in (b"", b"\xb0", b"\xb0\x07", b"\xe0\xff\xff", b"\xff\x03ab")]
    plan = make_plan(score(replace(scale(), events=(reset, mono, *broken))))
    assert len(plan.control_bytes) <= 1


@pytest.mark.parametrize("count", [17, 300])
def test_more_tracks_than_channels_all_sound(count: int) -> None:
    tracks = [track((0, 1, index % 128), channel=index % 16) for index in range(count)]
    tracks = [replace(t, drums=t.channel == 9) for t in tracks]
    plan = make_plan(score(*tracks))
    assert plan.note_count == count
    assert len({(int(s), int(k)) for s, k in zip(plan.slot, plan.key, strict=True)}) == count
    if count <= 225:
        assert len(plan.voices) == count


def test_any_note_is_found_by_where_it_starts() -> None:
    plan = make_plan(score(scale(), track((0, 3, 60), (0.5, 1, 61))))
    for row in range(plan.note_count):
        assert plan.find(int(plan.slot[row]), int(plan.key[row]), int(plan.start_tick[row])) == row
    assert plan.find(0, 60, 1) is None and plan.find(5, 60, 0) is None


notes = st.builds(
    Note, st.integers(0, 3000), st.integers(0, 2000), st.integers(58, 62), st.integers(0, 127), flags=st.integers(0, 1)
)


@given(st.lists(st.lists(notes, max_size=30), max_size=3), st.integers(1, 0xFFFFFF))
def test_no_two_notes_on_one_key_ever_overlap(parts: list[list[Note]], tempo: int) -> None:
    tracks = [Track("", NoteTable.of(part), channel=index) for index, part in enumerate(parts)]
    plan = make_plan(score(*tracks, time_map=TimeMap(TPQ, (Tempo(0, tempo),))))
    assert (np.diff(plan.on_s) >= 0).all()
    assert (plan.off_s >= plan.on_s).all()
    for voice in {(int(s), int(k)) for s, k in zip(plan.slot, plan.key, strict=True)}:
        mine = (plan.slot == voice[0]) & (plan.key == voice[1])
        assert (plan.on_s[mine][1:] >= plan.off_s[mine][:-1]).all()
    wanted = {(i, n.start, n.pitch) for i, part in enumerate(parts) for n in part if not n.flags & MUTED}
    if tempo > 1000:
        got = {(int(s), int(t), int(k)) for s, t, k in zip(plan.slot, plan.start_tick, plan.key, strict=True)}
        assert got == wanted
