"""What the wheel does, everywhere in the roll: scroll, and with Ctrl zoom at the mouse."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QWheelEvent

from studio.ui.roll.context import RollContext
from studio.ui.roll.viewport import Viewport

NOTCH = 120
"""Qt's unit for one click of a wheel, eighths of a degree."""
SCROLL_PX = 72
"""How far one click scrolls."""
ZOOM = 1.2
"""How much closer one click zooms in time."""


def wheeled(context: RollContext, event: QWheelEvent, at: QPointF) -> Viewport:
    """The viewport after a wheel event at `at` (pixels of the note area).

    Plain scrolls up and down, Shift sideways, Ctrl zooms in time, Ctrl+Shift in pitch. A touchpad's own
    pixels and its sideways direction are taken as they come; Alt, which Qt takes for sideways, scrolls so.
    """
    view, angle, exact = context.viewport, event.angleDelta(), event.pixelDelta()
    held = event.modifiers()
    shift, ctrl = (bool(held & key) for key in (Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier))
    along = angle.y() or angle.x()
    if ctrl and shift:
        steps = int(along / NOTCH) or (1 if along > 0 else -1 if along < 0 else 0)
        return view.pitch_zoomed(steps, at.y())
    if ctrl:
        return view.time_zoomed(ZOOM ** (along / NOTCH), at.x(), context.document.score.ticks_per_quarter)
    dx, dy = (exact.x(), exact.y()) if not exact.isNull() else (
        angle.x() / NOTCH * SCROLL_PX, angle.y() / NOTCH * SCROLL_PX)  # fmt: skip
    if shift:
        dx, dy = dx or dy, 0
    return view.scrolled(-dx, -dy)
