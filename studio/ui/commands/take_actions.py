"""The Takes menu: ask the models, switch between their takes, keep one or none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from studio.ui.actions import Action
from studio.ui.commands.desk import Desk
from studio.ui.models.ask_box import BARS

DIGITS = 9


@dataclass(frozen=True)
class AskCommands:
    """What the panel does for the commands."""

    ask: Callable[[], None]
    hear: Callable[[int], None]
    hear_next: Callable[[int], None]
    set_bars: Callable[[int], None]
    bars: Callable[[], int]
    step_temperature: Callable[[int], None]
    step_takes: Callable[[int], None]
    toggle_key: Callable[[], None]
    stays_in_key: Callable[[], bool]
    has_key: Callable[[], bool]
    export_take: Callable[[], None]


def take_actions(desk: Desk, ask: AskCommands) -> list[Action]:
    studio = desk.studio
    board = studio.takes

    def showing() -> bool:
        return board.showing

    def heard_done() -> bool:
        return board.auditioned is not None and board.auditioned.done

    def hear(number: int) -> Callable[[], None]:
        return lambda: ask.hear(number)

    def has(number: int) -> Callable[[], bool]:
        return lambda: board.showing and number < len(board.slots)

    def bars(count: int) -> Action:
        return Action(f"takes.bars_{count}", f"Ask for {count} bars", lambda: ask.set_bars(count),
                      f"Ctrl+Alt+{BARS.index(count) + 1}", "Takes", "bars", checked_when=lambda: ask.bars() == count,
                      tooltip=f"Continue asks for {count} bars")  # fmt: skip

    digits = [
        Action(f"takes.hear_{number + 1}", f"Hear take {number + 1}", hear(number), str(number + 1), "Takes", "hear",
               has(number), tooltip=f"Hear take {number + 1} in the song")
        for number in range(DIGITS)
    ]  # fmt: skip
    return [
        Action("takes.continue", "Continue", ask.ask, "Ctrl+Return", "Takes", "ask",
               tooltip="Let the ticked models write on, after the selection or the end of the song", icon="continue",
               more_keys=("Ctrl+Enter",)),
        Action("takes.cancel", "Stop writing", studio.cancel, "Ctrl+.", "Takes", "ask", lambda: board.running,
               tooltip="Stop the models now; takes that are complete stay", icon="stop"),
        Action("takes.accept", "Keep this take", studio.accept, "Return", "Takes", "choose",
               lambda: board.auditioned is not None, tooltip="Put the take that is heard into the song, as one step",
               icon="accept", more_keys=("Enter",)),
        Action("takes.reject", "Drop all takes", studio.reject, "Esc", "Takes", "choose", showing,
               tooltip="Put all takes away; the song stays as it was", icon="reject"),
        Action("takes.export", "Export this take…", ask.export_take, "Ctrl+Shift+E", "Takes", "choose", heard_done,
               tooltip="Write the take that is heard as a MIDI file of its own", icon="export"),
        Action("takes.next", "Next take", lambda: ask.hear_next(1), "]", "Takes", "hear",
               lambda: bool(board.slots), tooltip="Hear the next take", icon="next"),
        Action("takes.previous", "Previous take", lambda: ask.hear_next(-1), "[", "Takes", "hear",
               lambda: bool(board.slots), tooltip="Hear the take before", icon="previous"),
        Action("takes.hear_song", "Hear the song without a take", lambda: studio.audition(None), "0", "Takes", "hear",
               showing, tooltip="Compare: hear the song as it is"),
        *digits,
        *(bars(count) for count in BARS),
        Action("takes.freer", "More freedom", lambda: ask.step_temperature(1), "Ctrl+Alt+Up", "Takes", "settings",
               tooltip="Raise the temperature: more surprises"),
        Action("takes.tamer", "Less freedom", lambda: ask.step_temperature(-1), "Ctrl+Alt+Down", "Takes", "settings",
               tooltip="Lower the temperature: fewer surprises"),
        Action("takes.more", "More takes", lambda: ask.step_takes(1), "Ctrl+Alt+Right", "Takes", "settings",
               tooltip="Ask each model for one take more"),
        Action("takes.fewer", "Fewer takes", lambda: ask.step_takes(-1), "Ctrl+Alt+Left", "Takes", "settings",
               tooltip="Ask each model for one take less"),
        Action("takes.stay_in_key", "Stay in key", ask.toggle_key, "Ctrl+K", "Takes", "settings", ask.has_key,
               checked_when=ask.stays_in_key, tooltip="Hold every note of every take to the key that is set"),
    ]  # fmt: skip
