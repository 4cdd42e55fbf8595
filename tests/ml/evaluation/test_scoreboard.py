"""`python -m ml evaluate`: floors and models on the same held-out notes, on screen, on disk, on the cards."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import torch

from ml.__main__ import main
from ml.evaluation.bits_table import Figure, as_markdown, bits_table, card_figures
from ml.evaluation.ngrams import ALPHAS, NGram
from ml.models.checkpoint import LoadedModel, load_model, save_model
from ml.models.event_model import EventModel, ModelConfig
from ml.training.validation import Bits, evaluation_rows, model_bits, validation_rows
from tests.ml.training.tunes import fill, opened, tune, tunes

TINY = ModelConfig("lstm", width=16, layers=1, hidden=16)


def untrained(folder: Path, seed: int = 0) -> Path:
    """A model folder with random weights."""
    torch.manual_seed(seed)
    save_model(folder, EventModel(TINY), {"name": "Tiny", "figures": {"older": 1}})
    return folder


def splits(folder: Path, test: int = 2, valid: int = 2, count: int = 10) -> Path:
    """Metadata for pieces called tune 0, tune 1, ..."""
    kinds = ["test"] * test + ["valid"] * valid + ["train"] * count
    (folder / "metadata.csv").write_text("name,split\n" + "".join(f"tune {i},{kinds[i]}\n" for i in range(count)))
    return folder


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return splits(fill(tmp_path / "songs", tunes(10)))


def evaluate(tmp_path: Path, *arguments: object) -> int:
    return main(["evaluate", *map(str, arguments), "--cache", str(tmp_path / "cache")])


def test_floors_and_models_are_measured_on_the_same_notes(tmp_path, corpus):
    cached = opened(tmp_path, {})
    model = load_model(untrained(tmp_path / "tiny"))
    figures = bits_table([cached], [model], "test", lambda text: None)
    assert [(figure.corpus, figure.name) for figure in figures] == [
        ("songs", "unigram"), ("songs", "bigram"), ("songs", "tiny"),
    ]  # fmt: skip
    assert {figure.notes for figure in figures} == {tune(0).note_count + tune(1).note_count}
    unigram, bigram, tiny = figures
    assert max(bigram.per_note, unigram.per_note) < tiny.per_note
    own = model_bits(model.network, validation_rows(cached, "test"))
    assert tiny.per_note == pytest.approx(own.per_note, abs=1e-3)
    for figure in figures:
        assert sum(figure.fields.values()) == pytest.approx(figure.with_velocity, abs=1e-3)


def test_a_corpus_without_the_split_is_left_out_and_said(tmp_path):
    splits(fill(tmp_path / "songs", tunes(6)), test=0, valid=2, count=6)
    lines: list[str] = []
    assert bits_table([opened(tmp_path, {})], [], "test", lines.append) == []
    assert lines == ["songs has no test pieces and is left out."]


def test_the_floor_has_an_alpha_also_without_validation_pieces(tmp_path):
    splits(fill(tmp_path / "songs", tunes(6)), test=2, valid=0, count=6)
    cached = opened(tmp_path, {})
    rows = validation_rows(cached, "test")
    training = [row for number in cached.splits["train"] for row in evaluation_rows(cached.piece(int(number)))]
    for floor in bits_table([cached], [], "test", lambda text: None):
        model = NGram(training, bigram=floor.name == "bigram")
        best = min(model.bits(rows, alpha).per_note for alpha in ALPHAS)
        assert floor.per_note == pytest.approx(best, abs=1e-3)


def figure(corpus: str, name: str, bits: float) -> Figure:
    return Figure.of(corpus, name, Bits(10, {"onset": 4 * bits, "pitch": 6 * bits, "velocity": 10.0}))


FIGURES = [
    figure("folk", "unigram", 8.0), figure("folk", "bigram", 5.0), figure("folk", "tiny", 3.0),
    figure("quartets", "unigram", 9.0), figure("quartets", "bigram", 8.0),
]  # fmt: skip


def test_the_table_shows_models_below_the_bigram():
    assert as_markdown(FIGURES).splitlines() == [
        "| bits per note | folk | quartets |",
        "| --- | ---: | ---: |",
        "| unigram | 8.00 | 9.00 |",
        "| bigram | 5.00 | 8.00 |",
        "| tiny | 3.00 (−40 %) |  |",
    ]


def test_a_figure_holds_bits_with_and_without_velocity():
    tiny = FIGURES[2]
    assert (tiny.per_note, tiny.with_velocity, tiny.notes) == (3.0, 4.0, 10)
    assert tiny.fields == {"onset": 1.2, "pitch": 1.8, "velocity": 1.0}


def test_a_card_has_the_model_s_own_figures_and_the_bigram_s():
    own, floor = card_figures(FIGURES, "tiny", "test").values()
    assert own == {"folk": 3.0}
    assert floor == {"folk": 5.0, "quartets": 8.0}


def test_the_command_prints_and_writes_the_scoreboard(tmp_path, corpus, capsys):
    model = untrained(tmp_path / "tiny")
    assert evaluate(tmp_path, model, "--corpora", corpus, "--split", "test", "-o", tmp_path / "out") == 0
    table = capsys.readouterr().out
    assert table.splitlines()[0] == "| bits per note | songs |"
    assert [line.split(" | ")[0] for line in table.splitlines()[2:5]] == ["| unigram", "| bigram", "| tiny"]
    board = json.loads((tmp_path / "out" / "scoreboard.json").read_text())
    assert board["split"] == "test"
    assert board["checkpoints"] == {"tiny": load_model(model).checkpoint}
    assert list(board["data"]) == ["songs"]
    assert {entry["name"] for entry in board["figures"]} == {"unigram", "bigram", "tiny"}
    assert all(math.isfinite(entry["per_note"]) for entry in board["figures"])
    assert table.strip() in (tmp_path / "out" / "scoreboard.md").read_text()
    assert load_model(model).card["figures"] == {"older": 1}  # cards are left alone unless asked


def test_cards_get_their_figures_and_keep_the_rest(tmp_path, corpus):
    model = untrained(tmp_path / "tiny")
    assert evaluate(tmp_path, model, "--corpora", corpus, "--write-cards") == 0
    assert evaluate(tmp_path, model, "--corpora", corpus, "--split", "test", "--write-cards") == 0
    card = load_model(model).card
    assert card["name"] == "Tiny"
    assert len(card["figures"]) == 1 + 4
    assert card["figures"]["older"] == 1
    assert 0 < card["figures"]["bits per note, test, without velocity"]["songs"] < 40
    assert card["figures"]["bits per note of a bigram on the same test events"]["songs"] > 0


def test_the_best_models_of_two_runs_are_told_apart(tmp_path, corpus, capsys):
    folders = [untrained(tmp_path / run / "best", seed) for seed, run in enumerate(("one", "two"))]
    assert evaluate(tmp_path, *folders, "--corpora", corpus, "--write-cards") == 0
    table = capsys.readouterr().out
    assert all(str(folder) in table for folder in folders)
    rows = validation_rows(opened(tmp_path, {}))
    for folder in folders:
        model: LoadedModel = load_model(folder)
        stated = model.card["figures"]["bits per note, valid, without velocity"]["songs"]
        assert stated == pytest.approx(model_bits(model.network, rows).per_note, abs=1e-3)


@pytest.mark.parametrize("what", ["model", "corpus", "output"])
def test_what_cannot_be_measured_is_refused_with_one_sentence(tmp_path, corpus, capsys, what):
    model = untrained(tmp_path / "tiny")
    arguments: list[object] = [model, "--corpora", corpus]
    if what == "model":
        (model / "config.json").unlink()
    elif what == "corpus":
        arguments[-1] = tmp_path / "nowhere"
    else:
        (tmp_path / "out").write_text("a file stands here")
        arguments += ["-o", tmp_path / "out"]
    assert evaluate(tmp_path, *arguments) == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert {"model": "tiny", "corpus": "nowhere", "output": "out"}[what] in last
    assert last.endswith(".")
