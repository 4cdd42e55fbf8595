"""The tree of takes in the Takes menu, and the report in the File menu."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from studio.ui.actions import Action


@dataclass(frozen=True)
class TreeCommands:
    """What the window does with the tree of takes; `one` says whether a take of it is chosen, `request` a request."""

    toggle: Callable[[], None]
    shown: Callable[[], bool]
    one: Callable[[], bool]
    request: Callable[[], bool]
    hear: Callable[[], None]
    go_back: Callable[[], None]
    go_back_before: Callable[[], None]
    go_on: Callable[[], None]
    replay: Callable[[], None]
    replaying: Callable[[], bool]
    diff: Callable[[], None]
    diffing: Callable[[], bool]
    star: Callable[[], None]
    starred: Callable[[], bool]
    note: Callable[[], None]
    search: Callable[[], None]
    report: Callable[[], None]


def tree_actions(tree: TreeCommands) -> list[Action]:
    def action(
        action_id: str, title: str, key: str, run: Callable[[], None], enabled: Callable[[], bool], tooltip: str,
        icon: str = "", checked: Callable[[], bool] | None = None,
    ) -> Action:  # fmt: skip
        return Action(f"tree.{action_id}", title, run, key, "Takes", "tree", enabled, checked_when=checked,
                      tooltip=tooltip, icon=icon)  # fmt: skip

    return [
        Action("file.report", "Report…", tree.report, "Ctrl+Alt+P", "File", "export",
               tooltip="Say how many notes of the song are yours, each model's, and edited by you"),
        Action("tree.panel", "Tree of takes", tree.toggle, "Ctrl+6", "View", "panels", checked_when=tree.shown,
               tooltip="Show or hide all requests of this song with their takes", icon="tree"),
        action("find", "Find takes", "Ctrl+Alt+F", tree.search, lambda: True,
               "Look for takes by model, label, bars or seed"),
        action("hear", "Show takes again", "Ctrl+Alt+E", tree.hear, tree.request,
               "Put the chosen request's takes beside the song again and hear the chosen one", "play"),
        action("go_back", "Go back to this take", "Ctrl+Alt+B", tree.go_back, tree.one,
               "Let the song be as it was with the chosen take in it, as one step", "go-back"),
        action("go_back_before", "Go back to before this request", "Ctrl+Alt+Shift+B", tree.go_back_before,
               tree.request, "Let the song be as it was when the models were asked, as one step"),
        action("go_on", "Continue from this take", "Ctrl+Alt+G", tree.go_on, tree.one,
               "Ask what comes after the chosen take, beside the song as it is now", "branch"),
        action("replay", "Replay this request", "Ctrl+Alt+Y", tree.replay, tree.request,
               "Let the models write the same again and say whether the same notes come; once more stops it", "replay",
               tree.replaying),
        action("diff", "Compare takes", "Ctrl+Alt+D", tree.diff, lambda: tree.one() or tree.diffing(),
               "Draw in the roll how two chosen takes differ, or one take and the song", "diff", tree.diffing),
        action("star", "Star the chosen take", "Ctrl+Alt+S", tree.star, tree.one,
               "Mark the take chosen in the tree with a star, or take it away", "star", tree.starred),
        action("note", "Label the chosen take…", "Ctrl+Alt+N", tree.note, tree.one,
               "Give the take chosen in the tree a name and write down what you think of it", "note"),
    ]  # fmt: skip
