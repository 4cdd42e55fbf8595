"""What a running generation yields: notes as they are written, then finished takes."""

from __future__ import annotations

from dataclasses import dataclass

from ml.requests import Take, TakeNote


@dataclass(frozen=True, slots=True)
class NoteItem:
    """Take number `take` of the request has got another note."""

    take: int
    note: TakeNote


@dataclass(frozen=True, slots=True)
class TakeItem:
    """Take number `take` is finished; `value` may hold fewer notes than were streamed (guards clip)."""

    take: int
    value: Take


@dataclass(frozen=True, slots=True)
class RemarkItem:
    """A plain sentence on what the model could not honour exactly."""

    text: str


GenerationItem = NoteItem | TakeItem | RemarkItem
