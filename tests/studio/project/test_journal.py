"""Each committed step is on disk when it is acknowledged, and comes back after the program died."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.music import Score
from studio.project import (
    Journal,
    Recovered,
    UnreadableJournal,
    discard_recoverable,
    find_recoverable,
    recover,
)
from studio.project.journal_file import Heading, Step
from studio.project.journal_keeper import JournalKeeper
from studio.project.lock import try_lock
from tests.studio.project.pieces import FaultyDisk, long_song, scores, song, with_note


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "journal"


Opener = Callable[..., Journal]


@pytest.fixture
def opened(folder: Path) -> Iterator[Opener]:
    """Makes journals in the folder, and closes them as a program that died would leave them."""
    made: list[Journal] = []

    def make(disk: FaultyDisk | None = None, **options: float) -> Journal:
        made.append(Journal(folder, files=disk or FaultyDisk(), **options))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for journal in made:
        journal.close(clean=False)


def written(journal: Journal, *edits: tuple[str, Score]) -> None:
    """Append steps and wait until they are on disk."""
    for label, score in edits:
        ticket = journal.append(label, score)
    assert journal.wait_for(ticket), journal.problem


def only(folder: Path) -> Recovered:
    """What the one journal in the folder gives back."""
    (found,) = find_recoverable(folder)
    return recover(found)


START = song()
ONE = with_note(START, 70)
TWO = with_note(ONE, 72)


def test_edits_of_a_piece_never_saved_come_back(folder: Path, opened: Opener) -> None:
    journal = opened()
    journal.begin("Sketch", START)
    written(journal, ("Draw note", ONE), ("Draw another", TWO))
    journal.close(clean=False)
    (found,) = find_recoverable(folder)
    assert (found.name, found.origin_path, found.steps, found.attempts) == ("Sketch", None, 2, 0)
    back = recover(found)
    assert back.score == TWO
    assert back.base == START
    assert back.base_saved
    assert back.labels == ("Draw note", "Draw another")
    assert back.steps[0].score == ONE
    assert back.warnings == ()


def test_what_belongs_to_the_piece_comes_back_with_each_step(folder: Path, opened: Opener) -> None:
    origin = {"takes": [{"model": "lstm", "seed": 1}]}
    journal = opened()
    journal.begin("Song", START, None, {"takes": []})
    journal.append("Accept take", ONE, origin)
    assert journal.wait_for(journal.append("Draw note", TWO, origin))
    journal.close(clean=False)
    back = only(folder)
    assert (back.base_extras, back.extras) == ({"takes": []}, origin)
    second = opened()
    assert second.wait_for(second.begin_recovered(back))
    second.close(clean=False)
    assert only(folder).steps[0].extras == origin


@settings(max_examples=30)
@given(st.lists(scores(), min_size=2, max_size=5))
def test_any_piece_comes_back_exactly(tmp_path_factory: pytest.TempPathFactory, pieces: list[Score]) -> None:
    folder = tmp_path_factory.mktemp("journal")
    keeper = JournalKeeper(folder, FaultyDisk())
    base, *steps = (Step(number, f"step {number}", score, 0.0) for number, score in enumerate(pieces))
    keeper.begin(Heading("Any", None, base_saved=True), [base], None)
    assert keeper.write()
    for step in steps:
        keeper.append(step)
    assert keeper.write()
    keeper.end(forget=False)
    back = only(folder)
    assert [back.base, *(step.score for step in back.steps)] == pieces


def test_a_piece_without_unsaved_edits_is_not_offered(folder: Path, opened: Opener) -> None:
    journal = opened()
    journal.begin("Only looked at", START)
    journal.close(clean=False)
    assert find_recoverable(folder) == []
    assert list(folder.iterdir()) == [], "nothing to recover, so nothing is left"


def test_only_edits_after_the_last_save_count(folder: Path, opened: Opener) -> None:
    journal = opened()
    journal.begin("Untitled", START)
    first = journal.append("One", ONE)
    journal.append("Two", TWO)
    ticket = journal.mark_saved(first, "Song", Path("/music/Song.continuo"))
    assert journal.wait_for(ticket)
    journal.close(clean=False)
    (found,) = find_recoverable(folder)
    assert (found.name, found.origin_path, found.steps) == ("Song", Path("/music/Song.continuo"), 1)
    back = recover(found)
    assert (back.base, back.base_saved, back.labels) == (ONE, True, ("Two",))


def test_saving_everything_leaves_nothing_to_recover(folder: Path, opened: Opener) -> None:
    journal = opened()
    journal.begin("Song", START)
    written(journal, ("One", ONE))
    assert journal.wait_for(journal.mark_saved())
    journal.close(clean=False)
    assert find_recoverable(folder) == []


def test_a_clean_end_and_a_discarded_piece_leave_no_file(folder: Path, opened: Opener) -> None:
    for end in (lambda journal: journal.close(clean=True), lambda journal: journal.wait_for(journal.discard())):
        journal = opened()
        journal.begin("Song", START)
        written(journal, ("One", ONE))
        end(journal)
        assert list(folder.iterdir()) == []


def test_the_next_piece_does_not_remove_unsaved_work(folder: Path, opened: Opener) -> None:
    journal = opened()
    journal.begin("First", START)
    written(journal, ("One", ONE))
    journal.begin("Second", START)
    written(journal, ("Two", TWO))
    journal.close(clean=False)
    assert {entry.name for entry in find_recoverable(folder)} == {"First", "Second"}


def test_running_journals_are_left_alone(folder: Path, opened: Opener) -> None:
    journal = opened()
    journal.begin("Mine", START)
    written(journal, ("One", ONE))
    assert find_recoverable(folder) == []
    written(journal, ("Two", TWO))
    journal.close(clean=False)
    (found,) = find_recoverable(folder)
    discard_recoverable(found)
    assert find_recoverable(folder) == []


def test_a_journal_that_somebody_else_took_is_refused_and_kept(folder: Path, opened: Opener) -> None:
    journal = opened()
    journal.begin("Song", START)
    written(journal, ("One", ONE))
    journal.close(clean=False)
    (found,) = find_recoverable(folder)
    with found.path.open("rb") as file:
        assert try_lock(file.fileno())
        with pytest.raises(UnreadableJournal, match="another Continuo window"):
            recover(found)
        discard_recoverable(found)
    assert recover(found).score == ONE


def test_a_recovered_piece_goes_on_in_a_new_journal(folder: Path, opened: Opener) -> None:
    journal = opened()
    journal.begin("Song", START, Path("/music/Song.continuo"))
    written(journal, ("One", ONE))
    journal.close(clean=False)
    (old,) = find_recoverable(folder)
    back = recover(old)
    assert old.path.exists(), "looking at it does not remove it"

    second = opened()
    assert second.wait_for(second.begin_recovered(back))
    assert not old.path.exists()
    written(second, ("Two", TWO))
    second.close(clean=False)
    again = only(folder)
    assert again.source.origin_path == Path("/music/Song.continuo")
    assert (again.base, again.labels, again.score) == (START, ("One", "Two"), TWO)


def test_work_that_crashes_the_program_is_found_out(folder: Path, opened: Opener) -> None:
    journal = opened()
    journal.begin("Song", START)
    written(journal, ("One", ONE))
    journal.close(clean=False)

    for attempt in range(3):  # recovered, and dead before the next edit
        (found,) = find_recoverable(folder)
        assert found.attempts == attempt
        assert found.keeps_crashing == (attempt >= 2)
        back = recover(found)
        if attempt == 1:  # dead only after the new journal was begun
            journal = opened()
            assert journal.wait_for(journal.begin_recovered(back))
            journal.close(clean=False)

    journal = opened()
    journal.begin_recovered(recover(found))
    written(journal, ("Two", TWO))  # an edit: this time it lives
    journal.close(clean=False)
    (found,) = find_recoverable(folder)
    assert found.attempts == 0
    assert len(list(folder.iterdir())) == 1, "no counter is left behind"


# --- damage


def journal_bytes(folder: Path, opened: Opener, edits: int = 8) -> tuple[Path, list[Score]]:
    """The file of a dead program after some edits, and the states it went through."""
    journal = opened()
    states = [START]
    journal.begin("Song", START)
    for number in range(edits):
        states.append(with_note(states[-1], 60 + number))
        written(journal, (f"Edit {number}", states[-1]))
    journal.close(clean=False)
    (found,) = find_recoverable(folder)
    return found.path, states


def test_a_torn_tail_costs_only_what_it_tore(folder: Path, opened: Opener) -> None:
    path, states = journal_bytes(folder, opened)
    whole = path.read_bytes()
    ends = [at + 1 for at in range(len(whole)) if whole[at : at + 1] == b"\n"]
    steps_in = [whole[:end].count(b" step ") for end in ends]
    for at in range(0, len(whole), 29):
        path.write_bytes(whole[:at])
        complete = max((steps for end, steps in zip(ends, steps_in, strict=True) if end <= at), default=0)
        found = find_recoverable(folder)
        if complete < 2:
            assert found == []
        else:
            back = recover(found[0])
            assert back.score == states[complete - 1]
            assert back.warnings == ()


def test_a_damaged_middle_costs_what_it_hit_and_is_told(folder: Path, opened: Opener) -> None:
    path, states = journal_bytes(folder, opened)
    whole = path.read_bytes()
    recovered = 0
    for at in range(0, len(whole) - 1, 41):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :])
        for found in find_recoverable(folder):
            try:
                back = recover(found)
            except UnreadableJournal:
                continue
            assert back.score in states
            assert back.warnings or back.score == states[-1]
            recovered += back.score == states[-1]
    assert recovered > 0.5 * len(whole) / 41, "most damage leaves the last state whole"


def test_foreign_and_hostile_files_in_the_folder_do_no_harm(folder: Path, opened: Opener) -> None:
    path, _states = journal_bytes(folder, opened)
    whole = path.read_bytes()
    path.unlink()
    for number, content in enumerate((b"", b"\n\n\n", bytes(5000), b"MThd", b"00000000 step 1 {}\n", whole[::-1])):
        (folder / f"odd-{number}.journal").write_bytes(content)
    (folder / "folder.journal").mkdir()
    assert find_recoverable(folder) == []


def test_a_missing_folder_holds_nothing(tmp_path: Path) -> None:
    assert find_recoverable(tmp_path / "nowhere") == []


# --- a disk that refuses


@pytest.mark.parametrize("call", ["create", "write", "sync", "sync_folder"])
@pytest.mark.parametrize("good", range(4))
def test_edits_wait_in_memory_until_the_disk_is_well_again(folder: Path, opened: Opener, call: str, good: int) -> None:
    disk = FaultyDisk({call: (good, errno.ENOSPC)})
    journal = opened(disk, retry_s=0.02)
    score, tickets = START, [journal.begin("Song", START)]
    for number in range(6):
        score = with_note(score, 60 + number)
        tickets.append(journal.append(f"Edit {number}", score))
        # One at a time: edits that pile up go to the disk together, in fewer calls than the fault lets pass.
        while not journal.wait_for(tickets[-1], 0.05) and journal.problem is None:
            pass
    if call in ("write", "sync"):
        assert journal.problem is not None
        assert "the disk is full" in journal.problem
        assert journal.acknowledged < tickets[-1]
    disk.faults.clear()
    assert journal.wait_for(tickets[-1]), journal.problem
    assert journal.problem is None
    journal.close(clean=False)
    back = only(folder)
    assert back.score == score
    assert len(back.steps) == 6


def test_what_was_acknowledged_survives_a_disk_that_stays_full(folder: Path, opened: Opener) -> None:
    disk = FaultyDisk({"write": (2, errno.ENOSPC)})
    journal = opened(disk, retry_s=60.0)
    assert journal.wait_for(journal.begin("Song", START))
    written(journal, ("One", ONE))
    assert not journal.wait_for(journal.append("Two", TWO), 0.2)
    journal.close(clean=False)
    assert only(folder).score == ONE


def test_a_step_that_cannot_be_written_does_not_cost_the_next(folder: Path, opened: Opener) -> None:
    journal = opened(retry_s=60.0)
    journal.begin("Song", START)
    written(journal, ("One", ONE))
    odd = ONE.with_tracks((*ONE.tracks, object()))  # type: ignore[arg-type]
    assert not journal.wait_for(journal.append("Odd", odd), 0.2)
    assert journal.problem is not None
    written(journal, ("Two", TWO))
    assert journal.problem is None
    journal.close(clean=False)
    assert only(folder).labels == ("One", "Two")


# --- size


def test_a_moved_note_in_a_long_song_costs_little(folder: Path, opened: Opener) -> None:
    score = long_song(5000)
    journal = opened()
    assert journal.wait_for(journal.begin("Long", score))
    (path,) = folder.iterdir()
    before = path.stat().st_size
    for number in range(120):
        lead = score.tracks[0]
        score = score.with_track(0, lead.with_notes(lead.notes.replaced([number * 3], start=number)))
        ticket = journal.append("Move", score)
    assert journal.wait_for(ticket)
    assert path.stat().st_size < 4 * before
    journal.close(clean=False)
    assert only(folder).score == score


def test_undo_writes_no_table_twice(folder: Path, opened: Opener) -> None:
    journal = opened()
    journal.begin("Song", START)
    written(journal, ("One", ONE))
    (path,) = folder.iterdir()
    tables = path.read_bytes().count(b" notes ")
    written(journal, ("Undo One", START), ("Redo One", ONE))
    assert path.read_bytes().count(b" notes ") == tables
    journal.close(clean=False)
    assert only(folder).labels == ("One", "Undo One", "Redo One")


def test_a_journal_that_grew_large_is_written_anew(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.project.journal_keeper.HISTORY_STEPS", 5)
    keeper = JournalKeeper(folder, FaultyDisk(), renew_bytes=5000)
    score = song()
    keeper.begin(Heading("Song", None, base_saved=True), [Step(1, "", score, 0.0)], None)
    sizes = []
    for number in range(2, 100):
        score = with_note(START, number)
        keeper.append(Step(number, f"Edit {number}", score, 0.0))
        assert keeper.write()
        (path,) = folder.iterdir()
        sizes.append(path.stat().st_size)
    keeper.end(forget=False)
    assert any(after < before for before, after in pairwise(sizes))
    assert max(sizes) < 0.5 * 98 * (sizes[2] - sizes[1])
    back = only(folder)
    assert back.score == score
    assert back.labels[-5:] == tuple(f"Edit {number}" for number in range(95, 100))
    assert not back.base_saved
