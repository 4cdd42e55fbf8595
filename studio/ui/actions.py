"""What a user can do, declared once: menus, keys, toolbar, palette and the `?` sheet are made from this list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

MENUS = ("File", "Edit", "Notes", "Track", "Transport", "Takes", "View", "Help")
"""The menus in the order of the menu bar."""


def always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a user can do.

    `key` and `more_keys` are portable key sequences ("Ctrl+S"), "" for none: the menu shows the first.
    `enabled_when` and `checked_when` are asked whenever the studio changes; two actions may share a key as
    long as they are never enabled together. `tooltip` is one sentence; `icon` names a drawing of `icons`.
    `section` keeps neighbours of one kind together: a menu draws a line where it changes.
    """

    id: str
    title: str
    callback: Callable[[], None]
    key: str = ""
    menu: str = "View"
    section: str = ""
    enabled_when: Callable[[], bool] = always
    checked_when: Callable[[], bool] | None = None
    tooltip: str = ""
    icon: str = ""
    more_keys: tuple[str, ...] = ()
    keys_when: Callable[[], bool] = always
    """When the keys belong to this action; its menu entry and buttons may be enabled without them."""
    title_now: Callable[[], str] | None = None
    """What the menu says at this moment, such as "Undo Move"; None for always `title`."""

    @property
    def keys(self) -> tuple[str, ...]:
        """All key sequences, the one to show first."""
        return tuple(key for key in (self.key, *self.more_keys) if key)

    @property
    def hint(self) -> str:
        """What an icon's tooltip says: the sentence and the key."""
        text = self.tooltip or self.title.replace("…", "") + "."
        return f"{text}  ({', '.join(self.keys)})" if self.keys else text


class Actions:
    """All actions of a window, by id and in order of declaration. Raises ValueError on a repeated id."""

    def __init__(self, *groups: Iterable[Action]) -> None:
        self._by_id: dict[str, Action] = {}
        for group in groups:
            for action in group:
                if action.id in self._by_id:
                    raise ValueError(f"action {action.id} is declared twice")
                if action.menu not in MENUS:
                    raise ValueError(f"action {action.id} names the menu {action.menu}, which does not exist")
                self._by_id[action.id] = action

    def __getitem__(self, action_id: str) -> Action:
        return self._by_id[action_id]

    def __iter__(self) -> Iterator[Action]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def of_menu(self, menu: str) -> list[Action]:
        return [action for action in self if action.menu == menu]

    def clashes(self) -> list[tuple[str, str, str]]:
        """(key, id, id) of actions that are enabled now and share a key; empty in every state of a sound program."""
        users: dict[str, list[str]] = defaultdict(list)
        for action in self:
            for key in action.keys:
                if action.enabled_when() and action.keys_when():
                    users[key.lower()].append(action.id)
        return [(key, first, other) for key, (first, *others) in users.items() for other in others]

    def search(self, text: str) -> list[Action]:
        """Actions that hold every word of `text`: first where the title starts with it, then by title, then others."""
        words = text.lower().split()

        def rank(action: Action) -> int | None:
            title = action.title.lower()
            everything = f"{title} {action.menu.lower()} {action.tooltip.lower()} {' '.join(action.keys).lower()}"
            if not all(word in everything for word in words):
                return None
            if not words or title.startswith(words[0]):
                return 0
            return 1 if all(word in title for word in words) else 2

        ranked = [(rank(action), action) for action in self]
        return [action for _, action in sorted(((r, a) for r, a in ranked if r is not None), key=lambda pair: pair[0])]
