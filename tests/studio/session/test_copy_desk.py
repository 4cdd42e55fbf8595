"""Takes are checked for copies: against the shipped kind of index, their prompt, and without any index at all."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ml.measures.copy_index_file import write_index
from ml.measures.copy_postings import index_of, layout_for
from ml.measures.note_runs import NoteRuns
from ml.measures.usual_copying import DRUMS, ONE_VOICE, SEVERAL_VOICES, UsualCopying, UsualRuns
from ml.measures.winnowing import Winnowing
from ml.music import Note, NoteTable, Score, TimeMap, Track
from ml.music.midi import write_midi_file
from ml.requests import GenerationRequest, Leanings, Provenance, Region, Take, TakeNote, Verb
from studio.project import AppFolders, SettingsStore
from studio.session import Studio
from studio.session.copy_check import CopyCheck
from studio.session.copy_desk import CopyDesk
from studio.session.copy_report import CopiedRun, CopyReport

STEP = 40
"""Ticks of a 24th of a quarter at 960 to the quarter."""
BAR = 4 * 24 * STEP
WINNOWING = Winnowing(5, 4)

Tune = list[tuple[int, int]]
"""Onset in steps, and pitch."""


def tune(seed: int, notes: int = 60) -> Tune:
    draw = np.random.default_rng(seed)
    return list(
        zip(np.cumsum(draw.integers(3, 13, notes)).tolist(), draw.integers(50, 80, notes).tolist(), strict=True)
    )


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A folder with an index of three tunes, two of the corpus "airs" and one of "jigs", and what is usual."""
    columns = np.concatenate([np.array([(number, *note) for note in tune(number)]) for number in range(3)]).T
    runs = NoteRuns.of(*columns)
    prints = WINNOWING.fingerprints(runs)
    names = ("Lost Lane", "High Road", "Low Road")
    layout = layout_for(3, len(runs))
    index = index_of(prints, prints.line, WINNOWING, layout, 99, names, (("airs", 2), ("jigs", 1)))
    folder = tmp_path / "copy_index"
    folder.mkdir()
    write_index(index, folder / "fingerprints.bin")
    usual = {kind: UsualRuns((16, 64), (10, 10), (20, 20), (50, 50)) for kind in (ONE_VOICE, SEVERAL_VOICES, DRUMS)}
    usual["jig"] = UsualRuns((16,), (99,), (99,), (50,))
    card = {"usual": UsualCopying(0.95, usual).as_data()}
    (folder / "card.json").write_text(json.dumps(card))
    return folder


def take_of(
    notes: Tune, before: Tune = (), *, drums: bool = False, style: str | None = None, prompt_drums: bool = False
) -> Take:
    """A take of these notes from bar 21 on; `before` are the notes that the model was given."""
    given = Track("Given", NoteTable.of(Note(o * STEP, 10, p) for o, p in before), drums=prompt_drums)
    score = Score((given, Track("New", NoteTable.empty(), drums=drums)), TimeMap(960))
    region = Region(20 * BAR, 30 * BAR, (1,))
    leanings = Leanings(style=style)
    request = GenerationRequest(score, region, Verb.ACCOMPANY, leanings=leanings)
    written = tuple(TakeNote(1, 20 * BAR + o * STEP, 10, p, 80, 1.0) for o, p in notes)
    origin = Provenance.of(
        request, model="m", checkpoint="c", take=0, prompt_start_tick=0, prompt_end_tick=20 * BAR, bits_per_note=1.0
    )
    return Take(request, written, origin)


def moved(notes: Tune, semitones: int) -> Tune:
    return [(onset, pitch + semitones) for onset, pitch in notes]


def test_a_take_that_copies_a_piece_says_which_and_is_marked(shelf: Path) -> None:
    report = CopyCheck(shelf).report(take_of(tune(1)[10:50]))
    assert 40 - 2 * 3 <= report.exact.notes <= 40
    assert report.exact.pieces == ("“High Road” (airs)",)
    assert report.longest_notes == report.transposed.notes == report.exact.notes
    assert report.unusual
    assert report.usual_notes == 10
    assert report.text == (
        f"At least {report.exact.notes} notes in a row as in “High Road” (airs).\n"
        "That is unusual: 95% of such passages by people share no more than 10 notes with the music that the models"
        " learned from."
    )
    assert report.short_text == f"copy {report.exact.notes}"


