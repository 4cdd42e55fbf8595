"""Collects what was wrong with a file as plain sentences: each once, and not without end."""

from __future__ import annotations

MAX_SENTENCES = 40


class Warnings:
    """A list of different sentences that stops growing at `MAX_SENTENCES` and then only counts."""

    def __init__(self) -> None:
        self._sentences: dict[str, None] = {}
        self._more = 0

    def add(self, sentence: str) -> None:
        """Add one sentence unless it stands there already."""
        if sentence in self._sentences:
            return
        if len(self._sentences) >= MAX_SENTENCES:
            self._more += 1
        else:
            self._sentences[sentence] = None

    def track(self, number: int, trouble: str) -> None:
        """Add what is wrong with track `number` (from 1, as the file counts them); no full stop at the end."""
        self.add(f"Track {number}: {trouble}.")

    def sentences(self) -> tuple[str, ...]:
        """All sentences, the last one saying how many more there were."""
        more = (f"There were {self._more} more troubles like these.",) if self._more else ()
        return (*self._sentences, *more)


def counted(number: int, noun: str) -> str:
    """The number and its noun, as in "1 note" and "3 notes"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
