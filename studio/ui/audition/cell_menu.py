"""What the right mouse button offers: on a take to hear, keep, mark and mix it, on the mixture to keep or drop bars."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from studio.session.takes import TakeSlot
from studio.ui.audition.cell_view import Ticks

if TYPE_CHECKING:
    from studio.ui.audition.audition_flow import AuditionFlow


def nothing() -> None:
    """What an entry does that only opens entries of its own."""


@dataclass(frozen=True)
class MenuEntry:
    """One line: its text, what it does, the key that does the same, and whether it can be done now.

    `title` "" stands for a line between entries; `checked` None for an entry that is no switch; `entries` are those
    of a menu of its own.
    """

    title: str
    run: Callable[[], object] = nothing
    key: str = ""
    enabled: bool = True
    checked: bool | None = None
    entries: tuple[MenuEntry, ...] = ()


LINE = MenuEntry("")


def take_entries(flow: AuditionFlow, slot: TakeSlot) -> tuple[MenuEntry, ...]:
    """The entries for one take; keys are named where they mean this take, the one that is heard."""
    done, heard = slot.done, slot is flow.heard
    mark, parts = slot.mark, flow.parts

    def key(text: str) -> str:
        return text if heard else ""

    def attempt(run: Callable[[], object]) -> Callable[[], None]:
        return lambda: flow.attempt(run)

    def mix_voice(track: int) -> Callable[[], None]:
        return attempt(lambda: parts.mix_all(slot, (track,)))

    part = parts.says(slot) if done else ""
    marked = part or "the marked part"
    voices = voices_of(slot) if done else ()
    mixing = [MenuEntry("All of it", attempt(lambda: parts.mix_all(slot)), key("Ctrl+Alt+Return"))]
    mixing.append(MenuEntry(marked.capitalize(), attempt(lambda: parts.mix(slot)), key("Alt+Return"), bool(part)))
    mixing += [MenuEntry(name, mix_voice(track)) for name, track in voices]
    return (
        MenuEntry("Hear", lambda: flow.takes.hear_slot(slot)),
        MenuEntry("Keep this take", attempt(lambda: flow.studio.accept(slot)), key("Return"), done),
        MenuEntry(f"Keep {marked}", attempt(lambda: parts.keep(slot)), key("Shift+Return"), bool(part)),
        *(_keep_only(flow, slot) if done else ()),
        MenuEntry("Into the mixture", enabled=done, entries=tuple(mixing)),
        LINE,
        MenuEntry("Star", lambda: flow.star(slot), key("Shift+S"), checked=mark.starred),
        MenuEntry("Label and note…", lambda: flow.edit_mark(slot), key("Shift+F2")),
        MenuEntry("Put aside", lambda: flow.discard(slot), key("X"), checked=mark.discarded),
        LINE,
        MenuEntry("Export as MIDI…", lambda: flow.takes.export_slot(slot), key("Ctrl+Shift+E"), done),
        MenuEntry(f"Stop {slot.model_name}", lambda: flow.stop_model(slot.model), enabled=flow.writes(slot.model)),
    )


def _keep_only(flow: AuditionFlow, slot: TakeSlot) -> tuple[MenuEntry, ...]:
    """The asked tracks to keep one of, where there is more than one."""

    def keep(track: int) -> Callable[[], None]:
        return lambda: flow.attempt(lambda: flow.parts.keep_voice(slot, track))

    voices = tuple(MenuEntry(name, keep(track)) for name, track in voices_of(slot))
    return (MenuEntry("Keep only", entries=voices),) if voices else ()


def mixture_entries(flow: AuditionFlow, ticks: Ticks) -> tuple[MenuEntry, ...]:
    """The entries for one bar of the mixture."""
    mixture, parts = flow.studio.takes.mixture, flow.parts
    bars = None if mixture is None else parts.bars_of(mixture, ticks)
    entries = [
        MenuEntry("Hear the mixture", flow.hear_mixture, "Shift+M"),
        MenuEntry("Keep the mixture", flow.keep_mixture),
    ]
    if mixture is not None and bars is not None:
        bar = f"bar {bars[0] + 1}"
        entries.append(MenuEntry(f"Keep {bar} of it", lambda: flow.attempt(lambda: parts.keep_bars(mixture, bars))))
        entries += [*_keep_only(flow, mixture), LINE]
        entries.append(MenuEntry(f"Take {bar} out", lambda: flow.attempt(lambda: parts.mix_bars(None, bars))))
    entries.append(MenuEntry("Empty the mixture", lambda: flow.attempt(parts.empty_mixture), "Shift+X"))
    return tuple(entries)


def voices_of(slot: TakeSlot) -> tuple[tuple[str, int], ...]:
    """The asked tracks by name and index, where there is more than one."""
    tracks, score = slot.request.region.tracks, slot.request.score
    return tuple((score.tracks[t].name or f"Track {t + 1}", t) for t in tracks) if len(tracks) > 1 else ()


def open_menu(parent: QWidget, entries: tuple[MenuEntry, ...]) -> QMenu:
    """A menu of these entries; it goes when it closes."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    fill_menu(menu, entries)
    return menu


def fill_menu(menu: QMenu, entries: tuple[MenuEntry, ...]) -> None:
    """Add the entries to a menu."""
    native = QKeySequence.SequenceFormat.NativeText
    for entry in entries:
        title = entry.title.replace("&", "&&")
        if entry is LINE:
            menu.addSeparator()
        elif entry.entries:
            inner = menu.addMenu(title)
            inner.setEnabled(entry.enabled)
            fill_menu(inner, entry.entries)
        else:
            # The key is only shown: the window's own action has it, and two owners would make it ambiguous.
            key = f"\t{QKeySequence.fromString(entry.key).toString(native)}" if entry.key else ""
            action = menu.addAction(title + key)
            action.setEnabled(entry.enabled)
            if entry.checked is not None:
                action.setCheckable(True)
                action.setChecked(entry.checked)
            action.triggered.connect(lambda _=False, run=entry.run: run())
