"""What a user does with the shelf: add, remove, look at cards; and what the panel shows when models come or go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from studio.engine import ModelCard
from studio.engine.adding import means_model
from studio.engine.machine import machine_text
from studio.project import AppFolders
from studio.session.model_desk import ModelDesk, rounded
from studio.session.speed_book import SpeedBook
from studio.session.studio import Studio
from studio.ui.dialogs.job_progress import JobProgress
from studio.ui.dialogs.model_cards import CardWishes, ModelCards
from studio.ui.jobs import FileJob, FileJobs
from studio.ui.models.shelf_list import ShelfList

if TYPE_CHECKING:
    from studio.ui.main_window import MainWindow


def shelf_flow(window: MainWindow, folders: AppFolders) -> ShelfFlow:
    """The flow of a window, with a desk that remembers speeds in the user's cache folder."""
    desk = ModelDesk(window.studio, SpeedBook(folders.cache, machine_text()))
    seams = ShelfSeams(
        attempt=window.attempt,
        trouble=window.show_trouble,
        watch=lambda job: JobProgress(job, window.jobs, window),
        folder=lambda: window.files.asking.model_folder(Path.home()),
        relist=lambda: window.asking.show_shelf(),
    )
    return ShelfFlow(window.studio, desk, window.models.shelf, window.jobs, seams, window)


@dataclass(frozen=True)
class ShelfSeams:
    """What the flow needs of the window. `relist` shows the shelf in the panel anew, `folder` asks for a folder."""

    attempt: Callable[[Callable[[], object]], None]
    trouble: Callable[[Exception], None]
    watch: Callable[[FileJob], object]
    folder: Callable[[], Path | None]
    relist: Callable[[], None]


class ShelfFlow:
    """Between the desk that looks after models and the widgets that show them. `close` with the window."""

    def __init__(
        self, studio: Studio, desk: ModelDesk, panel: ShelfList, jobs: FileJobs, seams: ShelfSeams, window: QWidget
    ) -> None:
        self._studio = studio
        self._desk = desk
        self._panel = panel
        self._jobs = jobs
        self._seams = seams
        self._window = window
        self.cards: ModelCards | None = None
        """The dialog with all cards, while it is open."""
        panel.speed_of = desk.speed_text
        panel.show_card = self.show_cards
        desk.on_change = self._changed
        desk.on_added = self._choose
        desk.on_trouble = seams.trouble
        panel.show_speeds()
        self._application = QGuiApplication.instance()
        if isinstance(self._application, QGuiApplication):
            self._application.applicationStateChanged.connect(self._on_state)
        self._listed = studio.shelf.models()

    def close(self) -> None:
        """Stop looking after models; may be called again."""
        application, self._application = self._application, None
        if isinstance(application, QGuiApplication):
            application.applicationStateChanged.disconnect(self._on_state)
        if self.cards is not None:
            self.cards.close()
        self._desk.close()

    # --- adding and removing

    def dropped(self, path: Path) -> bool:
        """Add what was dropped on the window if it means a model; whether it did."""
        source = means_model(path)
        if source is None:
            return False
        self._seams.attempt(partial(self.add, source))
        return True

    def choose_and_add(self) -> None:
        """Ask for a model folder and add it."""
        source = self._seams.folder()
        if source is not None:
            self.add(source)

    def add(self, source: Path) -> None:
        """Check a folder and copy it to the user's own models, on the files thread. Raises RefusedModel."""
        copy = self._desk.copying(source)
        job = FileJob(
            f"Adding {source.name}",
            work=lambda job: copy(job.cancelled),
            done=lambda draft: self._seams.attempt(lambda: self._desk.adopt(draft)),
            failed=self._seams.trouble,
        )
        self._seams.watch(job)
        self._jobs.start(job)

    def remove(self, model_id: str) -> None:
        """Take one of the user's own models off the shelf. Raises UnknownModel or RefusedModel."""
        if model_id:
            self._desk.remove(model_id)

    def look_again(self) -> None:
        """List what lies in the folders now."""
        self._studio.shelf.rescan()
        self._changed()
        count, problems = len(self._studio.shelf.models()), len(self._studio.shelf.problems)
        trouble = f"; {problems} more cannot be used" if problems else ""
        self._studio.say(f"{count} {'model is' if count == 1 else 'models are'} installed{trouble}.")

    def measure(self) -> None:
        """Measure all speeds anew, now or when the machine has time."""
        self._desk.measure_again()
        if self._desk.measuring is None:
            self._studio.say("Speeds are measured as soon as nothing plays and nothing is written.")

    # --- the cards

    def show_cards(self, model_id: str = "") -> None:
        """Open the list of all cards, at one of them."""
        if self.cards is None:
            attempt = self._seams.attempt
            wishes = CardWishes(
                add=lambda: attempt(self.choose_and_add),
                remove=lambda chosen: attempt(partial(self.remove, chosen)),
                measure=lambda: attempt(self.measure),
                look_again=lambda: attempt(self.look_again),
            )
            self.cards = ModelCards(wishes, self._speed_sentence, self._window)
            self.cards.destroyed.connect(self._forget_cards)
            self.cards.finished.connect(self._forget_cards)
        self.cards.show_models(self._studio.shelf.models(), model_id)
        self.cards.show()
        self.cards.raise_()
        self.cards.activateWindow()

    def _forget_cards(self, *_: object) -> None:
        self.cards = None

    def _speed_sentence(self, card: ModelCard) -> str:
        """How fast a model is here, or why that is not known."""
        speed = self._desk.speed(card)
        if card.cannot:
            return ""
        if card.id == self._desk.measuring:
            return "Being measured now…"
        if speed is not None:
            when = (
                "while nothing played"
                if self._desk.was_quiet(card)
                else ("while the machine was busy with other things: it is measured again at the next start")
            )
            return f"About {rounded(speed):,} notes a second for one take, measured {when}."
        return self._desk.why_unmeasured(card) or "Not measured yet: that happens when nothing plays or is written."

    # --- inside

    def _changed(self) -> None:
        """Models or speeds changed: show it wherever they show."""
        listed = self._studio.shelf.models()
        if listed != self._listed:
            self._listed = listed
            self._seams.relist()
        self._panel.show_speeds()
        if self.cards is not None:
            self.cards.show_models(listed)

    def _choose(self, added: ModelCard) -> None:
        """A model that was just added is meant to be tried."""
        if not added.cannot:
            chosen = dict.fromkeys((*self._panel.chosen, added.id))
            self._studio.wishes = replace(self._studio.wishes, models=tuple(chosen))
            self._seams.relist()
        if self.cards is not None:
            self.cards.show_models(self._studio.shelf.models(), added.id)

    def _on_state(self, state: Qt.ApplicationState) -> None:
        """Whoever comes back to the window may have put a model into the folder meanwhile."""
        if state == Qt.ApplicationState.ApplicationActive:
            self._desk.refresh()
