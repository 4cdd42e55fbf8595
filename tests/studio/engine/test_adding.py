"""A folder is checked and copied whole, or refused with a sentence and without a trace."""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.engine import RefusedModel, Shelf
from studio.engine.adding import (
    REMOVED,
    copy_to_draft,
    folder_name,
    means_model,
    put_away,
    settle_draft,
    sweep_drafts,
)

MakeModel = Callable[..., Path]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """The user's models folder, which nobody has made yet."""
    return tmp_path / "data" / "models"


@pytest.fixture
def mine(tmp_path: Path, make_model: MakeModel) -> Path:
    return make_model(tmp_path / "downloads" / "my model", name="Mine")


def refusal(source: Path, place: Path) -> str:
    """The sentence; nothing was left behind."""
    with pytest.raises(RefusedModel) as refused:
        copy_to_draft(source, place, Shelf([place], place).models())
    assert not place.exists() or not list(place.iterdir())
    sentence = str(refused.value)
    assert sentence.endswith(".") and "\n" not in sentence and len(sentence) < 300
    return sentence


def test_a_model_folder_is_copied_and_shows_beside_the_others(mine: Path, place: Path) -> None:
    (mine / "notes.txt").write_text("private")
    (mine / "run.sh").write_text("echo")
    draft = copy_to_draft(mine, place, [])
    shelf = Shelf([place], own=place)
    assert shelf.models() == [], "a draft is no model yet"
    folder = settle_draft(draft, [])
    shelf.rescan()
    (card,) = shelf.models()
    assert (card.id, card.name, card.own) == ("my model", "Mine", True)
    assert sorted(path.name for path in folder.iterdir()) == ["card.json", "config.json", "model.safetensors"]


def test_the_copy_index_of_a_model_comes_with_it(mine: Path, place: Path) -> None:
    index = mine / "copy_index"
    index.mkdir()
    (index / "card.json").write_text("{}")
    (index / "fingerprints.bin").write_bytes(b"prints")
    (index / "notes.txt").write_text("private")
    folder = settle_draft(copy_to_draft(mine, place, []), [])
    assert (folder / "copy_index" / "fingerprints.bin").read_bytes() == b"prints"
    assert sorted(path.name for path in (folder / "copy_index").iterdir()) == ["card.json", "fingerprints.bin"]


def test_a_copy_index_that_is_too_large_is_refused(mine: Path, place: Path) -> None:
    index = mine / "copy_index"
    index.mkdir()
    with (index / "card.json").open("wb") as file:
        file.truncate(1 << 30)
    assert "card.json that is too large" in refusal(mine, place)


def test_a_name_that_is_taken_gets_a_number(mine: Path, place: Path) -> None:
    names = [settle_draft(copy_to_draft(mine, place, []), ["MY model", "my model-2"]).name for _ in range(2)]
    assert names == ["my model-3", "my model-4"]


def test_the_same_model_is_not_added_twice(mine: Path, place: Path) -> None:
    settle_draft(copy_to_draft(mine, place, []), [])
    with pytest.raises(RefusedModel, match="on the shelf already"):
        copy_to_draft(mine, place, Shelf([place]).models())
    assert [path.name for path in place.iterdir()] == ["my model"]


def test_what_lies_in_the_models_folder_needs_no_adding(place: Path, make_model: MakeModel) -> None:
    folder = make_model(place / "gru")
    for source in (folder, place):
        with pytest.raises(RefusedModel, match="already lies in your models folder"):
            copy_to_draft(source, place, [])


def swap(name: str, data: bytes | str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_bytes(data.encode() if isinstance(data, str) else data) and None


def link(folder: Path) -> None:
    real = folder / "card.json"
    real.rename(folder.parent / "elsewhere.json")
    real.symlink_to(folder.parent / "elsewhere.json")


def pipe(folder: Path) -> None:
    (folder / "config.json").unlink()
    os.mkfifo(folder / "config.json")


def not_finite(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-2] + b"\x00\x7e")


def other_vocabulary(folder: Path) -> None:
    (folder / "config.json").write_text(json.dumps({"vocabulary": "0" * 16, "trunk": "lstm"}))


def other_family(folder: Path) -> None:
    (folder / "config.json").write_text(json.dumps({"family": "diffusion"}))


def pickle_only(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "model.pt")


