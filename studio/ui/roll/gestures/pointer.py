"""Pointer: where the mouse is, in pixels and in music, and which keys are held."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt

from studio.ui.roll.viewport import Viewport


@dataclass(frozen=True, slots=True)
class Pointer:
    """`x`, `y` are pixels of the note area; `tick` is what lies there, not snapped and not before 0.

    `down_px` is how far the place lies below the top of pitch 127: unlike `y` it stays when the view scrolls.
    """

    x: float
    y: float
    tick: float
    pitch: int
    down_px: float = 0.0
    shift: bool = False
    ctrl: bool = False
    alt: bool = False


def pointer_at(viewport: Viewport, x: float, y: float, modifiers: Qt.KeyboardModifier) -> Pointer:
    """The pointer at a place of the note area."""
    held = Qt.KeyboardModifier
    return Pointer(
        x,
        y,
        max(0.0, float(viewport.tick(x))),
        viewport.pitch(y),
        y + viewport.top_px,
        shift=bool(modifiers & held.ShiftModifier),
        ctrl=bool(modifiers & held.ControlModifier),
        alt=bool(modifiers & held.AltModifier),
    )
