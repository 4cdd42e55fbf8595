"""Desk: what commands work on, the open piece and the roll's view of it."""

from __future__ import annotations

from collections.abc import Callable

from ml.music import Score
from studio.edit.edited import Edited
from studio.edit.selection import Selection, select_all
from studio.session.studio import Studio
from studio.ui.roll.context import RollContext

Operation = Callable[[Score, Selection], Edited]


class Desk:
    """Applies pure operations to the selection as named steps, and says their remarks."""

    def __init__(self, studio: Studio, context: RollContext) -> None:
        self.studio = studio
        self.context = context
        self.document = studio.document

    @property
    def score(self) -> Score:
        return self.document.score

    @property
    def has_selection(self) -> bool:
        return bool(self.document.selection.ids)

    @property
    def has_notes(self) -> bool:
        """Whether the current track has notes."""
        return bool(len(self.document.track.notes))

    @property
    def playhead_tick(self) -> int:
        return max(0, round(self.studio.transport.position_tick))

    @property
    def grid_ticks(self) -> int:
        """The step of the grid in force, at least a tick."""
        return self.context.grid.step_ticks

    @property
    def bar_ticks(self) -> int:
        """Length of the bar at the playhead."""
        time_map = self.score.time_map
        return time_map.bar_ticks(time_map.metre_at(self.playhead_tick))

    def apply(self, label: str, edited: Edited) -> None:
        """Commit what an operation gave back, and say what it remarks."""
        self.document.apply(label, edited)
        if edited.remarks:
            self.studio.say(" ".join(edited.remarks))

    def edit(self, label: str, operation: Operation) -> Callable[[], None]:
        """A callback that applies `operation` to the selected notes."""
        return lambda: self.apply(label, operation(self.score, self.document.selection))

    def edit_chosen(self, label: str, operation: Operation) -> Callable[[], None]:
        """The same for operations that mean the whole track when nothing is selected; that stays unselected."""

        def run() -> None:
            chosen = self.document.selection
            if chosen.ids:
                self.apply(label, operation(self.score, chosen))
                return
            edited = operation(self.score, select_all(self.context.score, self.document.current_track))
            self.apply(label, Edited(edited.score, chosen, edited.remarks))

        return run
