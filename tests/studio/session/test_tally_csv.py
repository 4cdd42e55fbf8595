"""Tables for spreadsheets: numbers are numbers, and no name becomes a formula."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ml.music.midi import UnwritableFile
from studio.session.scores import scores_of
from studio.session.tally import count
from studio.session.tally_csv import scores_csv, votes_csv, write_csv
from tests.studio.session import ballots as votes


def rows(data: bytes) -> list[dict[str, Any]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def test_scores_stand_best_first_with_their_basis_last() -> None:
    counts = count(votes.listened((-1.0, 0.0, 1.0), 12, np.random.default_rng(4)))
    scores = scores_of(counts, resamples=50)
    table = rows(scores_csv(counts, scores))
    assert [row["entrant"] for row in table[:3]] == ["m2", "m1", "m0"]
    best = table[0]
    assert float(best["low"]) < float(best["strength"]) < float(best["high"])
    assert 0.5 < float(best["share"]) < 1
    assert int(best["wins"]) + int(best["ties"]) + int(best["losses"]) == int(best["comparisons"]) == 24
    assert table[3]["entrant"] == scores.basis


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("x";"y")'])
def test_no_name_is_a_formula(name: str) -> None:
    counts = count([votes.pair(1, votes.model(name), votes.model("plain"), 1.0)])
    ballots = [votes.ballot(0, 1, (0, 1), (votes.model(name), votes.model("plain")), style="=cmd")]
    cells = [cell for data in (scores_csv(counts, scores_of(counts)), votes_csv(ballots)) for cell in _cells(data)]
    assert f"'{name}" in cells
    assert not [cell for cell in cells if cell[:1] in "=@" and cell]


def _cells(data: bytes) -> list[str]:
    return [cell for row in csv.reader(io.StringIO(data.decode("utf-8-sig"))) for cell in row]


def test_votes_stand_one_by_one() -> None:
    ranked = votes.ballot(0, 1, (0, 1, 1), [votes.model(n) for n in "ABC"], at_s=0.0)
    table = rows(votes_csv([ranked, replace(ranked, chosen=True)]))
    assert [row["best_of_more"] for row in table] == ["no"] * 3 + ["yes"] * 3
    table = table[:3]
    assert [(row["entrant"], row["place"], row["kind"]) for row in table] == [
        ("A", "1", "ranking"), ("B", "2", "ranking"), ("C", "2", "ranking"),
    ]  # fmt: skip
    assert table[0]["time_utc"] == "1970-01-01T00:00:00+00:00"


def test_a_folder_that_is_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnwritableFile, match="could not be written"):
        write_csv(b"x", tmp_path / "gone" / "tallies.csv")
