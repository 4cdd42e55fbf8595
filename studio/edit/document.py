"""Document: the piece being edited. Holds the score, the selection and the history, and tells listeners."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from ml.music import Score, Track
from studio.edit.change import Change, ChangeKind, compare
from studio.edit.edited import Edited
from studio.edit.history import LIMIT_BYTES, History, Step
from studio.edit.new_song import empty_song, with_a_track
from studio.edit.selection import Selection

Listener = Callable[[Change], None]


class Document:
    """The one mutable object of editing; only the thread that owns it (the window's) may call it.

    Invariants: the score has at least one track, so there is always somewhere to write; the selection lies
    on the current track and names only notes that are there. Everything a listener may look at is up to
    date before the first one is told.
    """

    def __init__(self, score: Score | None = None, name: str = "", *, undo_limit_bytes: int = LIMIT_BYTES) -> None:
        self._undo_limit_bytes = undo_limit_bytes
        self._listeners: list[Listener] = []
        self._pending: deque[Change] = deque()
        self._telling = False
        self._begin(empty_song() if score is None else score, name, "New song" if score is None else "Open")

    def _begin(self, score: Score, name: str, label: str) -> None:
        score = with_a_track(score)
        self._name = name
        self._selection = Selection(0)
        self._history = History.starting(Step(label, score, self._selection, 0), self._undo_limit_bytes)
        self._saved: Score | None = score
        self._merge_key: str | None = None

    # --- what there is

    @property
    def score(self) -> Score:
        return self._history.current.score

    @property
    def selection(self) -> Selection:
        return self._selection

    @property
    def current_track(self) -> int:
        """Index of the track that is edited; always one that exists."""
        return self._selection.track

    @property
    def track(self) -> Track:
        """The track that is edited."""
        return self.score.tracks[self.current_track]

    @property
    def name(self) -> str:
        return self._name

    @property
    def history(self) -> History:
        return self._history

    @property
    def modified(self) -> bool:
        """Whether the score differs from the one last saved or opened; undoing back to that one clears it."""
        return self.score is not self._saved

    # --- changing it

    def commit(
        self, label: str, score: Score, *, selection: Selection | None = None, merge_key: str | None = None
    ) -> Change | None:
        """Make `score` the document's, as one undoable step called `label`; returns what changed.

        Without `selection` the present one stays, less the notes that are gone. Commits in a row with the
        same `merge_key` (a dragged volume slider) are one step; anything else in between ends the row. A
        score equal to the present one is no step: then only the selection is taken over, and the answer
        is None.
        """
        before = self.score
        score = with_a_track(score)
        chosen = self._fitting(self._selection if selection is None else selection, score)
        if score is before or score == before:
            self.select(chosen)
            return None
        merge = merge_key is not None and merge_key == self._merge_key
        step = Step(label, score, chosen, chosen.track)
        if merge and self._history.steps[self._history.position - 1].score == score:
            self._history = self._history.without_current()  # the row led back to where it began
            self._merge_key = None
        elif merge:
            self._history = self._history.with_current(step)
        else:
            # Undo gives back what was selected just before this edit, not just after the edit before it.
            current = self._history.current
            left = Step(current.label, current.score, self._selection, self._selection.track)
            self._history = self._history.with_current(left).pushed(step)
            self._merge_key = merge_key
        self._selection = chosen
        change = compare(label, before, self.score)
        self._tell(change)
        return change

    def apply(self, label: str, edited: Edited, *, merge_key: str | None = None) -> Change | None:
        """Commit what an operation gave back."""
        return self.commit(label, edited.score, selection=edited.selection, merge_key=merge_key)

    def select(self, selection: Selection) -> None:
        """Choose other notes; the track of the selection becomes the current one. Not an undo step."""
        selection = self._fitting(selection, self.score)
        if selection == self._selection:
            return
        kind = ChangeKind.SELECTION if selection.track == self.current_track else ChangeKind.CURRENT_TRACK
        touched = frozenset({selection.track, self._selection.track})
        self._selection = selection
        self._tell(Change("Select", touched, 0, self.score.end_tick, kind))

    def set_current_track(self, index: int) -> None:
        """Edit another track, nothing selected on it; an index that does not exist is brought into range."""
        index = min(max(index, 0), len(self.score.tracks) - 1)
        if index != self.current_track:
            self.select(Selection(index))

    def replace(self, score: Score, name: str, *, modified: bool = False) -> None:
        """Open another piece: a new history. `modified` says that it is not what its file holds (recovery)."""
        self._begin(score, name, "Recover" if modified else "Open")
        if modified:
            self._saved = None
        self._tell(Change("Open", None, 0, self.score.end_tick, ChangeKind.SCORE))

    def mark_saved(self, name: str | None = None) -> None:
        """Remember that the score as it is now is on disk, under `name` when it got another one."""
        self._saved = self.score
        self._merge_key = None
        self._name = self._name if name is None else name

    # --- undo

    @property
    def can_undo(self) -> bool:
        return self._history.can_undo

    @property
    def can_redo(self) -> bool:
        return self._history.can_redo

    @property
    def undo_label(self) -> str:
        """The edit that undo would take back, "" when there is none."""
        return self._history.current.label if self.can_undo else ""

    @property
    def redo_label(self) -> str:
        """The edit that redo would bring back, "" when there is none."""
        return self._history.steps[self._history.position + 1].label if self.can_redo else ""

    def undo(self) -> None:
        """Go one step back: score, selection and current track; nothing happens at the oldest step."""
        if self.can_undo:
            self._show(self._history.position - 1, f"Undo {self.undo_label}")

    def redo(self) -> None:
        """Go one step forward again; nothing happens at the newest step."""
        if self.can_redo:
            self._show(self._history.position + 1, f"Redo {self.redo_label}")

    def _show(self, position: int, label: str) -> None:
        before = self.score
        self._history = self._history.at(position)
        self._merge_key = None
        self._selection = self._history.current.selection
        self._tell(compare(label, before, self.score))

    # --- listeners

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` after every change, in the order of subscription; returns what ends that."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def _tell(self, change: Change) -> None:
        """Tell everyone. A change made by a listener is told after this one, so all hear the same order.

        A listener that raises does not keep the others from hearing; its error is raised at the end.
        """
        self._pending.append(change)
        if self._telling:
            return
        self._telling = True
        failed: Exception | None = None
        try:
            while self._pending:
                told = self._pending.popleft()
                for listener in tuple(self._listeners):
                    try:
                        listener(told)
                    except Exception as error:
                        failed = failed or error
        finally:
            self._telling = False
        if failed is not None:
            raise failed

    @staticmethod
    def _fitting(selection: Selection, score: Score) -> Selection:
        """The selection on a track that exists, without notes that do not."""
        if not 0 <= selection.track < len(score.tracks):
            return Selection(min(max(selection.track, 0), len(score.tracks) - 1))
        return selection.pruned(score)
