"""What the roll costs to paint: a frame of scrolling, a step of the playhead, and the whole song at once."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QPixmap, QRegion
from PySide6.QtWidgets import QApplication, QWidget

from ml.music import NoteTable, Score, Track
from studio.edit.document import Document
from studio.ui.roll.context import RollContext
from studio.ui.roll.insight import SurpriseView
from studio.ui.roll.note_boxes import visible_rows
from studio.ui.roll.view import RollView
from tests.perf.rows import Row

WIDTH, HEIGHT = 1600, 800
VISIBLE = 2000
HOLD_MS = 4.0


def score_of(notes: int, per_quarter: int = 32) -> Score:
    """Random notes, `per_quarter` of them to the quarter (960 ticks), on 60 pitches."""
    random = np.random.default_rng(7)
    table = NoteTable.from_columns(
        start=np.sort(random.integers(0, notes * 960 // per_quarter, notes)),
        length=random.integers(60, 960, notes),
        pitch=random.integers(36, 96, notes),
        velocity=random.integers(20, 128, notes),
    )
    return Score(tracks=(Track("Bench", table),))


def shown(score: Score, visible: int) -> RollView:
    """A roll that shows about `visible` notes from the middle of the piece."""
    view = RollView(RollContext(Document(score)))
    view.resize(WIDTH, HEIGHT)
    view.show()
    QApplication.processEvents()
    table = score.tracks[0].notes
    middle = len(table) // 2
    start, end = (int(table.start[middle + side * visible // 2]) for side in (-1, 1))
    fitted = view.context.viewport.showing(start, end, 960)
    view.context.viewport = fitted.showing_pitches(36, 95)
    return view


def milliseconds(paint: Callable[[], None], frames: int) -> float:
    """Median processor time of a frame: what painting costs, however busy the machine is beside it."""
    paint()
    times = []
    for _ in range(frames):
        began = time.thread_time()
        paint()
        times.append((time.thread_time() - began) * 1e3)
    return statistics.median(times)


def painter_of(widget: QWidget, area: QRect) -> Callable[[], None]:
    """What paints `area` of a widget into memory, as the window system would ask for it."""
    target = QPixmap(widget.size())
    region = QRegion(area)
    return lambda: widget.render(target, area.topLeft(), region, QWidget.RenderFlag.DrawWindowBackground)


def measured(notes: int, frames: int) -> list[Row]:
    view = shown(score_of(notes), VISIBLE)
    area, context = view.note_area, view.context
    visible = len(visible_rows(context.notes, context.viewport))
    render = painter_of(area, area.rect())

    def scrolled() -> None:
        context.lookChanged.emit()
        render()

    bits = np.random.default_rng(3).exponential(4.0, notes)
    by_id = SurpriseView(lambda track, ids: bits[ids], lambda table: np.zeros(len(table)), "Surprise")

    def coloured(paint: Callable[[], None], count: int) -> float:
        context.insight.surprise = by_id
        found = milliseconds(paint, count)
        context.insight.surprise = None
        return found

    strip = painter_of(area, QRect(QPoint(400, 0), area.rect().bottomRight()).intersected(QRect(400, 0, 9, HEIGHT)))
    note = f"processor time, {visible} notes visible, {WIDTH} x {HEIGHT}"
    rows: list[Row] = [
        {
            "name": f"roll frame, {notes:,} notes",
            "value": milliseconds(scrolled, frames),
            "unit": "ms",
            "hold": f"<= {HOLD_MS:g}",
            "note": note,
        },
        {
            "name": f"roll frame by surprise, {notes:,} notes",
            "value": coloured(scrolled, frames),
            "unit": "ms",
            "hold": f"<= {HOLD_MS:g}",
            "note": note,
        },
        {
            "name": f"roll playhead step, {notes:,} notes",
            "value": milliseconds(strip, frames),
            "unit": "ms",
            "hold": "",
            "note": "one strip",
        },
    ]
    view.zoom_to_fit()
    rows.append(
        {
            "name": f"roll frame zoomed out, {notes:,} notes",
            "value": milliseconds(scrolled, max(frames // 10, 2)),
            "unit": "ms",
            "hold": "<= 50" if notes <= 100_000 else "",
            "note": f"{len(visible_rows(context.notes, context.viewport))} notes visible",
        }
    )
    context.close()
    view.close()
    view.deleteLater()
    return rows


def benchmark(smoke: bool) -> list[Row]:
    """Frames at 100,000 and at 1,000,000 notes (10,000 and 20,000 for a smoke run)."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication.instance() or QApplication([])
    sizes, frames = ((10_000, 20_000), 5) if smoke else ((100_000, 1_000_000), 100)
    rows = [row for size in sizes for row in measured(size, frames)]
    app.processEvents()
    return rows
