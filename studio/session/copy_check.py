"""CopyCheck: looks up what a take shares with the music that models learned from, and with its own prompt."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ml.measures.copy_index import CopyIndex, SharedRuns
from ml.measures.copy_index_file import UnusableIndex, read_index, read_whole
from ml.measures.copying import Library
from ml.measures.note_runs import NoteRuns
from ml.measures.usual_copying import DRUMS, UsualCopying, kind_of
from ml.music import MUTED
from ml.requests import Take
from ml.requests.staying import staying
from studio.session.copy_report import CopiedRun, CopyReport

INDEX_FILE, CARD_FILE = "fingerprints.bin", "card.json"
STEPS_PER_QUARTER = 24
"""The grid on which the corpora are indexed."""
MOST_PIECES = 20
"""More pieces with the same run are not named."""
Array = NDArray[np.int64]


@dataclass(frozen=True)
class TakeLine:
    """The notes of one track on the grid, in order, each time and pitch once: what runs are sought in."""

    track: int
    drums: bool
    start_tick: Array
    onset: Array
    pitch: Array

    @property
    def runs(self) -> NoteRuns:
        return NoteRuns.in_order(np.zeros_like(self.onset), self.onset, self.pitch)


@dataclass(frozen=True)
class CopyBook:
    """The index and what is usual, as they lie in a folder."""

    index: CopyIndex
    usual: UsualCopying


def read_book(folder: Path) -> CopyBook:
    """What the folder holds; raises UnusableIndex."""
    index = read_index(folder / INDEX_FILE)
    try:
        card = json.loads(read_whole(folder / CARD_FILE))
        return CopyBook(index, UsualCopying.from_data(card["usual"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise UnusableIndex("The card of the copy index is missing or damaged: install Continuo again.") from error


class CopyCheck:
    """Reads its folder on first use, once, and keeps it (about 25 MB). May be used on any thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._book: CopyBook | None = None
        self._trouble = ""

    def report(self, take: Take) -> CopyReport:
        """What the take shares. An index that cannot be used is said in the report's `trouble`."""
        lines = take_lines(take)
        with self._lock:
            if self._book is None and not self._trouble:
                try:
                    self._book = read_book(self._folder)
                except UnusableIndex as problem:
                    self._trouble = f"The copy check is not available. {problem}"
            book, trouble = self._book, self._trouble
        prompt, prompt_transposed = shared_with_prompt(take, lines)
        notes = sum(len(line.onset) for line in lines)
        if book is None:
            return CopyReport(notes, prompt=prompt, prompt_transposed=prompt_transposed, trouble=trouble)
        return looked_up(take, lines, book, CopyReport(notes, prompt=prompt, prompt_transposed=prompt_transposed))


def looked_up(take: Take, lines: list[TakeLine], book: CopyBook, report: CopyReport) -> CopyReport:
    """The report with what the book says of the lines."""
    exact = transposed = CopiedRun()
    worst = 0.0
    unusual, usual_notes = False, float("inf")
    for line in lines:
        shared = book.index.shared(line.runs)
        if line.drums:
            shared = shared.only(shared.exact)
        kind = kind_of(line.onset, line.drums)
        if kind != DRUMS and (style := take.request.leanings.style) is not None and style in book.usual.kinds:
            kind = style
        for same_pitch in (True, False):
            run = longest_run(line, shared.only(shared.exact) if same_pitch else shared, book.index)
            if same_pitch:
                exact = max(exact, run, key=lambda found: found.notes)
            else:
                transposed = max(transposed, run, key=lambda found: found.notes)
            usual = book.usual.longest(kind, len(line.onset), same_pitch or kind == DRUMS)
            if run.notes - usual > worst:
                worst, unusual, usual_notes = run.notes - usual, True, usual
    return CopyReport(
        report.notes, exact, transposed, report.prompt, report.prompt_transposed,
        unusual, usual_notes, book.usual.quantile, book.index.winnowing.guaranteed,
    )  # fmt: skip


def longest_run(line: TakeLine, shared: SharedRuns, index: CopyIndex) -> CopiedRun:
    """The longest of the stretches, the earliest of several, with the pieces that have it."""
    if not len(shared.notes):
        return CopiedRun()
    longest = shared.only(shared.notes == shared.notes.max())
    first = int(longest.first.min())
    pieces = np.unique(longest.piece[longest.first == first])[:MOST_PIECES].tolist()
    names = tuple(f"“{index.names[piece]}” ({index.corpus_of(piece)})" for piece in pieces)
    notes = int(longest.notes[0])
    return CopiedRun(notes, names, notes > index.winnowing.notes, int(line.start_tick[first]), line.track)


def take_lines(take: Take) -> list[TakeLine]:
    """The take's notes as lines, one for each track that has some."""
    score = take.request.score
    found = []
    for track in take.request.region.tracks:
        notes = [(note.start, note.pitch) for note in take.notes if note.track == track]
        if notes:
            start, pitch = np.array(notes, np.int64).T
            found.append(_line(track, score.tracks[track].drums, start, pitch, score.ticks_per_quarter))
    return found


def prompt_lines(take: Take) -> list[TakeLine]:
    """What the model was given, as lines: not the notes of the region that were to be replaced."""
    score, region, origin = take.request.score, take.request.region, take.provenance
    found = []
    for number, track in enumerate(score.tracks):
        notes = track.notes
        given = (notes.flags & MUTED == 0) & (notes.start >= origin.prompt_start_tick)
        given &= notes.start < origin.prompt_end_tick
        if number in region.tracks:
            inside = (notes.start >= region.start_tick) & (notes.start < region.end_tick)
            given &= ~inside | staying(score, region, number)
        if given.any():
            start, pitch = notes.start[given].astype(np.int64), notes.pitch[given].astype(np.int64)
            found.append(_line(number, track.drums, start, pitch, score.ticks_per_quarter))
    return found


def _line(track: int, drums: bool, start: Array, pitch: Array, ticks_per_quarter: int) -> TakeLine:
    """Onsets are rounded to the grid as those of the corpora are."""
    onset = (start * (2 * STEPS_PER_QUARTER) + ticks_per_quarter) // (2 * ticks_per_quarter)
    _, rows = np.unique(np.stack([onset, pitch]), axis=1, return_index=True)
    return TakeLine(track, drums, start[rows], onset[rows], pitch[rows])


def shared_with_prompt(take: Take, lines: list[TakeLine]) -> tuple[CopiedRun, CopiedRun]:
    """The longest run shared with the given notes at the same pitches and at any, found note by note."""
    exact = transposed = CopiedRun()
    given = prompt_lines(take)
    for line in lines:
        like = [other.runs for other in given if other.drums == line.drums]
        library = Library([line.runs])
        for runs in like:
            library.add(runs)
        copying = library.copying(line.runs)
        same, any_pitch = copying.longest, copying.longest if line.drums else copying.longest_transposed
        exact = max(exact, CopiedRun(same, track=line.track), key=lambda run: run.notes)
        transposed = max(transposed, CopiedRun(any_pitch, track=line.track), key=lambda run: run.notes)
    return exact, transposed
