"""ModelDesk: looks after the shelf while the program runs: adding, removing, looking again, measuring speeds."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from studio.engine import Checked, EngineMessage, Measured, ModelCard, RefusedModel, Warmed
from studio.engine.adding import copy_to_draft, drop_draft, put_away, settle_draft, sweep_drafts
from studio.session.speed_book import SpeedBook
from studio.session.studio import Studio, Topic

NO_FOLDER = "There is no folder for models of your own: choose one in the preferences."


class ModelDesk:
    """Belongs to the studio's thread. Speeds are measured once, on the engine's worker, and only while nothing is
    written and nothing plays; `Warmed` is the sign that the program has settled and measuring may begin.

    `on_change` is called when cards or speeds changed, `on_added` with a model that was added, `on_trouble` with a
    RefusedModel for one that turned out to be no good.
    """

    def __init__(self, studio: Studio, book: SpeedBook, *, clock: Callable[[], float] = time.time) -> None:
        self.on_change: Callable[[], None] = lambda: None
        self.on_added: Callable[[ModelCard], None] = lambda card: None
        self.on_trouble: Callable[[Exception], None] = lambda error: None
        self.measuring: str | None = None
        """The id of the model whose speed is being measured."""
        self._studio = studio
        self._book = book
        self._may_measure = False
        self._unmeasurable: dict[str, str] = {}
        self._drafts: set[Path] = set()
        self._unsubscribe = studio.subscribe(self._on_topic)
        studio.on_shelf_news = self._receive
        if studio.shelf.own is not None:
            sweep_drafts(studio.shelf.own, clock())

    def close(self) -> None:
        """Stop listening; drafts that are being checked are dropped."""
        self._unsubscribe()
        self._studio.on_shelf_news = lambda message: None
        for draft in self._drafts:
            drop_draft(draft)
        self._drafts.clear()

    def refresh(self) -> None:
        """Look whether models came, went or changed on disk."""
        if self._studio.shelf.refresh():
            self._unmeasurable.clear()
            self.on_change()
            self._measure_next()

    # --- adding and removing

    def copying(self, source: Path) -> Callable[[Callable[[], bool]], Path]:
        """The slow part of adding a folder, for any thread: given "is it cancelled?", it returns a draft for `adopt`.

        It raises RefusedModel with a sentence; so does this.
        """
        place, cards = self._own(), self._studio.shelf.models()
        return lambda cancelled: copy_to_draft(source, place, cards, cancelled)

    def adopt(self, draft: Path) -> None:
        """Let the engine load a draft; it then becomes a model, or is dropped and `on_trouble` told why."""
        self._drafts.add(draft)
        self._studio.engine.check(draft, draft.name)

    @property
    def adding(self) -> bool:
        """Whether a draft is being checked."""
        return bool(self._drafts)

    def remove(self, model_id: str) -> Path:
        """Take one of the user's own models off the shelf; returns where its folder is kept.

        Raises UnknownModel, or RefusedModel for a model that is not the user's own, or while takes are written.
        """
        card = self._studio.shelf.find(model_id)
        if self._studio.takes.running:
            raise RefusedModel("Models are writing just now: stop them first, then remove the model.")
        if not card.own:
            raise RefusedModel(f"{card.name} comes with Continuo: only models of your own can be removed.")
        kept = put_away(card.folder, self._own())
        self._studio.shelf.rescan()
        self._studio.say(f"{card.name} is removed; its folder is kept as {kept}.")
        self.on_change()
        return kept

    # --- speeds

    def speed(self, card: ModelCard) -> float | None:
        """Notes a second on this machine, None while it is not known."""
        return self._book.of(card)

    def speed_text(self, card: ModelCard) -> str:
        """For a list: "~420 notes/s", "measuring…", "" when it is not known yet."""
        speed = self.speed(card)
        if card.id == self.measuring:
            return "measuring…"
        return "" if speed is None else f"~{rounded(speed):,} notes/s"

    def was_quiet(self, card: ModelCard) -> bool:
        """Whether the machine had little else to do when the model was measured; else it is done again next time."""
        return self._book.is_lasting(card)

    def why_unmeasured(self, card: ModelCard) -> str:
        """Why the speed of a model could not be measured; empty if nothing went wrong."""
        return self._unmeasurable.get(card.id, "")

    def measure_again(self) -> None:
        """Forget all speeds and measure them anew as soon as the machine has time."""
        for card in self._studio.shelf.answering():
            self._book.forget(card)
        self._unmeasurable.clear()
        self.measure_missing()

    def measure_missing(self) -> None:
        """Measure what was never measured here as soon as the machine has time."""
        self._may_measure = True
        self._measure_next()

    @property
    def unmeasured(self) -> list[ModelCard]:
        """Models whose speed could be measured and is not known."""
        return [
            card
            for card in self._studio.shelf.answering()
            if card.id not in self._unmeasurable and self._book.of(card) is None
        ]

    # --- inside

    @property
    def _idle(self) -> bool:
        studio = self._studio
        return not (studio.engine.busy or studio.transport.playing or self._drafts)

    def _measure_next(self) -> None:
        if not self._may_measure or self.measuring is not None or not self._idle:
            return
        for card in self.unmeasured[:1]:
            self.measuring = card.id
            self._studio.engine.measure(card.id, self._book.known())
            self.on_change()

    def _on_topic(self, topic: Topic) -> None:
        if topic is Topic.TRANSPORT and self._studio.transport.playing and self.measuring is not None:
            self._studio.engine.stop_measuring()
        elif topic in (Topic.TRANSPORT, Topic.TAKES):
            self._measure_next()

    def _receive(self, message: EngineMessage) -> None:
        match message:
            case Warmed():
                self.measure_missing()
            case Measured():
                self._take_speed(message)
            case Checked(folder=draft, sentence=sentence) if draft in self._drafts:
                self._drafts.remove(draft)
                if sentence is None:
                    self._settle(draft)
                else:
                    drop_draft(draft)
                    self.on_trouble(RefusedModel(sentence))
                self._measure_next()
            case _:
                pass

    def _take_speed(self, message: Measured) -> None:
        self.measuring = None
        card = next((card for card in self._studio.shelf.models() if card.id == message.model), None)
        if card is not None and message.notes_per_s is not None:
            self._book.write(card, message.checkpoint, message.notes_per_s, lasting=message.quiet)
        elif message.sentence is not None or self._idle:
            # Interrupted although nothing else was to be done: it hung, or writes no notes.
            self._unmeasurable[message.model] = message.sentence or "It wrote too little to be measured."
        self.on_change()
        self._measure_next()

    def _settle(self, draft: Path) -> None:
        shelf = self._studio.shelf
        try:
            folder = settle_draft(draft, [card.id for card in shelf.models()])
        except RefusedModel as trouble:
            self.on_trouble(trouble)
            return
        shelf.rescan()
        added = shelf.find(folder.name)
        self._studio.say(f"Added {added.name} to your models.")
        self.on_change()
        self.on_added(added)

    def _own(self) -> Path:
        if self._studio.shelf.own is None:
            raise RefusedModel(NO_FOLDER)
        return self._studio.shelf.own


def rounded(speed: float) -> int:
    """Two digits are all that a measurement is worth: 417.3 becomes 420."""
    digits = max(len(str(int(speed))) - 2, 0)
    return int(round(speed, -digits))
