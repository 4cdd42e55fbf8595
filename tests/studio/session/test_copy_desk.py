"""Takes are checked for copies: against the shipped kind of index, their prompt, and without any index at all."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ml.measures.copy_index_file import write_index
from ml.measures.copy_postings import index_of, layout_for
from ml.measures.note_runs import NoteRuns
from ml.measures.usual_copying import DRUMS, ONE_VOICE, PARTS, SEVERAL_VOICES, UsualCopying, UsualRuns
from ml.measures.winnowing import Winnowing
from ml.music import Note, NoteTable, Score, TimeMap, Track
from ml.music.midi import write_midi_file
from ml.requests import GenerationRequest, Leanings, Provenance, Region, Take, TakeNote, Verb
from studio.engine import Shelf
from studio.project import AppFolders, SettingsStore
from studio.session import Studio
from studio.session.copy_check import CopyCheck
from studio.session.copy_desk import CopyDesk
from studio.session.copy_report import CopiedRun, CopyReport
from studio.session.start import copy_desk

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
    usual = {
        kind: UsualRuns((16, 64), *usually((10, 10), (20, 20)), (50, 50)) for kind in (ONE_VOICE, SEVERAL_VOICES, DRUMS)
    }
    usual["jig"] = UsualRuns((16,), *usually((99,), (99,)), (50,))
    names = {"Lost Lane": tune(0), "High Road": tune(1), "Low Road": tune(2)}
    return index_folder(tmp_path / "copy_index", names, (("airs", 2), ("jigs", 1)), usual)


def usually(*longest: tuple[int, ...]) -> list[tuple[tuple[int, ...], ...]]:
    """The longest usual runs, 9 notes more for several parts."""
    return [tuple(tuple(notes + 9 * (parts > 1) for notes in row) for parts in PARTS) for row in longest]


def index_folder(
    folder: Path,
    tunes: dict[str, Tune],
    corpora: tuple[tuple[str, int], ...],
    usual: dict[str, UsualRuns],
    common: int = 99,
) -> Path:
    """A folder as `python -m ml index-copies` makes it."""
    runs = NoteRuns.of(*np.concatenate([[(n, *note) for note in tune] for n, tune in enumerate(tunes.values())]).T)
    prints = WINNOWING.fingerprints(runs)
    layout = layout_for(len(tunes), len(runs))
    index = index_of(prints, prints.line, WINNOWING, layout, common, tuple(tunes), corpora)
    folder.mkdir(parents=True)
    write_index(index, folder / "fingerprints.bin")
    card = {"usual": UsualCopying(0.95, usual).as_data(), "made_how": {"common": common}}
    (folder / "card.json").write_text(json.dumps(card))
    return folder


def take_of(
    notes: Tune,
    before: Tune = (),
    *,
    drums: bool = False,
    style: str | None = None,
    prompt_drums: bool = False,
    model: str = "m",
) -> Take:
    """A take of these notes from bar 21 on; `before` are the notes that the model was given."""
    given = Track("Given", NoteTable.of(Note(o * STEP, 10, p) for o, p in before), drums=prompt_drums)
    score = Score((given, Track("New", NoteTable.empty(), drums=drums)), TimeMap(960))
    region = Region(20 * BAR, 30 * BAR, (1,))
    leanings = Leanings(style=style)
    request = GenerationRequest(score, region, Verb.ACCOMPANY, leanings=leanings)
    written = tuple(TakeNote(1, 20 * BAR + o * STEP, 10, p, 80, 1.0) for o, p in notes)
    origin = Provenance.of(
        request, model=model, checkpoint="c", take=0, prompt_start_tick=0, prompt_end_tick=20 * BAR, bits_per_note=1.0
    )
    return Take(request, written, origin)


def moved(notes: Tune, semitones: int) -> Tune:
    return [(onset, pitch + semitones) for onset, pitch in notes]


def test_a_take_that_copies_a_piece_says_which_and_is_marked(shelf: Path) -> None:
    report = CopyCheck(shelf).report(take_of(tune(1)[10:50]))
    first, last = (20 + onset // (BAR // STEP) + 1 for onset, _ in (tune(1)[10], tune(1)[49]))
    assert 40 - 2 * 3 <= report.exact.notes <= 40
    assert first <= report.exact.bars[0] < report.exact.bars[1] <= last
    assert report.exact.pieces == ("“High Road” (airs)",)
    assert report.longest_notes == report.transposed.notes == report.exact.notes
    assert report.unusual
    assert report.usual_notes == 10
    assert report.text == (
        f"Bars {report.exact.bars[0]} to {report.exact.bars[1]}: at least {report.exact.notes} notes in a row as in"
        " “High Road” (airs).\n"
        "That is unusual: 95% of such passages by people share no more than 10 notes with the music that the models"
        " learned from."
    )
    assert report.short_text == f"copy {report.exact.notes}"
    assert report.unusual_ticks == report.exact.ticks
    assert {20 * BAR + onset * STEP for onset, _ in tune(1)[10:50]} >= set(report.exact.ticks)


def test_of_several_parts_the_one_that_copies_is_named(shelf: Path) -> None:
    take = take_of(tune(1)[10:50])
    alone = CopyCheck(shelf).report(take)
    request = replace(take.request, region=replace(take.request.region, tracks=(0, 1)))
    other = tuple(replace(note, track=0) for note in take_of(tune(77)).notes)
    report = CopyCheck(shelf).report(replace(take, request=request, notes=(*take.notes, *other)))
    assert (alone.exact.part, report.exact.part, report.exact.track) == ("", "New", 1)
    assert report.text.startswith(f"Bars {report.exact.bars[0]} to {report.exact.bars[1]} of New: at least")
    assert (alone.usual_notes, report.usual_notes) == (10, 19), "one of two parts has to be the more unusual"
    assert report.text.splitlines()[1].endswith("learned from, in any part.")


def test_what_is_unusual_is_said_of_the_part_that_has_it(tmp_path: Path) -> None:
    usual = {
        kind: UsualRuns((16, 64), *usually((notes,) * 2, (notes,) * 2), (notes,) * 2)
        for kind, notes in ((ONE_VOICE, 70), (DRUMS, 5))
    }
    folder = index_folder(tmp_path / "index", {"High Road": tune(1), "Beat": tune(2)}, (("airs", 2),), usual)
    melody = take_of(tune(1), prompt_drums=True)
    request = replace(melody.request, region=replace(melody.request.region, tracks=(0, 1)))
    beat = tuple(replace(note, track=0) for note in take_of(tune(2)[10:40]).notes)
    report = CopyCheck(folder).report(replace(melody, request=request, notes=(*melody.notes, *beat)))
    assert report.exact.part == "New"
    assert report.unusual_run is not None
    assert (report.unusual_run.part, report.unusual_ticks) == ("Given", report.unusual_run.ticks)
    assert report.unusual_run.notes < report.exact.notes
    longest, unusual, why = report.text.splitlines()
    assert "“High Road”" in longest
    assert "of Given:" in unusual and "“Beat”" in unusual
    assert why.startswith("That is unusual: 95% of such passages by people share no more than 14 notes")


def test_what_was_found_can_be_written_as_json(shelf: Path) -> None:
    report = CopyCheck(shelf).report(take_of(tune(1)[10:50]))
    data = json.loads(json.dumps(report.as_data(), allow_nan=False))
    assert data["exact"]["pieces"] == ["“High Road” (airs)"]
    assert (data["exact"]["track"], data["exact"]["bars"]) == (2, list(report.exact.bars))
    assert data["unusual"]
    assert data["in_words"] == report.text.splitlines()
    own = CopyCheck(shelf).report(take_of(tune(77))).as_data()
    assert own["exact"] == {"notes": 0}
    assert json.dumps(own, allow_nan=False)


def test_pieces_of_one_title_are_named_once(tmp_path: Path) -> None:
    pieces = {"Air": tune(1), "Air\u200b": tune(1)}
    folder = index_folder(tmp_path / "index", pieces, (("airs", 2),), {})
    assert CopyCheck(folder).report(take_of(tune(1)[10:50])).exact.pieces == ("“Air” (airs)",)


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
    assert report.unusual_ticks is None
    assert report.text == (
        "No copy was found in the music that the models learned from:"
        " 8 notes in a row would have been, fewer can be missed."
    )


def test_what_is_usual_in_the_style_that_was_asked_for_is_not_marked(shelf: Path) -> None:
    assert not CopyCheck(shelf).report(take_of(tune(1)[10:50], style="jig")).unusual
    assert CopyCheck(shelf).report(take_of(tune(1)[10:50], style="polka")).unusual


def test_a_melody_is_found_through_the_chords_below_it(shelf: Path) -> None:
    melody = tune(1)[10:50]
    chords = [(onset, 40 + third) for onset, _ in melody[::3] for third in (0, 4)]
    report = CopyCheck(shelf).report(take_of(sorted([*melody, *chords])))
    assert report.exact.pieces == ("“High Road” (airs)",)
    assert 40 - 2 * 3 <= report.exact.notes <= 40
    assert report.unusual


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


def test_a_take_too_short_to_be_winnowed_is_compared_too(shelf: Path) -> None:
    found = [CopyCheck(shelf).report(take_of(tune(1)[first : first + 7])).exact for first in range(50)]
    assert sum(run.pieces == ("“High Road” (airs)",) for run in found) >= 25
    (unsure,) = {run.sure for run in found if run.notes == WINNOWING.notes}
    assert not unsure
    said = CopyReport(7, *2 * [next(run for run in found if run.notes == WINNOWING.notes)], guaranteed=8).text
    assert CopyReport(7, *2 * [CopiedRun(5, sure=False)], guaranteed=8).short_text == "copy ~5"
    assert said.endswith("5 notes in a row as in “High Road” (airs), perhaps by chance.")


def test_a_run_of_common_figures_is_said_to_be_that_and_names_no_piece(tmp_path: Path) -> None:
    figure = tune(9, 8)
    pieces = {f"Air {n}": [*figure, *((100 + o, p) for o, p in tune(n, 20))] for n in range(12)}
    folder = index_folder(tmp_path / "index", pieces, (("airs", 12),), {}, common=3)
    report = CopyCheck(folder).report(take_of(figure))
    assert (report.common_notes, report.common_pieces) == (WINNOWING.notes, 3)
    assert not report.unusual
    if not report.longest_notes:
        assert report.text == (
            "All that was found in the music that the models learned from is a common figure of 5 notes, which more"
            " than 3 pieces have."
        )


# --- an index beside the model


def test_pieces_that_a_user_trained_on_are_searched_besides(shelf: Path, tmp_path: Path) -> None:
    own = index_folder(tmp_path / "m" / "copy_index", {"My Waltz": tune(30), "My Polka": tune(31)}, (("mine", 2),), {})
    check = CopyCheck(shelf, {"m": own}.get)
    report = check.report(take_of(tune(31)[10:50]))
    assert report.exact.pieces == ("“My Polka” (mine)",)
    assert report.unusual
    assert report.usual_notes == 10, "what its own index does not know is taken from the shipped one"
    assert check.report(take_of(tune(1)[10:50])).exact.pieces == ("“High Road” (airs)",)
    assert CopyCheck(shelf, {"n": own}.get).report(take_of(tune(31)[10:50])).longest_notes == 0


def test_a_damaged_index_beside_the_model_is_said_and_the_shipped_one_is_searched(shelf: Path, tmp_path: Path) -> None:
    own = index_folder(tmp_path / "m" / "copy_index", {"My Waltz": tune(30)}, (("mine", 1),), {})
    whole = (own / "fingerprints.bin").read_bytes()
    (own / "fingerprints.bin").write_bytes(whole[:-9])
    check = CopyCheck(shelf, {"m": own}.get)
    report = check.report(take_of(tune(1)[10:50]))
    assert report.unusual
    assert report.short_text == f"copy {report.longest_notes}"
    assert report.text.splitlines()[0] == (
        'The pieces that "m" learned from were not searched: the copy index in its folder is damaged or made by another'
        " version. Make it again with python -m ml index-copies."
    )
    (own / "fingerprints.bin").write_bytes(whole)
    assert check.report(take_of(tune(30)[10:50])).exact.pieces == ("“My Waltz” (mine)",), "made again meanwhile"


def test_a_title_of_a_strangers_index_is_shown_short_and_plain(shelf: Path, tmp_path: Path) -> None:
    title = "\u202eevil\t" + "x" * 5000
    own = index_folder(tmp_path / "m" / "copy_index", {title: tune(30)}, (("\x1bmine", 1),), {})
    (piece,) = CopyCheck(shelf, {"m": own}.get).report(take_of(tune(30)[10:50])).exact.pieces
    assert piece.startswith("“evil xxx")
    assert piece.endswith("” (mine)")
    assert len(piece) < 200


def test_the_index_is_sought_in_the_folder_of_the_model(models: Path) -> None:
    index_folder(models / "alpha" / "copy_index", {"My Waltz": tune(30)}, (("mine", 1),), {})
    desk = copy_desk(Shelf([models]))
    for model, known in (("alpha", True), ("beta", False), ("removed", False)):
        found = desk.report(take_of(tune(30)[10:50], model=model)).exact
        assert (found.pieces == ("“My Waltz” (mine)",)) == known, model


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
    assert report.trouble.startswith("The copy check is not available: its index ")
    assert report.trouble.endswith(". Install Continuo again.")
    assert "\n" not in report.trouble
    assert not report.unusual
    assert report.short_text == "copy ?"
    assert report.text.splitlines() == [report.trouble, "20 notes in a row as in your own music that it was given."]


def test_a_match_that_may_be_chance_is_not_told_beside_a_longer_run() -> None:
    chance, run = CopiedRun(5, ("“A” (x)",), False), CopiedRun(9, ("“B” (y)",), transposed=True)
    assert CopyReport(9, chance, run, guaranteed=8).text == (
        "Bar 1: at least 9 notes in a row as in “B” (y), transposed."
    )
    assert CopyReport(9, run, replace(run, notes=12), guaranteed=8).text.count("\n") == 1


def test_many_pieces_are_counted_rather_than_named() -> None:
    run = CopiedRun(9, ("“A” (x)", "“B” (y)", "“C” (z)", "“D” (z)"))
    assert (
        CopyReport(9, run, run, guaranteed=8).text
        == "Bar 1: at least 9 notes in a row as in “A” (x) and “B” (y) and 2 more."
    )


def test_the_studio_shows_reports_as_they_come(
    rig: Any, folders: AppFolders, shelf: Path, tune: Score, tmp_path: Path, until: Callable[..., None]
) -> None:
    studio = Studio(rig.engine, SettingsStore(folders.settings_file), copies=CopyDesk(lambda: CopyCheck(shelf)))
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
