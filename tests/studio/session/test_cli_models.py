"""`continuo models`: the shelf in words, whole cards, speeds; adding and removing."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from studio.__main__ import run
from studio.engine import Engine
from studio.project import AppFolders
from studio.session import start

MakeModel = Callable[..., Path]
CARD = {
    "name": "Reader",
    "trunk": "lstm",
    "good_at": "folk tunes",
    "thin_in": "pop",
    "licence": "MIT",
    "order": 1,
    "corpora": [
        {"name": "jsb_chorales", "licence": "public domain", "pieces": 222, "notes": 58532, "share_of_notes_seen": 0.4},
        {"name": "folk_tunes", "licence": "CC0", "pieces": 3363, "notes": 1234567, "share_of_notes_seen": 0.6},
    ],
    "training": {"hardware": "two cores", "minutes": 84.0, "notes_seen": 25430540, "settings": {"seed": 7}},
    "figures": {
        "bits per note of a bigram on the same valid events": {"folk_tunes": 5.4, "jsb_chorales": 6.31},
        "bits per note, valid, without velocity": {"folk_tunes": 2.96, "jsb_chorales": 2.861},
        "nats per note": 0.5,
    },
    "figures_definition": "END is counted.",
    "ablations": {"without augmentation": "0.3 bits worse"},
}


@pytest.fixture
def installed(tmp_path: Path, make_model: MakeModel, walker: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One shipped model with a full card and a plain one; returns their folder."""
    make_model(tmp_path / "shipped" / "reader", **CARD)
    make_model(tmp_path / "shipped" / "plain")
    monkeypatch.setattr(start, "SHIPPED_MODELS", tmp_path / "shipped")
    monkeypatch.setattr(start, "Engine", functools.partial(Engine, make_generator=lambda: walker))
    return tmp_path / "shipped"


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Run the command well; what it prints."""

    def tell(*arguments: str | Path) -> str:
        assert run(["models", *map(str, arguments)]) == 0
        return capsys.readouterr().out

    return tell


def test_the_shelf_says_what_a_musician_wants_to_know(installed: Path, told: Callable[..., str]) -> None:
    text = told()
    assert text.index("reader") < text.index("plain")
    for words in (
        "Reader, LSTM",
        "folk tunes",
        "JSB chorales, Folk tunes",
        "Folk tunes 2.96, JSB chorales 2.86",
        "answers unless others are chosen",
    ):
        assert words in text


def test_the_whole_card_in_words(installed: Path, told: Callable[..., str]) -> None:
    text = told("reader")
    for words in (
        "Thin in\n  pop",
        "JSB chorales  40 %   222     58,532       public domain",
        "Folk tunes    60 %   3,363   1.2 million  CC0",
        "Trained for 84 min on two cores. It saw 25.4 million notes. Seed 7.",
        "(1) Bits per note of a bigram on the same valid events",
        "JSB chorales  6.31  2.86",
        "END is counted.",
        "Ablations\n  Without augmentation: 0.3 bits worse",
        str(installed / "reader"),
    ):
        assert words in text


def test_speeds_are_measured_when_asked_and_remembered(installed: Path, told: Callable[..., str], walker: Any) -> None:
    assert "notes/s" not in told()
    assert told("--measure").count("~420 notes/s") == 2
    assert told().count("~420 notes/s") == 2
    assert len(walker.measured) == 1, "the weights are the same"
    found = json.loads(told("--json"))
    assert [model["notes_per_second"] for model in found["models"]] == [420.0, 420.0]
    assert "thread" in found["machine"]


def test_a_busy_machine_is_told(
    installed: Path, told: Callable[..., str], walker: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    walker.quiet = False
    assert run(["models", "--measure"]) == 0
    out, err = capsys.readouterr()
    assert "~420 notes/s" in out and "was busy" in err
    assert "notes/s" not in told()


def test_a_folder_is_added_and_removed_again(
    installed: Path, tmp_path: Path, make_model: MakeModel, told: Callable[..., str]
) -> None:
    folder = make_model(tmp_path / "mine", name="Mine")
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x01")
    assert "mine  (Mine, LSTM, 17 parameters, your own" in told("--add", folder)
    assert (AppFolders.of_user().models / "mine" / "card.json").is_file()
    assert "mine" not in told("--remove", "mine")
    assert not (AppFolders.of_user().models / "mine").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nobody"], "There is no model"),
        (["--remove", "reader"], "comes with Continuo"),
        (["--add", "nowhere", "--json"], "no folder"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    installed: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert run(["models", *arguments]) == 2
    err = capsys.readouterr().err
    assert words in err and err.count("\n") == 1


def test_a_twin_of_what_is_there_is_not_added(
    installed: Path, tmp_path: Path, make_model: MakeModel, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["models", "--add", str(make_model(tmp_path / "twin"))]) == 2
    assert "on the shelf already" in capsys.readouterr().err
