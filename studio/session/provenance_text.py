"""Provenance to go: a line for each accepted take that a MIDI file carries as a text event."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from ml.music import Score
from ml.requests import Take
from studio.project import RequestRecord
from studio.session.song_report import edited_by_source
from studio.session.take_record import place_of
from studio.session.takes import TakeSlot

PREFIX = "Continuo take: "
FIELDS = (
    "model", "checkpoint", "seed", "take", "takes", "verb", "temperature", "top_p", "surprise", "limits", "leanings",
    "keep",
)  # fmt: skip
"""What is told of a take, besides its bars and its notes."""
LONGEST = 4000
"""Characters of a line; what is kept note by note is left out first."""


def provenance_texts(
    score: Score, origins: Iterable[Mapping[str, Any]], requests: Iterable[RequestRecord] = ()
) -> tuple[str, ...]:
    """A line for each accepted take that still has notes in the score: model, seed and settings as one JSON object.

    `origins` are the project's entries for accepted takes. Bars count from 1; "notes" is how many notes are left, and
    "edited" how many of them are not as the model wrote them, where the `requests` of the tree tell.
    """
    counts: dict[int, int] = {}
    for track in score.tracks:
        sources, numbers = np.unique(track.notes.source, return_counts=True)
        for source, number in zip(sources.tolist(), numbers.tolist(), strict=True):
            counts[source] = counts.get(source, 0) + number
    lines, edited = [], edited_by_source(score, requests)
    for origin in origins:
        source = origin.get("source")
        if not isinstance(source, int) or not counts.get(source):
            continue
        told = {name: origin[name] for name in FIELDS if origin.get(name) not in (None, {}, "")}
        told |= {"bars": _bars(score, origin), "notes": counts[source]}
        if source in edited:
            told["edited"] = edited[source]
        lines.append(_line(told))
    return tuple(lines)


def take_text(take: Take, slot: TakeSlot) -> str:
    """The same line for a complete take of the board that is exported alone; bars are those of the song."""
    origin = asdict(take.provenance)
    told = {name: origin[name] for name in FIELDS if origin.get(name) not in (None, {}, "")}
    origins = [slot.origin_of(row) for row in range(len(take.notes))]
    models = {one: set(map(place_of, one.written)) for one in set(origins) if one.written}
    edited = sum(
        one in models and place_of(note) not in models[one] for note, one in zip(take.notes, origins, strict=True)
    )
    return _line(told | {"bars": _bars(take.request.score, origin), "notes": len(take.notes), "edited": edited})


def _line(told: dict[str, Any]) -> str:
    line = PREFIX + json.dumps(told, separators=(",", ":"))
    for name in ("keep", "limits", "leanings"):
        if len(line) > LONGEST and name in told:
            told = {key: value for key, value in told.items() if key != name}
            line = PREFIX + json.dumps(told, separators=(",", ":"))
    return line


def _bars(score: Score, origin: Mapping[str, Any]) -> list[int] | None:
    """First and last bar that were asked for; None when the entry does not say."""
    start, end = origin.get("region_start_tick"), origin.get("region_end_tick")
    if type(start) is not int or type(end) is not int or not 0 <= start < end:
        return None
    return [score.time_map.bar_at(start) + 1, score.time_map.bar_at(end - 1) + 1]
