"""SurpriseFlow: colours the notes of song and heard take by surprise, as far as they are in sight."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ml.music import NoteTable
from studio.session.studio import Studio
from studio.session.why import WhyDesk
from studio.ui.roll.context import RollContext
from studio.ui.roll.insight import SurpriseView
from studio.ui.why.resting import SCROLLED_MS, SETTLED_MS, resting


class SurpriseFlow:
    """Asks when edits have settled and when the view has been scrolled; shows at once what is known."""

    def __init__(self, studio: Studio, desk: WhyDesk, context: RollContext) -> None:
        self._studio = studio
        self._desk = desk
        self._context = context
        self._take_bits: tuple[object, ...] = (None,)
        self._edited = resting(context, "surprise of edits", SETTLED_MS, self._look)
        self._scrolled = resting(context, "surprise of the view", SCROLLED_MS, self._watch)
        desk.on_surprise = self.show
        context.viewportChanged.connect(self._on_viewport)

    def close(self) -> None:
        self._edited.stop()
        self._scrolled.stop()

    @property
    def on(self) -> bool:
        return self._context.insight.surprise is not None

    def toggle(self) -> None:
        if self.on:
            self.close()
            self._context.insight.surprise = None
            self._desk.surprise.watch(None)
        else:
            self.show(turned_on=True)
            self._watch()

    def on_edit(self) -> None:
        """Notes have changed: ask when they rest."""
        if self.on:
            self._edited.start()

    def _on_viewport(self) -> None:
        if self.on and not self._scrolled.isActive():  # while the view scrolls on and on, now and then
            self._scrolled.start()

    def _watch(self) -> None:
        view = self._context.viewport
        self._desk.surprise.watch((max(int(view.left_tick), 0), int(view.right_tick) + 1))
        self.show()

    def _look(self) -> None:
        self._desk.surprise.look()
        self.show()

    def show(self, turned_on: bool = False) -> None:
        if not turned_on and not self.on:
            return
        self._take_bits = (None,)
        model = self._desk.whom.of()
        heard = None if self._studio.takes.blind else self._studio.takes.auditioned
        of_take = self._desk.whom.of(heard)
        title = "Surprise" if model is None else f"Surprise to {model.name}"
        if heard is not None and of_take is not None and model is not None and of_take.id != model.id:
            title += f", of this take to {of_take.name}"
        title += ", loudness aside"
        self._context.insight.surprise = SurpriseView(
            self._desk.surprise.bits, self._bits_of_take, title, self._desk.surprise.state
        )

    def _bits_of_take(self, table: NoteTable) -> NDArray[np.float64]:
        """Bits of the heard take's notes in the order of its table; worked out once for each table."""
        slot = self._studio.takes.auditioned
        if self._take_bits[0] is not table or self._take_bits[1] is not slot:
            self._take_bits = (table, slot, self._found_bits(table))
        found = self._take_bits[2]
        assert isinstance(found, np.ndarray)
        return found

    def _found_bits(self, table: NoteTable) -> NDArray[np.float64]:
        board = self._studio.takes
        slot, layer = board.auditioned, next((layer for layer in self._context.takes if layer.notes is table), None)
        unknown = np.full(len(table), np.nan)
        if slot is None or layer is None or not layer.active or not board.tracks_found:
            return unknown
        placed = board.follower.notes(slot.notes)
        mine = [index for index, note in enumerate(placed) if note.track == layer.track]
        mine.sort(key=lambda index: (placed[index].start, placed[index].pitch))  # as tables are sorted
        return self._desk.surprise.take_bits(slot)[mine] if len(mine) == len(table) else unknown
