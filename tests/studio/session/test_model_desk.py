"""The desk adds and removes models and measures each once, while nothing plays and nothing is written."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ml.music import Score
from studio.engine import ModelCard, RefusedModel, Shelf, UnknownModel
from studio.project import AppFolders
from studio.session import Studio
from studio.session.files import Opened
from studio.session.model_desk import ModelDesk, rounded
from studio.session.speed_book import FILE_NAME, SpeedBook

MakeModel = Callable[..., Path]
DEADLINE_S = 20.0


class Watched:
    """A desk, and what it told."""

    def __init__(self, studio: Studio, folders: AppFolders, machine: str = "this machine") -> None:
        self.studio = studio
        self.desk = ModelDesk(studio, SpeedBook(folders.cache, machine))
        self.added: list[ModelCard] = []
        self.troubles: list[Exception] = []
        self.changes = 0
        self.desk.on_added = self.added.append
        self.desk.on_trouble = self.troubles.append
        self.desk.on_change = self._count

    def _count(self) -> None:
        self.changes += 1

    def until(self, is_so: Callable[[], bool]) -> None:
        deadline_s = time.monotonic() + DEADLINE_S
        while not is_so():
            assert time.monotonic() < deadline_s
            self.studio.wait(0.2)

    def add(self, source: Path) -> None:
        self.desk.adopt(self.desk.copying(source)(lambda: False))
        self.until(lambda: not self.desk.adding)

    def speeds(self) -> dict[str, float | None]:
        return {card.id: self.desk.speed(card) for card in self.studio.shelf.models()}

    def measured(self) -> None:
        self.until(lambda: self.desk.measuring is None and not self.desk.unmeasured)


@pytest.fixture
def own(studio: Studio, models: Path, folders: AppFolders) -> Path:
    """The user's own models folder, beside that with "alpha" and "beta"."""
    studio.engine.shelf = Shelf([models, folders.models], own=folders.models)
    return folders.models


@pytest.fixture
def watched(studio: Studio, own: Path, folders: AppFolders, walker: Any) -> Iterator[Watched]:
    watched = Watched(studio, folders)
    yield watched
    watched.desk.close()


def different(folder: Path) -> Path:
    """The same model with other weights."""
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"\x01")
    return folder


# --- adding and removing


def test_a_folder_is_added_and_answers(watched: Watched, tmp_path: Path, make_model: MakeModel) -> None:
    watched.add(different(make_model(tmp_path / "gru", name="My GRU")))
    assert [card.name for card in watched.added] == ["My GRU"] and watched.added[0].own
    assert [card.id for card in watched.studio.shelf.models()] == ["alpha", "beta", "gru"]
    assert "Added My GRU" in watched.studio.status and watched.changes


def test_a_folder_that_the_engine_cannot_load_leaves_nothing(
    watched: Watched, own: Path, tmp_path: Path, make_model: MakeModel, walker: Any
) -> None:
    def fail(take: int, number: int) -> None:
        raise ValueError("The weights of the model do not match its configuration: install the model again.")

    walker.before_note["check"] = fail
    watched.add(different(make_model(tmp_path / "gru")))
    assert [str(error) for error in watched.troubles] == [
        "The weights of the model do not match its configuration: install the model again."
    ]
    assert not watched.added and not list(own.iterdir())


def test_a_model_that_cannot_answer_is_added_and_never_timed(
    watched: Watched, tmp_path: Path, make_model: MakeModel, walker: Any
) -> None:
    folder = different(make_model(tmp_path / "choir"))
    (folder / "config.json").write_text('{"family": "chorale"}')
    watched.add(folder)
    assert watched.added[0].cannot
    assert "choir" not in [card.id for card in watched.desk.unmeasured]


