"""The Takes menu after the verbs: stop the models, switch between their takes, keep one or none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from studio.ui.actions import Action
from studio.ui.commands.desk import Desk

DIGITS = 9


@dataclass(frozen=True)
class TakeCommands:
    """What the window does for the commands."""

    hear_digit: Callable[[int], None]
    has_digit: Callable[[int], bool]
    hear_next: Callable[[int], None]
    compare: Callable[[], None]
    can_compare: Callable[[], bool]
    hears_before: Callable[[], bool]
    export_take: Callable[[], None]


def take_actions(desk: Desk, takes: TakeCommands) -> list[Action]:
    studio = desk.studio
    board = studio.takes

    def showing() -> bool:
        return board.showing and not board.blind

    def hears() -> bool:
        return board.auditioned is not None and not board.blind

    def heard_done() -> bool:
        return board.auditioned is not None and board.auditioned.done and not board.blind

    def several() -> bool:
        return bool(board.slots) and not board.blind

    def hear(digit: int) -> Callable[[], None]:
        return lambda: takes.hear_digit(digit)

    def has(digit: int) -> Callable[[], bool]:
        return lambda: takes.has_digit(digit) and not board.blind

    digits = [
        Action(f"takes.hear_{digit}", f"Hear take {digit}", hear(digit), str(digit), "Takes", "hear", has(digit),
               tooltip=f"Hear the take in the song that the comparison marks with {digit}")
        for digit in range(1, DIGITS + 1)
    ]  # fmt: skip
    return [
        Action("takes.cancel", "Stop writing", studio.cancel, "Ctrl+.", "Takes", "ask", lambda: board.running,
               tooltip="Stop the models now; takes that are complete stay", icon="stop"),
        Action("takes.accept", "Keep this take", studio.accept, "Return", "Takes", "choose",
               hears, tooltip="Put the take that is heard into the song, as one step", icon="accept",
               more_keys=("Enter",)),
        Action("takes.reject", "Drop all takes", studio.reject, "Esc", "Takes", "choose", showing,
               tooltip="Put all takes away; the song stays as it was", icon="reject"),
        Action("takes.export", "Export this take…", takes.export_take, "Ctrl+Shift+E", "Takes", "choose", heard_done,
               tooltip="Write the take that is heard as a MIDI file of its own", icon="export"),
        Action("takes.next", "Next take", lambda: takes.hear_next(1), "]", "Takes", "hear",
               several, tooltip="Hear the next take", icon="next"),
        Action("takes.previous", "Previous take", lambda: takes.hear_next(-1), "[", "Takes", "hear",
               several, tooltip="Hear the take before", icon="previous"),
        Action("takes.hear_song", "Hear the song without a take", lambda: studio.audition(None), "0", "Takes", "hear",
               showing, tooltip="Hear the song as it is"),
        Action("takes.compare", "Compare with before", takes.compare, "C", "Takes", "hear",
               lambda: takes.can_compare() and not board.blind, checked_when=takes.hears_before,
               tooltip="Hear the song as it was before the take, also after keeping one; once more, and it is back"),
        *digits,
    ]  # fmt: skip
