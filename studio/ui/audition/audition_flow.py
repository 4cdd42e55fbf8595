"""What cells, keys and the strip of the comparison do: hear, sort, mark takes, keep parts, put bars together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QPoint

from studio.project.settings import HEAR_TAKES_ALONE, MATCH_LOUDNESS, SWITCH_TAKES
from studio.session.studio import Studio
from studio.session.takes import TakeSlot
from studio.ui.audition.audition_bar import SWITCHES, HearingState
from studio.ui.audition.audition_view import AuditionView
from studio.ui.audition.cell_menu import mixture_entries, open_menu, take_entries
from studio.ui.audition.cell_view import Ticks
from studio.ui.audition.comparison import name_of
from studio.ui.audition.mark_editor import MarkEditor
from studio.ui.audition.orders import FILTERS, ORDERS, filter_number, filtered, order_number, ordered
from studio.ui.audition.take_parts import TakeParts
from studio.ui.models.take_flow import TakeFlow

Attempt = Callable[[Callable[[], object]], None]
SWITCH_SAID = {
    "loop": "Takes switch when the loop comes round.",
    "bar": "Takes switch at the next bar.",
    "now": "Takes switch at once.",
}


class AuditionFlow:
    """Between the comparison and the studio. `attempt` runs what may be refused; `parts` knows of parts of takes."""

    def __init__(self, studio: Studio, view: AuditionView, takes: TakeFlow, parts: TakeParts, attempt: Attempt) -> None:
        self._studio = studio
        self._view = view
        self._takes = takes
        self._attempt = attempt
        self.parts = parts

    @property
    def heard(self) -> TakeSlot | None:
        """The complete take that is heard."""
        slot = self._studio.takes.auditioned
        return slot if slot is not None and slot.done else None

    # --- hearing

    @property
    def hearing(self) -> HearingState:
        settings = self._studio.settings
        return HearingState(settings.get(SWITCH_TAKES), settings.get(MATCH_LOUDNESS), settings.get(HEAR_TAKES_ALONE))

    def hear_row(self, step: int) -> None:
        """The take at the same place of the next model that has takes, or its last; round and round."""
        board = self._studio.takes
        rows = [[slot for slot in board.shown if slot.model == answer.card.id] for answer in board.answers]
        rows = [row for row in rows if row]
        if not rows:
            return
        now = next((number for number, row in enumerate(rows) if board.auditioned in row), None)
        if now is None or board.auditioned is None:
            self._takes.hear_slot(rows[0][0])
            return
        row = rows[(now + step) % len(rows)]
        self._takes.hear_slot(row[min(rows[now].index(board.auditioned), len(row) - 1)])

    def set_switch(self, when: str) -> None:
        """One of `SWITCHES`."""
        self._studio.settings.set(SWITCH_TAKES, when)
        self._studio.say(SWITCH_SAID[when])

    def next_switch(self) -> None:
        place = SWITCHES.index(self.hearing.switch)
        self.set_switch(SWITCHES[(place + 1) % len(SWITCHES)])

    def set_matched(self, on: bool) -> None:
        self._studio.settings.set(MATCH_LOUDNESS, on)
        self._studio.say("All takes play equally loud." if on else "Takes play as loud as they were written.")

    def set_solo(self, on: bool) -> None:
        self._studio.settings.set(HEAR_TAKES_ALONE, on)
        self._studio.say("Takes are heard alone." if on else "Takes are heard with the other tracks.")

    # --- order

    def set_order(self, number: int) -> None:
        """A number of `ORDERS`, round and round."""
        self._studio.auditioning.arrange(ordered(self._studio.takes.arrangement, number))
        self._studio.say(f"Takes: {ORDERS[number % len(ORDERS)][1]}.")

    def next_order(self) -> None:
        self.set_order(order_number(self._studio.takes.arrangement) + 1)

    def set_filter(self, number: int) -> None:
        """A number of `FILTERS`, round and round."""
        self._studio.auditioning.arrange(filtered(self._studio.takes.arrangement, number))
        self._studio.say(f"Showing {FILTERS[number % len(FILTERS)][1]}.")

    def next_filter(self) -> None:
        self.set_filter(filter_number(self._studio.takes.arrangement) + 1)

    # --- marks

    def star(self, slot: TakeSlot | None = None) -> None:
        """Give a take (the one that is heard) a star, or take it away."""
        if chosen := slot or self.heard:
            self._studio.mark(chosen, replace(chosen.mark, starred=not chosen.mark.starred))

    def discard(self, slot: TakeSlot | None = None) -> None:
        """Put a take aside, or bring it back; where it was the one that is heard, the next one is heard."""
        chosen = slot or self.heard
        if chosen is not None and chosen is self._studio.takes.mixture:
            self._studio.say("A mixture is not put aside: empty it, and its takes stay.")
        elif chosen is not None:
            aside = not chosen.mark.discarded
            self._studio.mark(chosen, replace(chosen.mark, discarded=aside))
            shown_by = next(text for shows, text in FILTERS if shows.discarded)
            where = f' "{shown_by}" above the takes shows it again.' if aside else ""
            self._studio.say(f"{chosen.title} is {'put aside.' if aside else 'back.'}{where}")

    def edit_mark(self, slot: TakeSlot | None = None) -> None:
        """Open the small window for a take's label and note."""
        chosen = slot or self.heard
        if chosen is None:
            return

        def keep(label: str, note: str) -> None:
            if (label, note) != (chosen.mark.label, chosen.mark.note):
                self._attempt(lambda: self._studio.mark(chosen, replace(chosen.mark, label=label, note=note)))

        MarkEditor(self._view, name_of(chosen), chosen.mark.label, chosen.mark.note, keep).open_at(
            self._view.corner_of(chosen)
        )

    # --- models

    def stop_model(self, model: str | None = None) -> None:
        """Stop one model alone: this one, or the one whose take is heard."""
        heard = self._studio.takes.auditioned
        chosen = model or (heard.model if heard is not None else None)
        if chosen is not None:
            self._attempt(lambda: self._studio.cancel_model(chosen))

    # --- the mixture

    def mix_ticks(self, slot: TakeSlot, ticks: Ticks) -> None:
        """Put bars of a take, dragged over in its thumbnail, into the mixture, and hear it."""
        self._attempt(lambda: self.parts.mix_ticks(slot, ticks))
        self._takes.play_join()

    def hear_mixture(self) -> None:
        if (mixture := self._studio.takes.mixture) is not None:
            self._takes.hear_slot(mixture)

    def keep_mixture(self) -> None:
        if (mixture := self._studio.takes.mixture) is not None:
            self._attempt(lambda: self._studio.accept(mixture))

    # --- the take that is heard

    @property
    def has_part(self) -> bool:
        """Whether something is marked that can be taken from the take that is heard."""
        return self.heard is not None and self.parts.part_of(self.heard) is not None

    def with_heard(self, run: Callable[[TakeSlot], None]) -> None:
        """Do something with the complete take that is heard, if there is one."""
        if self.heard is not None:
            run(self.heard)

    def writes(self, model: str) -> bool:
        """Whether a model is still to write."""
        answer = self._studio.takes.answer_of(model)
        return answer is not None and answer.writing

    # --- menus

    def open_menu(self, slot: TakeSlot, at: QPoint) -> None:
        """What the right button offers on a take."""
        open_menu(self._view, take_entries(self, slot)).popup(at)

    def open_mixture_menu(self, at: QPoint, ticks: Ticks) -> None:
        """What the right button offers on a bar of the mixture."""
        open_menu(self._view, mixture_entries(self, ticks)).popup(at)

    @property
    def studio(self) -> Studio:
        return self._studio

    @property
    def takes(self) -> TakeFlow:
        return self._takes

    @property
    def attempt(self) -> Attempt:
        return self._attempt
