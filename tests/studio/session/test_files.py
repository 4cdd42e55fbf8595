"""Opening, saving, exporting and recovering pieces; what goes wrong is one sentence and loses nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ml.music import Score
from ml.music.midi import read_midi_file
from ml.requests import Verb
from studio.project import AppFolders, Journal, SettingsStore
from studio.session import TROUBLES, Studio, Wishes, read_piece
from studio.session.piece import Piece

Answered = Callable[[Studio], None]


def shorten(studio: Studio, label: str = "Delete") -> None:
    document = studio.document
    rest = document.track.notes.without([0])
    document.commit(label, document.score.with_track(document.current_track, document.track.with_notes(rest)))


def test_a_midi_file_becomes_an_unsaved_piece_with_its_name(open_tune: Studio, tmp_path: Path) -> None:
    assert open_tune.name == "tune" and open_tune.path is None and not open_tune.document.modified
    assert open_tune.document.score.note_count == 16
    assert open_tune.settings.recent_files() == [tmp_path / "tune.mid"]


def test_the_first_track_with_notes_is_the_current_one(studio: Studio, tune: Score, tmp_path: Path) -> None:
    from ml.music.midi import write_midi_file

    path = tmp_path / "upside-down.mid"
    write_midi_file(tune.with_tracks(tune.tracks[::-1]), path)
    studio.open(path)
    assert len(studio.document.track.notes) == 16


def test_saving_and_opening_again_brings_everything_back(open_tune: Studio, tmp_path: Path, answered: Answered) -> None:
    open_tune.ask(Verb.CONTINUE, None, Wishes(bars=2, takes=1, seed=3))
    answered(open_tune)
    open_tune.accept(open_tune.takes.slots[0])
    open_tune.piece.view["zoom"] = 2
    open_tune.save_as(tmp_path / "song")
    assert open_tune.path == tmp_path / "song.continuo" and not open_tune.document.modified
    score, provenance = open_tune.document.score, open_tune.piece.provenance
    open_tune.new()
    assert open_tune.path is None and open_tune.piece.provenance == () and open_tune.piece.view == {}
    open_tune.open(tmp_path / "song.continuo")
    assert open_tune.document.score == score and open_tune.piece.provenance == provenance
    assert open_tune.piece.view == {"zoom": 2} and open_tune.path == tmp_path / "song.continuo"


def test_save_without_a_name_asks_for_one(studio: Studio) -> None:
    with pytest.raises(TROUBLES, match="Save As"):
        studio.save()


@pytest.mark.parametrize("name", ["nowhere.mid", "nowhere.continuo", "page.mid", "page.continuo", "folder.mid"])
def test_a_file_that_cannot_be_opened_leaves_the_present_piece(open_tune: Studio, tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.mid").mkdir()
    for page in ("page.mid", "page.continuo"):
        (tmp_path / page).write_text("<!DOCTYPE html><html></html>")
    before = open_tune.document.score
    with pytest.raises(TROUBLES) as trouble:
        open_tune.open(tmp_path / name)
    assert name in str(trouble.value) and "\n" not in str(trouble.value)
    assert open_tune.document.score is before


def test_a_folder_that_is_gone_loses_nothing(open_tune: Studio, tmp_path: Path) -> None:
    gone = tmp_path / "stick"
    gone.mkdir()
    open_tune.save_as(gone / "song")
    shorten(open_tune)
    shutil.rmtree(gone)
    for write in (open_tune.save, lambda: open_tune.export(gone / "x.mid"), lambda: open_tune.export(gone / "x.wav")):
        with pytest.raises(TROUBLES) as trouble:
            write()
        assert "\n" not in str(trouble.value)
    assert open_tune.document.modified and open_tune.document.score.note_count == 15


def test_export_writes_the_song_or_a_take_alone(open_tune: Studio, tmp_path: Path, answered: Answered) -> None:
    open_tune.ask(Verb.CONTINUE, None, Wishes(bars=2, takes=1, seed=3))
    answered(open_tune)
    slot = open_tune.takes.slots[0]
    open_tune.export(tmp_path / "song.mid")
    open_tune.export(tmp_path / "take.mid", slot=slot)
    assert read_midi_file(tmp_path / "song.mid").score.note_count == 16
    alone = read_midi_file(tmp_path / "take.mid").score
    assert alone.note_count == len(slot.notes) and alone.tracks[0].notes.start[0] == 0


def test_an_unknown_ending_is_refused(open_tune: Studio, tmp_path: Path) -> None:
    with pytest.raises(TROUBLES, match=r"\.mid or \.wav"):
        open_tune.export(tmp_path / "song.mp3")


def test_a_missing_sound_font_is_a_sentence(rig: Any, open_tune: Studio, tmp_path: Path) -> None:
    open_tune.sound_font = tmp_path / "none.sf2"
    with pytest.raises(TROUBLES, match=r"none\.sf2"):
        open_tune.export(tmp_path / "song.wav")
    assert list(tmp_path.glob("*.wav")) == []


# --- after a crash


def crashed(rig: Any, folders: AppFolders, work: Callable[[Studio], None]) -> None:
    """A studio that does something and then dies without a chance to clean up."""
    journal = Journal(folders.journal)
    studio = Studio(rig.engine, SettingsStore(folders.settings_file), journal=journal)
    work(studio)
    journal.close(clean=False)


def test_edits_of_a_piece_never_saved_come_back_with_their_undo_steps(
    rig: Any, studio: Studio, folders: AppFolders, tune: Score, until: Callable[..., None]
) -> None:
    def work(other: Studio) -> None:
        other.document.commit("Write", tune)
        shorten(other, "First")
        shorten(other, "Second")
        other.document.undo()

    crashed(rig, folders, work)
    (found,) = studio.recoverable()
    assert found.steps == 4
    studio.recover(found)
    document = studio.document
    assert document.score.note_count == 15 and document.modified and studio.path is None
    assert document.undo_label == "Undo Second"
    document.undo()
    assert document.score.note_count == 14
    for _ in range(3):
        document.undo()
    assert document.score.note_count == 0
    until(studio, lambda: studio.recoverable() == [])  # the new journal holds it all, and is in use


def test_a_saved_project_comes_back_with_its_name_and_saves_to_its_file(
    rig: Any, studio: Studio, folders: AppFolders, tune: Score, tmp_path: Path
) -> None:
    path = tmp_path / "song.continuo"

    def work(other: Studio) -> None:
        other.document.commit("Write", tune)
        other.piece.view["zoom"] = 3
        other.save_as(path)
        shorten(other)

    crashed(rig, folders, work)
    (found,) = studio.recoverable()
    assert (found.name, found.steps) == ("song", 1)
    studio.recover(found)
    assert studio.path == path and studio.name == "song" and studio.piece.view == {"zoom": 3}
    assert studio.document.modified and studio.document.score.note_count == 15
    studio.document.undo()
    assert not studio.document.modified, "one step back is what the file holds"
    studio.document.redo()
    studio.save()
    assert read_piece(path).score.note_count == 15


def test_the_origin_of_accepted_takes_comes_back_too(
    rig: Any, studio: Studio, folders: AppFolders, tune: Score, answered: Answered
) -> None:
    kept: list[Any] = []

    def work(other: Studio) -> None:
        other.document.commit("Write", tune)
        other.ask(Verb.CONTINUE, None, Wishes(bars=2, takes=1, seed=3))
        answered(other)
        other.accept(other.takes.slots[0])
        kept.extend(other.piece.provenance)

    crashed(rig, folders, work)
    studio.recover(studio.recoverable()[0])
    assert len(kept) == 1 and studio.piece.provenance == tuple(kept)


def test_what_was_saved_or_only_looked_at_leaves_nothing_to_recover(
    rig: Any, studio: Studio, folders: AppFolders, tune: Score, tmp_path: Path
) -> None:
    def saved(other: Studio) -> None:
        other.document.commit("Write", tune)
        other.save_as(tmp_path / "song")

    crashed(rig, folders, saved)
    crashed(rig, folders, lambda other: other.open(tmp_path / "song.continuo"))
    assert studio.recoverable() == []


def test_unsaved_work_that_the_user_dropped_is_not_offered(
    rig: Any, studio: Studio, folders: AppFolders, tune: Score
) -> None:
    def dropped(other: Studio) -> None:
        other.document.commit("Write", tune)
        other.new()

    crashed(rig, folders, dropped)
    assert studio.recoverable() == []


def test_found_work_can_be_discarded(rig: Any, studio: Studio, folders: AppFolders, tune: Score) -> None:
    crashed(rig, folders, lambda other: other.document.commit("Write", tune) and None)
    (found,) = studio.recoverable()
    studio.piece.discard(found)
    assert studio.recoverable() == []


def test_closing_cleanly_forgets_and_closing_by_force_keeps(rig: Any, folders: AppFolders, tune: Score) -> None:
    for keep in (False, True):
        journal = Journal(folders.journal)
        document = Studio(rig.engine, SettingsStore(folders.settings_file)).document
        piece = Piece(document, journal)
        document.commit("Write", tune)
        piece.close(keep_journal=keep)
    journal = Journal(folders.journal)
    assert len(Piece(document, journal).recoverable()) == 1
    journal.close()


def test_a_journal_that_cannot_be_written_is_told_once(
    rig: Any, folders: AppFolders, tune: Score, until: Callable[[Studio, Callable[[], bool]], None]
) -> None:
    folders.journal.parent.mkdir(parents=True, exist_ok=True)
    folders.journal.write_text("a file where the folder should be")
    journal = Journal(folders.journal)
    studio = Studio(rig.engine, SettingsStore(folders.settings_file), journal=journal)
    studio.document.commit("Write", tune)
    until(studio, lambda: "cannot be kept for recovery" in studio.status)
    studio.say("")
    studio.poll()
    assert studio.status == ""
    studio.piece.close(keep_journal=False)