def sparse(folder: Path) -> None:
    """Ten gigabytes that take no room on the disk."""
    path = folder / "model.safetensors"
    path.write_bytes(struct.pack("<Q", 10 << 30))
    os.truncate(path, (10 << 30) + 8)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (link, "only a link"),
        (pipe, "no ordinary file"),
        (not_finite, "not finite"),
        (other_vocabulary, "another version of Continuo"),
        (other_family, '"diffusion"'),
        (pickle_only, "never opened"),
        (sparse, "larger than 1 GB"),
        (swap("card.json", "x" * (257 << 10)), "too large"),
        (swap("card.json", '{"name": "a", "name": "b"}'), "damaged card.json"),
        (swap("config.json", "{"), "damaged config.json"),
        (swap("model.safetensors", b"PK\x03\x04" * 50), "weights"),
        (lambda folder: (folder / "config.json").unlink(), "lacks config.json"),
    ],
)
def test_a_damaged_or_hostile_folder_is_refused_before_anything_is_left(
    mine: Path, place: Path, damage: Callable[[Path], None], words: str
) -> None:
    damage(mine)
    assert words in refusal(mine, place)


def test_other_things_are_refused_in_words_that_help(tmp_path: Path, place: Path) -> None:
    (tmp_path / "pictures").mkdir()
    (tmp_path / "model.ckpt").write_bytes(b"\x80\x04")
    (tmp_path / "lone.safetensors").write_bytes(b"")
    assert "holds no model" in refusal(tmp_path / "pictures", place)
    assert "can run programs" in refusal(tmp_path / "model.ckpt", place)
    (tmp_path / "from the web").mkdir()
    (tmp_path / "from the web" / "pytorch_model.bin").write_bytes(b"\x80\x04")
    assert "can run programs" in refusal(tmp_path / "from the web", place)
    assert "no folder" in refusal(tmp_path / "lone.safetensors", place)
    assert "no folder" in refusal(tmp_path / "gone", place)


def test_stopping_in_the_middle_leaves_nothing(mine: Path, place: Path) -> None:
    with pytest.raises(RefusedModel, match="stopped"):
        copy_to_draft(mine, place, [], lambda: True)
    assert not list(place.iterdir())


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_folder_that_cannot_be_written_is_told(mine: Path, place: Path) -> None:
    place.mkdir(parents=True)
    place.chmod(0o500)
    try:
        assert "permission denied" in refusal(mine, place)
    finally:
        place.chmod(0o700)


def test_a_models_folder_that_is_a_file_is_told(mine: Path, place: Path) -> None:
    place.parent.mkdir(parents=True)
    place.write_text("")
    with pytest.raises(RefusedModel, match="cannot be copied into your models folder"):
        copy_to_draft(mine, place, [])


def test_removed_models_are_kept_aside_and_can_come_back(mine: Path, place: Path) -> None:
    for _ in range(2):
        folder = settle_draft(copy_to_draft(mine, place, []), [])
        kept = put_away(folder, place)
        assert not folder.exists() and kept.parent == place / REMOVED
    assert sorted(path.name for path in (place / REMOVED).iterdir()) == ["my model", "my model-2"]
    assert Shelf([place]).models() == []
    settle_draft(copy_to_draft(place / REMOVED / "my model", place, []), [])
    assert [card.id for card in Shelf([place]).models()] == ["my model"]


def test_only_what_lies_in_the_users_folder_can_be_removed(place: Path, tmp_path: Path, make_model: MakeModel) -> None:
    shipped = make_model(tmp_path / "shipped" / "lstm")
    place.mkdir(parents=True)
    with pytest.raises(RefusedModel, match="only your own"):
        put_away(shipped, place)
    with pytest.raises(RefusedModel, match="only your own"):
        put_away(place / ".." / "shipped", place)
    assert shipped.exists()


def test_drafts_of_a_program_that_was_killed_go_after_an_hour(place: Path) -> None:
    old, new = place / ".adding-old", place / ".adding-new"
    old.mkdir(parents=True)
    new.mkdir()
    now_s = new.stat().st_mtime
    os.utime(old, (now_s - 7200, now_s - 7200))
    sweep_drafts(place, now_s)
    assert [path.name for path in place.iterdir()] == [".adding-new"]
    sweep_drafts(place / "nowhere", now_s)


def test_what_is_dropped_means_a_model_or_music(tmp_path: Path, make_model: MakeModel) -> None:
    folder = make_model(tmp_path / "gru")
    assert means_model(folder) == folder
    assert means_model(folder / "card.json") == folder
    assert means_model(tmp_path / "weights.pt") == tmp_path / "weights.pt"
    assert means_model(tmp_path / "song.mid") is None
    assert means_model(tmp_path / "song.continuo") is None


@settings(max_examples=40)
@given(st.text(max_size=80))
def test_any_name_becomes_a_folder_that_every_system_takes(wanted: str) -> None:
    name = folder_name(wanted)
    assert 1 <= len(name) <= 66
    assert not set(name) & set('/\\:*?"<>|\0\n') and name[0] not in ". -" and name[-1] not in ". "
    assert name.lower() not in {"con", "nul", "aux", "prn", "com1"}
    assert folder_name(name) == name