def test_closing_while_a_folder_is_checked_leaves_nothing(
    watched: Watched, own: Path, tmp_path: Path, make_model: MakeModel, walker: Any
) -> None:
    go_on = threading.Event()
    walker.before_note["check"] = lambda take, number: go_on.wait(10)
    source = different(make_model(tmp_path / "gru"))
    watched.desk.adopt(watched.desk.copying(source)(lambda: False))
    watched.desk.close()
    go_on.set()
    assert not list(own.iterdir())


def test_only_own_models_can_be_removed(watched: Watched, own: Path, tmp_path: Path, make_model: MakeModel) -> None:
    watched.add(different(make_model(tmp_path / "gru")))
    with pytest.raises(RefusedModel, match="comes with Continuo"):
        watched.desk.remove("alpha")
    with pytest.raises(UnknownModel):
        watched.desk.remove("none")
    kept = watched.desk.remove("gru")
    assert kept.is_dir() and kept.parent.parent == own
    assert [card.id for card in watched.studio.shelf.models()] == ["alpha", "beta"]
    assert str(kept) in watched.studio.status


def test_nothing_is_removed_while_models_write(
    watched: Watched, tune: Score, tmp_path: Path, make_model: MakeModel, walker: Any
) -> None:
    watched.add(different(make_model(tmp_path / "gru")))
    go_on = threading.Event()
    walker.before_note["alpha"] = lambda take, number: go_on.wait(10)
    ask(watched.studio, tune)
    try:
        with pytest.raises(RefusedModel, match="stop them first"):
            watched.desk.remove("gru")
    finally:
        go_on.set()
    watched.until(lambda: not watched.studio.takes.running)


def test_a_model_that_was_copied_into_the_folder_is_found_by_looking(
    watched: Watched, own: Path, make_model: MakeModel
) -> None:
    watched.desk.refresh()
    told = watched.changes
    watched.desk.refresh()
    assert watched.changes == told, "nothing new"
    make_model(own / "trained")
    watched.desk.refresh()
    assert watched.changes > told and "trained" in watched.speeds()


def test_without_a_folder_of_ones_own_nothing_can_be_added(
    studio: Studio, models: Path, folders: AppFolders, tmp_path: Path
) -> None:
    studio.engine.shelf = Shelf([models])
    watched = Watched(studio, folders)
    with pytest.raises(RefusedModel, match="choose one in the preferences"):
        watched.desk.copying(tmp_path)
    watched.desk.close()


# --- speeds


def ask(studio: Studio, tune: Score) -> None:
    from ml.requests import Verb

    studio.show(Opened(Path("tune.mid"), tune), remember=False)
    studio.ask(Verb.CONTINUE)


def test_speeds_are_measured_once_the_program_has_settled_and_never_again(
    watched: Watched, studio: Studio, folders: AppFolders, walker: Any
) -> None:
    assert watched.desk.measuring is None, "not before the models are warm"
    studio.warm_up()
    watched.until(lambda: watched.desk.measuring is not None)
    watched.measured()
    assert watched.speeds() == {"alpha": 420.0, "beta": 420.0}
    assert walker.measured == ["alpha"], "beta has the same weights"
    assert watched.desk.speed_text(studio.shelf.find("alpha")) == "~420 notes/s"
    later = Watched(studio, folders)
    later.desk.measure_missing()
    assert later.desk.measuring is None and later.speeds() == watched.speeds()
    later.desk.close()


def test_speeds_are_measured_again_for_other_weights_or_another_machine(
    watched: Watched, studio: Studio, models: Path, folders: AppFolders, walker: Any
) -> None:
    watched.desk.measure_missing()
    watched.measured()
    different(models / "alpha")
    studio.shelf.rescan()
    assert watched.speeds() == {"alpha": None, "beta": 420.0}
    watched.desk.measure_missing()
    watched.measured()
    assert walker.measured == ["alpha", "alpha"]
    elsewhere = Watched(studio, folders, "another machine")
    assert elsewhere.speeds() == {"alpha": None, "beta": None}
    elsewhere.desk.close()