def test_the_tempo_of_the_song_does_not_matter_but_the_pitch_is_told_apart(shelf: Path) -> None:
    report = CopyCheck(shelf).report(take_of(moved(tune(2)[:30], 5)))
    assert report.exact == CopiedRun()
    assert 24 <= report.transposed.notes <= 30
    assert report.transposed.pieces == ("“Low Road” (jigs)",)
    assert report.text.splitlines()[0].endswith("transposed.")


def test_own_music_is_not_marked(shelf: Path) -> None:
    report = CopyCheck(shelf).report(take_of(tune(77)))
    assert report.longest_notes == 0
    assert not report.unusual
    assert report.text == (
        "No copy was found in the music that the models learned from:"
        " 8 notes in a row would have been, common figures aside."
    )


def test_what_is_usual_in_the_style_that_was_asked_for_is_not_marked(shelf: Path) -> None:
    assert not CopyCheck(shelf).report(take_of(tune(1)[10:50], style="jig")).unusual
    assert CopyCheck(shelf).report(take_of(tune(1)[10:50], style="polka")).unusual


def test_drums_are_compared_drum_by_drum(shelf: Path) -> None:
    assert CopyCheck(shelf).report(take_of(moved(tune(1)[:40], 3), drums=True)).longest_notes == 0
    assert CopyCheck(shelf).report(take_of(tune(1)[:40], drums=True)).longest_notes >= 34


def test_runs_shared_with_the_prompt_are_told_to_the_note(shelf: Path) -> None:
    theme = tune(55)
    report = CopyCheck(shelf).report(take_of([*theme[10:22], (400, 50), (407, 61)], before=theme))
    assert report.prompt.notes == report.prompt_transposed.notes == 12
    assert report.text.splitlines()[-1] == "12 notes in a row as in your own music that it was given."
    shifted = CopyCheck(shelf).report(take_of(moved(theme[10:22], 2), before=theme))
    assert (shifted.prompt.notes, shifted.prompt_transposed.notes) == (0, 12)
    assert shifted.text.splitlines()[-1].endswith("given, transposed.")
    assert CopyCheck(shelf).report(take_of(theme[10:22], before=theme, prompt_drums=True)).prompt.notes == 0


def test_an_empty_take_shares_nothing(shelf: Path) -> None:
    assert CopyCheck(shelf).report(take_of([])).longest_notes == 0


@pytest.mark.parametrize("damage", ["no folder", "cut off", "no card", "card of nonsense", "huge card"])
def test_without_a_usable_index_the_check_says_so_and_the_prompt_is_still_compared(shelf: Path, damage: str) -> None:
    card, index = shelf / "card.json", shelf / "fingerprints.bin"
    match damage:
        case "no folder":
            index.unlink()
        case "cut off":
            index.write_bytes(index.read_bytes()[:-9])
        case "no card":
            card.unlink()
        case "card of nonsense":
            card.write_text('{"usual": {"quantile": [], "kinds": 3}}')
        case "huge card":
            with card.open("r+b") as file:
                file.truncate(1 << 40)
    theme = tune(55)
    report = CopyCheck(shelf).report(take_of(theme[10:30], before=theme))
    assert report.trouble.startswith("The copy check is not available. The c")
    assert report.trouble.endswith(".")
    assert "\n" not in report.trouble
    assert not report.unusual
    assert report.short_text == "copy ?"
    assert report.text.splitlines() == [report.trouble, "20 notes in a row as in your own music that it was given."]


def test_many_pieces_are_counted_rather_than_named() -> None:
    run = CopiedRun(9, ("“A” (x)", "“B” (y)", "“C” (z)", "“D” (z)"))
    assert CopyReport(9, run, run).text == "At least 9 notes in a row as in “A” (x) and “B” (y) and 2 more."


def test_the_studio_shows_reports_as_they_come(
    rig: Any, folders: AppFolders, shelf: Path, tune: Score, tmp_path: Path, until: Callable[..., None]
) -> None:
    studio = Studio(rig.engine, SettingsStore(folders.settings_file), copies=CopyDesk(CopyCheck(shelf)))
    try:
        write_midi_file(tune, tmp_path / "tune.mid")
        studio.open(tmp_path / "tune.mid")
        studio.ask(Verb.CONTINUE)
        until(studio, lambda: not studio.takes.running)
        until(studio, lambda: all(slot.figures.copy is not None for slot in studio.takes.slots))
        assert studio.takes.slots
        assert all(slot.figures.copy.guaranteed == WINNOWING.guaranteed for slot in studio.takes.slots)
    finally:
        studio.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "copy check"]
