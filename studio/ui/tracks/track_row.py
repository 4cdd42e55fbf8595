"""One track in the panel: colour, name, instrument, mute, solo and volume."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QLineEdit, QMenu, QSlider, QToolButton, QWidget

from ml.music import Track
from ml.music.general_midi import GM_INSTRUMENTS
from studio.ui.labels import ElidedLabel
from studio.ui.tracks.instrument_menu import instrument_menu

STRIP_PX = 5


@dataclass(frozen=True)
class RowCallbacks:
    """What a row asks of its panel; the first argument is always the track's index."""

    make_current: Callable[[int], None]
    rename: Callable[[int, str], None]
    choose_instrument: Callable[[int, int, bool], None]
    set_muted: Callable[[int, bool], None]
    set_soloed: Callable[[int, bool], None]
    set_volume: Callable[[int, int], None]
    fill_menu: Callable[[int, QMenu], None]


def instrument_name(track: Track) -> str:
    """The General MIDI name of a track's instrument."""
    if track.drums:
        return "Drum kit"
    return GM_INSTRUMENTS[track.program] if track.program is not None else "No instrument named"


class TrackRow(QWidget):
    """Shows one track; tells its wishes through `RowCallbacks` and never changes anything by itself."""

    def __init__(self, index: int, callbacks: RowCallbacks) -> None:
        super().__init__()
        self.setObjectName(f"track.{index}")
        self.index = index
        self._callbacks = callbacks
        self._track: Track | None = None
        self._colour = QColor("grey")
        self._current = False

        self.name = ElidedLabel()
        self.name.setToolTip("Double-click to rename  (F2)")
        self.name.installEventFilter(self)
        self.instrument = QToolButton()
        self.instrument.setObjectName("instrument")
        self.instrument.setProperty("small", True)
        self.instrument.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.instrument.setToolTip("Choose the instrument of this track  (I)")
        self.instrument.clicked.connect(self.open_instruments)
        self.mute = self._toggle("M", "Mute this track  (M)", callbacks.set_muted)
        self.solo = self._toggle("S", "Hear only this track and other soloed ones  (S)", callbacks.set_soloed)
        self.volume = QSlider(Qt.Orientation.Horizontal)
        self.volume.setRange(0, 127)
        self.volume.setFixedWidth(72)
        self.volume.setAccessibleName("Volume")
        self.volume.valueChanged.connect(lambda value: callbacks.set_volume(self.index, value))
        for control in (self.instrument, self.mute, self.solo, self.volume):
            control.setFocusPolicy(Qt.FocusPolicy.NoFocus)

        grid = QGridLayout(self)
        grid.setContentsMargins(STRIP_PX + 9, 6, 8, 6)
        grid.setHorizontalSpacing(4)
        grid.setVerticalSpacing(2)
        grid.addWidget(self.name, 0, 0)
        grid.addWidget(self.mute, 0, 1, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(self.solo, 0, 2)
        grid.addWidget(self.instrument, 1, 0, Qt.AlignmentFlag.AlignLeft)
        grid.addWidget(self.volume, 1, 1, 1, 2, Qt.AlignmentFlag.AlignRight)
        grid.setColumnStretch(0, 1)

    def _toggle(self, text: str, tooltip: str, changed: Callable[[int, bool], None]) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setCheckable(True)
        button.setToolTip(tooltip)
        button.setProperty("small", True)
        button.clicked.connect(lambda on: changed(self.index, on))
        return button

    def show_track(self, track: Track, colour: QColor, current: bool) -> None:
        """Show a track's present state; asks nothing back."""
        self._track, self._colour, self._current = track, colour, current
        self.name.setText(track.name or f"Track {self.index + 1}")
        font = self.name.font()
        font.setBold(current)
        self.name.setFont(font)
        self.instrument.setText(self.instrument.fontMetrics().elidedText(
            instrument_name(track), Qt.TextElideMode.ElideRight, 120
        ))  # fmt: skip
        self.mute.setChecked(track.mixer.muted)
        self.solo.setChecked(track.mixer.soloed)
        self.volume.blockSignals(True)
        self.volume.setValue(track.mixer.volume)
        self.volume.blockSignals(False)
        self.volume.setToolTip(f"Volume {track.mixer.volume} of 127")
        self.setAccessibleName(f"{self.name.text()}, {instrument_name(track)}, {len(track.notes)} notes")
        self.update()

    def open_instruments(self) -> None:
        """Show the instrument menu below the instrument's name."""
        self._callbacks.make_current(self.index)
        if self._track is not None:
            menu = instrument_menu(
                self,
                self._track.program,
                self._track.drums,
                lambda program, drums: self._callbacks.choose_instrument(self.index, program, drums),
            )
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(self.instrument.mapToGlobal(self.instrument.rect().bottomLeft()))

    def open_rename(self) -> None:
        """Lay a text field over the name; Enter or leaving it renames, Esc does not."""
        field = QLineEdit(self.name.text(), self)
        field.setObjectName("rename")
        field.setGeometry(self.name.geometry().adjusted(-6, -4, 0, 4))
        field.selectAll()
        field.installEventFilter(self)
        field.editingFinished.connect(lambda: self._renamed(field))
        field.show()
        field.setFocus()

    def _renamed(self, field: QLineEdit) -> None:
        text, changed = field.text().strip(), field.isModified()
        field.blockSignals(True)
        field.deleteLater()
        if changed and text:
            self._callbacks.rename(self.index, text)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Double-click on the name renames; Esc leaves the name as it was, and is not for the window."""
        if watched is self.name and event.type() == QEvent.Type.MouseButtonDblClick:
            self.open_rename()
            return True
        if isinstance(watched, QLineEdit) and isinstance(event, QKeyEvent):
            ours = event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter)
            if ours and event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape:
                watched.setModified(False)
                self._renamed(watched)
                return True
        return super().eventFilter(watched, event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._callbacks.make_current(self.index)
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self._callbacks.make_current(self.index)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._callbacks.fill_menu(self.index, menu)
        menu.popup(event.globalPos())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._current:
            tint = QColor(self._colour)
            tint.setAlphaF(0.14)
            painter.fillRect(self.rect(), tint)
        strip = QColor(self._colour)
        if self._track is not None and self._track.mixer.muted:
            strip.setAlphaF(0.3)
        painter.fillRect(0, 0, STRIP_PX, self.height() - 1, strip)
        painter.fillRect(0, self.height() - 1, self.width(), 1, self.palette().mid())
        painter.end()