def test_nothing_is_measured_while_models_write(watched: Watched, tune: Score, walker: Any) -> None:
    go_on = threading.Event()
    walker.before_note["alpha"] = lambda take, number: go_on.wait(10)
    ask(watched.studio, tune)
    try:
        watched.desk.measure_missing()
        assert watched.desk.measuring is None
    finally:
        go_on.set()
    watched.measured()
    assert watched.speeds()["alpha"] == 420.0, "afterwards it is"


def test_nothing_is_measured_while_the_song_plays(watched: Watched, studio: Studio, player: Any, walker: Any) -> None:
    go_on = threading.Event()
    walker.before_note["speed alpha"] = lambda take, number: go_on.wait(10)
    watched.desk.measure_missing()
    assert watched.desk.measuring == "alpha"
    player.tells_position(0.0)
    studio.poll()
    go_on.set()
    watched.until(lambda: watched.desk.measuring is None)
    assert watched.speeds() == {"alpha": None, "beta": None}
    player.tells_position(0.0, playing=False)
    studio.poll()
    watched.measured()
    assert watched.speeds() == {"alpha": 420.0, "beta": 420.0}


def test_what_was_measured_on_a_busy_machine_is_shown_and_measured_again_next_time(
    watched: Watched, studio: Studio, folders: AppFolders, walker: Any
) -> None:
    walker.quiet = False
    watched.desk.measure_missing()
    watched.measured()
    assert watched.speeds() == {"alpha": 420.0, "beta": 420.0}
    assert not watched.desk.was_quiet(studio.shelf.find("alpha"))
    later = Watched(studio, folders)
    assert later.speeds() == {"alpha": None, "beta": None}
    walker.quiet = True
    later.desk.measure_missing()
    later.measured()
    assert later.desk.was_quiet(studio.shelf.find("alpha"))
    assert list(SpeedBook(folders.cache, "this machine").known().values()) == [420.0]
    later.desk.close()


def test_a_model_that_cannot_be_measured_is_not_tried_for_ever(watched: Watched, walker: Any) -> None:
    def fail(take: int, number: int) -> None:
        raise MemoryError

    walker.before_note["speed alpha"] = fail
    watched.desk.measure_missing()
    watched.measured()
    assert watched.speeds() == {"alpha": None, "beta": 420.0}
    assert "out of memory" in watched.desk.why_unmeasured(watched.studio.shelf.find("alpha"))
    del walker.before_note["speed alpha"]
    watched.desk.measure_again()
    watched.measured()
    assert watched.speeds() == {"alpha": 420.0, "beta": 420.0}


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"version": 9}', '{"version": 1, "speeds": [[1, 2, 3], ["m", "c", -1], 7], "files": {}}']
)
def test_a_damaged_speed_book_is_begun_anew(watched: Watched, folders: AppFolders, text: str) -> None:
    folders.cache.mkdir(parents=True)
    (folders.cache / FILE_NAME).write_text(text)
    book = SpeedBook(folders.cache, "m")
    card = watched.studio.shelf.find("alpha")
    assert book.of(card) is None and book.known() == {}
    book.write(card, "c", 3.14159)
    assert SpeedBook(folders.cache, "m").of(card) == 3.1
    assert json.loads((folders.cache / FILE_NAME).read_text())["version"] == 1


def test_a_cache_that_cannot_be_written_costs_no_more_than_measuring(
    watched: Watched, folders: AppFolders, studio: Studio
) -> None:
    folders.cache.parent.mkdir(parents=True, exist_ok=True)
    folders.cache.write_text("a file in place of the folder")
    watched.desk.measure_missing()
    watched.measured()
    assert watched.speeds()["alpha"] == 420.0


def test_speeds_are_told_with_two_digits() -> None:
    assert [rounded(speed) for speed in (0.7, 7.2, 42.4, 417.3, 1284.0)] == [1, 7, 42, 420, 1300]
