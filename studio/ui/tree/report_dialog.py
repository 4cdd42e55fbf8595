"""ReportDialog: whose notes the song holds, as sentences and as one bar of shares."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from studio.session.song_report import DEFINITIONS, SongReport
from studio.ui.labels import dim_label, heading, plain_label
from studio.ui.theme import Theme, faded

WIDTH_PX, BAR_PX, CHIP_PX = 460, 18, 10


class ReportDialog(QDialog):
    """Stays open beside the work; it says how things stood when it was opened."""

    def __init__(self, name: str, report: SongReport, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("report")
        self.setWindowTitle("Report")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.text = "\n".join([name, *report.lines])
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 14, 18, 14)
        column.setSpacing(8)
        column.addWidget(heading(name))
        first, *rest = report.lines
        column.addWidget(plain_label(first))
        shares = _shares(report, theme)
        if shares:
            column.addWidget(_Bar(shares))
        colours = [colour for colour, _, part in shares if not part]
        for number, line in enumerate(rest):
            column.addLayout(_line(line, colours[number] if number < len(colours) else None))
        column.addWidget(dim_label(DEFINITIONS, wrap=True))
        self.copy = QPushButton("Copy as text")
        self.copy.setToolTip("Put these sentences on the clipboard")
        self.copy.setAutoDefault(False)
        self.copy.clicked.connect(lambda _: QGuiApplication.clipboard().setText(self.text))
        close = QPushButton("Close")
        close.setToolTip("Close this report  (Esc)")
        close.clicked.connect(lambda _: self.close())
        buttons = QHBoxLayout()
        buttons.addWidget(self.copy)
        buttons.addStretch(1)
        buttons.addWidget(close)
        column.addLayout(buttons)
        self.setMinimumWidth(WIDTH_PX)


Share = tuple[QColor, float, bool]
"""Colour, part of all notes, and whether it is the edited part of the one before."""


def _shares(report: SongReport, theme: Theme) -> list[Share]:
    """The user's notes first, then each model's, of which the edited part is paler."""
    if not report.notes:
        return []
    found: list[Share] = [(theme.colour("accent"), report.share(report.by_user), False)]
    for number, one in enumerate(report.models):
        edited = one.edited or 0
        colour = theme.take_colour(number)
        found.append((colour, report.share(one.notes - edited), False))
        if edited:
            found.append((faded(colour, 0.5), report.share(edited), True))
    return found


def _line(text: str, colour: QColor | None) -> QHBoxLayout:
    row = QHBoxLayout()
    chip = QWidget()
    chip.setFixedSize(CHIP_PX, CHIP_PX)
    if colour is not None:
        chip.setStyleSheet(f"background: {colour.name()};")
    row.addWidget(chip)
    label = plain_label(text)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    row.addWidget(label, 1)
    return row


class _Bar(QWidget):
    def __init__(self, shares: list[Share]) -> None:
        super().__init__()
        self._shares = shares
        self.setFixedHeight(BAR_PX)
        self.setAccessibleName("Shares of the notes")

    def sizeHint(self) -> QSize:
        return QSize(WIDTH_PX - 36, BAR_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            x = 0.0
            for colour, share, _ in self._shares:
                painter.fillRect(QRectF(x, 0, share * self.width(), self.height()), colour)
                x += share * self.width()
