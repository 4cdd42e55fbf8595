"""Whether models obey what a request guarantees, task by task: all of them must, every time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import zip_longest

import numpy as np

from ml.evaluation.bench import Bench
from ml.evaluation.board import Section, Table, Value
from ml.evaluation.excerpts import Excerpt
from ml.evaluation.samples import Sampler, answer
from ml.evaluation.tasks import TASKS
from ml.music import Score
from ml.requests import (
    GenerationRequest,
    RefusedRequest,
    Region,
    TakeNote,
    Verb,
    replaced_notes,
    score_with_notes,
    staying,
    violations,
)

DRAWS = 40
"""Random limits that contradict each other or the music are refused, as they should be; so often others are drawn."""
RHYTHM, COMPOSER, MATCH, NOTES = "keep rhythm", "the music itself", "onset match of kept rhythm", "notes"
DEFINITION = (
    "Requests that every note of the answer obeyed, of all that were made: {requests} for each guarantee, with limits "
    "drawn at random, on the same excerpts for every model; locked and kept notes must stand in the song afterwards as "
    "they were, to the tick. A request without an answer counts as not obeyed. The row of the music itself says how "
    "often the composers' own bars happen to obey. Onset match: the onsets that old and new notes share when Vary "
    "keeps the rhythm, of all. Guarantees are masks, so n-grams have no row here."
)


@dataclass(frozen=True)
class Asked:
    """A request and the excerpt that it was made from."""

    request: GenerationRequest
    excerpt: Excerpt


@dataclass
class Tally:
    """What one model did with the requests of one task."""

    obeyed: int = 0
    made: int = 0
    notes: int = 0
    faults: list[str] = field(default_factory=list)
    matches: list[float] = field(default_factory=list)

    def add(self, request: GenerationRequest, notes: tuple[TakeNote, ...] | None) -> None:
        """Judge one answer; None is no answer."""
        faults = ["no answer"] if notes is None else disobeyed(request, notes)
        self.made += 1
        self.obeyed += not faults
        self.notes += len(notes or ())
        self.faults += faults
        if request.keep.rhythm:
            self.matches.append(onset_match(request, notes or ()))


def obedience_section(bench: Bench, sampler: Sampler) -> Section:
    """The section "obedience"."""
    missing = list(bench.missing())
    made: dict[str, list[Asked]] = {}
    for task, found in requests(bench, sampler).items():
        if found:
            made[task] = found
        else:
            missing.append(f"No excerpt could be asked for {task}.")
    tallies = {COMPOSER: {task: composer(found) for task, found in made.items()}}
    for model in bench.models:
        tallies[model.id] = {task: Tally() for task in made}
        for task, found in made.items():
            for asked in found:
                tallies[model.id][task].add(asked.request, answer(model, asked.request))
        bench.report(f"obedience of {model.id}")
    rows = {name: row_of(by_task) for name, by_task in tallies.items()}
    columns = (*made, *((MATCH,) if RHYTHM in made else ()), NOTES)
    faults = {
        name: {task: dict(Counter(tally.faults)) for task, tally in by_task.items() if tally.faults}
        for name, by_task in tallies.items() if name != COMPOSER
    }  # fmt: skip
    definition = DEFINITION.format(requests=bench.scale.requests)
    tables = (Table("requests obeyed", columns, rows, {MATCH: 3}),)
    facts = bench.facts(requests={task: len(found) for task, found in made.items()})
    return Section("obedience", "Obedience", definition, tables, facts, tuple(missing), {"disobeyed": faults})


def requests(bench: Bench, sampler: Sampler) -> dict[str, list[Asked]]:
    """The same requests for every model: by task, on excerpts of all corpora in turn."""
    turns = zip_longest(*(sampler.prompts(corpus) for corpus in bench.measured()))
    chosen: list[Excerpt] = [excerpt for turn in turns for excerpt in turn if excerpt is not None]
    random = np.random.default_rng(bench.seed)
    found: dict[str, list[Asked]] = {task: [] for task in TASKS}
    for task, make in TASKS.items():
        for number in range(bench.scale.requests * DRAWS if chosen else 0):
            if len(found[task]) >= bench.scale.requests:
                break
            excerpt = chosen[number % len(chosen)]
            request = replace(make(excerpt, random), seed=bench.seed + number)
            try:
                request.check()
            except RefusedRequest:
                continue
            found[task].append(Asked(request, excerpt))
    return found


def composer(found: list[Asked]) -> Tally:
    """What the composers' own notes in the region, where there are any, do with the requests."""
    tally = Tally()
    for asked in found:
        region = asked.request.region
        notes = own_notes(asked.request.score, region) or own_notes(asked.excerpt.score, region)
        if notes and asked.request.verb is not Verb.GENERATE:
            tally.add(asked.request, notes)
    return tally


def own_notes(score: Score, region: Region) -> tuple[TakeNote, ...]:
    """The notes of the score that an answer would replace."""
    return tuple(
        TakeNote(track, note.start, note.length, note.pitch, max(note.velocity, 1), 0.0)
        for track in region.tracks
        for note in replaced_notes(score, region, track)
    )


def disobeyed(request: GenerationRequest, notes: tuple[TakeNote, ...]) -> list[str]:
    """The names of what an answer disobeys, one for each violation."""
    found = [violation.limit for violation in violations(request, notes)]
    return found + ["stays"] * (not all_stay(request, notes))


def all_stay(request: GenerationRequest, notes: tuple[TakeNote, ...]) -> bool:
    """Whether every note that must stay stands in the song afterwards exactly as it was."""
    song = score_with_notes(request.score, request.region, notes)
    for track in request.region.tracks:
        table = request.score.tracks[track].notes
        before = table.take(np.flatnonzero(staying(request.score, request.region, track)))
        after = song.tracks[track].notes
        if before != after.take(after.rows_of(before.id.tolist())):
            return False
    return True


def onset_match(request: GenerationRequest, notes: tuple[TakeNote, ...]) -> float:
    """Onsets, by track, that old and new notes share, of all that either has; 1 for equal rhythms."""
    old = Counter((note.track, note.start) for note in own_notes(request.score, request.region))
    new = Counter((note.track, note.start) for note in notes)
    return (old & new).total() / max((old | new).total(), 1)


def row_of(by_task: dict[str, Tally]) -> dict[str, Value]:
    """One row: requests obeyed by task, the onset match, notes in all."""
    row: dict[str, Value] = {task: {"kept": t.obeyed, "of": t.made} for task, t in by_task.items() if t.made}
    if RHYTHM in by_task and by_task[RHYTHM].matches:
        row[MATCH] = float(np.mean(by_task[RHYTHM].matches))
    row[NOTES] = sum(tally.notes for tally in by_task.values())
    return row
