"""What is said in words about a model's view of a note: figures in plain terms, and what they do not mean."""

from __future__ import annotations

from collections.abc import Sequence

from ml.music.general_midi import GM_DRUMS
from ml.requests import Alternatives, Attention, Option, TakeNote
from studio.ui.roll.context import RollContext
from studio.ui.roll.keyboard import share_text
from studio.ui.roll.spelling import pitch_label
from studio.ui.roll.status_text import length_text

NOT_A_CAUSE = "A look is no cause: the note might well be the same without it."
FIGURES = (
    "How likely each is to the model, given what it knows there. Struck out: the limits or the notes around forbid it."
)
LEAST_TOLD = 0.01
"""Of what is less likely than this no sentence tells."""


def attention_caption(model: str, attention: Attention, shown: int) -> str:
    """What the arcs are and what they are not."""
    seen = len(attention.track)
    others = share_text(float(attention.rest[-1])) if len(attention.rest) else ""
    counted = f"the {shown} it looked at most, of {seen} that it knew" if shown < seen else f"all {seen} that it knew"
    rest = f" {others} went to what is no note: style, metre, tracks." if others else ""
    return (
        f"Where the attention of {model} lay just before this note: arcs lead to {counted}; thicker is more.{rest} "
        f"{NOT_A_CAUSE}"
    )


def no_notes_caption(model: str) -> str:
    """There was nothing to look at."""
    return f"{model} knew no note before this one: there is nothing that its attention could lie on."


def note_name(context: RollContext, note: TakeNote, drums: bool) -> str:
    """ "G4", or "Snare" on drums."""
    name = pitch_label(note.pitch, context.key_at(note.start))
    return GM_DRUMS.get(note.pitch, name) if drums else name


def note_heading(context: RollContext, found: Alternatives, model: str, drums: bool) -> str:
    """ "G4 at 5:2:000: 3.2 bits to Blend", loudness aside."""
    note, bits = found.note, float(found.fields[:-1].sum())
    place = context.time_map.bar_beat(note.start)
    name = note_name(context, note, drums)
    return f"{name} at {place}: {bits:.1f} bits to {model}"


def own_share(found: Alternatives) -> str:
    """How the bits of the note come about, field by field; and its loudness, which is left out of them."""
    onset, part, pitch, length, loudness = (float(bits) for bits in found.fields)
    track = f" · track {part:.1f}" if part >= 0.05 else ""
    return f"start {onset:.1f}{track} · pitch {pitch:.1f} · length {length:.1f}; its loudness {loudness:.1f} more"


def others_text(shown: Sequence[Option], end: float = 0.0) -> str:
    """How likely anything else would have been, of which no row tells: with the rows and `end` it makes 1."""
    left = 1.0 - end - sum(option.probability for option in shown)
    return f"{share_text(left)}: all others." if left >= LEAST_TOLD else ""


def ending_text(found: Alternatives) -> str:
    """How likely nothing more would have come, "" where that is hardly so."""
    return f"{share_text(found.end)}: nothing more would come here." if found.end >= LEAST_TOLD else ""


def beats_text(context: RollContext, start: int, length: int) -> str:
    return length_text(context.time_map, start, length)
