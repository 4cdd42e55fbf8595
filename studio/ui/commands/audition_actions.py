"""The part of the Takes menu that compares: the comparison view, how takes are heard, marks, and parts of takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from studio.ui.actions import Action
from studio.ui.commands.desk import Desk


@dataclass(frozen=True)
class AuditionCommands:
    """What the comparison does for the commands; all of it concerns the take that is heard."""

    toggle: Callable[[], None]
    is_open: Callable[[], bool]
    hear_row: Callable[[int], None]
    next_switch: Callable[[], None]
    toggle_match: Callable[[], None]
    is_matched: Callable[[], bool]
    toggle_solo: Callable[[], None]
    is_solo: Callable[[], bool]
    next_order: Callable[[], None]
    next_filter: Callable[[], None]
    star: Callable[[], None]
    discard: Callable[[], None]
    edit_mark: Callable[[], None]
    stop_model: Callable[[], None]
    keep_marked: Callable[[], None]
    mix_marked: Callable[[], None]
    mix_take: Callable[[], None]
    hear_mixture: Callable[[], None]
    empty_mixture: Callable[[], None]
    has_mixture: Callable[[], bool]
    heard_take: Callable[[], bool]
    """Whether a complete take of a model is heard."""
    has_marked: Callable[[], bool]
    """Whether bars, or notes of the take, are marked that a part of it can be taken from."""


def audition_actions(desk: Desk, audition: AuditionCommands) -> list[Action]:
    board = desk.studio.takes

    def showing() -> bool:
        return board.showing and not board.blind

    def several_models() -> bool:
        return showing() and len(board.answers) > 1

    def heard() -> bool:
        return showing() and audition.heard_take()

    def part() -> bool:
        return heard() and audition.has_marked()

    def mixed() -> bool:
        return showing() and audition.has_mixture()

    def action(
        name: str, title: str, key: str, run: Callable[[], None], tooltip: str, section: str,
        when: Callable[[], bool] = showing, checked: Callable[[], bool] | None = None, icon: str = "",
    ) -> Action:  # fmt: skip
        return Action(f"audition.{name}", title, run, key, "Takes", section, when, checked, tooltip, icon)

    def always() -> bool:
        return True

    return [
        action("row_down", "Same take of the next model", "Alt+]", lambda: audition.hear_row(1),
               "Hear the take with the same number of the next model", "hear", several_models),
        action("row_up", "Same take of the model before", "Alt+[", lambda: audition.hear_row(-1),
               "Hear the take with the same number of the model before", "hear", several_models),
        action("star", "Star", "Shift+S", audition.star, "Give the take that is heard a star, or take it away",
               "mark", heard),
        action("discard", "Put aside", "X", audition.discard,
               "Put the take that is heard aside, or bring it back; the next one is heard", "mark", heard),
        action("mark", "Label and note…", "Shift+F2", audition.edit_mark,
               "Give the take that is heard a name, and write down what you think of it", "mark", heard),
        action("stop_model", "Stop this model", "Ctrl+Alt+.", audition.stop_model,
               "Stop the model whose take is heard, and let the others write on", "mark",
               lambda: showing() and board.running),
        action("keep_marked", "Keep the marked part", "Shift+Return", audition.keep_marked,
               "Put only the marked bars or notes of this take into the song, as one step", "part", part),
        action("mix_marked", "Marked part into the mixture", "Alt+Return", audition.mix_marked,
               "Put the marked bars or notes of this take into the mixture", "part", part),
        action("mix_take", "Whole take into the mixture", "Ctrl+Alt+Return", audition.mix_take,
               "Begin the mixture with this take, to put bars of others over it", "part", heard),
        action("hear_mixture", "Hear the mixture", "Shift+M", audition.hear_mixture,
               "Hear the bars that you put together from several takes; Return then keeps them", "part", mixed),
        action("empty_mixture", "Empty the mixture", "Shift+X", audition.empty_mixture,
               "Take all bars out of the mixture; the takes stay", "part", mixed),
        action("show", "Comparison view", "Ctrl+5", audition.toggle,
               "Show or hide the takes of all models side by side below the roll", "compare", always,
               audition.is_open, icon="compare"),
        action("switch", "When takes switch", "J", audition.next_switch,
               "Let another take begin when the loop comes round, at the next bar, or at once", "compare", always),
        action("match", "Even loudness", "Shift+J", audition.toggle_match,
               "Play all takes equally loud, so that the louder one does not win by it", "compare", always,
               audition.is_matched),
        action("solo", "Takes alone", "O", audition.toggle_solo,
               "Hear takes alone, or with the other tracks of the song", "compare", always, audition.is_solo),
        action("order", "Order of takes", "Ctrl+Shift+R", audition.next_order,
               "Sort takes: as written, by stars, key, surprise, notes, range or copied notes", "compare"),
        action("filter", "Which takes show", "Ctrl+Shift+I", audition.next_filter,
               "Leave takes out: all, starred, in key, without odd copies, also those put aside", "compare"),
    ]  # fmt: skip
