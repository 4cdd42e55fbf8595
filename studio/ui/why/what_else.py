"""WhatElse: a small window by a note with the other pitches, starts and lengths that a model had in mind."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QCloseEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from ml.requests import Alternatives, Option
from studio.ui.labels import dim_label, heading
from studio.ui.roll.context import RollContext
from studio.ui.why.option_row import COLUMN_PX, OptionRow
from studio.ui.why.why_words import FIGURES, beats_text, ending_text, note_heading, note_name, others_text, own_share

MOST_ROWS = 8
GAP_PX = 8
OWN_KEYS = frozenset({
    Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right,
    Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape,
})  # fmt: skip


class WhatElse(QFrame):
    """Lies over the window, has the keyboard, and closes with Esc or a click beside it.

    `rested` is told what the mouse or the keyboard rests on, None for nothing; `taken` what was chosen, just before it
    closes. No window of its own: those of the kind that closes by itself do so whenever the focus moves.
    """

    def __init__(
        self, parent: QWidget, context: RollContext, *, drums: bool, rested: Callable[[Option | None], None],
        taken: Callable[[Option], None], closed: Callable[[], None],
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setObjectName("what_else")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("What else?")
        self._window = parent
        self._context = context
        self._drums = drums
        self._rested, self._taken, self._closed = rested, taken, closed
        self._note = QRect()
        self.columns: tuple[tuple[OptionRow, ...], ...] = ()
        self.title = heading("What else?")
        self.text = dim_label(wrap=True)
        self.text.setMinimumWidth(300)
        self._lists = QWidget()
        self._lists.hide()
        self._columns = QHBoxLayout(self._lists)
        self._columns.setContentsMargins(0, 0, 0, 0)
        self._columns.setSpacing(14)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.setSpacing(6)
        layout.addWidget(self.title)
        layout.addWidget(self.text)
        layout.addWidget(self._lists)

    def show_sentence(self, sentence: str) -> None:
        """That an answer is awaited, or why there is none."""
        self.text.setText(sentence)
        self._keep_inside()

    def show_alternatives(self, found: Alternatives, model: str) -> None:
        """The answer: three lists, the likeliest first."""
        self.title.setText(note_heading(self._context, found, model, self._drums))
        self.text.setText(f"{own_share(found)}. {FIGURES}")
        start = found.note.start

        def pitch_text(option: Option) -> str:
            return note_name(self._context, option.note, self._drums)

        def start_text(option: Option) -> str:
            return str(self._context.time_map.bar_beat(option.note.start))

        def length_text(option: Option) -> str:
            return beats_text(self._context, start, option.note.length)

        self.columns = (
            self._column("Drum" if self._drums else "Pitch", found.pitches, pitch_text),
            self._column("Start", found.onsets, start_text, found.end, ending_text(found)),
            self._column("Length", found.lengths, length_text),
        )
        self.text.setMinimumWidth(3 * COLUMN_PX)
        self._lists.show()
        self._keep_inside()

    def _column(
        self, name: str, options: Sequence[Option], words: Callable[[Option], str], end: float = 0.0, ending: str = ""
    ) -> tuple[OptionRow, ...]:
        column = QVBoxLayout()
        column.setSpacing(1)
        column.addWidget(dim_label(name))
        shown = _few(options)
        rows = tuple(OptionRow(option, words(option), self._context.theme, self._rested) for option in shown)
        for row in rows:
            row.clicked.connect(lambda _=False, option=row.option: self._take(option))
            column.addWidget(row)
        for below in (others_text(shown, end), ending):
            if below:
                column.addWidget(dim_label(below, wrap=True))
        column.addStretch(1)
        self._columns.addLayout(column, 1)
        return rows

    def _take(self, option: Option) -> None:
        self._rested(None)
        self._taken(option)
        self.close()

    def show_by(self, note: QRect) -> None:
        """Open below the note, or above it where there is no room; `note` in places of the screen."""
        self._note = QRect(self._window.mapFromGlobal(note.topLeft()), note.size())
        self._keep_inside()
        self.show()
        self.raise_()
        self.setFocus()
        application = QApplication.instance()
        assert application is not None
        application.installEventFilter(self)

    def _keep_inside(self) -> None:
        """Take the size that is needed, and a place inside the window from which the note can be seen."""
        layout = self.layout()
        assert layout is not None
        layout.activate()
        self.adjustSize()
        room, note = self._window.rect(), self._note
        below = note.bottom() + GAP_PX + self.height() <= room.bottom()
        y = note.bottom() + GAP_PX if below else max(note.top() - GAP_PX - self.height(), room.top())
        self.move(min(max(note.left(), room.left()), room.right() - self.width()), y)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """A press of the mouse anywhere else closes, and does there what it does."""
        if event.type() is QEvent.Type.MouseButtonPress and isinstance(event, QMouseEvent):
            inside = self.rect().contains(self.mapFromGlobal(event.globalPosition().toPoint()))
            if not inside:
                self.close()
        return False

    # --- keys

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            if not held and Qt.Key(event.key()) in OWN_KEYS:
                event.accept()  # they are not for the window's actions now
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go from offer to offer, Return takes one; Esc closes."""
        steps = {Qt.Key.Key_Down: (0, 1), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Left: (-1, 0)}
        key = Qt.Key(event.key())
        row = self.focusWidget()
        if key in steps:
            self._go(row, *steps[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(row, OptionRow) and row.isEnabled():
            self._take(row.option)
        elif key == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def _go(self, now: QWidget | None, across: int, down: int) -> None:
        """Put the keyboard on the next offer in this direction that can be taken."""
        open_rows = [[row for row in column if row.isEnabled()] for column in self.columns]
        open_rows = [column for column in open_rows if column]
        if not open_rows:
            return
        at = next(((c, column.index(now)) for c, column in enumerate(open_rows) if now in column), None)
        if at is None:
            open_rows[0][0].setFocus()
            return
        column = open_rows[(at[0] + across) % len(open_rows)]
        column[min(at[1], len(column) - 1) if across else (at[1] + down) % len(column)].setFocus()

    def closeEvent(self, event: QCloseEvent) -> None:
        application = QApplication.instance()
        if application is not None:
            application.removeEventFilter(self)
        self._rested(None)
        self._closed()
        super().closeEvent(event)


def _few(options: Sequence[Option]) -> list[Option]:
    """The likeliest, and the note as it is wherever it stands."""
    return [option for place, option in enumerate(options) if place < MOST_ROWS or option.chosen]
