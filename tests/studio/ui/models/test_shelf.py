"""The shelf in the window: which models answer, how fast they are, all that is known of them; adding and removing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtWidgets import QLabel

from studio.engine import Shelf
from studio.project import AppFolders
from studio.project.settings import CHOSEN_MODELS
from studio.ui.main_window import MainWindow

MakeModel = Callable[..., Path]
Until = Callable[[Callable[[], bool]], None]


@pytest.fixture
def own(studio: Any, models: Path, folders: AppFolders) -> Path:
    """The user's own models folder, beside that with "alpha" and "beta"."""
    studio.engine.shelf = Shelf([models, folders.models], own=folders.models)
    return folders.models


@pytest.fixture
def mine(tmp_path: Path, make_model: MakeModel) -> Path:
    """A model folder somewhere on the disk."""
    folder = make_model(tmp_path / "downloads" / "mine", name="Mine", good_at="my tunes")
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x01")
    return folder


def drop(window: MainWindow, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    copy, left, no_keys = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    window.dropEvent(QDropEvent(QPointF(5, 5), copy, data, left, no_keys))


def texts(dialog: Any) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisibleTo(dialog))


def test_a_folder_dropped_on_the_window_becomes_a_model_that_is_ticked(
    own: Path, mine: Path, window: MainWindow, until: Until
) -> None:
    drop(window, mine)
    until(lambda: "mine" in window.models.shelf.boxes)
    assert window.models.shelf.chosen == ("alpha", "beta", "mine")
    assert window.studio.settings.get(CHOSEN_MODELS) == ("alpha", "beta", "mine")
    assert (own / "mine" / "card.json").is_file()
    assert window.studio.status == "Added Mine to your models."


def test_a_damaged_folder_is_refused_with_one_sentence_and_the_song_stays(
    own: Path, mine: Path, window: MainWindow, until: Until
) -> None:
    (mine / "config.json").write_text('{"vocabulary": "another"}')
    before = window.studio.document.score
    drop(window, mine)
    until(lambda: not window.notice.isHidden())
    assert window.notice.text == (
        'The model "mine" was made for another version of Continuo: take the one that belongs to this version.'
    )
    assert window.studio.document.score is before
    assert not own.exists() and tuple(window.models.shelf.boxes) == ("alpha", "beta")


def test_what_the_engine_cannot_load_is_refused_too(
    own: Path, mine: Path, window: MainWindow, walker: Any, until: Until
) -> None:
    def fail(take: int, number: int) -> None:
        raise ValueError("The weights of the model do not match its configuration: install the model again.")

    walker.before_note["check"] = fail
    drop(window, mine / "card.json")
    until(lambda: not window.notice.isHidden())
    assert "do not match" in window.notice.text and not list(own.iterdir())


def test_a_song_that_is_dropped_is_still_opened(window: MainWindow, tmp_path: Path, until: Until) -> None:
    (tmp_path / "no music.mid").write_bytes(b"")
    drop(window, tmp_path / "no music.mid")
    until(lambda: "no music.mid" in window.notice.text)


def test_a_model_is_chosen_in_a_dialog(
    own: Path, mine: Path, window: MainWindow, answers: Any, press: Callable[..., None], until: Until
) -> None:
    press(window, "Ctrl+Shift+O")
    assert answers.asked == ["model folder"], "thought better of it"
    answers.model = mine
    press(window, "Ctrl+Shift+O")
    until(lambda: "mine" in window.models.shelf.boxes)


def test_the_cards_tell_everything_and_own_models_can_be_removed(
    own: Path, mine: Path, window: MainWindow, press: Callable[..., None], until: Until
) -> None:
    drop(window, mine)
    until(lambda: "mine" in window.models.shelf.boxes)
    press(window, "Ctrl+M")
    cards = window.shelf.cards
    assert cards is not None and cards.current == "alpha" and not cards.remove.isEnabled()
    assert [cards.names.item(row).text() for row in range(cards.names.count())] == ["Alpha", "Beta", "Mine  (your own)"]
    assert "scales" in texts(cards) and "Not measured yet" in texts(cards)
    window.models.shelf.rows["mine"].about.click()
    assert window.shelf.cards is cards and cards.current == "mine"
    assert "my tunes" in texts(cards) and str(own / "mine") in texts(cards)
    cards.remove.click()
    assert "mine" not in window.models.shelf.boxes and not (own / "mine").exists()
    assert cards.names.count() == 2 and "is kept as" in window.studio.status
    cards.close()
    assert window.shelf.cards is None


