"""What the status line says about a place or a note: bar, beat and tick, pitch, velocity, length, surprise."""

from __future__ import annotations

import numpy as np

from ml.music import Note, TimeMap
from studio.ui.roll.context import RollContext
from studio.ui.roll.insight import PointedNote
from studio.ui.roll.spelling import pitch_label


def place_text(context: RollContext, tick: float, pitch: int) -> str:
    """ "3:2:480  ·  E4" """
    place = context.time_map.bar_beat(max(0, int(tick)))
    return f"{place}  ·  {pitch_label(pitch, context.key_at(tick))}"


def note_text(context: RollContext, note: Note) -> str:
    """ "3:2:480  ·  E4  ·  velocity 90  ·  length 1.5 beats" """
    length = length_text(context.time_map, note.start, note.length)
    return f"{place_text(context, note.start, note.pitch)}  ·  velocity {note.velocity}  ·  length {length}"


def surprise_text(context: RollContext, pointed: PointedNote | None) -> str:
    """ "  ·  3.2 bits of surprise" for a note that is coloured so, else ""."""
    view = context.insight.surprise
    if view is None or pointed is None:
        return ""
    if pointed.of_take:
        heard = (layer.notes for layer in context.takes if layer.active and layer.track == pointed.track)
        bits = next((view.of_take(table)[table.rows_of([pointed.note.id])] for table in heard), np.zeros(0))
    else:
        bits = view.of_song(pointed.track, np.array([pointed.note.id], np.int32))
    return f"  ·  {bits[0]:.1f} bits of surprise" if np.isfinite(bits).any() else ""


def length_text(time_map: TimeMap, start_tick: int, length_ticks: int) -> str:
    """A length in beats of the metre at its start, "1 beat", "0.25 beats"."""
    beat_ticks = max(1, time_map.ticks_per_quarter * 4 // time_map.metre_at(start_tick).denominator)
    beats = round(length_ticks / beat_ticks, 3)
    return f"{beats:g} beat" if beats == 1 else f"{beats:g} beats"
