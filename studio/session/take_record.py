"""From takes on the board to takes of the tree, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, fields, replace
from typing import Any

import numpy as np

from ml.music import Score
from ml.requests import GenerationRequest, Provenance, Take, TakeNote
from studio.project import Acceptance, RequestRecord, TakeRecord, TakeRef
from studio.session.mixture import Mixture
from studio.session.remixing import cells_of, picked_of
from studio.session.takes import TakeSlot

BITS_DIGITS = 4
"""Decimals of the surprise of a note that are kept."""
NOT_FACTS = frozenset({"tracks"})
"""What the request alone says of a take."""


def recorded(slot: TakeSlot, record: RequestRecord, before: TakeRecord | None = None) -> TakeRecord:
    """A complete take of the board as the tree keeps it; `before` is what the tree had of it."""
    take = slot.take
    assert take is not None
    mark = slot.mark
    mixture = slot if isinstance(slot, Mixture) else None
    origins = () if mixture is None else tuple(TakeRef(record.number, one.model, one.index) for one in slot.sources)
    found = TakeRecord(
        model=slot.model,
        model_name=slot.model_name,
        index=slot.index,
        notes=_rounded(take.notes),
        facts=facts_of(take, record.request),
        remarks=take.remarks,
        starred=mark.starred,
        label=mark.label,
        note=mark.note,
        discarded=mark.discarded,
        origins=origins,
        cells=() if mixture is None else cells_of(mixture),
        picked=() if mixture is None else picked_of(mixture),
        place=slot.place,
        written=None if slot.written is None else _rounded(slot.written),
    )
    if before is None:
        return found
    facts = {**before.facts, **found.facts}
    return replace(found, state=before.state, accepted=before.accepted, facts=facts, unknown=before.unknown)


def _rounded(notes: tuple[TakeNote, ...]) -> tuple[TakeNote, ...]:
    return tuple(replace(note, bits=round(float(note.bits), BITS_DIGITS)) for note in notes)


def written_notes(take: TakeRecord) -> tuple[TakeNote, ...]:
    """The take's notes as its model wrote them, as far as that is known."""
    return take.written or take.notes


def facts_of(take: Take, request: GenerationRequest) -> dict[str, Any]:
    """The fields of the take's provenance that its request does not say by itself, as JSON values."""
    said, known = _plain(take.provenance), _plain(_by_request(request))
    return {name: value for name, value in said.items() if value != known[name] and name not in NOT_FACTS}


def provenance_of(record: RequestRecord, take: TakeRecord) -> Provenance:
    """Where the take came from, put together again."""
    base = _by_request(record.request)
    known = {field.name for field in fields(Provenance)} - NOT_FACTS
    return replace(base, **{name: value for name, value in take.facts.items() if name in known})


def take_of(record: RequestRecord, take: TakeRecord) -> Take:
    """The take as it was on the board."""
    return Take(request_of(record, take), take.notes, provenance_of(record, take), take.remarks)


def answers_of(record: RequestRecord, take: TakeRecord) -> list[Take]:
    """What was answered with the take: as its model wrote it, and as the user changed it."""
    now = take_of(record, take)
    return [now, replace(now, notes=take.written)] if take.written else [now]


def request_of(record: RequestRecord, take: TakeRecord) -> GenerationRequest:
    """The request that wrote the take: later rounds of choosing have seeds of their own."""
    seed = take.facts.get("seed")
    return record.request if type(seed) is not int else replace(record.request, seed=seed)


def accepted_notes(score: Score, source: int, written: tuple[TakeNote, ...]) -> tuple[TakeNote, ...]:
    """The notes of the score with this source number; the very `written` ones when they are just these."""
    found = []
    for index, track in enumerate(score.tracks):
        table = track.notes
        for row in np.flatnonzero(table.source == source).tolist():
            note = table[row]
            found.append(TakeNote(index, note.start, note.length, note.pitch, note.velocity, 0.0))
    return written if sorted(map(place_of, found)) == sorted(map(place_of, written)) else tuple(found)


def place_of(note: TakeNote) -> tuple[int, int, int, int, int]:
    """All of a note but its surprise."""
    return note.track, note.start, note.pitch, note.length, note.velocity


def same_notes(one: Iterable[TakeNote], other: Iterable[TakeNote]) -> bool:
    """Whether two takes are the same, note for note."""
    return sorted(map(place_of, one)) == sorted(map(place_of, other))


def in_order(record: RequestRecord) -> RequestRecord:
    """The request with its takes as the board shows them: by model as they were asked, then by place or number."""
    models = [model for model, _ in record.models]

    def place(take: TakeRecord) -> tuple[int, int]:
        model = models.index(take.model) if take.model in models else len(models)
        return model, take.index if take.place is None else take.place

    takes = tuple(sorted(record.takes, key=place))
    return record if takes == record.takes else replace(record, takes=takes)


def by_source(
    requests: Iterable[RequestRecord],
) -> dict[int, tuple[RequestRecord, TakeRecord, Acceptance]]:
    """The takes that came into the song, by the numbers of their notes' `source` column."""
    return {one.source: (record, take, one) for record in requests for take in record.takes for one in take.accepted}


def _by_request(request: GenerationRequest) -> Provenance:
    return Provenance.of(
        request, model="", checkpoint="", take=0, prompt_start_tick=0, prompt_end_tick=0, bits_per_note=0.0
    )


def _plain(provenance: Provenance) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(asdict(provenance)))
    return plain
