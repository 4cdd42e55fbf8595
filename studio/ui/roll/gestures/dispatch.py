"""Which gesture a press begins, and which cursor promises it."""

from __future__ import annotations

from PySide6.QtCore import Qt

from studio.ui.roll.context import RollContext
from studio.ui.roll.gestures.box_select import BoxSelect
from studio.ui.roll.gestures.draw_note import DrawNote
from studio.ui.roll.gestures.erase_notes import EraseNotes
from studio.ui.roll.gestures.explain_note import ExplainNote
from studio.ui.roll.gestures.gesture import Gesture
from studio.ui.roll.gestures.move_notes import MoveNotes
from studio.ui.roll.gestures.paint_notes import PaintNotes
from studio.ui.roll.gestures.pan import Pan
from studio.ui.roll.gestures.pick_take_notes import PickTakeNotes
from studio.ui.roll.gestures.pointer import Pointer
from studio.ui.roll.gestures.resize_notes import ResizeNotes
from studio.ui.roll.gestures.split_notes import SplitNotes
from studio.ui.roll.hit import Part, hit_at
from studio.ui.roll.picking import take_note_at
from studio.ui.roll.tool import Tool

DRAWING = (Tool.DRAW, Tool.PAINT)
HIDDEN = "These bars are hidden until the blind test ends."


class Dispatcher:
    """Remembers the note that was clicked last: the anchor from which a Shift-click extends."""

    def __init__(self, context: RollContext) -> None:
        self._context = context
        self._anchor_id: int | None = None

    def press(self, button: Qt.MouseButton, at: Pointer, *, double: bool = False) -> Gesture | None:
        """The gesture for a press, None when the button means nothing here (right opens the menu)."""
        context = self._context
        if button is Qt.MouseButton.MiddleButton:
            return Pan(context)
        if button is Qt.MouseButton.RightButton:
            return EraseNotes(context) if context.tool in (*DRAWING, Tool.ERASE) else None
        if button is not Qt.MouseButton.LeftButton:
            return None
        if context.insight.explaining:
            return ExplainNote(context)
        if context.hides(at.tick):
            context.statusText.emit(HIDDEN)
            return None
        if context.tool is Tool.ERASE:
            return EraseNotes(context)
        if context.tool is Tool.SPLIT:
            return SplitNotes(context)
        picked = take_note_at(context, at.x, at.y) if context.tool is Tool.SELECT else None
        if picked is not None:
            return PickTakeNotes(context, *picked)
        hit = hit_at(context, at.x, at.y)
        if hit is not None:
            if hit.part is not Part.BODY and not at.ctrl:
                return ResizeNotes(context, hit)
            anchor = self._anchor_id
            if not at.shift:
                self._anchor_id = hit.id
            return MoveNotes(context, hit, anchor)
        if context.tool is Tool.SELECT:
            return DrawNote(context) if double else BoxSelect(context)
        if at.ctrl:
            return BoxSelect(context)
        return PaintNotes(context) if context.tool is Tool.PAINT else DrawNote(context)

    def cursor(self, at: Pointer) -> Qt.CursorShape:
        """The shape that says what a left press would do."""
        context, shape = self._context, Qt.CursorShape
        if context.insight.explaining:
            return shape.WhatsThisCursor
        if context.tool is Tool.ERASE or context.hides(at.tick):
            return shape.ForbiddenCursor
        if context.tool is Tool.SPLIT:
            return shape.SplitHCursor
        if context.tool is Tool.SELECT and take_note_at(context, at.x, at.y) is not None:
            return shape.PointingHandCursor
        hit = hit_at(context, at.x, at.y)
        if hit is not None:
            return shape.SizeAllCursor if hit.part is Part.BODY or at.ctrl else shape.SizeHorCursor
        return shape.ArrowCursor if context.tool is Tool.SELECT or at.ctrl else shape.CrossCursor
