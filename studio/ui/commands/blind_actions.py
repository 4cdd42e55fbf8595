"""The part of the Takes menu about blind tests: begin one, hear, vote, take back, end, and all votes so far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from studio.session.blind import MOST_RANKED, letter
from studio.ui.actions import Action


@dataclass(frozen=True)
class BlindCommands:
    """What the window does for the commands. `choices` is how many there are to compare now, 0 while no test runs;
    `picks` how many of them have a place already; `undecided` while a test runs or waits for its takes."""

    begin: Callable[[], None]
    show_tallies: Callable[[], None]
    hear: Callable[[int], None]
    hear_next: Callable[[int], None]
    better: Callable[[int | None], None]
    level: Callable[[], None]
    skip: Callable[[], None]
    undo: Callable[[], None]
    end: Callable[[], None]
    choices: Callable[[], int]
    ranks: Callable[[], bool]
    picks: Callable[[], int]
    heard: Callable[[], int | None]
    can_undo: Callable[[], bool]
    undecided: Callable[[], bool]


def blind_actions(blind: BlindCommands) -> list[Action]:
    def runs() -> bool:
        return blind.choices() > 0

    def compares() -> bool:
        return runs() and not blind.ranks()

    def hears(index: int) -> Action:
        return Action(
            f"blind.hear_{index + 1}", f"Hear {letter(index)}", lambda: blind.hear(index), str(index + 1), "Takes",
            "blind", lambda: index < blind.choices(), lambda: blind.heard() == index,
            tooltip=f"Blind test: hear {letter(index)} in the song",
        )  # fmt: skip

    return [
        Action("blind.begin", "Blind test…", blind.begin, "B", "Takes", "blind test", lambda: not blind.undecided(),
               tooltip="Compare takes without knowing whose they are; the names come at the end"),
        Action("blind.tallies", "Tallies…", blind.show_tallies, "Shift+B", "Takes", "blind test",
               tooltip="Which models you preferred in all blind tests so far, and how sure that is"),
        *map(hears, range(MOST_RANKED)),
        Action("blind.next", "Hear the next letter", lambda: blind.hear_next(1), "]", "Takes", "blind", runs,
               tooltip="Blind test: hear the next one"),
        Action("blind.previous", "Hear the letter before", lambda: blind.hear_next(-1), "[", "Takes", "blind", runs,
               tooltip="Blind test: hear the one before"),
        Action("blind.better", "Best of the rest", lambda: blind.better(None), "Return", "Takes", "blind", runs,
               tooltip="Blind test: what you hear is better than the other, or than all that have no place yet",
               more_keys=("Enter",)),
        Action("blind.better_a", "A is better", lambda: blind.better(0), "A", "Takes", "blind", compares,
               tooltip="Blind test: vote for A"),
        Action("blind.better_b", "B is better", lambda: blind.better(1), "B", "Takes", "blind", compares,
               tooltip="Blind test: vote for B"),
        Action("blind.level", "Equally good", blind.level, "=", "Takes", "blind",
               lambda: compares() or blind.picks() > 0,
               tooltip="Blind test: both are equally good, or what you hear is as good as the one you placed last"),
        Action("blind.skip", "Skip", blind.skip, "X", "Takes", "blind", runs,
               tooltip="Blind test: no answer to this one"),
        Action("blind.undo", "Take back", blind.undo, "R", "Takes", "blind", blind.can_undo,
               tooltip="Blind test: take the last vote back and hear that one again", icon="undo"),
        Action("blind.end", "End and show names", blind.end, "Esc", "Takes", "blind", blind.undecided,
               tooltip="Blind test: end it now; your votes are kept and the names are shown"),
    ]  # fmt: skip