def test_a_card_is_shown_literally(make_model: MakeModel, models: Path, window: MainWindow) -> None:
    make_model(
        models / "evil", name="<img src=x>", good_at="<b>all</b>", corpora=["<a href=x>y</a>"],
        figures={"<i>bits per note</i>": {"<s>a</s>": 1.5}}, thin_in="a\u202eb",
    )  # fmt: skip
    window.shelf.look_again()
    window.shelf.show_cards("evil")
    cards = window.shelf.cards
    assert cards is not None
    for label in cards.findChildren(QLabel):
        assert label.textFormat() == Qt.TextFormat.PlainText
    assert "<b>all</b>" in texts(cards) and "\u202e" not in texts(cards)
    assert all("<img" not in row.box.toolTip() for row in window.models.shelf.rows.values())
    cards.close()


def test_speeds_appear_when_they_are_measured(window: MainWindow, press: Callable[..., None], until: Until) -> None:
    rows = window.models.shelf.rows
    assert [row.speed.text() for row in rows.values()] == ["", ""]
    window.studio.warm_up()
    until(lambda: [row.speed.text() for row in rows.values()] == ["~420 notes/s", "~420 notes/s"])
    assert "~420 notes/s" in rows["alpha"].box.toolTip()
    press(window, "Ctrl+M")
    cards = window.shelf.cards
    assert cards is not None and "About 420 notes a second for one take" in texts(cards)
    cards.measure.click()
    assert rows["alpha"].speed.text() == "measuring…" and "Being measured now" in texts(cards)
    until(lambda: rows["beta"].speed.text() == "~420 notes/s")
    cards.close()


def test_with_many_models_two_answer_at_first_and_the_choice_is_remembered(
    make_model: MakeModel, models: Path, make_window: Callable[[], MainWindow]
) -> None:
    for number in range(5):
        make_model(models / f"more{number}")
    shelf = make_window().models.shelf
    assert shelf.chosen == ("alpha", "beta")
    assert [model for model, row in shelf.rows.items() if not row.second.isHidden()] == ["alpha", "beta"]
    shelf.boxes["more3"].click()
    shelf.boxes["alpha"].click()
    assert shelf.chosen == ("beta", "more3")
    assert [model for model, row in shelf.rows.items() if not row.second.isHidden()] == ["beta", "more3"]
    assert make_window().models.shelf.chosen == ("beta", "more3")


def test_a_model_that_cannot_answer_is_listed_and_cannot_be_ticked(
    make_model: MakeModel, models: Path, window: MainWindow
) -> None:
    (make_model(models / "choir", name="Choir") / "config.json").write_text('{"family": "chorale"}')
    window.shelf.look_again()
    row = window.models.shelf.rows["choir"]
    assert not row.box.isEnabled() and "choir" not in window.models.shelf.boxes
    assert "writes no takes" in row.box.toolTip()
    assert window.studio.status == "3 models are installed."


def test_models_put_into_the_folder_show_when_the_user_comes_back(
    own: Path, make_model: MakeModel, window: MainWindow, press: Callable[..., None]
) -> None:
    make_model(own / "trained")
    QGuiApplication.instance().applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)
    assert "trained" in window.models.shelf.boxes
    assert "trained" not in window.models.shelf.chosen
    make_model(own / "later")
    (own / "trained" / "card.json").write_text("{")
    press(window, "F5")
    assert "later" in window.models.shelf.boxes and "trained" not in window.models.shelf.boxes
    assert window.studio.status == "3 models are installed; 1 more cannot be used."


def test_long_names_end_in_an_ellipsis(make_model: MakeModel, models: Path, window: MainWindow, until: Until) -> None:
    make_model(models / "long", name="A & B " * 30)
    window.shelf.look_again()
    window.models.show_open(["models"])
    window.models.show_open(("models",))
    box = window.models.shelf.rows["long"].box
    until(lambda: box.text().endswith("…"))
    assert box.text().startswith("A && B")
    assert box.accessibleName().startswith("A & B A & B")
