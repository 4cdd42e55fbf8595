"""WhyFlow: what the window has of asking models about notes: the three ways of showing it, and whom is asked."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu

from studio.edit.change import Change, ChangeKind
from studio.session.studio import Studio, Topic
from studio.session.why import WhyDesk
from studio.ui.commands.why_actions import WhyCommands
from studio.ui.roll.view import RollView
from studio.ui.why.explain_flow import Attempt, ExplainFlow
from studio.ui.why.next_flow import NextFlow
from studio.ui.why.surprise_flow import SurpriseFlow

WHOEVER = "Whoever wrote the note, else the first model"
CORNER = QPoint(24, 24)


class WhyFlow:
    """Made with the window. `refresh` asks the actions anew what is switched on."""

    def __init__(
        self, studio: Studio, desk: WhyDesk, roll: RollView, attempt: Attempt, refresh: Callable[[], None]
    ) -> None:
        self._studio = studio
        self._desk = desk
        self._roll = roll
        self._refresh = refresh
        self.swaps = desk.swaps
        self._swap_labels = ("", "")
        self.surprise = SurpriseFlow(studio, desk, roll.context)
        self.explain = ExplainFlow(studio, desk, roll, attempt)
        self.next = NextFlow(studio, desk, roll.context)
        roll.context.documentChanged.connect(self._on_document)
        self._end = studio.subscribe(self._on_topic)

    def close(self) -> None:
        """Stop asking; the window ends."""
        for part in (self.surprise, self.explain, self.next):
            part.close()
        self._end()
        self._desk.close()

    def commands(self) -> WhyCommands:
        return WhyCommands(
            toggle_surprise=self.surprise.toggle,
            shows_surprise=lambda: self.surprise.on,
            toggle_explaining=self.explain.toggle,
            explains=lambda: self.explain.on,
            what_else=self.explain.what_else,
            toggle_next=self.next.toggle,
            shows_next=lambda: self.next.on,
            choose_model=self.choose_model,
        )

    # --- whom to ask

    def choose_model(self) -> None:
        """Open the menu of models that can be asked."""
        self.model_menu().popup(self._roll.note_area.mapToGlobal(CORNER))

    def model_menu(self) -> QMenu:
        menu = QMenu(self._roll)
        now = self._desk.whom.chosen
        choices = [("", WHOEVER), *((card.id, card.name) for card in self._desk.whom.models)]
        for model, name in choices:
            entry = menu.addAction(name.replace("&", "&&"), partial(self._choose, model))
            entry.setCheckable(True)
            entry.setChecked(model == (now.id if now is not None else ""))
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def _choose(self, model: str) -> None:
        self._desk.choose(model)
        self.explain.forget_attention()
        self.next.ask()
        self._refresh()

    # --- keeping in step

    def _on_document(self, change: Change) -> None:
        if change.kind.changes_music:
            self.surprise.on_edit()
            self.explain.on_edit()
        if change.kind is not ChangeKind.SELECTION:
            self.next.on_news()

    def _on_topic(self, topic: Topic) -> None:
        if topic is Topic.TAKES:
            self.surprise.show()
            self.explain.on_takes()
            labels = self.swaps.undo_label, self.swaps.redo_label
            if labels != self._swap_labels:
                self._swap_labels = labels
                self._refresh()
        if topic in (Topic.TAKES, Topic.TRANSPORT):
            self.next.on_news()
