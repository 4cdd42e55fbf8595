"""Tallies and votes as CSV for spreadsheets: what comes from files is text there, never a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from ml.music.midi import UnwritableFile
from studio.project import Disk
from studio.project.atomic import write_atomically
from studio.project.ballot import Ballot
from studio.project.troubles import reason
from studio.session.scores import Scores, as_share
from studio.session.tally import Counts

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is taken for a formula by spreadsheets (OWASP, "CSV injection")."""
BOM = b"\xef\xbb\xbf"
"""Tells spreadsheets that the text is UTF-8."""


def scores_csv(counts: Counts, scores: Scores) -> bytes:
    """A row for each entrant, best first, those without a score after them with the reason; then what it rests on.

    Strengths are natural logarithms of odds against an average entrant, shares the chance (0 to 1) of winning.
    """
    ranks = {score.entrant: place for place, score in enumerate(scores.scores)}
    rows: list[Sequence[object]] = [
        ("entrant", "checkpoint", "comparisons", "wins", "ties", "losses", "strength", "low", "high",
         "share", "share_low", "share_high", "remark")
    ]  # fmt: skip
    for record in sorted(counts.records, key=lambda r: (ranks.get(r.entrant, len(ranks)), r.entrant)):
        entrant, score = record.entrant, scores.of(record.entrant)
        strengths = () if score is None else (score.strength, score.low, score.high)
        numbers = [f"{number:.4f}" for number in (*strengths, *map(as_share, strengths))] or [""] * 6
        facts = (record.comparisons, record.wins, record.ties, record.losses)
        rows.append((_cell(entrant.name), entrant.checkpoint, *facts, *numbers, _cell(scores.why_not(entrant))))
    rows.append((_cell(scores.basis),))
    return _table(rows)


def votes_csv(ballots: Iterable[Ballot]) -> bytes:
    """A row for each take of each ballot, in the order of presentation; equal places (from 1) are ties."""
    rows: list[Sequence[object]] = [
        ("vote", "test", "time_utc", "task", "style", "kind", "loudness_matched", "best_of_more", "seed", "presented",
         "entrant", "checkpoint", "take", "place")
    ]  # fmt: skip
    for ballot in ballots:
        time_text = datetime.fromtimestamp(ballot.at_s, UTC).isoformat(timespec="seconds")
        kind = "ranking" if ballot.ranking else "pair"
        facts = (
            ballot.id, ballot.test, time_text, _cell(ballot.verb), _cell(ballot.style), kind,
            _yes_no(ballot.loudness_matched), _yes_no(ballot.chosen), ballot.seed,
        )  # fmt: skip
        for presented, heard in enumerate(ballot.heard, 1):
            rows.append(
                (*facts, presented, _cell(heard.entrant.name), heard.entrant.checkpoint, heard.take, heard.place + 1)
            )
    return _table(rows)


def write_csv(data: bytes, path: Path) -> None:
    """Write what the functions here give; an old file is replaced only when all went well. Raises UnwritableFile."""
    try:
        write_atomically(path, data, Disk())
    except OSError as error:
        raise UnwritableFile(path, reason(error)) from error


def _cell(text: str) -> str:
    """Text that a spreadsheet shows as it is: an apostrophe keeps it from being a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _yes_no(so: bool) -> str:
    return "yes" if so else "no"


def _table(rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return BOM + text.getvalue().encode("utf-8", "replace")
