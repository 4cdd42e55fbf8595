"""The menu that chooses a track's instrument: the sixteen General MIDI families, and drums."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QMenu, QWidget

from ml.music.general_midi import GM_INSTRUMENTS

FAMILIES = (
    "Piano", "Chromatic percussion", "Organ", "Guitar", "Bass", "Strings", "Ensemble", "Brass",
    "Reed", "Pipe", "Synth lead", "Synth pad", "Synth effects", "World", "Percussive", "Sound effects",
)  # fmt: skip
FAMILY_SIZE = 8


def instrument_menu(parent: QWidget, current: int | None, drums: bool, choose: Callable[[int, bool], None]) -> QMenu:
    """A menu that calls `choose(program 0 to 127, drums)`; the present instrument carries a mark."""
    menu = QMenu(parent)
    kit = menu.addAction("Drum kit", partial(choose, 0, True))
    kit.setCheckable(True)
    kit.setChecked(drums)
    menu.addSeparator()
    for family, title in enumerate(FAMILIES):
        part = menu.addMenu(title)
        for program in range(family * FAMILY_SIZE, (family + 1) * FAMILY_SIZE):
            entry = part.addAction(GM_INSTRUMENTS[program], partial(choose, program, False))
            entry.setCheckable(True)
            entry.setChecked(not drums and program == current)
        if not drums and current is not None and current // FAMILY_SIZE == family:
            font = part.menuAction().font()
            font.setBold(True)
            part.menuAction().setFont(font)
    return menu
