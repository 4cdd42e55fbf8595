"""What the song itself has in the asked bars, as a take that can be heard and judged among the models' own."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np

from ml.requests import GenerationRequest, Provenance, Take, TakeNote, replaced_notes
from studio.project.ballot import THE_SONG
from studio.session.takes import TakeSlot


def song_slot(request: GenerationRequest) -> TakeSlot | None:
    """The notes that a take would replace, as they are heard; None where there are none, or where some came from a
    model: then they are nobody's own. It is on no board and cannot be accepted: it is there already."""
    tables = {track: replaced_notes(request.score, request.region, track) for track in request.region.tracks}
    if not any(len(table) for table in tables.values()) or any(np.any(table.source) for table in tables.values()):
        return None
    notes = tuple(
        sorted(
            (TakeNote(track, n.start, n.length, n.pitch, n.velocity, 0.0) for track in tables for n in tables[track]),
            key=lambda note: (note.start, note.track, note.pitch),
        )
    )
    end_tick = request.region.start_tick
    facts = {"model": "", "checkpoint": "", "take": 0, "prompt_start_tick": 0, "prompt_end_tick": end_tick}
    take = Take(request, notes, Provenance.of(request, **facts, bits_per_note=0.0))
    return TakeSlot("", THE_SONG.name, 0, request, notes, take)


def take_hash(notes: Sequence[TakeNote]) -> str:
    """16 hexadecimal digits that stand for these notes, whoever wrote them."""
    rows = sorted((n.track, n.start, n.length, n.pitch, n.velocity) for n in notes)
    return blake2b(np.array(rows, np.int64).tobytes(), digest_size=8).hexdigest()
