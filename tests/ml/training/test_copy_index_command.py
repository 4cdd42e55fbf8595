"""`python -m ml index-copies`: an index of the training pieces, the same each time, that says what it is."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from ml.__main__ import main
from ml.measures.copy_index_file import read_index
from ml.measures.note_runs import NoteRuns
from ml.measures.usual_copying import ONE_VOICE, UsualCopying
from ml.music import Note, NoteTable, Score, TimeMap, Track
from ml.training.piece_titles import LONGEST, piece_title
from ml.training.usual_runs import Measured, usual_of
from tests.ml.training.tunes import packed

NAMES = [f"air_{number}" for number in range(40)]
TITLES = "name,split,title,composer\n" + "".join(
    f"{name},{'valid' if number % 4 == 3 else 'train'},Air No. {number}.,Anon\n" for number, name in enumerate(NAMES)
)


def columns(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Onsets in 24ths of a quarter and pitches of a piece."""
    draw = np.random.default_rng(seed)
    return np.cumsum(draw.integers(3, 13, 90)), draw.integers(50, 80, 90)


def air(seed: int) -> Score:
    notes = [Note(int(o) * 20, 40, int(p)) for o, p in zip(*columns(seed), strict=True)]
    return Score((Track("Melody", NoteTable.of(notes), 40),), TimeMap(480))


@pytest.fixture(scope="module")
def airs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpora")
    scores = {name: air(seed) for seed, name in enumerate(NAMES)}
    return packed(folder / "airs.zip", scores, metadata_csv=TITLES)


def index(airs: Path, output: Path, *more: str) -> int:
    return main(["index-copies", str(airs), "-o", str(output), "--cache", str(airs.parent / "cache"), *more])


def test_training_pieces_are_found_by_their_titles_and_held_out_ones_are_not(airs, tmp_path) -> None:
    assert index(airs, tmp_path / "index") == 0
    made = read_index(tmp_path / "index" / "fingerprints.bin")
    assert made.corpora == (("airs", 30),)
    assert made.names[5] == "Air No. 14, Anon", "pieces are in the order of their file names"
    for seed, known in ((6, True), (7, False)):
        onset, pitch = columns(seed)
        shared = made.shared(NoteRuns.of(np.zeros(50, int), onset[20:70] * 1, pitch[20:70] + 3))
        assert bool(len(shared.notes)) == known
        if known:
            best = int(np.argmax(shared.notes))
            assert made.names[shared.piece[best]] == "Air No. 6, Anon"
            assert shared.notes[best] >= 50 - 2 * (made.winnowing.window - 1)


def test_the_card_says_from_what_and_how_and_what_is_promised(airs, tmp_path) -> None:
    assert index(airs, tmp_path / "index", "--notes", "6", "--window", "5") == 0
    card = json.loads((tmp_path / "index" / "card.json").read_text("utf-8"))
    (corpus,) = card["made_from"]
    assert (corpus["corpus"], corpus["training_pieces"], corpus["training_notes"]) == ("airs", 30, 2700)
    assert (card["made_how"]["notes"], card["made_how"]["window"]) == (6, 5)
    assert card["promises"][0].startswith("A run of 10 notes or more")
    usual = UsualCopying.from_data(card["usual"])
    assert usual.longest(ONE_VOICE, 16, exact=False) >= 6


def test_of_several_parts_each_has_to_be_the_more_unusual() -> None:
    # Of 100 passages of each of two corpora one shares a run of each length from 1 to 100 notes.
    passages = [Measured(ONE_VOICE, corpus, 16, notes, notes) for corpus in ("a", "b") for notes in range(1, 101)]
    (longest,) = zip(*usual_of([passages], lambda passage: passage.exact, 0.9, 8), strict=True)
    assert longest == (90, 95, 98, 99, 100)
    (longest,) = zip(*usual_of([passages[:5]], lambda passage: passage.exact, 0.9, 8), strict=True)
    assert longest == (8,) * 5, "what a single fingerprint tells is always usual"


def test_the_same_corpora_give_the_same_bytes(airs, tmp_path) -> None:
    for name in ("one", "other"):
        assert index(airs, tmp_path / name) == 0
    for file in ("fingerprints.bin", "card.json"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "other" / file).read_bytes()


@pytest.mark.parametrize("more", [["--window", "0"], ["--notes", "2"], ["--common", "0"], ["--quantile", "1"]])
def test_options_that_make_no_sense_are_refused_in_a_sentence(airs, tmp_path, capsys, more) -> None:
    assert index(airs, tmp_path / "index", *more) == 2
    said = capsys.readouterr().err
    assert more[0] in said
    assert said.strip().endswith(".")
    assert not (tmp_path / "index").exists()


def test_a_corpus_that_is_not_there_is_refused(tmp_path, capsys) -> None:
    assert index(tmp_path / "nothing.zip", tmp_path / "index") == 2
    assert "does not exist" in capsys.readouterr().err


def test_pieces_are_called_what_people_call_them() -> None:
    row = {"title": "The Rakes of Mallow.", "composer": ""}
    assert piece_title("aird_1", row) == "The Rakes of Mallow"
    assert piece_title("x", {"OTL": "RONDEAU", "COM": "Chopin, Fryderyk"}) == "RONDEAU, Chopin, Fryderyk"
    assert piece_title("Abbott__Just_for_Today", {}) == "Abbott, Just for Today"
    assert piece_title("Anna_____Mein_Lied__x", {}) == "Anna, Mein Lied, x"
    assert piece_title("x", {"title": "a\nb\tc"}) == "a b c"
    assert len(piece_title("x" * 500, {})) == LONGEST
    assert piece_title("__", {}) == "untitled"
