"""A picture of the piano roll in a file, made without a window: for export, the headless run and the README."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter, QPalette
from PySide6.QtWidgets import QApplication

from ml.music import NoteTable, Score
from ml.music.midi import UnwritableFile
from ml.requests import Take
from studio.edit.document import Document
from studio.ui.roll.context import RollContext
from studio.ui.roll.takes import TakeLayer
from studio.ui.roll.view import RollView
from studio.ui.roll.viewport import Viewport
from studio.ui.theme import LIGHT, Theme, theme_palette

WIDTH_PX, HEIGHT_PX = 1600, 600
LEAD_IN_BARS = 4


def save_roll_picture(
    score: Score,
    take: Take | None,
    path: Path,
    *,
    theme: Theme = LIGHT,
    size_px: tuple[int, int] = (WIDTH_PX, HEIGHT_PX),
) -> None:
    """Paint the whole piece, or the bars around a take with the take as ghost notes, into a PNG file.

    Starts Qt without a screen when no Qt application runs yet. Raises UnwritableFile with one sentence.
    """
    application = QGuiApplication.instance() or QApplication(["continuo", "-platform", "offscreen"])
    document = Document(score)
    tracks = take.request.region.tracks if take is not None else _busiest(score)
    document.set_current_track(tracks[0] if tracks else 0)
    context = RollContext(document, theme=theme)
    roll = RollView(context)
    try:
        roll.setPalette(theme_palette(theme))
        roll.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        roll.resize(*size_px)
        if take is not None:
            region = take.request.region
            layers = [TakeLayer(i, take.table(i), 0, True, (region.start_tick, region.end_tick)) for i in tracks]
            roll.set_take_layers(layers)
        roll.show()
        application.processEvents()
        context.viewport = _fitted(context, score, take)
        image = QImage(*size_px, QImage.Format.Format_RGB32)
        image.fill(QColor(roll.palette().color(QPalette.ColorRole.Window)))
        painter = QPainter(image)
        roll.render(painter, QRect(0, 0, *size_px).topLeft())
        painter.end()
    finally:
        context.close()
        roll.close()
        roll.deleteLater()
    # The stubs ask for bytes, which PySide 6.11 refuses at run time.
    if not image.save(str(path), "PNG"):  # type: ignore[call-overload]
        raise UnwritableFile(path, "the picture could not be written there")


def _busiest(score: Score) -> tuple[int, ...]:
    """The track with most notes."""
    return tuple(sorted(range(len(score.tracks)), key=lambda index: -len(score.tracks[index].notes)))[:1]


def _fitted(context: RollContext, score: Score, take: Take | None) -> Viewport:
    """The viewport with everything that the picture is about."""
    time_map = score.time_map
    start, end = 0, max(score.end_bar_tick, time_map.bar_start(1))
    tables: list[NoteTable] = [track.notes for track in score.tracks if not track.drums]
    if take is not None:
        region = take.request.region
        start = time_map.bar_start(max(0, time_map.bar_at(region.start_tick) - LEAD_IN_BARS))
        end = region.end_tick
        tables += [take.table(index) for index in region.tracks]
    view = context.viewport.showing(start, end, score.ticks_per_quarter)
    pitches = [int(pitch) for table in tables if len(table) for pitch in (table.pitch.min(), table.pitch.max())]
    return view.showing_pitches(min(pitches), max(pitches)) if pitches else view
