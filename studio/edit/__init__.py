"""Editing without a screen: the document, its history, what is selected, and what can be done to it.

    gesture, menu, script -> operation (pure: Score -> Edited) -> Document.apply(label, edited)
                          -> one History step -> every listener hears one Change

`Document` is the only mutable thing here, owned by one thread. A step of the history is a reference to an
immutable `Score`; undo shows an older one, so no edit needs an inverse. A `Change` is found by comparing
the scores before and after, which is cheap since they share every track and column that an edit did not
touch, and which cannot forget to mention something. Selections name notes by id, so they survive moving.
`operations/` documents the policies: groups keep their shape, overlaps stay, locks bind models only.
`clipboard` copies and pastes, `grid` snaps. Qt, files and models are not known here.
"""

from studio.edit.change import Change, ChangeKind
from studio.edit.clipboard import Clip
from studio.edit.document import Document, Listener
from studio.edit.edited import Edited, EditRefused
from studio.edit.grid import GRID_CHOICES, Grid, GridChoice, Snap, grid_choice, snap, snapped_move
from studio.edit.history import History, Step
from studio.edit.new_song import empty_song
from studio.edit.selection import Selection, invert_selection, select_all, select_box, select_pitch, select_starting

__all__ = [
    "GRID_CHOICES",
    "Change",
    "ChangeKind",
    "Clip",
    "Document",
    "EditRefused",
    "Edited",
    "Grid",
    "GridChoice",
    "History",
    "Listener",
    "Selection",
    "Snap",
    "Step",
    "empty_song",
    "grid_choice",
    "invert_selection",
    "select_all",
    "select_box",
    "select_pitch",
    "select_starting",
    "snap",
    "snapped_move",
]
