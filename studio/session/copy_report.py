"""CopyReport: what a take shares with the music that models learned from and with its prompt, in numbers and words."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

NAMED = 2
"""So many pieces are named in words; the report has more."""


@dataclass(frozen=True, slots=True)
class CopiedRun:
    """The longest run of one way of comparing: its `notes`, 0 for none, and the pieces that have it too, as
    "title (corpus)"; `part` is its track's name where the take has several. `ticks` are where its first and its last
    note begin, `bars` in which bars, counted from 1."""

    notes: int = 0
    pieces: tuple[str, ...] = ()
    sure: bool = True
    """False for a match so short that it may have come by chance."""
    track: int = 0
    part: str = ""
    ticks: tuple[int, int] = (0, 0)
    bars: tuple[int, int] = (1, 1)
    transposed: bool = False
    """Whether it is so long at other pitches only."""

    def as_data(self) -> dict[str, Any]:
        """For JSON; tracks are counted from 1 too."""
        if not self.notes:
            return {"notes": 0}
        return {**asdict(self), "track": self.track + 1}


@dataclass(frozen=True, slots=True)
class CopyReport:
    """Lengths are in notes of one track on end; runs in the corpora are at least so long (`CopyIndex.shared`).

    `exact`: at the same pitches; `transposed`: at any, so never shorter, and for drums the same as exact. `prompt`,
    `prompt_transposed`: shared with the notes that the model was given, found exactly from eight notes on.
    `unusual_run`: the one furthest beyond `usual_notes`, which the share `quantile` of passages by people does not
    exceed; None where none is, and in a take of several parts not always one of the longest. Of figures of
    `common_notes` notes in more than `common_pieces` pieces, 0 where the take has none, no piece is named. Runs of
    `guaranteed` notes are always found, 0 where no corpora could be searched; `trouble` then says why, or why some
    could not.
    """

    notes: int
    exact: CopiedRun = CopiedRun()
    transposed: CopiedRun = CopiedRun()
    prompt: CopiedRun = CopiedRun()
    prompt_transposed: CopiedRun = CopiedRun()
    unusual_run: CopiedRun | None = None
    usual_notes: float = float("inf")
    quantile: float = 0.0
    common_notes: int = 0
    common_pieces: int = 0
    guaranteed: int = 0
    trouble: str = ""

    @property
    def unusual(self) -> bool:
        """Whether some run is longer than is usual."""
        return self.unusual_run is not None

    @property
    def longest_notes(self) -> int:
        """Notes of the longest run that stands in the corpora, at any pitch."""
        return self.transposed.notes

    @property
    def short_text(self) -> str:
        """For a narrow place: "copy 11", "copy ~8" for what may have come by chance."""
        if not self.guaranteed:
            return "copy ?"
        return f"copy {'' if self.transposed.sure else '~'}{self.longest_notes}"

    @property
    def unusual_ticks(self) -> tuple[int, int] | None:
        """Where the first and the last note of an unusual run begin; None where nothing is unusual."""
        return None if self.unusual_run is None else self.unusual_run.ticks

    @property
    def text(self) -> str:
        """All of it in plain sentences, one a line."""
        lines = [*self.trouble.splitlines(), *(self._of_corpora() if self.guaranteed else ())]
        if self.prompt_transposed.notes:
            run, other_pitch = self.prompt, ""
            if self.prompt_transposed.notes > self.prompt.notes:
                run, other_pitch = self.prompt_transposed, ", transposed"
            lines.append(f"{run.notes} notes in a row as in your own music that it was given{other_pitch}.")
        return "\n".join(lines)

    def as_data(self) -> dict[str, Any]:
        """For JSON: the two searches of the corpora, what is unusual, and all of it in words."""
        return {
            "exact": self.exact.as_data(),
            "transposed": self.transposed.as_data(),
            "prompt_notes": self.prompt.notes,
            "prompt_notes_transposed": self.prompt_transposed.notes,
            "unusual": self.unusual,
            "usual_notes": self.usual_notes if self.unusual else None,
            "always_found_notes": self.guaranteed,
            "in_words": self.text.splitlines(),
        }

    def _of_corpora(self) -> list[str]:
        runs = []
        # A chance match is worth no line of its own beside a longer run.
        if self.exact.notes and (self.exact.sure or self.transposed.notes == self.exact.notes):
            runs.append(self.exact)
        if self.transposed.notes > self.exact.notes:
            runs.append(self.transposed)
        if self.unusual_run is not None:  # the last one, so that what is said next is about it
            runs = [*(run for run in runs if run != self.unusual_run), self.unusual_run]
        lines = [sentence(run) for run in runs]
        if self.unusual_run is not None:
            lines.append(
                f"That is unusual: {self.quantile:.0%} of such passages by people share no more than"
                f" {self.usual_notes:.0f} notes with the music that the models learned from"
                f"{', in any part' if self.unusual_run.part else ''}."
            )
        if lines:
            return lines
        if self.common_pieces:
            return [
                "All that was found in the music that the models learned from is a common figure of"
                f" {self.common_notes} notes, which more than {self.common_pieces} pieces have."
            ]
        return [
            "No copy was found in the music that the models learned from:"
            f" {self.guaranteed} notes in a row would have been, fewer can be missed."
        ]


def sentence(run: CopiedRun) -> str:
    first, last = run.bars
    where = f"Bar {first}" if first == last else f"Bars {first} to {last}"
    where += f" of {run.part}" if run.part else ""
    how = ", transposed" if run.transposed else ""
    if run.sure:
        return f"{where}: at least {run.notes} notes in a row as in {named(run.pieces)}{how}."
    return f"{where}: {run.notes} notes in a row as in {named(run.pieces)}{how}, perhaps by chance."


def named(pieces: tuple[str, ...]) -> str:
    """ "A (folk_tunes) and B (mutopia) and 3 more"."""
    more = [f"{len(pieces) - NAMED} more"] if len(pieces) > NAMED else []
    return " and ".join([*pieces[:NAMED], *more])
