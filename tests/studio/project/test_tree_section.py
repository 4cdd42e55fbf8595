"""The tree of takes comes back from file and journal as it was; damage to it never costs the song."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.music import Score
from ml.requests import GenerationRequest, Region, TakeNote
from studio.project import (
    Acceptance,
    Journal,
    ProjectFile,
    RequestRecord,
    TakeRecord,
    TreeRecord,
    find_recoverable,
    load_project,
    recover,
    save_project,
    tree_section,
)
from studio.project import project_file as saving
from studio.project.project_text import decode_project, encode_project
from studio.project.recovery import RecoveredRecord
from studio.project.tree_bounds import BOUNDS, TreeBounds, within, without_prompts
from studio.project.tree_records import gone_record, request_record, take_record, with_records
from tests.studio.project.pieces import long_song, song, with_note
from tests.studio.project.trees import trees


def take(index: int = 0, **more: Any) -> TakeRecord:
    notes = tuple(TakeNote(0, 3840 + 240 * step, 240, 60 + index + step, 80, 2.5) for step in range(4))
    return TakeRecord("lstm", "LSTM", index, notes, {"checkpoint": "ab" * 32, "take": index}, **more)


def request(number: int, score: Score, *takes: TakeRecord, **more: Any) -> RequestRecord:
    asked = GenerationRequest(score, Region(3840, 7680, (0,)), takes=max(len(takes), 1), seed=number)
    return RequestRecord(number, asked, (("lstm", "LSTM"),), 1000.0 + number, takes=takes, **more)


def grown_song(steps: int, base: Score | None = None) -> list[Score]:
    """A song and what it becomes note by note."""
    scores = [base or long_song(400)]
    for step in range(steps):
        scores.append(with_note(scores[-1], 60 + step % 12))
    return scores


def tree_of(scores: list[Score]) -> TreeRecord:
    return TreeRecord(tuple(request(n, score, take(), take(1)) for n, score in enumerate(scores, 1)))


@settings(max_examples=30, deadline=None)
@given(trees())
def test_a_tree_is_saved_and_opened_as_it_was(found: tuple[Score, TreeRecord]) -> None:
    score, tree = found
    project = ProjectFile(score, tree=tree)
    opened = decode_project(encode_project(project), "song")
    assert opened == project
    assert opened.warnings == ()
    assert encode_project(opened) == encode_project(project)


@settings(max_examples=10, deadline=None)
@given(trees())
def test_the_records_of_a_tree_give_the_tree_again(found: tuple[Score, TreeRecord]) -> None:
    _, tree = found
    records = []
    for record in tree.requests:
        records += [RecoveredRecord(*take_record(record.number, one), None) for one in record.takes]
        records.append(RecoveredRecord(*request_record(record), record.request.score))
    assert with_records(TreeRecord(), records) == (tree, 0)


def test_a_project_without_takes_is_written_as_before() -> None:
    assert b"tree" not in encode_project(ProjectFile(song()))


def test_what_prompts_share_with_the_song_and_each_other_is_stored_once() -> None:
    scores = grown_song(30)
    alone, with_tree = (len(encode_project(ProjectFile(scores[-1], tree=t))) for t in (TreeRecord(), tree_of(scores)))
    bare = len(encode_project(ProjectFile(scores[-1], tree=without_prompts(tree_of(scores)))))
    assert bare - alone < with_tree - alone < bare + alone + 30 * 400  # one whole table, then differences


def test_opened_prompts_share_their_tables_with_the_song() -> None:
    score = song()
    opened = decode_project(encode_project(ProjectFile(score, tree=tree_of([score, score]))), "song")
    first, second = opened.tree.requests
    assert first.request.score.tracks[0].notes is opened.score.tracks[0].notes
    assert first.request.score.tracks is not second.request.score.tracks
    assert first.request.score.tracks[0] is second.request.score.tracks[0]


# --- other programs


def changed(project: ProjectFile, change: Callable[[dict[str, Any]], None]) -> bytes:
    tree = json.loads(encode_project(project))
    change(tree)
    return json.dumps(tree).encode()


def test_a_tree_of_a_newer_program_is_kept_as_it_is() -> None:
    project = ProjectFile(song(), tree=tree_of([song()]))
    data = changed(project, lambda tree: tree["tree"].update(version=2, hearts=[1, 2]))
    opened = decode_project(data, "Song")
    assert not opened.tree
    assert "newer Continuo" in opened.warnings[-1]
    again = json.loads(encode_project(replace(opened, tree=tree_of([song()]))))
    assert again["tree"] == json.loads(data)["tree"]


def test_fields_of_a_newer_program_are_written_back_wherever_they_stand() -> None:
    def grow(tree: dict[str, Any]) -> None:
        row = tree["tree"]["requests"][0]
        for place in (tree["tree"], row, row["results"][0], row["results"][0]["facts"]):
            place["hearts"] = {"red": [1, None]}

    data = changed(ProjectFile(song(), tree=tree_of([song()])), grow)
    opened = decode_project(data, "Song")
    again = json.loads(encode_project(opened))
    assert again["tree"] == json.loads(data)["tree"]
    assert decode_project(encode_project(opened), "Song") == opened
    emptied = decode_project(encode_project(replace(opened, tree=TreeRecord())), "Song")
    assert (emptied.tree, emptied.unknown) == (TreeRecord(), opened.unknown)


def test_a_prompt_that_the_song_shared_may_go_with_the_song(tmp_path: Path) -> None:
    """A program from before edits the song and writes the section back: tables of the song's own section go."""
    first, second = song(), with_note(song(), 72)
    data = changed(ProjectFile(second, tree=tree_of([first, second])), lambda tree: None)
    before = json.loads(data)
    other = json.loads(encode_project(ProjectFile(with_note(second, 74))))
    other["tree"] = before["tree"]
    opened = decode_project(json.dumps(other).encode(), "Song")
    whole, shared = opened.tree.requests
    assert whole.has_prompt
    assert whole.request.score == first
    assert not shared.has_prompt
    assert shared.takes == tree_of([second]).requests[0].takes
    assert [track.name for track in shared.request.score.tracks] == ["Lead", "Bass"]


