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

    hear: Callable[[int], None]
    hear_next: Callable[[int], None]
    export_take: Callable[[], None]


def take_actions(desk: Desk, takes: TakeCommands) -> list[Action]:
    studio = desk.studio
    board = studio.takes

    def showing() -> bool:
        return board.showing

    def heard_done() -> bool:
        return board.auditioned is not None and board.auditioned.done

    def hear(number: int) -> Callable[[], None]:
        return lambda: takes.hear(number)

    def has(number: int) -> Callable[[], bool]:
        return lambda: board.showing and number < len(board.slots)

    digits = [
        Action(f"takes.hear_{number + 1}", f"Hear take {number + 1}", hear(number), str(number + 1), "Takes", "hear",
               has(number), tooltip=f"Hear take {number + 1} in the song")
        for number in range(DIGITS)
    ]  # fmt: skip
    return [
        Action("takes.cancel", "Stop writing", studio.cancel, "Ctrl+.", "Takes", "ask", lambda: board.running,
               tooltip="Stop the models now; takes that are complete stay", icon="stop"),
        Action("takes.accept", "Keep this take", studio.accept, "Return", "Takes", "choose",
               lambda: board.auditioned is not None, tooltip="Put the take that is heard into the song, as one step",
               icon="accept", more_keys=("Enter",)),
        Action("takes.reject", "Drop all takes", studio.reject, "Esc", "Takes", "choose", showing,
               tooltip="Put all takes away; the song stays as it was", icon="reject"),
        Action("takes.export", "Export this take…", takes.export_take, "Ctrl+Shift+E", "Takes", "choose", heard_done,
               tooltip="Write the take that is heard as a MIDI file of its own", icon="export"),
        Action("takes.next", "Next take", lambda: takes.hear_next(1), "]", "Takes", "hear",
               lambda: bool(board.slots), tooltip="Hear the next take", icon="next"),
        Action("takes.previous", "Previous take", lambda: takes.hear_next(-1), "[", "Takes", "hear",
               lambda: bool(board.slots), tooltip="Hear the take before", icon="previous"),
        Action("takes.hear_song", "Hear the song without a take", lambda: studio.audition(None), "0", "Takes", "hear",
               showing, tooltip="Compare: hear the song as it is"),
        *digits,
    ]  # fmt: skip
