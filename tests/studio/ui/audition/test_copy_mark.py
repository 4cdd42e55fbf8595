"""A take that copies says so where it stands: a figure that a click explains, and a line below the copied notes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from studio.session.copy_report import CopiedRun, CopyReport
from studio.ui.audition.take_cell import TakeCell
from studio.ui.audition.thumbnail import Thumbnail
from studio.ui.main_window import MainWindow

Press = Callable[..., None]
Answered = Callable[[MainWindow], None]


def shown(window: MainWindow, press: Press, *, notes: int, unusual: bool, sure: bool = True) -> TakeCell:
    """The cell of the second take, whose bars 2 to 3 are a copy; the first is heard."""
    slot = window.studio.takes.slots[1]
    bars = window.studio.takes.request.score.time_map.bar_lines(
        slot.request.region.start_tick, slot.request.region.end_tick
    )
    run = CopiedRun(notes, ("“High Road” (airs)",), sure, ticks=(bars[1], bars[3]), bars=(6, 8))
    report = CopyReport(
        32, run, run, unusual_run=run if unusual else None, usual_notes=10, quantile=0.95, guaranteed=21
    )
    window.studio.takes.show_copy(slot, report)
    press(window, "1")
    cell = window.audition.grid.cells[slot]
    assert cell.view.figures[-1].text == report.short_text
    return cell


def underlined(cell: TakeCell, tick: int) -> bool:
    """Whether the line of the warning colour is below a tick of the thumbnail."""
    picture, area = cell.grab().toImage(), cell.parts.thumbnail
    place = QPoint(Thumbnail.x_of(area, cell.view.frame, tick) + 1, area.bottom()) * picture.devicePixelRatio()
    return QColor(picture.pixel(place)) == cell._look.theme.colour("warning")


def test_the_notes_of_a_marked_copy_are_underlined(tune_window: MainWindow, answered: Answered, press: Press) -> None:
    answered(tune_window)
    cell = shown(tune_window, press, notes=20, unusual=True)
    bars = cell.view.frame.starts
    assert [underlined(cell, tick) for tick in bars[:4]] == [False, True, True, True]
    assert cell.view.figures[-1].warns
    cell = shown(tune_window, press, notes=8, unusual=False)
    assert not any(underlined(cell, tick) for tick in bars[:4])


def test_what_may_be_chance_is_shown_as_an_estimate(tune_window: MainWindow, answered: Answered, press: Press) -> None:
    answered(tune_window)
    cell = shown(tune_window, press, notes=8, unusual=False, sure=False)
    assert cell.view.figures[-1].text == "copy ~8"


def test_a_click_on_the_figure_names_the_piece_and_esc_closes_only_that(
    tune_window: MainWindow, answered: Answered, press: Press, until: Callable[..., None]
) -> None:
    answered(tune_window)
    cell = shown(tune_window, press, notes=20, unusual=True)
    place = cell.parts.figures[len(cell.view.figures) - 1].center()
    QTest.mouseClick(cell, Qt.MouseButton.LeftButton, pos=place)

    def explained() -> list[QWidget]:
        return [w for w in QApplication.topLevelWidgets() if w.inherits("QWhatsThat") and w.isVisible()]

    until(lambda: bool(explained()))
    assert "Bars 6 to 8: at least 20 notes in a row as in “High Road” (airs)." in cell.view.figures[-1].says
    assert tune_window.studio.takes.auditioned is not cell.view.slot, "only asked about, not switched to"
    QTest.keyClick(explained()[0], Qt.Key.Key_Escape)
    until(lambda: not explained())
    assert tune_window.studio.takes.showing