# --- damage


DAMAGES: dict[str, Callable[[dict[str, Any]], None]] = {
    "no list": lambda tree: tree.update(tree=[]),
    "no version": lambda tree: tree["tree"].pop("version"),
    "no notes": lambda tree: tree["tree"].update(notes=7),
    "nothing": lambda tree: tree.update(tree=None),
    "a number": lambda tree: tree["tree"]["requests"].__setitem__(0, 5),
    "no prompt": lambda tree: tree["tree"]["requests"][0].pop("prompt"),
    "a list for a name": lambda tree: tree["tree"]["requests"][0]["prompt"].update(song=[]),
    "lists for names": lambda tree: tree["tree"]["requests"][0]["prompt"].update(on=[[], {}]),
    "no such part": lambda tree: tree["tree"]["requests"][0]["prompt"].update(on=["0" * 32]),
    "another verb": lambda tree: tree["tree"]["requests"][0].update(verb=["sing"]),
    "a limit": lambda tree: tree["tree"]["requests"][0]["limits"].update(key=9),
    "chords": lambda tree: tree["tree"]["requests"][0]["limits"].update(chords={"start": [1], "end": [], "name": []}),
    "sampling": lambda tree: tree["tree"]["requests"][0]["sampling"].update(top_p="x"),
    "an endless region": lambda tree: tree["tree"]["requests"][0].update(end=2**80),
    "far too many bars": lambda tree: tree["tree"]["requests"][0].update(end=2**52),
    "tracks": lambda tree: tree["tree"]["requests"][0].update(tracks=[7]),
    "kept": lambda tree: tree["tree"]["requests"][0].update(kept={"track": [0], "id": []}),
    "keep": lambda tree: tree["tree"]["requests"][0].update(keep=[{}]),
    "a parent": lambda tree: tree["tree"]["requests"][0].update(parent=[1]),
    "take notes": lambda tree: tree["tree"]["requests"][0]["results"][0]["notes"].update(pitch=[300] * 4),
    "short columns": lambda tree: tree["tree"]["requests"][0]["results"][0]["notes"].update(start=[1]),
    "bits": lambda tree: tree["tree"]["requests"][0]["results"][0]["notes"].update(bits=["x"] * 4),
    "facts": lambda tree: tree["tree"]["requests"][0]["results"][0]["facts"].update(checkpoint=[1]),
    "a seed": lambda tree: tree["tree"]["requests"][0]["results"][0]["facts"].update(seed=-1),
    "a state": lambda tree: tree["tree"]["requests"][0]["results"][0].update(state="lost"),
    "a long label": lambda tree: tree["tree"]["requests"][0]["results"][0].update(label="x" * 20_000),
    "twice": lambda tree: tree["tree"]["requests"].append(tree["tree"]["requests"][0]),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_tree_never_costs_the_song(name: str) -> None:
    scores = grown_song(3, song())
    project = ProjectFile(scores[-1], tree=tree_of(scores))
    opened = decode_project(changed(project, DAMAGES[name]), "Song")
    assert opened.score == project.score
    assert len(opened.tree.requests) <= 4
    if name != "nothing":
        assert any("The song itself is whole." in warning for warning in opened.warnings), opened.warnings
    assert decode_project(encode_project(opened), "Song") == opened


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_random_changes_within_the_tree_do_no_harm(seed: int) -> None:
    draw = random.Random(seed)
    scores = grown_song(4, song())
    whole = json.loads(encode_project(ProjectFile(scores[-1], tree=tree_of(scores))))
    at, key = whole, "tree"
    while isinstance(at[key], (dict, list)) and at[key] and draw.random() < 0.85:
        at, key = at[key], draw.choice(list(at[key]) if isinstance(at[key], dict) else range(len(at[key])))
    at[key] = draw.choice([None, -1, 2**70, 1.5, "", "0" * 32, [], {}, [[]], True, {"base": "0" * 32}])
    opened = decode_project(json.dumps(whole).encode(), "Song")
    assert opened.score == scores[-1]
    assert decode_project(encode_project(opened), "Song") == opened


def test_tables_that_stand_on_each_other_in_a_circle_are_refused() -> None:
    scores = grown_song(3)
    data = json.loads(encode_project(ProjectFile(song(), tree=tree_of(scores))))
    tables = data["tree"]["notes"]
    for key, row in tables.items():
        if "base" in row:
            row["base"] = key
    opened = decode_project(json.dumps(data).encode(), "Song")
    assert sum(record.has_prompt for record in opened.tree.requests) == 1


@pytest.mark.parametrize(("bound", "most", "stay"), [("MAX_TAKE_NOTES", 10, 2), ("MAX_TAKES", 3, 3)])
def test_more_takes_or_notes_than_are_allowed_are_left_out(
    bound: str, most: int, stay: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert getattr(tree_section, bound) > most
    monkeypatch.setattr(tree_section, bound, most)
    project = ProjectFile(song(), tree=tree_of([song(), song()]))
    opened = decode_project(encode_project(project), "Song")
    assert opened.tree.take_count == stay
    assert "left out" in opened.warnings[0]


# --- how much is kept


def test_prompts_of_the_oldest_requests_go_first_and_those_of_starred_ones_last() -> None:
    scores = grown_song(5, long_song(100))
    tree = tree_of(scores)
    starred = replace(tree.requests[0], takes=(take(starred=True),))
    cut = within(TreeRecord((starred, *tree.requests[1:])), TreeBounds(prompt_rows=350))
    assert [record.has_prompt for record in cut.requests] == [True, False, False, False, True, True]
    assert all(record.takes for record in cut.requests)
    assert within(cut, TreeBounds(prompt_rows=350)) is cut


def test_whole_requests_go_from_the_oldest_on_but_never_the_last_one() -> None:
    tree = tree_of([song()] * 5)
    accepted = replace(tree.requests[0], takes=(take(note="the one"),))
    tree = TreeRecord((accepted, *tree.requests[1:]))
    assert [r.number for r in within(tree, TreeBounds(take_notes=20)).requests] == [1, 4, 5]
    assert [r.number for r in within(tree, TreeBounds(requests=2)).requests] == [1, 5]
    assert [r.number for r in within(tree, TreeBounds(take_notes=1)).requests] == [5]
    assert [r.number for r in within(tree, TreeBounds(takes=5)).requests] == [1, 4, 5]
    assert within(tree) is tree


def test_what_is_kept_of_a_take_besides_its_notes_counts_too() -> None:
    tree = tree_of([song()] * 3)
    notes = tree.requests[0].takes[0].notes
    edited = take(written=notes, accepted=(Acceptance(1, notes, 480), Acceptance(2, notes[:1], 480)))
    assert edited.stored_notes == 2 * len(notes) + 1
    tree = TreeRecord((*tree.requests[:-1], replace(tree.requests[-1], takes=(edited,))))
    assert [r.number for r in within(tree, TreeBounds(take_notes=3 * len(notes))).requests] == [3]
    assert BOUNDS.takes < tree_section.MAX_TAKES and BOUNDS.requests <= tree_section.MAX_REQUESTS
    assert BOUNDS.take_notes < tree_section.MAX_TAKE_NOTES


def test_a_song_that_fills_a_project_is_saved_without_the_prompts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scores = [long_song(400), long_song(300), long_song(200)]
    project = ProjectFile(scores[0], tree=tree_of(scores))
    monkeypatch.setattr(saving, "MAX_BYTES", len(encode_project(project)) - 1)
    save_project(tmp_path / "Song.continuo", project)
    opened = load_project(tmp_path / "Song.continuo")
    assert opened.score == scores[0]
    assert opened.tree == without_prompts(project.tree)


# --- the journal


def test_takes_that_no_file_holds_come_back_after_a_crash(tmp_path: Path) -> None:
    base, edited = song(), with_note(song(), 72)
    journal = Journal(tmp_path)
    journal.begin("Song", base)
    first, second = request(1, base), request(2, edited)
    for record in (first, second):
        name, value = request_record(record)
        journal.keep(name, value, record.request.score)
    journal.append("Draw", edited)
    for one in (take(), take(1), take(starred=True)):
        journal.keep(*take_record(1, one))
    ticket = journal.keep(*gone_record(1, "lstm", 1))
    assert journal.wait_for(ticket)
    journal.close(clean=False)

    (found,) = find_recoverable(tmp_path)
    recovered = recover(found)
    tree, lost = with_records(TreeRecord(), recovered.records)
    assert (tree, lost) == (TreeRecord((replace(first, takes=(take(starred=True),)), second)), 0)
    assert recovered.score == edited

    again = Journal(tmp_path)
    assert again.wait_for(again.begin_recovered(recovered))
    again.close(clean=False)
    (found,) = find_recoverable(tmp_path)
    assert with_records(TreeRecord(), recover(found).records) == (tree, 0)


def test_what_was_asked_after_a_crash_stays_beside_the_work_that_comes_back() -> None:
    """The user puts recovery off, asks in the saved project, saves, and then recovers the work of before."""
    shared = request(1, song(), take())
    before, after = request(2, song(), take(starred=True)), request(2, song(), take(1), take(2))
    after = replace(after, asked_at_s=9e8)
    name, value = request_record(before)
    records = [RecoveredRecord(name, value, song()), RecoveredRecord(*take_record(2, before.takes[0]), None)]
    tree, lost = with_records(TreeRecord((shared, after)), records)
    assert lost == 0
    assert tree.requests[:2] == (shared, before)
    assert [one.index for one in tree.requests[2].takes] == [1, 2]
    assert (tree.requests[2].number, tree.requests[2].asked_at_s) == (3, 9e8)


def test_takes_made_after_the_last_save_are_unsaved_work(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.begin("Song", song(), tmp_path / "Song.continuo")
    journal.keep(*take_record(1, take()))
    assert journal.wait_for(journal.mark_saved())
    assert find_recoverable(tmp_path) == []
    record = request(1, song())
    name, value = request_record(record)
    journal.keep(name, value, record.request.score)
    assert journal.wait_for(journal.keep(*take_record(1, take(1))))
    journal.close(clean=False)
    (found,) = find_recoverable(tmp_path)
    assert found.steps == 0
    tree, lost = with_records(TreeRecord(), recover(found).records)
    assert [one.index for one in tree.requests[0].takes] == [0, 1]
    assert lost == 0
