"""What a project remembers of every request and its takes: frozen values, whole or partly gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from ml.requests import GenerationRequest, TakeNote


class TakeState(Enum):
    """What became of a take. SHOWING: it lies on the board and nothing is decided."""

    SHOWING = "showing"
    ACCEPTED = "accepted"
    PARTLY_ACCEPTED = "partly accepted"
    REJECTED = "rejected"

    @property
    def kept(self) -> bool:
        """Whether notes of it went into the song."""
        return self in (TakeState.ACCEPTED, TakeState.PARTLY_ACCEPTED)


@dataclass(frozen=True, slots=True)
class TakeRef:
    """Names a take of the tree: the number of its request, its model, its number within the model's answer."""

    request: int
    model: str
    index: int


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Notes of a take came into the song under the number `source` of their `source` column.

    `notes` are those notes as they came in, in ticks of a song with `ticks_per_quarter` (tracks as they were then):
    they may be some of the take's only, clipped at locked notes, or rounded to another resolution.
    """

    source: int
    notes: tuple[TakeNote, ...]
    ticks_per_quarter: int


@dataclass(frozen=True)
class TakeRecord:
    """One take. Ticks and tracks of `notes` are those of the request's score.

    `facts` are the fields of its provenance that the request does not say already (model, checkpoint, take,
    bits_per_note, ...), as JSON values. `place` is its place among the takes that were chosen from more, from 0.
    `written` are its notes as the model wrote them, once the user has changed some on the board; empty when that is
    not known. `origins` names the takes that a mixture was put together from, `cells` the bars that it has of them (bar
    of the song from 0, track, number among the origins) and `picked` the single notes (number among the origins, number
    in that take). `note` is the user's text. `unknown` are fields that a newer program wrote.
    """

    model: str
    model_name: str
    index: int
    notes: tuple[TakeNote, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    state: TakeState = TakeState.SHOWING
    starred: bool = False
    label: str = ""
    note: str = ""
    discarded: bool = False
    accepted: tuple[Acceptance, ...] = ()
    origins: tuple[TakeRef, ...] = ()
    cells: tuple[tuple[int, int, int], ...] = ()
    picked: tuple[tuple[int, int], ...] = ()
    place: int | None = None
    written: tuple[TakeNote, ...] | None = None
    unknown: Mapping[str, Any] = field(default_factory=dict)

    @property
    def edited(self) -> bool:
        """Whether the user changed notes of it on the board."""
        return self.written is not None

    @property
    def stored_notes(self) -> int:
        """How many notes a file holds of it: its own, those that were written, and what came in if that differs."""
        came_in = sum(len(one.notes) for one in self.accepted if one.notes != self.notes)
        return len(self.notes) + len(self.written or ()) + came_in

    @property
    def title(self) -> str:
        """As shown on the board: the model's name and the take's number from 1."""
        if self.origins:
            return self.model_name
        return f"{self.model_name} {(self.index if self.place is None else self.place) + 1}"

    @property
    def marked(self) -> bool:
        """Whether the user has said anything about it that nobody could guess again."""
        return bool(self.starred or self.label or self.note)

    @property
    def precious(self) -> bool:
        """Whether it is the last to go when room must be made."""
        return self.marked or self.state.kept


@dataclass(frozen=True)
class RequestRecord:
    """One request with its takes. Times are seconds since 1970.

    `models` are (id, name) of those that were asked. `machine` says what wrote the takes: processor, threads and
    versions. `choosing` says how takes were chosen from more, as JSON values. Without `has_prompt` the notes that the
    models were given are not kept any more: the score then holds time, names and instruments only. The last
    `new_tracks` tracks of its score were not in the song: an accompaniment would have brought them. `unknown` are
    fields that a newer program wrote.
    """

    number: int
    request: GenerationRequest
    models: tuple[tuple[str, str], ...]
    asked_at_s: float
    parent: TakeRef | None = None
    machine: str = ""
    choosing: Mapping[str, Any] = field(default_factory=dict)
    takes: tuple[TakeRecord, ...] = ()
    has_prompt: bool = True
    new_tracks: int = 0
    unknown: Mapping[str, Any] = field(default_factory=dict)

    @property
    def precious(self) -> bool:
        """Whether a take of it is starred, labelled, noted or in the song."""
        return any(take.precious for take in self.takes)

    def ref(self, take: TakeRecord) -> TakeRef:
        """How the tree names one of these takes."""
        return TakeRef(self.number, take.model, take.index)

    def take(self, ref: TakeRef) -> TakeRecord | None:
        """The take of this name, None when it is not kept."""
        return next((take for take in self.takes if (take.model, take.index) == (ref.model, ref.index)), None)


@dataclass(frozen=True)
class TreeRecord:
    """All requests of a piece, oldest first, their numbers ascending."""

    requests: tuple[RequestRecord, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.requests)

    @property
    def take_count(self) -> int:
        return sum(len(request.takes) for request in self.requests)
