"""TreeFlow: what the panel and the actions do with the tree of takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QTimer

from studio.edit.change import Change, ChangeKind
from studio.project import TakeRef
from studio.session.replay import Replayed
from studio.session.take_diff import TakeDiff
from studio.session.take_tree import mark_of
from studio.session.topic import Topic
from studio.ui.audition.mark_editor import MarkEditor
from studio.ui.commands.tree_actions import TreeCommands
from studio.ui.theme import Theme
from studio.ui.tree.diff_layer import DiffLayer, ShownDiff
from studio.ui.tree.row_text import request_facts, take_facts, take_title
from studio.ui.tree.side_column import SideColumn
from studio.ui.tree.tree_panel import NOTHING_YET, WIDTH_PX, TreePanel, TreeWishes

if TYPE_CHECKING:
    from studio.ui.main_window import MainWindow

REFRESH_MS, EDITS_MS = 60, 400
"""How long news are collected before rows are worked out anew, and before edits are counted."""
BLIND = "The tree comes back when the blind test ends."


class TreeFlow:
    """Owns the panel. While it is hidden, nothing is worked out."""

    def __init__(self, window: MainWindow) -> None:
        self._window, self._studio = window, window.studio
        self._desk = window.studio.tree
        self._theme: Theme | None = None
        self.panel = TreePanel(window.bound, TreeWishes(self._on_chosen, self._hear_safely, window.roll.setFocus))
        self.panel.hide()
        self._column: SideColumn | None = None
        self._was_blind = False
        self.layer = DiffLayer(window.context)
        window.roll.note_area.overlays.append(self.layer)
        self._refresh_due, self._edits_due = (
            _timer(window, REFRESH_MS, self.refresh),
            _timer(window, EDITS_MS, self._count),
        )
        self._ends = [
            self._desk.tree.subscribe(self._on_tree),
            self._studio.document.subscribe(self._on_document),
            self._studio.subscribe(self._on_studio),
        ]
        self._desk.on_replayed.append(self._on_replayed)

    def place(self) -> None:
        """Put the panel below the list of tracks, once that is in the window."""
        self._column = SideColumn(self._window.tracks, self.panel)

    def close(self) -> None:
        """Stop listening."""
        self._refresh_due.stop()
        self._edits_due.stop()
        if self._on_replayed in self._desk.on_replayed:
            self._desk.on_replayed.remove(self._on_replayed)
        for end in self._ends:
            end()
        self._ends = []

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.panel.set_theme(theme)

    # --- showing

    @property
    def shown(self) -> bool:
        return not self.panel.isHidden()

    @property
    def one_chosen(self) -> bool:
        """Whether a take is chosen in the panel."""
        return self.shown and bool(self.panel.chosen)

    @property
    def request_chosen(self) -> bool:
        return self.shown and self.panel.chosen_request is not None

    def toggle(self) -> None:
        """Show or hide the panel."""
        assert self._column is not None
        self._column.show_second(not self.shown, WIDTH_PX)
        if self.shown:
            self.refresh()
            self.panel.view.setFocus()
        else:
            self._show_diff(None)
            self._window.roll.setFocus()

    def search(self) -> None:
        if not self.shown:
            self.toggle()
        self.panel.search.setFocus()
        self.panel.search.selectAll()

    def refresh(self) -> None:
        """Show the tree as it is now; nothing of it while a blind test runs: takes, differences and all would tell."""
        if not self.shown:
            return
        self._refresh_due.stop()
        blind = self._studio.takes.blind
        self.panel.show_requests(
            [] if blind else self._desk.tree.requests, self._desk.standings(), BLIND if blind else NOTHING_YET
        )
        self._window.bound.refresh()

    def _count(self) -> None:
        if self.shown:
            self.panel.show_standings(self._desk.standings())
            self._on_chosen()

    def _on_tree(self) -> None:
        if self.shown and not self._refresh_due.isActive():
            self._refresh_due.start()

    def _on_studio(self, topic: Topic) -> None:
        """A blind test begins or ends: takes are hidden or shown."""
        if topic is Topic.TAKES and self._studio.takes.blind != self._was_blind:
            self._was_blind = self._studio.takes.blind
            self.refresh()

    def _on_document(self, change: Change) -> None:
        if change.kind is ChangeKind.SCORE:
            self._show_diff(None)
        if change.kind.changes_music and self.shown:
            self._edits_due.start()

    def _on_replayed(self, found: Replayed) -> None:
        self._on_chosen()

    def _on_chosen(self) -> None:
        """Say what is known of what is chosen, and draw another difference if one shows."""
        tree, chosen, number = self._desk.tree, self.panel.chosen, self.panel.chosen_request
        record = None if number is None else tree.request(number)
        lines: list[str] = []
        if chosen and (found := tree.find(chosen[-1])) is not None:
            take = found[1]
            lines = [take_title(take), *take_facts(*found, self.panel.delegate.standings.get(chosen[-1]))]
        if record is not None:
            if (replayed := self._desk.replayed.get(record.number)) is not None:
                lines.append(replayed.sentence)
            parent = None if record.parent is None else tree.find(record.parent)
            lines += request_facts(record, None if parent is None else parent[1])
        self.panel.facts.setText("\n".join(lines))
        if self.layer.shown is not None:
            self._show_diff(self._difference() if chosen else None)
        self._window.bound.refresh()

    # --- doing

    def hear(self) -> None:
        """Put the chosen request's takes beside the song again; what stands still plays the loop over the join."""
        number = self.panel.chosen_request
        if number is None:
            return
        chosen = self.panel.chosen
        self._desk.show_again(number, chosen[-1] if chosen else None)
        transport = self._studio.transport
        if not transport.playing and transport.loop is not None:
            transport.play(transport.loop[0])
            self._window.in_step.show_transport()

    def _hear_safely(self) -> None:
        self._window.attempt(self.hear)

    def go_back(self) -> None:
        self._desk.go_back(self._one())

    def go_back_before(self) -> None:
        self._desk.go_back_before(self.panel.chosen_request or 0)

    def go_on(self) -> None:
        self._desk.continue_from(self._one())

    def replay(self) -> None:
        """Replay the chosen request, or stop the replay that runs."""
        if self._desk.replaying is not None:
            self._desk.stop_replay()
            self._studio.say("The replay was stopped.")
        else:
            self._desk.replay(self.panel.chosen_request or 0)

    def star(self) -> None:
        found = self._desk.tree.find(self._one())
        if found is not None:
            mark = mark_of(found[1])
            self._desk.mark(self._one(), replace(mark, starred=not mark.starred))

    def note(self) -> None:
        """Let the user name the chosen take and write about it."""
        ref = self._one()
        found = self._desk.tree.find(ref)
        if found is None:
            return
        take, mark = found[1], mark_of(found[1])

        def kept(label: str, note: str) -> None:
            self._desk.mark(ref, replace(mark, label=label, note=note))

        editor = MarkEditor(self.panel, take.title, mark.label, mark.note, kept)
        editor.open_at(self.panel.facts.mapToGlobal(QPoint(0, -editor.sizeHint().height())))

    def report(self) -> None:
        from studio.ui.tree.report_dialog import ReportDialog  # no start needs it

        assert self._theme is not None
        ReportDialog(self._studio.name, self._desk.report(), self._theme, self._window).show()

    # --- comparing

    def toggle_diff(self) -> None:
        """Draw how the chosen takes differ, or stop that."""
        self._show_diff(None if self.layer.shown is not None else self._difference(), reveal=True)

    def _difference(self) -> tuple[ShownDiff, TakeRef]:
        """Between two chosen takes, or from one to what the song has there."""
        chosen, tree = self.panel.chosen, self._desk.tree
        names = [take_title(found[1]) for ref in chosen[-2:] if (found := tree.find(ref)) is not None]
        diff: TakeDiff
        if len(chosen) > 1:
            diff = self._desk.difference(chosen[-2], chosen[-1])
        else:
            diff = self._desk.difference_to_song(chosen[-1])
            names.append("the song")
        return ShownDiff(diff, " → ".join(names)), chosen[-1]

    def _show_diff(self, found: tuple[ShownDiff, TakeRef] | None, *, reveal: bool = False) -> None:
        before, self.layer.shown = self.layer.shown, None if found is None else found[0]
        if found is not None and reveal:
            self._reveal(*found)
        if before is not None or found is not None:
            self._window.roll.note_area.update()
        if found is not None:
            self._studio.say(f"{found[0].label}: {found[0].diff.text}")

    def _reveal(self, shown: ShownDiff, ref: TakeRef) -> None:
        """Bring the bars and the track of a take into sight, with the notes that it is compared with."""
        found = self._desk.tree.find(ref)
        if found is None:
            return
        region, context = found[0].request.region, self._window.context
        view, score = context.viewport, self._studio.document.score
        track = self._desk.track_now(*found, region.tracks[0])
        if track is not None:
            self._studio.document.set_current_track(track)
        if region.start_tick < view.left_tick or region.end_tick > view.right_tick:
            context.viewport = view.showing(region.start_tick, region.end_tick, score.ticks_per_quarter)
        pitches = [note.pitch for note in shown.diff.notes]
        if pitches and not view.lowest_pitch <= min(pitches) <= max(pitches) <= view.highest_pitch:
            context.viewport = context.viewport.showing_pitches(min(pitches), max(pitches), zoom=False)

    def _one(self) -> TakeRef:
        """The take that is chosen last; actions are enabled only while there is one."""
        return self.panel.chosen[-1]

    @property
    def starred(self) -> bool:
        """Whether the chosen take has a star."""
        chosen = self.panel.chosen
        found = self._desk.tree.find(chosen[-1]) if chosen else None
        return found is not None and found[1].starred


def tree_commands(window: MainWindow) -> TreeCommands:
    """What the actions run; the flow is made after them."""
    return TreeCommands(
        toggle=lambda: window.tree.toggle(),
        shown=lambda: window.tree.shown,
        one=lambda: window.tree.one_chosen,
        request=lambda: window.tree.request_chosen,
        hear=lambda: window.tree.hear(),
        go_back=lambda: window.tree.go_back(),
        go_back_before=lambda: window.tree.go_back_before(),
        go_on=lambda: window.tree.go_on(),
        replay=lambda: window.tree.replay(),
        replaying=lambda: window.studio.tree.replaying is not None,
        diff=lambda: window.tree.toggle_diff(),
        diffing=lambda: window.tree.layer.shown is not None,
        star=lambda: window.tree.star(),
        starred=lambda: window.tree.starred,
        note=lambda: window.tree.note(),
        search=lambda: window.tree.search(),
        report=lambda: window.tree.report(),
    )


def _timer(window: MainWindow, gap_ms: int, run: Callable[[], None]) -> QTimer:
    timer = QTimer(window)
    timer.setSingleShot(True)
    timer.setInterval(gap_ms)
    timer.timeout.connect(run)
    return timer
