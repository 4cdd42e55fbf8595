"""ExplainFlow: arcs from the note under the mouse to those that a model looked at, and what it would write instead."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QApplication

from ml.music import Note
from ml.requests import Option, RefusedRequest, TakeNote
from studio.session.studio import Studio
from studio.session.why import NoteOfTake, SongNote, Target, WhyDesk
from studio.ui.roll.context import RollContext
from studio.ui.roll.insight import ArcsView, PointedNote
from studio.ui.roll.note_boxes import note_box
from studio.ui.roll.view import RollView
from studio.ui.why.arcs_view import arcs_view
from studio.ui.why.resting import HOVERED_MS, resting
from studio.ui.why.what_else import WhatElse

NO_NOTE = "No note is meant: point at one or select one, then press Shift+W."
GONE = "This note is not there any more: point at another one."
HOW = "Point at a note to see what a model looked at; click it to see what else could be. Ctrl+U chooses the model."

Attempt = Callable[[Callable[[], object]], None]


class ExplainFlow:
    """While it is `on`, a click explains a note and edits nothing. `attempt` runs what may be refused."""

    def __init__(self, studio: Studio, desk: WhyDesk, roll: RollView, attempt: Attempt) -> None:
        self.popup: WhatElse | None = None
        self._studio = studio
        self._desk = desk
        self._roll = roll
        self._context: RollContext = roll.context
        self._attempt = attempt
        self._asked: PointedNote | None = None
        self._target: Target | None = None
        self._notes: tuple[TakeNote, ...] = ()
        self._hovered = resting(roll, "explain", HOVERED_MS, self._ask_attention)
        desk.on_attention = self._show_attention
        desk.on_alternatives = self._show_alternatives
        self._context.insight.pointedChanged.connect(self._on_pointed)
        self._context.insight.explained.connect(self._on_explained)

    def close(self) -> None:
        self._hovered.stop()
        if self.popup is not None:
            self.popup.close()

    @property
    def on(self) -> bool:
        return self._context.insight.explaining

    def toggle(self) -> None:
        self._context.insight.explaining = not self.on
        if self.on:
            self._on_pointed(self._context.insight.pointed)
            self._studio.say(HOW)
        else:
            self.forget_attention()

    def on_edit(self) -> None:
        """Notes of the song have changed: what was said of them is out of date."""
        self.forget_attention()
        if self.popup is not None and isinstance(self._target, SongNote):
            self.popup.close()

    def on_takes(self) -> None:
        """Takes have come, changed or gone."""
        target = self._target
        if self.popup is not None and isinstance(target, NoteOfTake):
            slot = target.slot
            if slot not in self._studio.takes.slots or slot.notes is not self._notes:
                self.popup.close()
        if self._asked is not None and self._asked.of_take and self.target_of(self._asked) is None:
            self.forget_attention()

    # --- attention

    def _on_pointed(self, note: object) -> None:
        if not self.on:
            return
        self._hovered.stop()
        if isinstance(note, PointedNote):
            self._hovered.start()
        elif self.popup is None:
            self.forget_attention()

    def forget_attention(self) -> None:
        self._hovered.stop()
        self._desk.forget_attention()
        self._asked = None
        self._context.insight.arcs = None

    def _ask_attention(self) -> None:
        note = self._context.insight.pointed
        if note is None or (target := self.target_of(note)) is None:
            return
        if note != self._asked:
            self._context.insight.arcs = None
        self._asked = note
        try:
            self._desk.ask_attention(target)
        except RefusedRequest as trouble:
            self._context.insight.arcs = ArcsView(note.note, (), str(trouble))

    def _show_attention(self) -> None:
        note, found = self._asked, self._desk.attention
        if note is None or (target := self.target_of(note)) is None:
            return
        if found is None:
            self._context.insight.arcs = ArcsView(note.note, (), self._desk.attention_sentence)
            return
        slot = target.slot if isinstance(target, NoteOfTake) else None
        model = self._desk.whom.of(slot)
        name = "the model" if model is None else model.name
        if slot is None:
            view = arcs_view(note.note, found, name, self._context.score)
        else:
            view = arcs_view(note.note, found, name, slot.request.score, slot.notes)
        self._context.insight.arcs = view

    # --- what else

    def _on_explained(self, note: object, _place: QPoint) -> None:
        if isinstance(note, PointedNote):
            self._attempt(lambda: self.open_what_else(note))

    def what_else(self) -> None:
        """Ask about the note under the mouse or its menu, else the one that is selected. Raises RefusedRequest."""
        note = self._context.insight.meant or self._selected()
        if note is None:
            raise RefusedRequest(NO_NOTE)
        self.open_what_else(note)

    def open_what_else(self, note: PointedNote) -> None:
        """Open the small window by a note and ask. Raises RefusedRequest for a note that cannot be asked about."""
        target = self.target_of(note)
        if target is None:
            raise RefusedRequest(GONE)
        if self.popup is not None:
            self.popup.close()
        self._desk.forget_alternatives()
        self._target = target
        self._notes = target.slot.notes if isinstance(target, NoteOfTake) else ()
        drums = self._is_drums(target)
        popup = WhatElse(
            self._roll.window(), self._context, drums=drums, rested=self._try, taken=self._take, closed=self._closed
        )
        self.popup = popup
        self._show_alternatives()
        try:
            self._desk.ask_alternatives(target)  # an answer that is remembered shows at once
        except RefusedRequest:
            popup.close()
            raise
        popup.show_by(self._on_screen(note.note))

    def _is_drums(self, target: Target) -> bool:
        if isinstance(target, SongNote):
            return self._studio.document.score.tracks[target.track].drums
        slot = target.slot
        return slot.request.score.tracks[slot.notes[target.index].track].drums

    def _show_alternatives(self) -> None:
        if self.popup is None or self._target is None:
            return
        slot = self._target.slot if isinstance(self._target, NoteOfTake) else None
        model = self._desk.whom.of(slot)
        name = "the model" if model is None else model.name
        if (found := self._desk.alternatives) is not None:
            self.popup.show_alternatives(found, name)
        else:
            held = " when the takes are written" if self._studio.takes.running else "…"
            self.popup.show_sentence(self._desk.alternatives_sentence or f"Asking {name}{held}")

    def _try(self, option: Option | None) -> None:
        """Let an offer be heard and seen while the mouse rests on it."""
        hearing, insight = self._context.hearing, self._context.insight
        if option is None:
            hearing.silence()
            insight.tried = None
            return
        note = option.note
        insight.tried = Note(note.start, note.length, note.pitch, note.velocity)
        hearing.sound([(note.pitch, note.velocity)])

    def _take(self, option: Option) -> None:
        target = self._target
        if target is not None:
            self._attempt(lambda: self._desk.swap(target, option))

    def _closed(self) -> None:
        focus = QApplication.focusWidget()
        if self.popup is not None and focus is not None and (focus is self.popup or self.popup.isAncestorOf(focus)):
            self._roll.setFocus()
        self.popup, self._target = None, None
        self._desk.forget_alternatives()
        if self.on and self._context.insight.pointed is None:
            self.forget_attention()

    def _selected(self) -> PointedNote | None:
        """The selected note, if it is one."""
        document = self._studio.document
        chosen = document.selection.notes(document.score)
        return PointedNote(document.current_track, chosen[0]) if len(chosen) == 1 else None

    def _on_screen(self, note: Note) -> QRect:
        """Where the note lies on the screen, as far as the note area shows it."""
        area = self._roll.note_area
        shown = note_box(self._context.viewport, note).intersected(area.rect())
        if shown.isEmpty():
            shown.moveTo(area.rect().center())
        return QRect(area.mapToGlobal(shown.topLeft()), shown.size())

    def target_of(self, note: PointedNote) -> Target | None:
        """Which note of the song or of the heard take this is; None when it is not there any more."""
        if not note.of_take:
            return SongNote(note.track, note.note.id)
        board = self._studio.takes
        slot = board.auditioned
        if slot is None or not board.tracks_found or board.blind:
            return None
        wanted = (note.track, note.note.start, note.note.pitch)
        placed = board.follower.notes(slot.notes)
        index = next((i for i, n in enumerate(placed) if (n.track, n.start, n.pitch) == wanted), None)
        return None if index is None else NoteOfTake(slot, index)
