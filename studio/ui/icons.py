"""The studio's own icons: line drawings on a 24 by 24 grid, painted in whatever colour the theme asks for."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

LINE = 'fill="none" stroke="{c}" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"'
SOLID = 'fill="{c}" stroke="{c}" stroke-width="1.2" stroke-linejoin="round"'
INK = "#000000"
SHEET = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">{body}</svg>'

DRAWINGS: dict[str, str] = {
    "play": f'<path {SOLID} d="M8 5.5v13l10.5-6.5z"/>',
    "stop": f'<rect {SOLID} x="6.5" y="6.5" width="11" height="11" rx="1"/>',
    "to-start": f'<path {SOLID} d="M18 6v12l-9-6z"/><path {LINE} d="M6.5 6v12"/>',
    "loop": f'<path {LINE} d="M7 8h9a4 4 0 0 1 0 8H8a4 4 0 0 1-3.8-5"/><path {LINE} d="M10 5 7 8l3 3"/>',
    "metronome": f'<path {LINE} d="M9.5 4h5l3.5 16H6zM12 15l6-9"/>',
    "panic": f'<path {LINE} d="M4.5 9.5v5h3.5l4 3.5V6l-4 3.5zM16 9.5l5 5M21 9.5l-5 5"/>',
    "sound": f'<path {LINE} d="M4.5 9.5v5h3.5l4 3.5V6l-4 3.5zM15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11"/>',
    "select": f'<path {LINE} d="M6 4l12 8.5-5.2 1L15.5 19l-2.3 1-2.7-5.5L6.5 18z"/>',
    "draw": f'<path {LINE} d="M5 19l1-4.5L16.5 4l3.5 3.5L9.5 18zM14 6.5l3.5 3.5"/>',
    "paint": f'<path {LINE} d="M9.5 14.5L18 4.5l2 2-9.5 9zM9.5 14.5c-3 0-3 4-6 4.5 3 2 7.5 1 7-3.5"/>',
    "erase": f'<path {LINE} d="M4.5 14.5L13.5 5.5l5.5 5.5-7.5 8H8zM9 10l5.5 5.5M12 19h8"/>',
    "split": f'<path {LINE} d="M12 4v16M3.5 9.5H9v5H3.5M20.5 9.5H15v5h5.5"/>',
    "magnet": f'<path {LINE} d="M5.5 5h4v8a2.5 2.5 0 0 0 5 0V5h4v8a6.5 6.5 0 0 1-13 0zM5.5 8.5h4M14.5 8.5h4"/>',
    "ghost": f'<path {LINE} d="M6 19.5V11a6 6 0 0 1 12 0v8.5l-3-2-3 2-3-2z"/>'
    '<circle cx="10" cy="11" r="1.2" fill="{c}"/><circle cx="14" cy="11" r="1.2" fill="{c}"/>',
    "follow": f'<path {LINE} d="M4 4v16M8 12h12M15.5 7.5L20 12l-4.5 4.5"/>',
    "add": f'<path {LINE} d="M12 5v14M5 12h14"/>',
    "remove": f'<path {LINE} d="M5 12h14"/>',
    "delete": f'<path {LINE} d="M5 7h14M9.5 7V4.5h5V7M7 7l1 12.5h8L17 7M10.5 10.5v5.5M13.5 10.5v5.5"/>',
    "continue": f'<path {LINE} d="M3.5 16.5h4v-4h4v-4h3"/>'
    f'<path {SOLID} d="M18.5 3.5l.9 2.6 2.6.9-2.6.9-.9 2.6-.9-2.6-2.6-.9 2.6-.9z"/>',
    "fill": f'<path {LINE} d="M3 12h3.5M17.5 12H21M8.5 5.5v13M15.5 5.5v13"/>'
    f'<path {SOLID} d="M12 8.8l.8 2.4 2.4.8-2.4.8-.8 2.4-.8-2.4-2.4-.8 2.4-.8z"/>',
    "vary": f'<path {LINE} d="M3.5 8.5h3c5 0 5.5 7.5 10.5 7.5h3.5"/>'
    f'<path {LINE} d="M3.5 16h3c1.6 0 2.7-.8 3.6-1.9M14 10.2c.9-1 2-1.7 3.4-1.7"/>'
    f'<path {SOLID} d="M19.5 4.5l.8 2.2 2.2.8-2.2.8-.8 2.2-.8-2.2-2.2-.8 2.2-.8z"/>',
    "accompany": f'<path {LINE} d="M3.5 10.5h4v-4h4v-3h4M3.5 19h4.5v-2.5h3.5"/>'
    f'<path {SOLID} d="M17.5 13.2l.9 2.6 2.6.9-2.6.9-.9 2.6-.9-2.6-2.6-.9 2.6-.9z"/>',
    "generate": f'<path {LINE} d="M9.5 5.5l1.7 4.8 4.8 1.7-4.8 1.7-1.7 4.8-1.7-4.8L3 12l4.8-1.7z"/>'
    f'<path {SOLID} d="M18 3.6l.8 2.2 2.2.8-2.2.8-.8 2.2-.8-2.2-2.2-.8 2.2-.8z"/>'
    f'<path {SOLID} d="M18.5 15.6l.6 1.8 1.8.6-1.8.6-.6 1.8-.6-1.8-1.8-.6 1.8-.6z"/>',
    "lock": f'<path {LINE} d="M6 11h12v8.5H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3"/>',
    "folded": f'<path {LINE} d="M9.5 7l5 5-5 5"/>',
    "unfolded": f'<path {LINE} d="M7 9.5l5 5 5-5"/>',
    "accept": f'<path {LINE} d="M5 12.5l4.5 4.5L19 7"/>',
    "reject": f'<path {LINE} d="M6.5 6.5l11 11M17.5 6.5l-11 11"/>',
    "star": f'<path {LINE} d="M12 4.2l2.4 5 5.4.7-4 3.8 1 5.4-4.8-2.7-4.8 2.7 1-5.4-4-3.8 5.4-.7z"/>',
    "starred": f'<path {SOLID} d="M12 4.2l2.4 5 5.4.7-4 3.8 1 5.4-4.8-2.7-4.8 2.7 1-5.4-4-3.8 5.4-.7z"/>',
    "note": f'<path {LINE} d="M6 4.5h12v15H6zM9 9h6M9 12.5h6M9 16h3"/>',
    "compare": f'<path {LINE} d="M4 5h16v14H4zM4 12h16M9.3 5v14M14.7 5v14"/>',
    "export": f'<path {LINE} d="M12 4v10M8 10.5l4 4 4-4M5 17v3h14v-3"/>',
    "previous": f'<path {LINE} d="M14.5 6l-6 6 6 6"/>',
    "next": f'<path {LINE} d="M9.5 6l6 6-6 6"/>',
    "undo": f'<path {LINE} d="M8.5 5L4.5 9l4 4M5 9h9a5 5 0 0 1 0 10h-4"/>',
    "redo": f'<path {LINE} d="M15.5 5l4 4-4 4M19 9h-9a5 5 0 0 0 0 10h4"/>',
    "tree": f'<path {LINE} d="M5 5.5h7M5 5.5v13h7M5 12h7"/><circle cx="15.5" cy="5.5" r="2" fill="{{c}}"/>'
    '<circle cx="15.5" cy="12" r="2" fill="{c}"/><circle cx="15.5" cy="18.5" r="2" fill="{c}"/>',
    "go-back": f'<path {LINE} d="M4.5 5v5h5M4.8 10a7.5 7.5 0 1 1-.3 4.5"/><path {LINE} d="M12 8v4.5l3 1.8"/>',
    "branch": f'<path {LINE} d="M5 12h5c4 0 3.5-5.5 8-5.5M10 12c4 0 3.5 5.5 8 5.5M15.8 4.2l2.4 2.3-2.4 2.3M15.8 15.2l2'
    '.4 2.3-2.4 2.3"/>',
    "replay": f'<path {LINE} d="M19.5 5v5h-5M19.2 10a7.5 7.5 0 1 0 .3 4.5"/><path {SOLID} d="M10 9v6l4.5-3z"/>',
    "diff": f'<path {LINE} d="M4 7.5h7M7.5 4v7M13 16.5h7M4 20L20 4"/>',
    "more": '<circle cx="6" cy="12" r="1.6" fill="{c}"/><circle cx="12" cy="12" r="1.6" fill="{c}"/>'
    '<circle cx="18" cy="12" r="1.6" fill="{c}"/>',
    "keyboard": f'<path {LINE} d="M3.5 6.5h17v11h-17zM8 6.5v6M12 6.5v6M16 6.5v6"/>',
    "surprise": f'<path {LINE} d="M5 19.5v-6M9.7 19.5V9M14.3 19.5v-4M19 19.5v-15"/>',
    "explain": f'<circle {LINE} cx="12" cy="12" r="8.5"/>'
    f'<path {LINE} d="M9.5 9.6a2.6 2.6 0 1 1 3.9 2.2c-.9.5-1.4 1-1.4 2"/>'
    '<circle cx="12" cy="16.8" r="1.1" fill="{c}"/>',
    "next-notes": f'<path {LINE} d="M4.5 4.5v15M8 7h5M8 12h11.5M8 17h7"/>',
    "drum": f'<ellipse {LINE} cx="12" cy="9" rx="8" ry="3.5"/>'
    f'<path {LINE} d="M4 9v7c0 2 3.5 3.5 8 3.5s8-1.5 8-3.5V9"/>',
}


def icon(name: str, normal: QColor, active: QColor | None = None, size_px: int = 20) -> QIcon:
    """An icon in `normal`, in `active` where its button is checked, and faint where disabled."""
    result = QIcon()
    drawing = QSvgRenderer(QByteArray(SHEET.format(body=DRAWINGS[name].replace("{c}", INK)).encode()))
    for ratio in (1.0, 2.0):
        shape = _shape(drawing, round(size_px * ratio))
        for colour, mode, state in (
            (normal, QIcon.Mode.Normal, QIcon.State.Off),
            (_faint(normal), QIcon.Mode.Disabled, QIcon.State.Off),
            (active, QIcon.Mode.Normal, QIcon.State.On),
        ):
            if colour is not None:
                tinted = _tinted(shape, colour)
                tinted.setDevicePixelRatio(ratio)
                result.addPixmap(tinted, mode, state)
    return result


def _faint(colour: QColor) -> QColor:
    """The colour of what cannot be used now."""
    result = QColor(colour)
    result.setAlphaF(0.35)
    return result


def _shape(drawing: QSvgRenderer, size_px: int) -> QPixmap:
    """The drawing as ink on nothing, to be tinted: rendering it anew for each colour costs ten times as much."""
    pixmap = QPixmap(size_px, size_px)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    drawing.render(painter, QRectF(pixmap.rect()))
    painter.end()
    return pixmap


def _tinted(shape: QPixmap, colour: QColor) -> QPixmap:
    pixmap = QPixmap(shape)
    painter = QPainter(pixmap)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(pixmap.rect(), colour)
    painter.end()
    return pixmap
