"""Asking for a continuation: what is asked, how takes arrive, how one is chosen, and what remains of the others."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ml.music import Key, Note, NoteTable, Score, Track
from ml.requests import Limits, RefusedRequest, Sampling, Verb
from studio.audio import PlanHeard, SwitchWhen
from studio.edit.operations.tracks import delete_track
from studio.edit.selection import select_box
from studio.engine import UnknownModel
from studio.session import AnswerState, Place, Studio, Topic, Wishes

Answered = Callable[[Studio], None]
Until = Callable[[Studio, Callable[[], bool]], None]

BAR = 1920
"""Ticks of a bar of the tune."""


def ask(studio: Studio, **wishes: Any) -> None:
    studio.ask(Verb.CONTINUE, None, replace(Wishes(bars=2, takes=2, seed=5), **wishes))


def test_with_nothing_selected_the_piece_goes_on_where_it_ends(open_tune: Studio, answered: Answered) -> None:
    ask(open_tune)
    request = open_tune.takes.request
    assert request is not None
    assert (request.region.start_tick, request.region.end_tick, request.region.tracks) == (4 * BAR, 6 * BAR, (0,))
    answered(open_tune)
    assert [slot.title for slot in open_tune.takes.slots] == ["Alpha 1", "Alpha 2", "Beta 1", "Beta 2"]
    assert all(slot.done for slot in open_tune.takes.slots)


def test_a_standing_playhead_comes_to_the_join_and_one_inside_the_loop_stays(
    open_tune: Studio, answered: Answered
) -> None:
    ask(open_tune)
    assert open_tune.transport.position_tick == pytest.approx(3 * BAR, abs=1)
    answered(open_tune)
    open_tune.transport.seek(4 * BAR)
    ask(open_tune)
    assert open_tune.transport.position_tick == pytest.approx(4 * BAR, abs=1)
    answered(open_tune)


def test_selected_notes_say_where_to_go_on_and_the_current_track_is_asked(
    open_tune: Studio, answered: Answered
) -> None:
    score = open_tune.document.score
    open_tune.document.select(select_box(score, 0, 0, BAR + 10))
    ask(open_tune)
    assert open_tune.takes.request is not None
    assert open_tune.takes.request.region.start_tick == 2 * BAR
    answered(open_tune)
    open_tune.document.set_current_track(1)
    ask(open_tune)
    assert open_tune.takes.request.region.tracks == (1,)
    answered(open_tune)


def test_a_key_that_is_set_is_a_limit_and_one_that_is_heard_only_a_leaning(
    open_tune: Studio, answered: Answered
) -> None:
    leaning = open_tune.leaning()
    assert leaning is not None and str(leaning.key) == "C major"
    ask(open_tune)
    assert open_tune.takes.request is not None and open_tune.takes.request.limits.key is None
    answered(open_tune)
    key = Key.parse("F#:maj")
    ask(open_tune, limits=Limits(key=key))
    answered(open_tune)
    pitches = {note.pitch % 12 for slot in open_tune.takes.slots for note in slot.notes}
    assert pitches and pitches <= key.pitch_classes


def test_the_same_seed_gives_the_same_notes_and_no_seed_new_ones(open_tune: Studio, answered: Answered) -> None:
    heard = []
    for seed in (5, 5, None):
        ask(open_tune, seed=seed)
        answered(open_tune)
        heard.append([slot.notes for slot in open_tune.takes.slots])
    assert heard[0] == heard[1] != heard[2]


def test_unset_seeds_come_from_the_given_randomness(rig: Any, open_tune: Studio) -> None:
    studio = Studio(rig.engine, open_tune.settings, randomness=random.Random(1))
    studio.document.replace(open_tune.document.score, "tune")
    studio.ask(Verb.CONTINUE, None, Wishes(seed=None))
    assert studio.takes.request is not None
    assert studio.takes.request.seed == random.Random(1).randrange(1 << 31)
    studio.reject()


@pytest.mark.parametrize(
    ("score", "selection", "wishes", "words"),
    [
        (Score(), None, {}, "song is empty"),
        (None, None, {"bars": 0}, "at least one bar"),
        (None, None, {"bars": 10_000}, "too many"),
        (None, (40 * BAR, 41 * BAR), {}, "past the end"),
        (None, None, {"takes": 0}, "takes"),
        (None, None, {"sampling": Sampling(float("nan"))}, "temperature"),
        (None, None, {"limits": Limits(lowest=60, highest=50)}, "range is empty"),
        (Score((Track("x", NoteTable.of([Note(9000, 10, 60)])),)), (0, 1920), {}, "no notes before"),
    ],
)
def test_a_request_with_no_room_is_refused_and_nothing_changes(
    open_tune: Studio, score: Score | None, selection: tuple[int, int] | None, wishes: dict[str, Any], words: str
) -> None:
    if score is not None:
        open_tune.document.replace(score, "other")
    before = open_tune.document.score
    with pytest.raises(RefusedRequest, match=words) as refusal:
        open_tune.ask(Verb.CONTINUE, Place(marked=selection), replace(Wishes(), **wishes))
    assert "\n" not in str(refusal.value) and str(refusal.value).endswith(".")
    assert open_tune.document.score is before and not open_tune.takes.showing


def test_an_unknown_model_leaves_the_takes_that_show(open_tune: Studio, answered: Answered) -> None:
    ask(open_tune)
    answered(open_tune)
    with pytest.raises(UnknownModel):
        ask(open_tune, models=("gamma",))
    assert len(open_tune.takes.slots) == 4


def test_notes_stream_in_and_only_whole_bars_are_played(
    open_tune: Studio, rig: Any, until: Until, answered: Answered
) -> None:
    gate, reached = threading.Event(), threading.Event()

    def hold(take: int, number: int) -> None:
        if number == 11:
            reached.set()
            gate.wait(30)

    rig.walker.before_note["alpha"] = hold
    ask(open_tune, models=("alpha",), takes=1)
    until(open_tune, reached.is_set)
    until(open_tune, lambda: len(open_tune.takes.slots[0].notes) == 11)
    slot = open_tune.takes.slots[0]
    assert slot.complete_until_tick == 5 * BAR and len(slot.playable_notes) == 8
    assert open_tune.takes.answers[0].state is AnswerState.WRITING
    assert open_tune.takes.auditioned is slot, "the first take with a whole bar is heard by itself"
    heard = open_tune.transport.heard.tracks[0].notes
    assert len(heard) == 16 + 8
    with pytest.raises(RefusedRequest, match="still being written"):
        open_tune.accept(slot)
    gate.set()
    answered(open_tune)
    assert len(open_tune.transport.heard.tracks[0].notes) == 16 + 16


def test_takes_are_heard_in_the_song_over_the_join_and_switched_in_turn(
    open_tune: Studio, player: Any, answered: Answered
) -> None:
    open_tune.transport.set_loop((0, BAR))
    ask(open_tune)
    assert player.loop == (6.0, 12.0), "from a bar before the join, at two seconds a bar"
    answered(open_tune)
    slots = open_tune.takes.slots
    open_tune.audition(slots[0])
    for expected in (1, 2, 3, 0):
        open_tune.audition_next()
        assert open_tune.takes.auditioned is slots[expected]
        take = slots[expected].take
        assert take is not None
        written = {(n.start, n.pitch) for n in open_tune.transport.heard.tracks[0].notes if n.start >= 4 * BAR}
        assert written == {(n.start, n.pitch) for n in take.notes}
    open_tune.audition_next(-1)
    assert open_tune.takes.auditioned is slots[3]
    open_tune.audition(None)
    assert open_tune.transport.heard is open_tune.document.score
    open_tune.reject()
    assert open_tune.transport.loop == (0, BAR), "the user's own loop is back"


def test_a_loop_that_the_user_sets_while_takes_show_stays(open_tune: Studio, answered: Answered) -> None:
    ask(open_tune)
    answered(open_tune)
    open_tune.transport.set_loop((3 * BAR, 5 * BAR))
    open_tune.accept(open_tune.takes.slots[0])
    assert open_tune.transport.loop == (3 * BAR, 5 * BAR)


def test_switching_at_the_loop_waits_until_the_player_says_so(
    open_tune: Studio, player: Any, answered: Answered
) -> None:
    ask(open_tune)
    answered(open_tune)
    open_tune.transport.play()
    open_tune.switch_when = SwitchWhen.LOOP
    open_tune.audition_next()
    open_tune.poll()
    assert player.calls[-1] == ("plan", "loop") and open_tune.transport.switching
    player.reports.append(PlanHeard(len(player.plans)))
    open_tune.poll()
    assert not open_tune.transport.switching
    open_tune.switch_when = SwitchWhen.NOW
    open_tune.audition_next()
    open_tune.poll()
    assert player.calls[-1] == ("plan", "now")


def test_accepting_is_one_step_with_the_new_notes_selected_and_their_origin_kept(
    open_tune: Studio, answered: Answered
) -> None:
    document = open_tune.document
    before, steps = document.score, len(document.history.steps)
    ask(open_tune)
    answered(open_tune)
    slot = open_tune.takes.slots[2]
    assert slot.take is not None
    open_tune.accept(slot)
    assert len(document.history.steps) == steps + 1 and document.undo_label == "Accept Beta 1"
    new = document.selection.notes(document.score)
    assert {(n.start, n.pitch, n.velocity) for n in new} == {(n.start, n.pitch, n.velocity) for n in slot.take.notes}
    assert set(new.source.tolist()) == {1}
    (origin,) = open_tune.piece.provenance
    assert (origin["source"], origin["model"], origin["seed"], origin["take"]) == (1, "beta", 5, 0)
    assert not open_tune.takes.showing and open_tune.transport.heard is document.score
    document.undo()
    assert document.score is before
    ask(open_tune)
    answered(open_tune)
    open_tune.accept(open_tune.takes.slots[0])
    assert {kept["source"] for kept in open_tune.piece.provenance} == {1, 2}


def test_rejecting_leaves_no_trace(open_tune: Studio, answered: Answered) -> None:
    document = open_tune.document
    before = (document.score, document.history, document.selection, open_tune.piece.provenance)
    ask(open_tune)
    answered(open_tune)
    open_tune.audition(open_tune.takes.slots[1])
    open_tune.reject()
    assert (document.score, document.history, document.selection, open_tune.piece.provenance) == before
    assert not document.modified and not open_tune.takes.showing and open_tune.transport.heard is document.score


def test_cancel_keeps_what_is_complete_and_drops_the_rest(open_tune: Studio, rig: Any, until: Until) -> None:
    gate, reached = threading.Event(), threading.Event()

    def hold(take: int, number: int) -> None:
        if number == 12:
            reached.set()
            gate.wait(30)

    rig.walker.before_note["beta"] = hold
    ask(open_tune, takes=1)
    until(open_tune, reached.is_set)
    open_tune.cancel()
    assert not open_tune.takes.running and not open_tune.takes.showing, "nothing was complete yet"
    gate.set()
    reached.clear()
    gate.clear()

    def hold_second_model(take: int, number: int) -> None:
        if number == 15:
            reached.set()
            gate.wait(30)

    rig.walker.before_note["beta"] = hold_second_model
    rig.walker.before_note["alpha"] = lambda take, number: None
    ask(open_tune, takes=1, models=("beta", "alpha"))
    until(open_tune, reached.is_set)
    gate.set()
    until(open_tune, lambda: bool(open_tune.takes.slots) and open_tune.takes.slots[-1].done)
    open_tune.cancel()
    assert open_tune.takes.showing and all(slot.done for slot in open_tune.takes.slots)


def test_asking_again_replaces_the_takes_that_show(open_tune: Studio, answered: Answered) -> None:
    ask(open_tune)
    answered(open_tune)
    old = open_tune.takes.slots
    ask(open_tune, takes=1)
    answered(open_tune)
    assert len(open_tune.takes.slots) == 2 and not set(old) & set(open_tune.takes.slots)
    with pytest.raises(ValueError, match="not showing any more"):
        open_tune.audition(old[0])


def test_a_model_that_fails_says_why_and_the_other_one_answers(open_tune: Studio, rig: Any, answered: Answered) -> None:
    def no_memory(take: int, number: int) -> None:
        raise MemoryError

    rig.walker.before_note["alpha"] = no_memory
    ask(open_tune)
    answered(open_tune)
    alpha, beta = open_tune.takes.answers
    assert alpha.state is AnswerState.FAILED and "memory" in alpha.sentence and not alpha.slots
    assert beta.state is AnswerState.DONE and len(beta.slots) == 2
    assert open_tune.status == alpha.sentence


def test_takes_are_marked_when_the_song_changes_and_unmarked_when_it_changes_back(
    open_tune: Studio, answered: Answered
) -> None:
    ask(open_tune)
    answered(open_tune)
    document = open_tune.document
    louder = document.track.notes.replaced(0, velocity=127)
    document.commit("Louder", document.score.with_track(0, document.track.with_notes(louder)))
    assert open_tune.takes.prompt_changed
    document.undo()
    assert not open_tune.takes.prompt_changed
    document.redo()
    open_tune.accept(open_tune.takes.slots[0])
    assert document.track.notes.velocity[0] == 127 and len(document.track.notes) == 32


def test_a_take_finds_its_track_after_tracks_were_moved(open_tune: Studio, answered: Answered) -> None:
    ask(open_tune)
    answered(open_tune)
    document = open_tune.document
    document.commit("Move track", document.score.with_tracks(document.score.tracks[::-1]))
    assert not open_tune.takes.prompt_changed
    open_tune.accept(open_tune.takes.slots[0])
    assert [len(track.notes) for track in document.score.tracks] == [0, 32]
    assert document.current_track == 1


def test_a_take_whose_track_is_gone_waits_for_its_return(open_tune: Studio, answered: Answered) -> None:
    ask(open_tune)
    answered(open_tune)
    document = open_tune.document
    slot = open_tune.takes.slots[0]
    open_tune.audition(slot)
    document.apply("Delete track", delete_track(document.score, 0))
    assert open_tune.takes.prompt_changed and open_tune.transport.heard is document.score
    with pytest.raises(RefusedRequest, match="track that this take was written for is gone"):
        open_tune.accept(slot)
    assert open_tune.piece.provenance == ()
    document.undo()
    open_tune.accept(slot)
    assert len(document.score.tracks[0].notes) == 32


def test_opening_another_piece_takes_the_takes_away(open_tune: Studio, answered: Answered) -> None:
    ask(open_tune)
    answered(open_tune)
    open_tune.audition(open_tune.takes.slots[0])
    open_tune.new()
    assert not open_tune.takes.showing and open_tune.transport.heard is open_tune.document.score
    assert open_tune.transport.loop is None


def test_listeners_are_told_what_to_look_at(open_tune: Studio, answered: Answered) -> None:
    topics: list[Topic] = []
    unsubscribe = open_tune.subscribe(topics.append)
    ask(open_tune)
    answered(open_tune)
    assert topics.count(Topic.TAKES) >= 2 and Topic.TRANSPORT in topics
    unsubscribe()
    topics.clear()
    open_tune.reject()
    assert topics == []


def test_wishes_are_remembered_for_the_next_start(studio: Studio, rig: Any) -> None:
    studio.wishes = replace(studio.wishes, bars=8, takes=2, sampling=Sampling(0.8), models=("beta",))
    again = Studio(rig.engine, type(studio.settings)(studio.settings.path))
    assert again.wishes == studio.wishes
    again.piece.close(keep_journal=False)
