"""Every request is remembered with its takes: across saving and crashes, for going back, going on and replaying."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.requests import RefusedRequest, TakeNote, Verb
from studio.edit.operations.pitch import transpose
from studio.edit.selection import select_all
from studio.engine import Engine, Shelf
from studio.project import AppFolders, Journal, SettingsStore, TakeState
from studio.project.prompt_codec import skeleton_of
from studio.project.tree_bounds import TreeBounds
from studio.session import Studio
from studio.session.audition import TakePart
from studio.session.take_diff import difference
from studio.session.take_figures import TakeMark
from studio.session.take_record import same_notes, take_of
from studio.session.take_tree import TakeTree
from studio.session.wishes import Wishes

Answered = Callable[[Studio], None]
WISHES = Wishes(bars=1, takes=2)


def ask(studio: Studio, answered: Answered, verb: Verb = Verb.CONTINUE, **wishes: Any) -> int:
    """Ask and wait; the number of the request in the tree."""
    studio.ask(verb, wishes=replace(WISHES, **wishes))
    answered(studio)
    number = studio.tree.tree.open_request
    assert number is not None
    return number


def states(studio: Studio, number: int) -> list[TakeState]:
    record = studio.tree.tree.request(number)
    assert record is not None
    return [take.state for take in record.takes]


def test_a_request_is_written_down_with_all_that_made_its_takes(open_tune: Studio, answered: Answered) -> None:
    studio = open_tune
    number = ask(studio, answered, seed=11)
    (record,) = studio.tree.tree.requests
    assert (record.number, record.request.seed, record.has_prompt) == (number, 11, True)
    assert record.request.score == studio.document.score
    assert [name for name, _ in record.models] == ["alpha", "beta"]
    assert [take.title for take in record.takes] == ["Alpha 1", "Alpha 2", "Beta 1", "Beta 2"]
    assert states(studio, number) == [TakeState.SHOWING] * 4
    for take, slot in zip(record.takes, studio.takes.slots, strict=True):
        assert slot.take is not None
        again = take_of(record, take)
        assert same_notes(again.notes, slot.take.notes)
        assert again.provenance == slot.take.provenance


def test_what_becomes_of_takes_is_remembered(open_tune: Studio, answered: Answered) -> None:
    studio = open_tune
    first = ask(studio, answered)
    studio.mark(studio.takes.slots[1], TakeMark(starred=True, label="hook"))
    studio.accept(studio.takes.slots[2])
    rejected, accepted = TakeState.REJECTED, TakeState.ACCEPTED
    assert states(studio, first) == [rejected, rejected, accepted, rejected]
    record = studio.tree.tree.request(first)
    assert record is not None
    assert (record.takes[1].starred, record.takes[1].label) == (True, "hook")
    assert record.takes[2].accepted[0].notes is record.takes[2].notes

    second = ask(studio, answered)
    studio.accept_part(studio.takes.slots[0], TakePart(notes=frozenset({0, 1})))
    studio.reject()
    assert states(studio, second)[0] is TakeState.PARTLY_ACCEPTED
    child = studio.tree.tree.request(second)
    assert child is not None
    assert child.parent == record.ref(record.takes[2])


def test_undoing_an_accept_makes_the_next_request_grow_from_what_was_before(
    open_tune: Studio, answered: Answered
) -> None:
    studio = open_tune
    ask(studio, answered)
    studio.accept(studio.takes.slots[0])
    studio.document.undo()
    second = ask(studio, answered)
    record = studio.tree.tree.request(second)
    assert record is not None
    assert record.parent is None


def test_a_request_that_brought_nothing_leaves_no_trace(open_tune: Studio) -> None:
    open_tune.ask(Verb.CONTINUE, wishes=WISHES)
    open_tune.reject()
    assert open_tune.tree.tree.requests == ()


def test_the_tree_is_saved_with_the_project_and_comes_back(
    open_tune: Studio, answered: Answered, tmp_path: Path
) -> None:
    studio = open_tune
    ask(studio, answered)
    studio.mark(studio.takes.slots[3], TakeMark(note="try with strings"))
    studio.accept(studio.takes.slots[0])
    ask(studio, answered)
    assert studio.tree.tree.unsaved_marks
    studio.save_as(tmp_path / "song.continuo")
    assert not studio.tree.tree.unsaved_marks
    kept = studio.tree.tree.record
    studio.new()
    assert studio.tree.tree.requests == ()
    studio.open(tmp_path / "song.continuo")
    assert [r.number for r in studio.tree.tree.requests] == [1, 2]
    assert studio.tree.tree.requests[0] == kept.requests[0]
    assert states(studio, 2) == [TakeState.REJECTED] * 4, "what showed when it was saved shows no more"


def test_a_crash_loses_no_take(open_tune: Studio, answered: Answered, rig: Any, folders: AppFolders) -> None:
    studio = open_tune
    first = ask(studio, answered)
    studio.accept(studio.takes.slots[0])
    second = ask(studio, answered)
    studio.mark(studio.takes.slots[1], TakeMark(starred=True))
    before = studio.tree.tree.record
    studio.piece.close(keep_journal=True)

    again = Studio(rig.engine, SettingsStore(folders.settings_file), journal=Journal(folders.journal))
    try:
        (work,) = again.recoverable()
        again.recover(work)
        assert again.tree.tree.requests[0] == before.requests[first - 1]
        assert [t.starred for t in again.tree.tree.requests[second - 1].takes] == [False, True, False, False]
        assert again.tree.tree.unsaved_marks
    finally:
        again.close()


def test_takes_of_a_song_that_was_never_edited_survive_a_crash_too(
    open_tune: Studio, answered: Answered, rig: Any, folders: AppFolders
) -> None:
    ask(open_tune, answered)
    open_tune.piece.close(keep_journal=True)
    again = Studio(rig.engine, SettingsStore(folders.settings_file), journal=Journal(folders.journal))
    try:
        (work,) = again.recoverable()
        assert work.steps == 0
        again.recover(work)
        assert len(again.tree.tree.requests[0].takes) == 4
    finally:
        again.close()


def test_a_tree_that_has_grown_large_lets_the_oldest_prompts_go_and_says_so(
    open_tune: Studio, answered: Answered
) -> None:
    studio = open_tune
    tree = TakeTree(lambda name, value, score: None, bounds=TreeBounds(prompt_rows=60))
    studio.piece.tree = tree
    for number in range(3):
        ask(studio, answered)
        studio.accept(studio.takes.slots[0])
        if not number:
            first = tree.requests[0]
            tree.mark(first.ref(first.takes[1]), TakeMark(starred=True))
    assert [record.has_prompt for record in tree.requests] == [True, False, True]
    assert "cannot be replayed any more" in tree.cut
    assert all(len(record.takes) == 4 for record in tree.requests)


# --- going back and on


def test_earlier_takes_are_shown_heard_and_accepted_again(open_tune: Studio, answered: Answered) -> None:
    studio = open_tune
    first = ask(studio, answered)
    record = studio.tree.tree.request(first)
    assert record is not None
    studio.reject()
    studio.tree.show_again(first, record.ref(record.takes[1]))
    assert [slot.title for slot in studio.takes.slots] == ["Alpha 1", "Alpha 2", "Beta 1", "Beta 2"]
    assert studio.takes.auditioned is studio.takes.slots[1]
    assert not studio.takes.prompt_changed
    studio.accept()
    assert states(studio, first) == [TakeState.REJECTED, TakeState.ACCEPTED, TakeState.REJECTED, TakeState.REJECTED]
    assert studio.document.undo_label == "Accept Alpha 2"
    assert len(studio.tree.tree.requests) == 1


def test_a_star_put_in_the_tree_shows_on_the_board_and_the_other_way_round(
    open_tune: Studio, answered: Answered
) -> None:
    studio = open_tune
    number = ask(studio, answered)
    record = studio.tree.tree.request(number)
    assert record is not None
    ref = record.ref(record.takes[0])
    studio.tree.mark(ref, TakeMark(starred=True))
    assert studio.takes.slots[0].mark.starred
    studio.reject()
    studio.tree.mark(ref, TakeMark(starred=True, label="keep"))
    studio.tree.show_again(number, ref)
    assert studio.takes.slots[0].mark == TakeMark(starred=True, label="keep")


def test_going_back_to_a_take_is_one_undo_step(open_tune: Studio, answered: Answered) -> None:
    studio = open_tune
    number = ask(studio, answered)
    record = studio.tree.tree.request(number)
    assert record is not None
    take = record.takes[3]
    studio.reject()
    document = studio.document
    document.apply("Transpose", transpose(document.score, select_all(document.score, 0), 5))
    edited = document.score
    studio.tree.go_back(record.ref(take))
    assert document.undo_label == "Go back to Beta 2"
    lead = document.score.tracks[0].notes
    assert [n.pitch for n in lead if n.source] == [n.pitch for n in take.notes]
    assert lead.pitch[0] == 60, "also the notes before are those of then"
    assert studio.tree.tree.find(record.ref(take))[1].state is TakeState.ACCEPTED  # type: ignore[index]
    document.undo()
    assert document.score is edited
    studio.tree.go_back_before(number)
    assert document.score == record.request.score
    with pytest.raises(RefusedRequest, match="just as it was then"):
        studio.tree.go_back_before(number)


def test_going_on_from_any_take_happens_beside_the_song(open_tune: Studio, answered: Answered) -> None:
    studio = open_tune
    number = ask(studio, answered)
    record = studio.tree.tree.request(number)
    assert record is not None
    left, right = record.takes[0], record.takes[2]
    studio.accept(studio.takes.slots[0])
    song = studio.document.score
    studio.tree.continue_from(record.ref(right), WISHES)
    answered(studio)
    assert studio.document.score is song
    (_, branch) = studio.tree.tree.requests
    assert branch.parent == record.ref(right)
    assert branch.request.region.start_tick == record.request.region.end_tick
    document = studio.document
    document.apply("Transpose", transpose(document.score, select_all(document.score, 0), 1))
    studio.accept(studio.takes.slots[0])
    lead = document.score.tracks[0].notes
    sources = sorted({n.source for n in lead} - {0})
    assert [[n.pitch for n in lead if n.source == source] for source in sources] == [
        [n.pitch for n in right.notes],
        [n.pitch for n in branch.takes[0].notes] if branch.takes else [n.pitch for n in studio_take(studio, 2)],
    ]
    assert studio.tree.tree.find(record.ref(right))[1].state is TakeState.ACCEPTED  # type: ignore[index]
    assert studio.tree.tree.find(record.ref(left))[1].state is TakeState.ACCEPTED  # type: ignore[index]
    document.undo()
    assert document.undo_label == "Transpose"
    third = ask(studio, answered)
    grown = studio.tree.tree.request(third)
    assert grown is not None
    assert grown.parent == record.ref(left)


def studio_take(studio: Studio, number: int) -> tuple[TakeNote, ...]:
    record = studio.tree.tree.request(number)
    assert record is not None
    return record.takes[0].notes


def test_going_on_from_the_take_that_the_song_has_is_asking_as_usual(open_tune: Studio, answered: Answered) -> None:
    studio = open_tune
    number = ask(studio, answered)
    record = studio.tree.tree.request(number)
    assert record is not None
    studio.accept(studio.takes.slots[0])
    studio.tree.continue_from(record.ref(record.takes[0]), WISHES)
    assert not studio.takes.beside
    answered(studio)


def test_an_accompaniment_shows_again_with_its_new_track(open_tune: Studio, answered: Answered) -> None:
    studio = open_tune
    number = ask(studio, answered, Verb.ACCOMPANY)
    record = studio.tree.tree.request(number)
    assert record is not None
    assert record.new_tracks == 1
    studio.reject()
    studio.tree.show_again(number, record.ref(record.takes[0]))
    studio.accept()
    assert len(studio.document.score.tracks) == 3
    assert len(studio.document.score.tracks[2].notes) == len(record.takes[0].notes)
    studio.tree.go_back_before(number)
    assert len(studio.document.score.tracks) == 2


# --- replaying


def replayed(studio: Studio, number: int, until: Callable[..., None]) -> str:
    studio.tree.replay(number)
    assert studio.tree.replaying == number
    until(studio, lambda: studio.tree.replaying is None)
    return studio.tree.replayed[number].sentence


def test_a_replay_gives_the_same_notes_also_after_the_song_was_edited(
    open_tune: Studio, answered: Answered, until: Callable[..., None]
) -> None:
    studio = open_tune
    number = ask(studio, answered)
    studio.accept(studio.takes.slots[0])
    document = studio.document
    document.apply("Transpose", transpose(document.score, select_all(document.score, 0), 5))
    score = document.score
    assert replayed(studio, number, until) == "Replayed: All 4 takes came out the same, note for note."
    assert studio.status == studio.tree.replayed[number].sentence
    assert document.score is score
    assert not studio.takes.showing


def test_another_machine_or_other_weights_are_named_and_the_stored_notes_stand(
    open_tune: Studio, answered: Answered, until: Callable[..., None], walker: Any
) -> None:
    studio = open_tune
    number = ask(studio, answered)
    studio.reject()
    before = studio.tree.tree.request(number)
    assert before is not None
    walker.twist["beta"] = lambda note: replace(note, pitch=note.pitch + 1)
    sentence = replayed(studio, number, until)
    assert sentence == (
        "Replayed: 2 of 4 takes came out the same. 2 takes came out with other notes. "
        "The model drew other notes this time. The stored notes stand."
    )
    elsewhere = replace(before, machine="a big machine; 16 threads")
    studio.tree.tree.begin(replace(studio.tree.tree.record, requests=(elsewhere,)))
    assert "They were made elsewhere or with other versions (a big machine; 16 threads)." in replayed(
        studio, number, until
    )
    takes = tuple(replace(take, facts={**take.facts, "checkpoint": "ff" * 32}) for take in before.takes)
    studio.tree.tree.begin(replace(studio.tree.tree.record, requests=(replace(before, takes=takes),)))
    assert "Beta has other weights now than then." in replayed(studio, number, until)
    kept = studio.tree.tree.request(number)
    assert kept is not None
    assert [take.notes for take in kept.takes] == [take.notes for take in before.takes]


def test_what_cannot_be_replayed_is_refused_with_the_reason_and_stays(
    open_tune: Studio, answered: Answered, models: Path, until: Callable[..., None], rig: Any
) -> None:
    studio = open_tune
    number = ask(studio, answered)
    studio.reject()
    record = studio.tree.tree.request(number)
    assert record is not None
    shutil.rmtree(models / "beta")
    studio.shelf.rescan()
    assert replayed(studio, number, until) == (
        "Replayed: 2 of 4 takes came out the same. Beta is not installed here. The stored notes stand."
    )
    shutil.rmtree(models / "alpha")
    studio.shelf.rescan()
    with pytest.raises(RefusedRequest, match="Alpha and Beta are not installed here"):
        studio.tree.replay(number)
    studio.tree.show_again(number, record.ref(record.takes[0]))
    studio.accept()
    assert studio.document.undo_label == "Accept Alpha 1"

    bare = replace(record, has_prompt=False, request=replace(record.request, score=skeleton_of(record.request.score)))
    studio.tree.tree.begin(replace(studio.tree.tree.record, requests=(bare,)))
    for refused in (
        lambda: studio.tree.replay(number),
        lambda: studio.tree.go_back(record.ref(record.takes[0])),
        lambda: studio.tree.continue_from(record.ref(record.takes[0]), WISHES),
    ):
        with pytest.raises(RefusedRequest, match="not kept any more"):
            refused()
    assert studio.tree.title(bare) == "Continue Lead with bar 5"


def test_a_new_request_ends_a_replay(open_tune: Studio, answered: Answered) -> None:
    studio = open_tune
    number = ask(studio, answered)
    studio.reject()
    studio.tree.replay(number)
    with pytest.raises(RefusedRequest, match="being replayed already"):
        studio.tree.replay(number)
    ask(studio, answered)
    assert studio.tree.replaying is None
    assert number not in studio.tree.replayed


def test_asking_again_after_opening_gives_none_of_the_takes_of_then(
    open_tune: Studio, answered: Answered, tmp_path: Path
) -> None:
    studio = open_tune
    ask(studio, answered)
    request = studio.takes.request
    assert request is not None
    placed = {slot.take.placed for slot in studio.takes.slots if slot.take is not None}
    studio.save_as(tmp_path / "song.continuo")
    studio.open(tmp_path / "song.continuo")
    assert studio.earlier.of(request) == placed


def test_projects_from_a_machine_with_other_models_show_what_is_known(
    open_tune: Studio, answered: Answered, tmp_path: Path, walker: Any, folders: AppFolders
) -> None:
    ask(open_tune, answered)
    open_tune.save_as(tmp_path / "song.continuo")
    empty = Engine(Shelf([tmp_path / "nothing"]), lambda: walker)
    other = Studio(empty, SettingsStore(folders.settings_file))
    try:
        other.open(tmp_path / "song.continuo")
        (record,) = other.tree.tree.requests
        other.tree.show_again(1, record.ref(record.takes[2]))
        assert [answer.card.cannot for answer in other.takes.answers] == ["This model is not installed any more."] * 2
        other.accept()
        assert len([n for n in other.document.track.notes if n.source]) == len(record.takes[2].notes)
    finally:
        other.close()


def test_older_projects_open_unchanged(open_tune: Studio, tmp_path: Path) -> None:
    open_tune.save_as(tmp_path / "song.continuo")
    assert "tree" not in json.loads((tmp_path / "song.continuo").read_text())
    open_tune.open(tmp_path / "song.continuo")
    assert open_tune.tree.tree.requests == ()


# --- comparing

NOTE = st.builds(
    TakeNote,
    st.integers(0, 1),
    st.integers(0, 5).map(lambda step: 240 * step),
    st.sampled_from((120, 240)),
    st.integers(60, 64),
    st.sampled_from((60, 90)),
    st.just(0.0),
)


@settings(max_examples=50)
@given(st.lists(NOTE, max_size=12), st.lists(NOTE, max_size=12))
def test_a_difference_leads_from_one_take_to_the_other(before: list[TakeNote], after: list[TakeNote]) -> None:
    found = difference(before, after)
    order = sorted
    key = lambda n: (n.track, n.start, n.pitch, n.length, n.velocity)  # noqa: E731
    assert order(map(key, (*found.same, *found.gone, *(b for b, _ in found.changed)))) == order(map(key, before))
    assert order(map(key, (*found.same, *found.added, *(a for _, a in found.changed)))) == order(map(key, after))
    back = difference(after, before)
    assert (len(back.added), len(back.gone)) == (len(found.gone), len(found.added))
    assert difference(before, before).empty


def test_a_difference_says_what_changed() -> None:
    one = [TakeNote(0, 0, 240, 60, 80, 1.0), TakeNote(0, 240, 240, 62, 80, 1.0), TakeNote(0, 480, 240, 64, 80, 1.0)]
    two = [replace(one[0], bits=3.0), replace(one[1], pitch=63), TakeNote(0, 960, 240, 64, 80, 1.0)]
    found = difference(one, two)
    assert found.text == "1 note the same, 1 added, 1 gone, 1 changed"
    assert found.changed == ((one[1], two[1]),)
    assert difference(one, one).text == "the same 3 notes"


def test_a_take_is_compared_with_what_the_song_has_there_now(open_tune: Studio, answered: Answered) -> None:
    studio = open_tune
    number = ask(studio, answered)
    record = studio.tree.tree.request(number)
    assert record is not None
    ref = record.ref(record.takes[0])
    studio.accept(studio.takes.slots[0])
    assert studio.tree.difference_to_song(ref).empty
    document = studio.document
    chosen = document.selection.with_ids(set(list(document.selection.ids)[:2]))
    document.apply("Transpose", transpose(document.score, chosen, 1))
    assert len(studio.tree.difference_to_song(ref).changed) == 2
    assert len(studio.tree.difference(ref, record.ref(record.takes[1])).same) < len(record.takes[0].notes)
