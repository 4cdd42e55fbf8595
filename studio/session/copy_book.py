"""CopyBook: an index of fingerprints and what is usual against it, as they lie in a folder; read as a stranger's."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ml.measures.copy_index import CopyIndex, SharedRuns
from ml.measures.copy_index_file import UnusableIndex, read_index, read_whole, whole
from ml.measures.usual_copying import UsualCopying
from studio.engine.card import plain_text
from studio.session.copy_report import CopiedRun
from studio.session.take_lines import TakeLine

INDEX_FILE, CARD_FILE = "fingerprints.bin", "card.json"
MOST_PIECES = 20
"""More pieces with the same run are not named."""
TITLE_LIMIT = 120


@dataclass(frozen=True)
class CopyBook:
    """The index, what is usual against it, and in more than how many pieces its common figures are."""

    index: CopyIndex
    usual: UsualCopying
    common_pieces: int

    def copied(self, line: TakeLine) -> tuple[CopiedRun, CopiedRun]:
        """The longest run of a line at the same pitches, and at any; of drums only the same ones count."""
        exact = transposed = CopiedRun()
        for voice in line.voices:
            shared = self.index.shared(voice.runs)
            same_pitch = self._longest(voice, shared.only(shared.exact))
            any_pitch = same_pitch if line.drums else self._longest(voice, shared)
            any_pitch = replace(any_pitch, transposed=any_pitch.notes > same_pitch.notes)
            exact = max(exact, same_pitch, key=lambda run: run.notes)
            transposed = max(transposed, any_pitch, key=lambda run: run.notes)
        return exact, transposed

    def _longest(self, line: TakeLine, shared: SharedRuns) -> CopiedRun:
        """The longest of a line's stretches, the earliest of several, with the pieces that have it."""
        if not len(shared.notes):
            return CopiedRun()
        longest = shared.only(shared.notes == shared.notes.max())
        first = int(longest.first.min())
        of_it = longest.only(longest.first == first)
        end = int(of_it.end.min())
        names = dict.fromkeys(self._named(piece) for piece in np.unique(of_it.piece).tolist())
        notes = int(of_it.notes[0])
        return CopiedRun(
            notes,
            tuple(names)[:MOST_PIECES],
            notes > self.index.winnowing.notes,
            line.track,
            plain_text(line.part, TITLE_LIMIT),
            (int(line.start_tick[first]), int(line.start_tick[end - 1])),
            (line.bar(first), line.bar(end - 1)),
        )

    def _named(self, piece: int) -> str:
        corpus = plain_text(self.index.corpus_of(piece), TITLE_LIMIT)
        return f"“{plain_text(self.index.names[piece], TITLE_LIMIT)}” ({corpus})"


def read_book(folder: Path) -> CopyBook:
    """What the folder holds; raises UnusableIndex."""
    index = read_index(folder / INDEX_FILE)
    try:
        card = json.loads(read_whole(folder / CARD_FILE))
        return CopyBook(index, UsualCopying.from_data(card["usual"]), whole(card["made_how"]["common"], 1, 1 << 31))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise UnusableIndex("lacks its card, or that is damaged") from error
