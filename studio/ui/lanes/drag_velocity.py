"""DragVelocity: a stem is dragged up or down; when its note is selected, all selected notes go with it."""

from __future__ import annotations

from ml.music import NoteTable
from studio.edit.operations.velocity import change_velocity
from studio.edit.selection import Selection
from studio.ui.lanes.stems import velocity_at
from studio.ui.roll.context import NoteTemplate, RollContext


class DragVelocity:
    """Notes keep their differences, until they meet 1 or 127."""

    def __init__(self, context: RollContext, row: int) -> None:
        self._context = context
        self._row = row

    def begin(self, y: float, lane_height: int) -> None:
        document = self._context.document
        table: NoteTable = self._context.notes
        self._before = int(table.velocity[self._row])
        self._press_velocity = velocity_at(y, lane_height)
        self._d_velocity = 0
        note_id = int(table.id[self._row])
        chosen = document.selection
        self._moved = chosen if note_id in chosen.ids else Selection(document.current_track, frozenset({note_id}))
        self._tell()

    def update(self, x: float, y: float, lane_height: int, *, straight: bool = False) -> None:
        wanted = self._before + velocity_at(y, lane_height) - self._press_velocity
        self._d_velocity = min(max(wanted, 1), 127) - self._before
        self._tell()

    def _tell(self) -> None:
        velocity = self._before + self._d_velocity
        self._context.statusText.emit(f"Velocity {velocity} ({self._d_velocity:+d})")

    def shown(self) -> dict[int, int]:
        """Velocities by note id as they would be."""
        table = self._context.notes
        rows = table.rows_of(self._moved.ids)
        velocity = (table.velocity[rows].astype(int) + self._d_velocity).clip(1, 127)
        return dict(zip(table.id[rows].tolist(), velocity.tolist(), strict=True))

    def end(self) -> None:
        document = self._context.document
        template = self._context.template
        self._context.template = NoteTemplate(template.length_ticks, self._before + self._d_velocity)
        edited = change_velocity(document.score, self._moved, self._d_velocity)
        document.commit("Change velocity", edited.score, selection=document.selection)
