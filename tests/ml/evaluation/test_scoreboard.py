"""`python -m ml evaluate`: floors and models on the same held-out notes, on screen, on disk, on the cards."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from ml.__main__ import main
from ml.evaluation.bench import QUICK, Bench
from ml.evaluation.bits_table import Figure, bits_figures, bits_table, velocity_table
from ml.evaluation.board import Section, Table, add_to_board, read_board, section_text, table_text
from ml.evaluation.cards import card_figures
from ml.evaluation.ngrams import ALPHAS, NGram
from ml.models.checkpoint import LoadedModel, load_model, save_model
from ml.models.event_model import EventModel
from ml.training.cache import CachedCorpus
from ml.training.validation import Bits, evaluation_rows, model_bits, validation_rows
from tests.ml.evaluation.models import TINY, untrained
from tests.ml.training.tunes import fill, opened, tune, tunes


def splits(folder: Path, test: int = 2, valid: int = 2, count: int = 10) -> Path:
    """Metadata for pieces called tune 0, tune 1, ..."""
    kinds = ["test"] * test + ["valid"] * valid + ["train"] * count
    (folder / "metadata.csv").write_text("name,split\n" + "".join(f"tune {i},{kinds[i]}\n" for i in range(count)))
    return folder


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return splits(fill(tmp_path / "songs", tunes(10)))


def evaluate(tmp_path: Path, *arguments: object, sections: tuple[str, ...] = ("bits",)) -> int:
    fixed = ["--cache", str(tmp_path / "cache"), "--sections", *sections]
    where = [] if "-o" in arguments else ["-o", str(tmp_path / "board")]
    return main(["evaluate", *map(str, arguments), *where, *fixed])


def bench_of(corpus: CachedCorpus, *models: LoadedModel, split: str = "test") -> Bench:
    return Bench([corpus], list(models), split, lambda text: None)


def test_floors_and_models_are_measured_on_the_same_notes(tmp_path, corpus):
    cached = opened(tmp_path, {})
    model = load_model(untrained(tmp_path / "tiny"))
    figures = bits_figures(bench_of(cached, model))
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
    bench = bench_of(opened(tmp_path, {}))
    assert bits_figures(bench) == []
    assert bench.missing() == ("songs has no test pieces and is left out.",)


def test_the_floor_has_an_alpha_also_without_validation_pieces(tmp_path):
    splits(fill(tmp_path / "songs", tunes(6)), test=2, valid=0, count=6)
    cached = opened(tmp_path, {})
    rows = validation_rows(cached, "test")
    training = [row for number in cached.splits["train"] for row in evaluation_rows(cached.piece(int(number)))]
    for floor in bits_figures(bench_of(cached)):
        model = NGram(training, bigram=floor.name == "bigram")
        best = min(model.bits(rows, alpha).per_note for alpha in ALPHAS)
        assert floor.per_note == pytest.approx(best, abs=1e-3)


def figure(corpus: str, name: str, bits: float) -> Figure:
    return Figure.of(corpus, name, Bits(10, {"onset": 4 * bits, "pitch": 6 * bits, "velocity": 10.0}))


FIGURES = [
    figure("folk", "unigram", 8.0), figure("folk", "bigram", 5.0), figure("folk", "tiny", 3.0),
    figure("quartets", "unigram", 9.0), figure("quartets", "bigram", 8.0),
]  # fmt: skip


def rendered(table: Table) -> list[str]:
    section = Section("bits", "Bits", "What it means.", (table,), {"split": "test"})
    return table_text(section.as_data()["tables"][0]).splitlines()


def test_the_table_shows_models_below_the_bigram():
    assert rendered(bits_table(FIGURES)) == [
        "| bits per note | folk | quartets |",
        "| --- | ---: | ---: |",
        "| unigram | 8.00 | 9.00 |",
        "| bigram | 5.00 | 8.00 |",
        "| tiny | 3.00 (−40 %) | – |",
    ]


def test_a_model_above_the_bigram_is_shown_as_such():
    worse = [figure("folk", "bigram", 5.0), figure("folk", "tiny", 6.0)]
    assert rendered(bits_table(worse))[-1] == "| tiny | 6.00 (+20 %) |"


def test_cells_hold_counts_means_and_nothing():
    table = Table("x", ("a", "b", "c", "d"), {"r": {"a": {"kept": 11, "of": 12}, "b": [1.0, 0.25], "c": 1234}})
    assert rendered(table)[-1] == "| r | 11 / 12 | 1.00 ± 0.25 | 1,234 | – |"


def test_a_figure_holds_bits_with_and_without_velocity():
    tiny = FIGURES[2]
    assert (tiny.per_note, tiny.with_velocity, tiny.notes) == (3.0, 4.0, 10)
    assert tiny.fields == {"onset": 1.2, "pitch": 1.8, "velocity": 1.0}
    assert rendered(velocity_table(FIGURES))[-1] == "| tiny | 4.00 | – |"


def test_a_card_has_the_model_s_own_figures_and_the_bigram_s():
    section = Section("bits", "Bits", "", (bits_table(FIGURES),), {"split": "test"})
    assert card_figures(section, "tiny") == {
        "bits per note, test": {"folk": 3.0},
        "bits per note of a bigram on the same test events": {"folk": 5.0, "quartets": 8.0},
    }
    assert card_figures(section, "somebody else") == {}


def test_a_section_takes_the_place_of_its_own_and_leaves_the_others(tmp_path):
    def section(name: str, split: str, value: float) -> Section:
        return Section(name, name.title(), "Means.", (Table("t", ("c",), {"r": {"c": value}}),), {"split": split})

    for made in (section("a", "valid", 1.0), section("b", "valid", 2.0), section("a", "test", 3.0)):
        add_to_board(tmp_path, made)
    add_to_board(tmp_path, section("a", "valid", math.nan))
    board = read_board(tmp_path)
    values = {name: entry["tables"][0]["rows"]["r"]["c"] for name, entry in board.items()}
    assert values == {"a valid": None, "b valid": 2.0, "a test": 3.0}
    text = (tmp_path / "scoreboard.md").read_text()
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        "## A (valid)",
        "## B (valid)",
        "## A (test)",
    ]


def test_a_board_of_an_older_kind_is_begun_anew(tmp_path):
    (tmp_path / "scoreboard.json").write_text('{"figures": []}')
    assert read_board(tmp_path) == {}


def test_the_command_prints_and_writes_the_scoreboard(tmp_path, corpus, capsys):
    model = untrained(tmp_path / "tiny")
    sections = ("bits", "places", "trunks")
    arguments = (model, "--corpora", corpus, "--split", "test", "-o", tmp_path / "out")
    assert evaluate(tmp_path, *arguments, sections=sections) == 0
    printed = capsys.readouterr().out
    board = json.loads((tmp_path / "out" / "scoreboard.json").read_text())["sections"]
    assert list(board) == ["bits test", "places test", "trunks valid"]
    bits = board["bits test"]
    assert list(bits["tables"][0]["rows"]) == ["unigram", "bigram", "tiny"]
    assert bits["facts"]["checkpoints"] == {"tiny": load_model(model).checkpoint}
    assert bits["facts"]["pieces"] == {"songs": 2}
    assert list(bits["facts"]["data"]) == ["songs"]
    assert all(math.isfinite(entry["per_note"]) for entry in bits["details"]["figures"])
    assert section_text(bits).strip() in printed
    assert section_text(bits).strip() in (tmp_path / "out" / "scoreboard.md").read_text()
    assert "no training curve" in board["trunks valid"]["missing"][0]
    assert load_model(model).card["figures"] == {"older": 1}  # cards are left alone unless asked


def test_the_board_of_the_models_that_ship_is_not_touched_by_others(tmp_path, corpus, monkeypatch):
    """Without names the models on the shelf are measured, and their board is written."""
    model = untrained(tmp_path / "resources" / "models" / "tiny")
    monkeypatch.chdir(tmp_path)
    fixed = ["--corpora", str(corpus), "--cache", str(tmp_path / "cache"), "--sections", "trunks"]
    assert main(["evaluate", str(model), *fixed]) == 0
    assert not (tmp_path / "ml").exists()
    assert main(["evaluate", *fixed]) == 0
    (section,) = read_board(tmp_path / "ml" / "evaluation").values()
    assert list(section["facts"]["checkpoints"]) == ["tiny"]


def test_places_share_the_notes_among_them(tmp_path, corpus):
    assert evaluate(tmp_path, untrained(tmp_path / "tiny"), "--corpora", corpus, sections=("places",)) == 0
    (entry,) = read_board(tmp_path / "board").values()
    (table,) = entry["tables"]
    notes = table["rows"]["notes"]
    returns = sum(notes.get(name, 0) for name in ("literal returns", "transposed returns", "all other notes"))
    assert returns == notes["0 to 63"] == tune(2).note_count + tune(3).note_count
    assert 0 < table["rows"]["bigram"]["0 to 63"] < table["rows"]["tiny"]["0 to 63"]


def test_a_quick_run_looks_at_a_few_pieces(tmp_path):
    cached = opened(tmp_path, tunes(60))
    bench = Bench([cached], [], "valid", lambda text: None, QUICK)
    assert len(bench.held_out(cached)) == min(QUICK.pieces, len(cached.splits["valid"]))


def at(minutes: float, notes: int, **bits: float) -> dict[str, object]:
    """One validation as cards and logs list it."""
    return {"minutes": minutes, "notes": notes, "bits_per_note": bits}


CURVES = {
    "fast": [at(10, 1_000_000, folk=4.0, odd=9.0), at(20, 2_000_000, folk=3.0, odd=9.0)],
    "slow": [at(10, 500_000, folk=3.0), at(40, 2_000_000, folk=1.5)],
}


def test_trunks_are_compared_at_equal_time_and_at_equal_notes(tmp_path, corpus):
    folders = []
    for name, curve in CURVES.items():
        folders.append(untrained(tmp_path / name))
        save_model(folders[-1], EventModel(TINY), {"name": name, "training": {"curve": curve}})
    assert evaluate(tmp_path, *folders, "--corpora", corpus, sections=("trunks",)) == 0
    time, notes = read_board(tmp_path / "board")["trunks valid"]["tables"]
    assert time["columns"] == ["2.5", "5", "10", "15", "20"]
    assert time["rows"]["fast"] == {"2.5": None, "5": None, "10": 4.0, "15": 3.5, "20": 3.0}
    assert time["rows"]["slow"]["20"] == 2.5
    assert notes["rows"]["slow"] == {"0.25": None, "0.5": 3.0, "1": 2.5, "1.5": 2.0, "2": 1.5}


def test_a_run_s_log_serves_where_the_card_has_no_curve(tmp_path, corpus):
    folder = untrained(tmp_path / "run" / "best")
    (tmp_path / "run" / "log.json").write_text(json.dumps([at(1, 1000, folk=5.0)]))
    assert evaluate(tmp_path, folder, "--corpora", corpus, sections=("trunks",)) == 0
    assert read_board(tmp_path / "board")["trunks valid"]["tables"][0]["rows"]["best"]["1"] == 5.0


def test_cards_get_their_figures_and_keep_the_rest(tmp_path, corpus):
    model = untrained(tmp_path / "tiny")
    assert evaluate(tmp_path, model, "--corpora", corpus, "--write-cards") == 0
    assert evaluate(tmp_path, model, "--corpora", corpus, "--split", "test", "--write-cards") == 0
    card = load_model(model).card
    assert card["name"] == "Tiny"
    assert card["figures"]["older"] == 1
    assert 0 < card["figures"]["bits per note, test"]["songs"] < 40
    assert 0 < card["figures"]["bits per note, valid"]["songs"] < 40
    assert card["figures"]["bits per note of a bigram on the same test events"]["songs"] > 0
    assert "END counted" in card["figures_definition"]["Bits per note"]


def test_the_best_models_of_two_runs_are_told_apart(tmp_path, corpus, capsys):
    folders = [untrained(tmp_path / run / "best", seed) for seed, run in enumerate(("one", "two"))]
    assert evaluate(tmp_path, *folders, "--corpora", corpus, "--write-cards") == 0
    table = capsys.readouterr().out
    assert all(str(folder) in table for folder in folders)
    rows = validation_rows(opened(tmp_path, {}))
    for folder in folders:
        model: LoadedModel = load_model(folder)
        stated = model.card["figures"]["bits per note, valid"]["songs"]
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
