"""The shelf lists what it can use and says in one sentence why it cannot use the rest."""

from __future__ import annotations

import json
import os
import pickle
import struct
import subprocess
import sys
import tracemalloc
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
    "a header that names a tensor twice": safetensors(
        b'{"w": %s, "w": %s}' % ((json.dumps(TENSOR).encode(),) * 2), bytes(8)
    ),
    "whole numbers in place of weights": safetensors({"w": {**TENSOR, "dtype": "I64", "shape": [1]}}, bytes(8)),
    "offsets that are no numbers": safetensors({"w": {**TENSOR, "data_offsets": [False, 8]}}, bytes(8)),
    "offsets backwards": safetensors({"w": {**TENSOR, "data_offsets": [8, 0]}}, bytes(8)),
    "offsets outside": safetensors({"w": {**TENSOR, "data_offsets": [2**62, 2**62 + 8]}}, bytes(8)),
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


HEAVY = {
    "a header of ten gigabytes": (struct.pack("<Q", 10 << 30), 900 << 20),
    "a header of nine hundred megabytes that is there": (struct.pack("<Q", 900 << 20), (900 << 20) + 8),
    "a card of half a gigabyte": (b"", 512 << 20),
}


@pytest.mark.parametrize("case", HEAVY)
def test_what_claims_gigabytes_costs_no_memory(tmp_path: Path, make_model: MakeModel, case: str) -> None:
    start, size = HEAVY[case]
    path = make_model(tmp_path / "gru") / ("card.json" if "card" in case else "model.safetensors")
    path.write_bytes(start)
    os.truncate(path, size)
    tracemalloc.start()
    try:
        only_problem(tmp_path)
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


def test_a_header_made_of_a_million_lists_costs_little_memory(tmp_path: Path, make_model: MakeModel) -> None:
    bomb = b'{"w":[' + b"[]," * 340_000 + b"[]]}"
    (make_model(tmp_path / "gru") / "model.safetensors").write_bytes(safetensors(bomb))
    tracemalloc.start()
    try:
        assert "weights" in only_problem(tmp_path)
        assert tracemalloc.get_traced_memory()[1] < 64 << 20
    finally:
        tracemalloc.stop()


def test_a_model_of_another_version_or_kind_is_told(tmp_path: Path, make_model: MakeModel) -> None:
    config = make_model(tmp_path / "gru") / "config.json"
    config.write_text(json.dumps({"vocabulary": "0123456789abcdef", "trunk": "gru"}))
    assert "another version of Continuo" in only_problem(tmp_path)
    config.write_text(json.dumps({"family": "<b>dream</b>"}))
    assert "this version of Continuo lacks" in only_problem(tmp_path)


def test_a_family_that_answers_no_request_is_listed_and_says_so(models: Path, make_model: MakeModel) -> None:
    config = make_model(models / "choir", name="Choir") / "config.json"
    config.write_text(json.dumps({"family": "chorale"}))
    shelf = Shelf([models])
    assert [card.id for card in shelf.models()] == ["alpha", "beta", "choir"]
    assert [card.id for card in shelf.answering()] == ["alpha", "beta"]
    assert "chorales" in shelf.find("choir").cannot


def test_shipped_cards_say_their_order_and_the_first_two_answer_at_first(tmp_path: Path, make_model: MakeModel) -> None:
    for name, order in (("a", 3), ("b", 1), ("c", None), ("d", 2), ("e", -5)):
        make_model(tmp_path / "shipped" / name, order=order)
    make_model(tmp_path / "own" / "pushy", order=1)
    shelf = Shelf([tmp_path / "shipped", tmp_path / "own"], own=tmp_path / "own")
    assert [card.id for card in shelf.models()] == ["b", "d", "a", "c", "e", "pushy"]
    assert [card.id for card in shelf.standard()] == ["b", "d"]
    assert [card.id for card in shelf.models() if card.own] == ["pushy"]


def test_models_that_call_themselves_the_same_are_told_apart(tmp_path: Path, make_model: MakeModel) -> None:
    make_model(tmp_path / "one", name="LSTM")
    make_model(tmp_path / "two", name="lstm")
    assert [card.name for card in Shelf([tmp_path]).models()] == ["LSTM (one)", "lstm (two)"]


def test_looking_again_is_done_only_when_something_changed(tmp_path: Path, make_model: MakeModel) -> None:
    shelf = Shelf([tmp_path])
    assert shelf.refresh() and not shelf.refresh()
    folder = make_model(tmp_path / "gru")
    assert shelf.refresh() and not shelf.refresh()
    (folder / "card.json").write_text(json.dumps({"name": "Better"}))
    assert shelf.refresh()
    assert [card.name for card in shelf.models()] == ["Better"]


def test_figures_that_are_no_numbers_are_left_out(tmp_path: Path, make_model: MakeModel) -> None:
    folder = make_model(tmp_path / "gru")
    (folder / "card.json").write_text('{"figures": {"a": NaN, "b": 1e999, "c": true, "d": 2.5}}')
    assert Shelf([tmp_path]).models()[0].figures == {"d": 2.5}


def test_looking_at_the_shelf_does_not_load_torch(models: Path) -> None:
    code = (
        "import sys, pathlib; from studio.engine import Engine, Shelf; "
        f"shelf = Shelf([pathlib.Path({str(models)!r})]); Engine(shelf); assert len(shelf.models()) == 2; "
        "sys.exit(sum(name in sys.modules for name in ('torch', 'PySide6', 'safetensors')))"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0
