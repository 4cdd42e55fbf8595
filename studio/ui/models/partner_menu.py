"""The menu that says who accompanies: bass, chords, drums, any instrument, or a track of the song."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QMenu, QWidget

from ml.music import Track
from ml.music.general_midi import instrument_name
from studio.session.wishes import PARTNERS, Partner
from studio.ui.tracks.instrument_menu import instrument_menu


def partner_name(partner: Partner, tracks: Sequence[Track]) -> str:
    """What a button says: "Bass, on a new track", or the name of the song's track."""
    if partner.track is None:
        return f"{partner.name}, on a new track"
    if partner.track < len(tracks):
        return tracks[partner.track].name or f"track {partner.track + 1}"
    return "a track that is gone"


def partner_menu(
    parent: QWidget, current: Partner, tracks: Sequence[Track], choose: Callable[[Partner], None]
) -> QMenu:
    """Calls `choose` with the partner; the present one carries a mark."""
    menu = QMenu(parent)
    for partner in PARTNERS:
        entry = menu.addAction(f"New track: {partner.name}", partial(choose, partner))
        entry.setCheckable(True)
        entry.setChecked(partner == current)

    def with_instrument(program: int, drums: bool) -> None:
        choose(PARTNERS[2] if drums else Partner.instrument(program))

    shown = current.program if current.track is None and current not in PARTNERS else None
    more = instrument_menu(menu, shown, current.drums, with_instrument)
    more.setTitle("New track with")
    menu.addMenu(more)
    menu.addSeparator()
    for index, track in enumerate(tracks):
        name = (track.name or f"Track {index + 1}").replace("&", "&&")
        instrument = instrument_name(track.program, track.drums)
        entry = menu.addAction(f"{name} ({instrument})", partial(choose, Partner.of_track(index)))
        entry.setCheckable(True)
        entry.setChecked(current.track == index)
    return menu
