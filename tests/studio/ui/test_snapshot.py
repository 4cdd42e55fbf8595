"""Pictures of the roll in files, with and without a take."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from ml.music import Score
from ml.music.midi import UnwritableFile
from studio.ui.main_window import MainWindow
from studio.ui.snapshot import save_roll_picture
from studio.ui.theme import DARK, LIGHT


def share_of(picture: QImage, colour: QColor) -> float:
    """Share of pixels with about the hue of a colour: notes are lighter or darker by their velocity."""
    points = [(x, y) for x in range(0, picture.width(), 3) for y in range(0, picture.height(), 3)]
    pixels = [picture.pixelColor(x, y) for x, y in points]
    near = [p for p in pixels if p.hsvSaturation() > 40 and p.value() > 90 and abs(p.hue() - colour.hue()) < 12]
    return len(near) / len(points)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_a_piece_as_a_picture(qtbot: QtBot, tune: Score, tmp_path: Path, theme: Any) -> None:
    path = tmp_path / "tune.png"
    save_roll_picture(tune, None, path, theme=theme, size_px=(900, 400))
    picture = QImage(str(path))
    assert (picture.width(), picture.height()) == (900, 400)
    assert share_of(picture, theme.track_colour(0)) > 0.005


def test_a_take_is_in_the_picture_beside_the_song(
    tune_window: MainWindow, answered: Callable[[MainWindow], None], tune: Score, tmp_path: Path
) -> None:
    answered(tune_window)
    take = tune_window.studio.takes.slots[0].take
    save_roll_picture(tune, take, tmp_path / "take.png", theme=DARK)
    assert share_of(QImage(str(tmp_path / "take.png")), DARK.take_colour(0)) > 0.001


def test_an_empty_song_is_a_picture_too(qtbot: QtBot, tmp_path: Path) -> None:
    save_roll_picture(Score(), None, tmp_path / "empty.png")
    assert not QImage(str(tmp_path / "empty.png")).isNull()


def test_a_picture_that_cannot_be_written_is_refused_in_a_sentence(qtbot: QtBot, tune: Score, tmp_path: Path) -> None:
    with pytest.raises(UnwritableFile, match=r"tune\.png"):
        save_roll_picture(tune, None, tmp_path / "no folder" / "tune.png")
