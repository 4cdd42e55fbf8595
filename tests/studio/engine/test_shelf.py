"""The shelf lists what it can use and says in one sentence why it cannot use the rest."""

from __future__ import annotations

import json
import os
import pickle
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.models.weights_file import BadWeights, read_weights_header
from studio.engine import Shelf, UnknownModel
from studio.engine.card import plain_text

MakeModel = Callable[..., Path]


def safetensors(header: object, data: bytes = b"", length: int | None = None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def only_problem(place: Path) -> str:
    shelf = Shelf([place])
    assert shelf.models() == []
    (problem,) = shelf.problems
    assert problem.sentence.endswith(".") and "\n" not in problem.sentence and len(problem.sentence) < 300
    return problem.sentence


def test_a_card_is_read_with_all_that_a_user_wants_to_know(tmp_path: Path, make_model: MakeModel) -> None:
    make_model(
        tmp_path / "lstm",
        name="LSTM",
        trunk="lstm",
        good_at=["folk tunes", "melodies"],
        corpora=[{"name": "Folk tunes", "licence": "public domain"}, "Chorales"],
        licence="MIT",
        figures={"folk": {"bits per note": 4.5}, "notes": 1000, "odd": "text"},
    )
    (card,) = Shelf([tmp_path]).models()
    assert (card.id, card.name, card.trunk, card.parameters) == ("lstm", "LSTM", "lstm", 17)
    assert card.good_at == "folk tunes, melodies"
    assert card.corpora == ("Folk tunes", "Chorales")
    assert card.figures == {"folk / bits per note": 4.5, "notes": 1000.0}


def test_folders_that_do_not_exist_are_empty_and_other_things_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "readme.txt").write_text("mine")
    (tmp_path / "loose.json").write_text("{}")
    shelf = Shelf([tmp_path / "nowhere", tmp_path])
    assert shelf.models() == [] and shelf.problems == []


def test_of_two_models_with_one_name_the_first_folder_wins_and_the_other_is_told(
    tmp_path: Path, make_model: MakeModel
) -> None:
    make_model(tmp_path / "shipped" / "gru", name="Shipped")
    make_model(tmp_path / "own" / "gru", name="Own")
    shelf = Shelf([tmp_path / "shipped", tmp_path / "own"])
    assert [card.name for card in shelf.models()] == ["Shipped"]
    assert "rename" in shelf.problems[0].sentence


def test_an_unknown_model_is_answered_with_those_that_are_there(models: Path) -> None:
    shelf = Shelf([models])
    assert shelf.find("ALPHA").id == "alpha"
    with pytest.raises(UnknownModel, match="alpha, beta"):
        shelf.find("gamma")


def test_asking_for_a_broken_model_says_what_is_wrong_with_it(tmp_path: Path, make_model: MakeModel) -> None:
    (make_model(tmp_path / "gru") / "config.json").unlink()
    with pytest.raises(UnknownModel, match=r"lacks config\.json"):
        Shelf([tmp_path]).find("gru")


def test_with_no_models_at_all_the_sentence_says_where_they_belong(tmp_path: Path) -> None:
    with pytest.raises(UnknownModel, match="no models are installed"):
        Shelf([tmp_path]).find("gru")


def test_models_that_come_later_are_found_by_looking_again(tmp_path: Path, make_model: MakeModel) -> None:
    shelf = Shelf([tmp_path])
    assert shelf.models() == []
    make_model(tmp_path / "mine")
    shelf.rescan()
    assert [card.id for card in shelf.models()] == ["mine"]


@pytest.mark.parametrize("name", ["card.json", "config.json", "model.safetensors"])
def test_a_missing_file_is_named(tmp_path: Path, make_model: MakeModel, name: str) -> None:
    (make_model(tmp_path / "gru") / name).unlink()
    assert name in only_problem(tmp_path)


