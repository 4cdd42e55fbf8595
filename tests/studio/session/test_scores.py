"""Scores find a known order, their intervals cover it as often as they say, and they are silent where votes are few."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.project.ballot import THE_SONG
from studio.session.scores import FEWEST_TESTS, scores_of
from studio.session.tally import Filters, comparisons_of, count, titles
from tests.studio.session import ballots as votes

QUICK = 120
"""Resamples: enough for a test."""


A, B, C, D = (votes.model(name) for name in "ABCD")


def test_a_known_order_comes_out() -> None:
    ballots = votes.listened((-0.8, 0.0, 0.8, 1.6), 40, np.random.default_rng(3))
    scores = scores_of(count(ballots), resamples=QUICK)
    assert [score.entrant.name for score in scores.scores] == ["m3", "m2", "m1", "m0"]
    assert scores.scores[0].low > scores.scores[-1].high
    assert sum(score.strength for score in scores.scores) == pytest.approx(0, abs=1e-6)
    assert "240 votes in 40 tests" in scores.basis
    assert "Intervals (95%) rest on 240 comparisons in 40 tests" in scores.basis


@pytest.mark.parametrize("ranking", [False, True])
def test_intervals_cover_the_truth_about_as_often_as_they_say(ranking: bool) -> None:
    taste = (-0.6, 0.0, 0.6)
    many = scores_of(count(votes.listened(taste, 2500, np.random.default_rng(1), ranking=ranking)), resamples=2)
    truth = {score.entrant: score.strength for score in many.scores}
    draw = np.random.default_rng(11)
    covered = []
    for _ in range(30):
        counts = count(votes.listened(taste, FEWEST_TESTS + 2, draw, ranking=ranking))
        found = scores_of(counts, 0.8, resamples=60).scores
        covered += [score.low <= truth[score.entrant] <= score.high for score in found]
    assert len(covered) > 70
    assert 0.72 <= np.mean(covered) <= 0.95


def test_a_tie_counts_half_for_each_and_says_more_than_a_coin_toss() -> None:
    widths = []
    for share_of_ties in (0, 4, 10):
        ballots = [
            votes.pair(test, A, B, 0.5 if test < share_of_ties else float(test % 2), n)
            for test in range(10)
            for n in range(2)
        ]
        counts = count(ballots)
        assert counts.wins.sum(axis=0).tolist() == [[0, 10], [10, 0]]
        score = scores_of(counts, resamples=QUICK).of(A)
        assert score.strength == pytest.approx(0, abs=1e-6)
        widths.append(score.high - score.low)
    assert widths[0] > 1.2 * widths[1] > 1.2 * widths[2] > 0.1


def test_votes_of_one_test_hang_together() -> None:
    """The same votes in fewer tests leave more open."""
    one_each = [votes.pair(n, A, B, float(n % 3 > 0)) for n in range(48)]
    in_blocks = [votes.pair(n // 6, A, B, float(n // 6 % 3 > 0), n) for n in range(48)]
    wide, narrow = (scores_of(count(b), resamples=QUICK).of(A) for b in (in_blocks, one_each))
    assert wide.high - wide.low > 1.5 * (narrow.high - narrow.low)


def test_too_few_tests_or_votes_have_no_score_and_say_so() -> None:
    few = count([votes.pair(test, A, B, float(n % 2), n) for test in range(FEWEST_TESTS - 1) for n in range(4)])
    scores = scores_of(few)
    assert scores.scores == ()
    assert f"needs {FEWEST_TESTS} tests, there are {FEWEST_TESTS - 1} yet" in scores.why_not(A)
    assert "20 votes in 5 tests" in scores.basis
    assert few.decided_pairs == 20
    assert few.won_by_first == 10
    assert "no tie among them. Whoever was heard first won 10 of 20 decided pairs. A score needs 10" in scores.basis
    one = scores_of(count([votes.pair(1, A, B, 1.0)]))
    assert one.why_not(B) == "Too few votes: 1 comparison, 10 are needed."
    assert scores_of(count([])).basis.startswith("No votes yet")


def test_models_that_were_never_compared_share_no_scale() -> None:
    ballots = [votes.pair(t, A, B, float(n % 2), n) for t in range(8) for n in range(4)]
    ballots += [votes.pair(t, C, D, float(n % 2), n) for t in range(8, 16) for n in range(3)]
    scores = scores_of(count(ballots), resamples=QUICK)
    assert {score.entrant for score in scores.scores} == {A, B}
    assert "Never compared" in scores.why_not(C)


def test_intervals_rest_on_nothing_but_the_votes_between_those_with_a_score() -> None:
    ballots = [votes.pair(t, A, B, float(n % 2), n) for t in range(8) for n in range(4)]
    elsewhere = [votes.pair(t, C, D, 0.5, n) for t in range(8, 16) for n in range(3)]
    alone, beside = (scores_of(count(found), resamples=QUICK) for found in (ballots, ballots + elsewhere))
    assert "Rests on 56 votes in 16 tests, 24 ties" in beside.basis
    assert "rest on 32 comparisons in 8 tests" in beside.basis
    assert beside.of(A) == alone.of(A)


def test_who_has_won_every_vote_is_better_by_nobody_knows_how_much() -> None:
    ballots = [votes.pair(t, A, B, float(n % 2), n) for t in range(8) for n in range(2)]
    ballots += [votes.pair(t, C, other, 1.0, 5 + n) for t in range(8) for n, other in enumerate((A, B))]
    scores = scores_of(count(ballots), resamples=QUICK)
    assert {score.entrant for score in scores.scores} == {A, B}
    assert "Has won every vote" in scores.why_not(C)


@given(st.randoms(use_true_random=False))
def test_the_order_of_votes_changes_nothing(shuffle: random.Random) -> None:
    ballots = votes.listened((-0.5, 0.2, 0.3), 8, np.random.default_rng(2))
    shuffled = list(ballots)
    shuffle.shuffle(shuffled)
    first, second = count(ballots), count(shuffled)
    assert first.records == second.records
    assert np.array_equal(first.wins, second.wins)
    if shuffle.random() < 0.1:
        assert scores_of(first, resamples=20).scores == scores_of(second, resamples=20).scores


@given(st.lists(st.integers(0, 3), min_size=2, max_size=6))
def test_a_ranking_makes_a_pair_of_each_two(places: list[int]) -> None:
    entrants = [votes.model(f"m{index}") for index in range(len(places))]
    found = comparisons_of(votes.ballot(0, 1, places, entrants))
    assert len(found) == len(places) * (len(places) - 1) // 2
    for comparison in found:
        mine, other = (places[entrants.index(e)] for e in (comparison.first, comparison.second))
        assert comparison.won == (0.5 if mine == other else float(mine < other))


def test_filters_choose_by_task_style_time_and_model() -> None:
    ballots = [
        votes.ballot(0, 1, (0, 1), (A, B), verb="fill", style="chorale", at_s=100.0),
        votes.ballot(0, 2, (0, 1), (A, B), verb="vary", at_s=200.0),
        votes.ballot(0, 3, (0, 1, 2), (A, B, C), verb="vary", at_s=300.0),
    ]
    assert count(ballots, Filters(verb="vary")).ballots == 2
    assert count(ballots, Filters(style="")).ballots == 2
    assert count(ballots, Filters(since_s=250.0)).comparisons == 3
    without = count(ballots, Filters(entrants=frozenset({A, C})))
    assert (without.ballots, without.comparisons) == (1, 1)


def test_votes_on_takes_picked_from_more_are_told_apart() -> None:
    plain = [votes.pair(t, A, B, 1.0) for t in range(3)]
    assert "picked" not in scores_of(count(plain)).basis
    mixed = [*plain, *(replace(votes.pair(t, A, B, 1.0), chosen=True) for t in range(3, 5))]
    assert "2 votes compared the best of more takes" in scores_of(count(mixed)).basis


def test_takes_of_one_model_are_never_compared_with_each_other() -> None:
    assert comparisons_of(votes.ballot(0, 1, (0, 1), (A, A))) == []


def test_a_retrained_model_is_another_entrant() -> None:
    old, new = votes.model("Blend", "aa11bb22"), votes.model("Blend", "cc33")
    assert titles((old, new, A, THE_SONG)) == {
        old: "Blend (aa11bb)", new: "Blend (cc33)", A: "A", THE_SONG: "The song itself",
    }  # fmt: skip
    assert len(count([votes.pair(1, old, new, 1.0)]).entrants) == 2
