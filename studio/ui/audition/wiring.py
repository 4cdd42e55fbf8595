"""Joins the comparison with the window: what its parts wish for, and what its actions do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.ui.audition.audition_bar import BarWishes
from studio.ui.audition.audition_view import AuditionWishes
from studio.ui.audition.mixture_strip import MixtureWishes
from studio.ui.audition.take_cell import CellWishes
from studio.ui.commands.audition_actions import AuditionCommands

if TYPE_CHECKING:
    from studio.ui.main_window import MainWindow


def audition_wishes(window: MainWindow) -> AuditionWishes:
    """The flow that serves the pane is made after it, and looked up when it is needed."""
    return AuditionWishes(
        bar=BarWishes(
            switch=lambda when: window.comparing.set_switch(when),
            match=lambda on: window.comparing.set_matched(on),
            solo=lambda on: window.comparing.set_solo(on),
            order=lambda number: window.comparing.set_order(number),
            filter=lambda number: window.comparing.set_filter(number),
            leave=window.roll.setFocus,
        ),
        cells=CellWishes(
            hear=lambda slot: window.takes.hear_slot(slot),
            keep=lambda slot: window.attempt(lambda: window.studio.accept(slot)),
            star=lambda slot: window.comparing.star(slot),
            discard=lambda slot: window.comparing.discard(slot),
            add_bars=lambda slot, ticks: window.comparing.mix_ticks(slot, ticks),
            menu=lambda slot, at: window.comparing.open_menu(slot, at),
        ),
        mixture=MixtureWishes(
            hear=lambda: window.comparing.hear_mixture(),
            keep=lambda: window.comparing.keep_mixture(),
            menu=lambda at, ticks: window.comparing.open_mixture_menu(at, ticks),
        ),
        stop_model=lambda model: window.comparing.stop_model(model),
    )


def audition_commands(window: MainWindow) -> AuditionCommands:
    """Actions are made before the parts of the window: these are looked up when an action runs."""
    return AuditionCommands(
        toggle=lambda: window.opening.toggle(),
        is_open=lambda: window.opening.is_open,
        hear_row=lambda step: window.comparing.hear_row(step),
        next_switch=lambda: window.comparing.next_switch(),
        toggle_match=lambda: window.comparing.set_matched(not window.comparing.hearing.matched),
        is_matched=lambda: window.comparing.hearing.matched,
        toggle_solo=lambda: window.comparing.set_solo(not window.comparing.hearing.solo),
        is_solo=lambda: window.comparing.hearing.solo,
        next_order=lambda: window.comparing.next_order(),
        next_filter=lambda: window.comparing.next_filter(),
        star=lambda: window.comparing.star(),
        discard=lambda: window.comparing.discard(),
        edit_mark=lambda: window.comparing.edit_mark(),
        stop_model=lambda: window.comparing.stop_model(),
        keep_marked=lambda: window.comparing.with_heard(window.comparing.parts.keep),
        mix_marked=lambda: window.comparing.with_heard(window.comparing.parts.mix),
        mix_take=lambda: window.comparing.with_heard(window.comparing.parts.mix_all),
        hear_mixture=lambda: window.comparing.hear_mixture(),
        empty_mixture=lambda: window.comparing.parts.empty_mixture(),
        has_mixture=lambda: window.studio.takes.mixture is not None,
        heard_take=lambda: window.comparing.heard is not None,
        has_marked=lambda: window.comparing.has_part,
    )