@pytest.mark.parametrize("text", ["", "[1]", "{", "[" * 100_000, '{"a": ' * 40_000, "\0\xff"])
def test_a_damaged_card_is_a_problem_and_no_crash(tmp_path: Path, make_model: MakeModel, text: str) -> None:
    (make_model(tmp_path / "gru") / "card.json").write_text(text)
    assert "damaged card.json" in only_problem(tmp_path)


def test_a_huge_card_is_not_read(tmp_path: Path, make_model: MakeModel) -> None:
    (make_model(tmp_path / "gru") / "card.json").write_text(" " * (300 << 10) + "{}")
    assert "too large" in only_problem(tmp_path)


def test_a_pickle_is_never_opened(tmp_path: Path, make_model: MakeModel) -> None:
    folder = make_model(tmp_path / "gru")
    (folder / "model.safetensors").unlink()
    canary = tmp_path / "canary"
    payload = pickle.dumps(os.system)[:-1] + pickle.dumps(f"touch {canary}")
    (folder / "model.pt").write_bytes(payload)
    assert "model.pt" in only_problem(tmp_path)
    assert not canary.exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_in_place_of_a_card_does_not_hang_the_program(tmp_path: Path, make_model: MakeModel) -> None:
    folder = make_model(tmp_path / "gru")
    (folder / "card.json").unlink()
    os.mkfifo(folder / "card.json")
    assert "no ordinary file" in only_problem(tmp_path)


def test_names_are_shown_as_plain_text() -> None:
    assert plain_text("a\u202eb\x00c\nd") == "abc d"
    assert len(plain_text("x" * 10_000)) == 200


TENSOR = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
HOSTILE = {
    "nothing at all": b"",
    "a header longer than the file": safetensors({}, length=1000),
    "a header of a hundred megabytes": safetensors(b" " * 100, length=100 << 20),
    "a header length beyond all memory": struct.pack("<Q", 2**63) + b"{}",
    "no JSON": safetensors(b"PK\x03\x04"),
    "deep nesting": safetensors(b"[" * 200_000),
    "no tensors": safetensors({}),
    "a list": safetensors([1, 2]),
    "shapes of 2**62": safetensors({"w": {**TENSOR, "shape": [2**62, 2**62]}}, bytes(8)),
    "negative shapes": safetensors({"w": {**TENSOR, "shape": [-2]}}, bytes(8)),
    "shapes that are no numbers": safetensors({"w": {**TENSOR, "shape": ["2"]}}, bytes(8)),
    "an unknown type": safetensors({"w": {**TENSOR, "dtype": "OBJECT"}}, bytes(8)),
    "overlapping tensors": safetensors({"a": TENSOR, "b": TENSOR}, bytes(8)),
    "a gap": safetensors({"a": {**TENSOR, "data_offsets": [8, 16]}}, bytes(16)),
    "missing data": safetensors({"a": TENSOR}, bytes(4)),
    "data after the end": safetensors({"a": TENSOR}, bytes(80)),
    "ten thousand dimensions": safetensors({"a": {**TENSOR, "shape": [1] * 10_000}}, bytes(8)),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_weights_are_refused_before_anything_is_allocated(
    tmp_path: Path, make_model: MakeModel, case: str
) -> None:
    (make_model(tmp_path / "gru") / "model.safetensors").write_bytes(HOSTILE[case])
    assert "weights" in only_problem(tmp_path)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_header_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("weights") / "w"
    path.write_bytes(data)
    with pytest.raises(BadWeights):
        read_weights_header(path)


def test_looking_at_the_shelf_does_not_load_torch(models: Path) -> None:
    code = (
        "import sys, pathlib; from studio.engine import Engine, Shelf; "
        f"shelf = Shelf([pathlib.Path({str(models)!r})]); Engine(shelf); assert len(shelf.models()) == 2; "
        "sys.exit(sum(name in sys.modules for name in ('torch', 'PySide6', 'safetensors')))"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0
