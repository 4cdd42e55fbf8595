"""SongReport: how many notes of the song are the user's, each model's, and edited; what is left of each take."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ml.music import Score
from ml.requests import TakeNote
from studio.edit.rescale import rescaled
from studio.project import Acceptance, RequestRecord, TakeRecord, TakeRef
from studio.session.take_record import by_source

Place = tuple[int, int, int, int]
"""Start, pitch, length and velocity of a note."""
UNKNOWN = "a model that is not known"
DEFINITIONS = (
    "Yours: notes drawn, played, imported from a file or pasted from elsewhere. By a model: notes that came with a take"
    " which was accepted, whole or in part, and their copies. Edited: notes of a model that you changed in the take"
    " before accepting it, or that no longer have an onset, pitch, length and velocity that the take had when it was"
    " accepted; a note moved to another track is not edited, a copy at another place is. Muted notes count too."
)


@dataclass(frozen=True, slots=True)
class Standing:
    """Of a take that was accepted: how many notes of it are in the song, and how many were edited or deleted since."""

    notes: int
    edited: int


@dataclass(frozen=True, slots=True)
class ModelShare:
    """Notes in the song that one model wrote. `edited` of them were changed by the user; None when that is not known,
    because the project is from before takes were kept."""

    model: str
    name: str
    notes: int
    edited: int | None


@dataclass(frozen=True, slots=True)
class SongReport:
    """Counts of notes; `models` with the most notes first."""

    notes: int
    by_user: int
    models: tuple[ModelShare, ...] = ()

    @property
    def edited(self) -> int:
        """Notes of models that were changed, as far as is known."""
        return sum(share.edited or 0 for share in self.models)

    def share(self, notes: int) -> float:
        """Part of all notes, 0 to 1."""
        return notes / self.notes if self.notes else 0.0

    @property
    def lines(self) -> tuple[str, ...]:
        """The report as sentences, one per line."""
        if not self.notes:
            return ("The song has no notes yet.",)
        notes = "note" if self.notes == 1 else "notes"
        found = [
            f"{self.notes:,} {notes} in the song.",
            f"{_there_are(self.by_user)} yours ({self.share(self.by_user):.0%}).",
        ]
        for one in self.models:
            edited = "whether they were edited is not known" if one.edited is None else f"{one.edited:,} of them edited"
            found.append(f"{_there_are(one.notes)} by {one.name} ({self.share(one.notes):.0%}), {edited}.")
        if self.edited:
            found.append(f"{_there_are(self.edited)} a model's and edited by you ({self.share(self.edited):.0%}).")
        if not self.models:
            found.append("No take of a model is in it.")
        return tuple(found)


def _there_are(number: int) -> str:
    return f"{number:,} {'is' if number == 1 else 'are'}"


def song_report(
    score: Score, requests: Iterable[RequestRecord], origins: Iterable[Mapping[str, Any]] = ()
) -> SongReport:
    """Count the notes by what the tree of takes has of them; `origins` are the project's entries for accepted takes,
    for those that the tree has not."""
    requests = tuple(requests)
    known, named = by_source(requests), _named(origins)
    counts: Counter[int] = Counter()
    for track in score.tracks:
        sources, numbers = np.unique(track.notes.source, return_counts=True)
        counts.update(dict(zip(sources.tolist(), numbers.tolist(), strict=True)))
    edited: dict[int, int | None] = {**dict.fromkeys(counts), **edited_by_source(score, requests)}
    by_model: dict[str, list[int]] = defaultdict(list)
    names: dict[str, str] = {}
    for source in counts:
        if source <= 0:
            continue
        take = known[source][1] if source in known else None
        model = str(take.facts.get("model") or take.model) if take is not None else named.get(source, "")
        names[model] = take.model_name if take is not None else names.get(model, model or UNKNOWN)
        by_model[model].append(source)
    shares = [
        ModelShare(
            model,
            names[model],
            sum(counts[s] for s in sources),
            None if all(edited[s] is None for s in sources) else sum(edited[s] or 0 for s in sources),
        )
        for model, sources in by_model.items()
    ]
    by_user = sum(count for source, count in counts.items() if source <= 0)
    return SongReport(score.note_count, by_user, tuple(sorted(shares, key=lambda share: (-share.notes, share.name))))


def edited_by_source(score: Score, requests: Iterable[RequestRecord]) -> dict[int, int]:
    """How many notes of each accepted take in the song are not as its model wrote them, by their source number."""
    known = by_source(requests)
    return {
        source: _others(notes, _as_written(*known[source], score.ticks_per_quarter))
        for source, notes in notes_by_source(score, known.keys()).items()
    }


def standings(score: Score, requests: Iterable[RequestRecord]) -> dict[TakeRef, Standing]:
    """What is left in the song of each take of which notes went into it."""
    records = tuple(requests)
    known = by_source(records)
    notes = notes_by_source(score, known.keys())
    found: dict[TakeRef, Standing] = {}
    for source, (record, take, one) in known.items():
        there, ref = notes.get(source, []), record.ref(take)
        edited = _others(there, Counter(_places(one.notes, one.ticks_per_quarter, score.ticks_per_quarter)))
        edited += max(len(one.notes) - len(there), 0) if there else 0
        before = found.get(ref, Standing(0, 0))
        found[ref] = Standing(before.notes + len(there), before.edited + edited)
    for record in records:
        for take in record.takes:
            if take.state.kept and not take.accepted:  # a mixture: its notes are in the song as those of its takes
                parts = [found[ref] for ref in take.origins if ref in found]
                found[record.ref(take)] = Standing(sum(p.notes for p in parts), sum(p.edited for p in parts))
    return found


def _others(notes: Iterable[Place], came: Counter[Place]) -> int:
    """How many of these notes of the song are none of those."""
    return sum((Counter(notes) - came).values())


def _as_written(record: RequestRecord, take: TakeRecord, one: Acceptance, ticks_per_quarter: int) -> Counter[Place]:
    """The notes that came in with the take, without those that the user had changed before."""
    came = Counter(_places(one.notes, one.ticks_per_quarter, ticks_per_quarter))
    if take.written:
        then = record.request.score.ticks_per_quarter
        mine, models = (Counter(_places(notes, then, ticks_per_quarter)) for notes in (take.notes, take.written))
        came -= mine - models
    return came


def notes_by_source(score: Score, wanted: Collection[int]) -> dict[int, list[Place]]:
    """The notes of these source numbers."""
    found: dict[int, list[Place]] = defaultdict(list)
    sources = np.fromiter(wanted, np.int64, len(wanted))
    for track in score.tracks:
        table = track.notes
        rows = np.flatnonzero(np.isin(table.source, sources))
        columns = (table.start, table.pitch, table.length, table.velocity)
        places = zip(*(column[rows].tolist() for column in columns), strict=True)
        for source, place in zip(table.source[rows].tolist(), places, strict=True):
            found[source].append(place)
    return found


def _places(notes: Iterable[TakeNote], old: int, new: int) -> list[Place]:
    """The same of a take's notes, in ticks of a song with `new` ticks per quarter."""
    found = []
    for note in notes:
        start, end = note.start, note.start + note.length
        if old != new:
            start, end = rescaled((start, end), old, new).tolist()
        found.append((start, note.pitch, max(end - start, 1), note.velocity))
    return found


def _named(origins: Iterable[Mapping[str, Any]]) -> dict[int, str]:
    """Models by source number, from entries that anybody may have written."""
    found = {}
    for origin in origins:
        source, model = origin.get("source"), origin.get("model")
        if isinstance(source, int) and isinstance(model, str):
            found[source] = model
    return found
