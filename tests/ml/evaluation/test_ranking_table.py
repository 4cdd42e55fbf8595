"""Whether chosen takes are better ones is measured by a model that neither wrote nor ranked them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ml.evaluation.board import section_text
from ml.evaluation.ranking_table import PARTS, WAYS, Outcome, passages, ranking_section, row
from tests.ml.evaluation.models import SMALL, bench_of, corpus_of, long_tunes


def test_the_section_compares_ways_on_both_parts_of_the_split(tmp_path):
    songs = corpus_of(tmp_path, {"valid": long_tunes(0, 4, bars=13)})
    bench = bench_of(tmp_path, songs, models=3, scale=replace(SMALL, ranked=1))
    section = ranking_section(bench)
    assert [table.title for table in section.tables] == [
        f"{part}: {what}" for part in PARTS for what in ("all", "by corpus")
    ]
    rows = section.tables[0].rows
    assert len(rows) == 3 + len(WAYS) and all(np.isfinite(row["distance"]) for row in rows.values())
    assert "songs, chosen" in section_text(section.as_data())


def test_with_fewer_than_three_models_it_says_why_nothing_is_measured(tmp_path):
    section = ranking_section(bench_of(tmp_path, corpus_of(tmp_path, {"valid": long_tunes(0, 2)}), models=2))
    assert not section.tables and "three models" in section.missing[0]


def test_the_parts_share_no_piece(tmp_path):
    songs = corpus_of(tmp_path, {"valid": long_tunes(0, 6, bars=13)})
    first, second = (passages(songs, "valid", 9, odd) for odd in (0, 1))
    assert len(first) == len(second) == 3
    scores = [excerpt.score for excerpt in (*first, *second)]
    assert all(one.tracks != other.tracks for i, one in enumerate(scores) for other in scores[:i])


def test_a_way_is_the_mean_of_what_it_shows():
    far = np.array([[0.0], [2.0], [4.0], [6.0]])
    outcome = Outcome("songs", far, np.array([1.0, 2.0, 3.0, 4.0]), 2.0, {"chosen": [1, 0]})
    assert row([outcome], None, np.ones(1)) == {"distance": 3.0, "bits": 2.5, "bits off": 1.0}
    found = row([outcome], "chosen", np.ones(1))
    assert found == {"distance": 1.0, "bits": 1.5, "bits off": 0.5, "closer": {"kept": 1, "of": 1}}
    assert row([outcome], "chosen", np.ones(1), best=True)["distance"] == 2.0
