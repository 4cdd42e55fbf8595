"""Every request is remembered with its takes, across saving, crashes and other machines."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

from ml.requests import Verb
from studio.engine import Engine, Shelf
from studio.project import AppFolders, Journal, SettingsStore, TakeState
from studio.project.tree_bounds import TreeBounds
from studio.session import Studio, Topic
from studio.session.audition import TakePart
from studio.session.take_figures import TakeMark
from studio.session.take_record import same_notes, take_of
from studio.session.take_tree import TakeTree
from tests.studio.session.asks import WISHES, Answered, ask, record_of, states


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
    record = record_of(studio, first)
    assert (record.takes[1].starred, record.takes[1].label) == (True, "hook")
    assert record.takes[2].accepted[0].notes is record.takes[2].notes

    second = ask(studio, answered)
    studio.accept_part(studio.takes.slots[0], TakePart(notes=frozenset({0, 1})))
    studio.reject()
    assert states(studio, second)[0] is TakeState.PARTLY_ACCEPTED
    child = record_of(studio, second)
    assert child.parent == record.ref(record.takes[2])


def test_undoing_an_accept_makes_the_next_request_grow_from_what_was_before(
    open_tune: Studio, answered: Answered
) -> None:
    studio = open_tune
    ask(studio, answered)
    studio.accept(studio.takes.slots[0])
    studio.document.undo()
    second = ask(studio, answered)
    record = record_of(studio, second)
    assert record.parent is None


def test_a_request_that_brought_nothing_leaves_no_trace(open_tune: Studio) -> None:
    open_tune.ask(Verb.CONTINUE, wishes=WISHES)
    open_tune.reject()
    assert open_tune.tree.tree.requests == ()


def test_a_request_that_a_save_caught_before_its_first_take_is_not_kept(
    open_tune: Studio, answered: Answered, tmp_path: Path, walker: Any
) -> None:
    studio = open_tune
    ask(studio, answered)
    blocked = threading.Event()
    for model in ("alpha", "beta"):
        walker.before_note[model] = lambda take, number: blocked.wait(20) and None
    studio.ask(Verb.CONTINUE, wishes=WISHES)
    assert len(studio.tree.tree.requests) == 2
    studio.save_as(tmp_path / "song.continuo")
    blocked.set()
    studio.open(tmp_path / "song.continuo")
    assert [len(record.takes) for record in studio.tree.tree.requests] == [4]


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


def test_takes_of_a_project_are_not_lost_without_a_question(
    open_tune: Studio, answered: Answered, tmp_path: Path
) -> None:
    studio = open_tune
    ask(studio, answered)
    studio.reject()
    assert not studio.piece.modified, "a song that was only looked at asks nothing"
    studio.save_as(tmp_path / "song.continuo")
    told: list[Topic] = []
    studio.subscribe(told.append)
    assert not studio.piece.modified
    ask(studio, answered)
    assert not studio.document.modified
    assert studio.piece.modified and Topic.FILE in told
    studio.save()
    studio.reject()
    assert not studio.piece.modified
    studio.open(tmp_path / "song.continuo")
    assert not studio.piece.modified


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
