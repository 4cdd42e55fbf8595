"""Whether takes that were chosen lie closer to what the composers wrote than takes as they come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ml.evaluation.bench import Bench
from ml.evaluation.board import Section, Table, Value
from ml.evaluation.excerpts import Excerpt, fits, score_of, spread
from ml.generation import TakeItem, generate
from ml.generation.ranking import Candidate, bits_under, choose
from ml.generation.tidying import Tidier
from ml.measures.yang_lerch import FEATURES, yang_lerch
from ml.models.checkpoint import LoadedModel
from ml.requests import Choosing, GenerationRequest, Region, TakeNote
from ml.requests.choosing import AS_WRITTEN, RANKINGS, round_request
from ml.training.cache import CachedCorpus

GIVEN_BARS, ASKED_BARS, TAKES = 8, 4, 4
POOL = 3
PARTS = {"other pieces": 1, "tuning pieces": 0}
"""The weights of ranking were chosen on pieces of even number in the split; the others are what counts."""
WAYS: dict[str, Choosing] = {
    "chosen": Choosing(pool=POOL),
    "ranked alone": replace(Choosing(pool=POOL), clean=False, drop_empty=False, drop_alike=False, diverse=False),
    **{name: Choosing.from_plain(AS_WRITTEN.as_plain() | {"pool": POOL, name: True}) for name in RANKINGS},
}
"""What is compared with takes as written: all steps, the order alone, and each reason alone."""
WORDS = {
    "by_surprise": "by surprise alone",
    "by_leanings": "by the song's manner alone",
    "by_ending": "by endings alone",
    "by_form": "by form alone",
}
DEFINITION = (
    f"The first {GIVEN_BARS} bars of held-out pieces are given and the next {ASKED_BARS} asked of all parts; each of "
    f"the models in turn writes {POOL} rounds of {TAKES} takes, the next one is the second model by which they are "
    "ranked, and the one after that judges: neither wrote nor ranked them. Distance: mean over the features of Yang "
    "and Lerch of the Euclidean distance from the composer's own bars, each in standard deviations over all that was "
    'written. Bits: per note under the judging model, END counted, velocity not; "off" is their distance from those '
    'of the composer\'s bars. "As written" is the mean of all candidates, the others of the takes shown; "closer" '
    "says in how many passages their mean distance is below that. The weights of ranking were chosen on the tuning "
    "pieces, those of even number in the split, and are measured on the others."
)


@dataclass(frozen=True)
class Outcome:
    """One passage. `distances` (candidates, FEATURES), `bits` (candidates,) and the composer's; `shown`: the
    candidates that each way shows, best first."""

    corpus: str
    distances: np.ndarray
    bits: np.ndarray
    true_bits: float
    shown: dict[str, list[int]]


def ranking_section(bench: Bench) -> Section:
    """The section "ranking"."""
    missing = list(bench.missing())
    counts: dict[str, dict[str, int]] = {}
    tables: list[Table] = []
    if len(bench.models) < 3:
        missing.append("Ranking is measured with three models or more: one writes, one ranks and one judges.")
    for part, odd in PARTS.items() if len(bench.models) >= 3 else ():
        outcomes: list[Outcome] = []
        for corpus in bench.measured():
            count = bench.scale.ranked if odd else -(-2 * bench.scale.ranked // 3)
            found = passages(corpus, bench.split, count, odd)
            outcomes += [
                outcome
                for number, excerpt in enumerate(found)
                if (outcome := measured(bench, corpus.name, excerpt, number)) is not None
            ]
            counts.setdefault(part, {})[corpus.name] = sum(outcome.corpus == corpus.name for outcome in outcomes)
            bench.report(f"{corpus.name}: ranking, {part}")
        tables += part_tables(part, outcomes)
    return Section(
        "ranking", "Ranking of takes", DEFINITION, tuple(tables), bench.facts(passages=counts), tuple(missing)
    )


def passages(corpus: CachedCorpus, split: str, count: int, odd: int) -> list[Excerpt]:
    """Excerpts of up to `count` pieces of even or odd number in the split, spread evenly over it, with pitched notes to
    be compared."""
    numbers, found = corpus.splits[split], list[Excerpt]()
    for index in spread(len(numbers)):
        if len(found) >= count:
            break
        if index % 2 != odd or not fits(piece := corpus.piece(int(numbers[index])), GIVEN_BARS, ASKED_BARS):
            continue
        excerpt = Excerpt(score_of(piece, GIVEN_BARS + ASKED_BARS), GIVEN_BARS, ASKED_BARS)
        if len(excerpt.continuation.pitched()):
            found.append(excerpt)
    return found


def measured(bench: Bench, corpus: str, excerpt: Excerpt, number: int) -> Outcome | None:
    """What one passage gives; None where a model gave no take."""
    writer, second, judge = (bench.models[(number + step) % len(bench.models)] for step in range(3))
    region = Region(excerpt.start_tick, excerpt.end_tick, tuple(range(len(excerpt.score.tracks))))
    request = GenerationRequest(excerpt.prompt, region, takes=TAKES, seed=bench.seed + number)
    written = candidates(writer, request)
    if len(written) < TAKES:
        return None
    true = tuple(
        TakeNote(index, note.start, note.length, note.pitch, note.velocity, 0.0)
        for index, track in enumerate(excerpt.score.tracks)
        for note in track.notes
        if note.start >= excerpt.start_tick
    )
    answers = [candidate.take.notes for candidate in written]
    *bits, true_bits = bits_under(judge, request, [*answers, true], lambda: False)
    return Outcome(
        corpus,
        np.array([distances(excerpt, notes) for notes in answers]),
        np.array(bits),
        true_bits,
        {way: shown(request, written, choosing, second) for way, choosing in WAYS.items()},
    )


def candidates(writer: LoadedModel, request: GenerationRequest) -> list[Candidate]:
    """All rounds of a model, tidied."""
    tidier, found = Tidier(request), list[Candidate]()
    for number in range(POOL):
        for item in generate(writer, round_request(request, number), lambda: False):
            if isinstance(item, TakeItem):
                tidied = tidier(item.value)
                found.append(Candidate(number * request.takes + item.take, tidied.take, tidied.changes))
    return sorted(found, key=lambda candidate: candidate.number)


def shown(request: GenerationRequest, written: list[Candidate], choosing: Choosing, second: LoadedModel) -> list[int]:
    """Rows of the candidates that are shown."""
    rows = {candidate.number: row for row, candidate in enumerate(written)}
    choice = choose(request, written, choosing, second, second.id, lambda: False)
    return [rows[take.number] for take in choice.takes]


def distances(excerpt: Excerpt, notes: tuple[TakeNote, ...]) -> list[float]:
    """From the composer's bars, by feature."""
    mine, true = yang_lerch(excerpt.passage(notes)), yang_lerch(excerpt.continuation)
    return [float(np.linalg.norm(mine[feature] - true[feature])) for feature in FEATURES]


