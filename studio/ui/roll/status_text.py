"""What the status line says about a place or a note: bar, beat and tick, pitch, velocity, length."""

from __future__ import annotations

from ml.music import Note, TimeMap
from studio.ui.roll.context import RollContext
from studio.ui.roll.spelling import pitch_label


def place_text(context: RollContext, tick: float, pitch: int) -> str:
    """ "3:2:480  ·  E4" """
    place = context.time_map.bar_beat(max(0, int(tick)))
    return f"{place}  ·  {pitch_label(pitch, context.key_at(tick))}"


def note_text(context: RollContext, note: Note) -> str:
    """ "3:2:480  ·  E4  ·  velocity 90  ·  length 1.5 beats" """
    length = length_text(context.time_map, note.start, note.length)
    return f"{place_text(context, note.start, note.pitch)}  ·  velocity {note.velocity}  ·  length {length}"


def length_text(time_map: TimeMap, start_tick: int, length_ticks: int) -> str:
    """A length in beats of the metre at its start, "1 beat", "0.25 beats"."""
    beat_ticks = max(1, time_map.ticks_per_quarter * 4 // time_map.metre_at(start_tick).denominator)
    beats = round(length_ticks / beat_ticks, 3)
    return f"{beats:g} beat" if beats == 1 else f"{beats:g} beats"
