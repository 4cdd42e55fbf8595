"""CopyCheck: looks up what a take shares with the music that models learned from, and with its own prompt."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ml.measures.copy_index_file import UnusableIndex
from ml.measures.copying import Library
from ml.measures.usual_copying import DRUMS
from ml.requests import Take
from studio.engine.shelf import file_stamp
from studio.session.copy_book import CARD_FILE, INDEX_FILE, CopyBook, read_book
from studio.session.copy_report import CopiedRun, CopyReport
from studio.session.take_lines import TakeLine, prompt_lines, take_lines


class CopyCheck:
    """Compares takes with the index in the folder `shipped`, and with one beside the model that wrote them.

    `own` says in which folder the index of a model lies, None for none. Each is read on first use, once, and kept
    (the shipped one takes about 25 MB). May be used on any thread.
    """

    def __init__(self, shipped: Path, own: Callable[[str], Path | None] = lambda model: None) -> None:
        self._shipped = shipped
        self._own = own
        self._lock = threading.Lock()
        self._books: dict[tuple[object, ...], CopyBook | UnusableIndex] = {}

    def report(self, take: Take) -> CopyReport:
        """What the take shares. An index that cannot be used is said in the report's `trouble`."""
        lines = take_lines(take)
        books, troubles = self._books_for(take)
        prompt, prompt_transposed = shared_with_prompt(take, lines)
        notes = sum(len(line.onset) for line in lines)
        report = CopyReport(
            notes, prompt=prompt, prompt_transposed=prompt_transposed, trouble="\n".join(troubles),
            guaranteed=max((book.index.winnowing.guaranteed for book in books), default=0),
        )  # fmt: skip
        return looked_up(take, lines, books, report) if books else report

    def _books_for(self, take: Take) -> tuple[list[CopyBook], list[str]]:
        """The indexes to look a take up in, and what is to be said of those that cannot be used."""
        own = self._own(take.provenance.model)
        books: list[CopyBook] = []
        troubles: list[str] = []
        with self._lock:
            if own is not None:
                match self._book(own):
                    case CopyBook() as book:
                        books.append(book)
                    case UnusableIndex() as trouble:
                        troubles.append(
                            f'The pieces that "{take.provenance.model}" learned from were not searched: the copy index'
                            f" in its folder {trouble}. Make it again with python -m ml index-copies."
                        )
            match self._book(self._shipped):
                case CopyBook() as book:
                    books.append(book)
                case UnusableIndex() as trouble:
                    troubles.append(f"The copy check is not available: its index {trouble}. Install Continuo again.")
        return books, troubles

    def _book(self, folder: Path) -> CopyBook | UnusableIndex:
        """The book in a folder as it is now, or what is wrong with it."""
        state = (folder, *(file_stamp(folder / name) for name in (INDEX_FILE, CARD_FILE)))
        if state not in self._books:
            self._books = {known: book for known, book in self._books.items() if known[0] != folder}
            try:
                self._books[state] = read_book(folder)
            except UnusableIndex as trouble:
                self._books[state] = trouble
        return self._books[state]


def looked_up(take: Take, lines: list[TakeLine], books: list[CopyBook], report: CopyReport) -> CopyReport:
    """The report with what the books say of the lines; of equal runs that of the earlier book."""
    worst = 0.0
    for line in lines:
        kind = line.kind
        style = take.request.leanings.style
        if kind != DRUMS and style is not None and any(style in book.usual.kinds for book in books):
            kind = style
        for book in books:
            same_pitch, any_pitch = book.copied(line)
            usual = next((b.usual for b in (book, *books) if kind in b.usual.kinds), book.usual)
            for run, exact in ((same_pitch, True), (any_pitch, line.drums)):
                usual_notes = usual.longest(kind, len(line.onset), exact, len(lines))
                if run.notes - usual_notes > worst:
                    worst = run.notes - usual_notes
                    report = replace(report, unusual_run=run, usual_notes=usual_notes, quantile=usual.quantile)
            report = replace(
                report,
                exact=max(report.exact, same_pitch, key=lambda run: run.notes),
                transposed=max(report.transposed, any_pitch, key=lambda run: run.notes),
            )
            if any(len(book.index.common_figures(voice.runs)) for voice in line.voices):
                report = replace(report, common_notes=book.index.winnowing.notes, common_pieces=book.common_pieces)
    return report


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
