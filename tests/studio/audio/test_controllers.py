"""Controllers followed and restored: the state at any place equals having played up to there."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ml.music import Note, NoteTable, Score, TimeMap, Track, TrackEvent
from studio.audio import make_plan
from studio.audio.controllers import PARAMETER, UNKNOWN, State, Tracker, messages_to, state_before
from studio.audio.midi_message import BEND, CONTROL, PAN, PEDAL, PROGRAM, VOLUME, Message
from tests.studio.audio.pieces import TPQ, control_event, scale, score

SLOT = 0


def played(messages: list[Message], start: State | None = None) -> State:
    tracker = Tracker()
    tracker.state.update(start or {})
    for message in messages:
        tracker.follow(message)
    return tracker.state


control_bytes = st.one_of(
    st.tuples(
        st.just(0xB0), st.sampled_from([0, 1, 6, 7, 10, 11, 32, 38, 64, 91, 98, 100, 101, 121]), st.integers(0, 127)
    ),
    st.tuples(st.just(0xC0), st.integers(0, 127)),
    st.tuples(st.just(0xD0), st.integers(0, 127)),
    st.tuples(st.just(0xE0), st.integers(0, 127), st.integers(0, 127)),
    st.tuples(st.just(0xA0), st.integers(60, 62), st.integers(0, 127)),
).map(bytes)
events = st.lists(st.tuples(st.integers(0, 50), control_bytes), max_size=30).map(
    lambda rows: tuple(TrackEvent(tick, data) for tick, data in sorted(rows, key=lambda row: row[0]))
)


@given(events, st.integers(0, 31))
def test_the_state_at_a_place_is_that_of_playing_up_to_there(stream: tuple[TrackEvent, ...], row: int) -> None:
    part = Track("", NoteTable.of([Note(0, 9, 60)]), program=7, events=stream)
    plan = make_plan(Score((part,), TimeMap(TPQ)))
    row = min(row, len(plan.control_s))
    start = messages_to(state_before(plan, 0), {})
    stepwise = played(start + [Message(*data) for data in plan.control_bytes[:row].tolist()])
    assert state_before(plan, row) == stepwise


@given(events, events)
def test_any_state_is_reached_from_any_other(one: tuple[TrackEvent, ...], other: tuple[TrackEvent, ...]) -> None:
    states = []
    for stream in (one, other):
        plan = make_plan(score(replace(scale(1), events=stream)))
        states.append(state_before(plan, len(plan.control_s)))
    reached = played(messages_to(states[1], states[0]), states[0])
    assert {item: reached[item] for item in states[1]} == states[1]
    assert messages_to(states[1], states[1]) == []
    assert messages_to(states[1], reached) == []


def test_a_bend_range_is_set_by_its_whole_sequence() -> None:
    """Data entry means nothing without the parameter it enters."""
    state: State = {(SLOT, PARAMETER, 0): (12, 0)}
    numbers = [message[2:] for message in messages_to(state, {})]
    assert numbers == [(101, 0), (100, 0), (6, 12), (38, 0), (101, 127), (100, 127)]
    assert messages_to({}, state)[2][2:] == (6, 2), "without it, two semitones"


def test_the_bank_comes_before_the_program_and_both_before_the_rest() -> None:
    state: State = {(SLOT, CONTROL, VOLUME): (90,), (SLOT, PROGRAM, 0): (8, 1, 40), (SLOT, BEND, 0): (0, 64)}
    kinds = [(message.kind, message.data1, message.data2) for message in messages_to(state, {})]
    assert kinds == [(CONTROL, 0, 8), (CONTROL, 32, 1), (PROGRAM, 40, 0), (BEND, 0, 64), (CONTROL, 7, 90)]


def test_what_a_plan_does_not_mention_goes_back_to_rest() -> None:
    dirty: State = {
        (SLOT, CONTROL, PEDAL): (127,),
        (SLOT, CONTROL, 11): (20,),
        (SLOT, CONTROL, PAN): (3,),
        (SLOT, CONTROL, 1): UNKNOWN,
    }
    sent = {message.data1: message.data2 for message in messages_to({}, dirty)}
    assert sent == {PEDAL: 0, 11: 127, 1: 0}, "volume and pan are the mixer's"


def test_reset_all_controllers_keeps_volume_pan_and_program() -> None:
    stream = (*(control_event(0, number, 5) for number in (1, 7, 10, 64)), control_event(0.5, 121, 0))
    plan = make_plan(score(replace(scale(2), events=stream, program=3)))
    state = state_before(plan, len(plan.control_s))
    assert state == {
        (SLOT, PROGRAM, 0): (0, 0, 3),
        (SLOT, CONTROL, VOLUME): (5,),
        (SLOT, CONTROL, PAN): (5,),
    }