# --- tables


def part_tables(part: str, outcomes: Sequence[Outcome]) -> list[Table]:
    """All corpora by way, and each corpus as written and as chosen."""
    if not outcomes:
        return []
    scale = np.concatenate([outcome.distances for outcome in outcomes]).std(axis=0)
    scale[scale == 0] = 1.0
    columns = ("distance", "bits", "bits off", "closer")
    ways = {"as written": None, **{way: way for way in WAYS}}
    rows = {WORDS.get(name, name): row(outcomes, way, scale) for name, way in ways.items()}
    rows["first as written"] = row(outcomes, None, scale, best=True)
    rows["best of the chosen"] = row(outcomes, "chosen", scale, best=True)
    by_corpus: dict[str, dict[str, Value]] = {}
    for corpus in dict.fromkeys(outcome.corpus for outcome in outcomes):
        mine = [outcome for outcome in outcomes if outcome.corpus == corpus]
        by_corpus[f"{corpus}, as written"] = row(mine, None, scale)
        by_corpus[f"{corpus}, chosen"] = row(mine, "chosen", scale)
    return [Table(f"{part}: all", columns, rows), Table(f"{part}: by corpus", columns, by_corpus)]


def row(outcomes: Sequence[Outcome], way: str | None, scale: np.ndarray, best: bool = False) -> dict[str, Value]:
    """Means over the passages of what a way shows (of all candidates without one), or of its `best` take alone."""
    found, closer = [], 0
    for outcome in outcomes:
        far = (outcome.distances / scale).mean(axis=1)
        rows = outcome.shown[way] if way else list(range(len(far)))
        rows = rows[:1] if best else rows
        found.append((far[rows].mean(), outcome.bits[rows].mean(), abs(outcome.bits[rows] - outcome.true_bits).mean()))
        closer += bool(far[rows].mean() < far.mean())
    distance, bits, off = np.nanmean(np.array(found), axis=0).tolist()
    cells: dict[str, Value] = {"distance": distance, "bits": bits, "bits off": off}
    return cells | ({"closer": {"kept": closer, "of": len(outcomes)}} if way else {})
