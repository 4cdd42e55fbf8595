"""The test itself: who meets whom how often, votes, ties, skips, and taking back."""

from __future__ import annotations

import random
from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.music import Note, NoteTable, Score, TimeMap, Track
from ml.requests import GenerationRequest, RefusedRequest, Region, Verb
from studio.project.ballot import THE_SONG, Entrant
from studio.session.blind import BlindTest, Candidate, Circumstances, draw_trials
from studio.session.song_entrant import song_slot, take_hash
from studio.session.takes import TakeSlot

SCORE = Score((Track("Lead", NoteTable.of([Note(0, 480, 60), Note(480, 480, 64), Note(7680, 480, 67)])),), TimeMap(480))
REQUEST = GenerationRequest(SCORE, Region(0, 1920, (0,)), Verb.VARY)


def candidates(takes_of: list[int]) -> list[Candidate]:
    """So many takes of each entrant."""
    return [
        Candidate(Entrant(f"m{who}", "ab"), TakeSlot(f"m{who}", f"m{who}", take, REQUEST), f"{who}{take}")
        for who, takes in enumerate(takes_of)
        for take in range(takes)
    ]


def blind_test(takes_of: list[int], *, ranking: bool = False, seed: int = 3) -> BlindTest:
    return BlindTest(candidates(takes_of), Circumstances("ab", "vary", "", ranking, True, seed), lambda: 1e9)


@given(st.lists(st.integers(1, 4), min_size=2, max_size=5), st.integers(0, 99))
def test_each_two_meet_equally_often_whenever_one_stops(takes_of: list[int], seed: int) -> None:
    trials = draw_trials(candidates(takes_of), False, random.Random(seed))
    pairs = list(combinations(range(len(takes_of)), 2))
    met: Counter[frozenset[str]] = Counter()
    for number, trial in enumerate(trials, 1):
        met[frozenset(c.entrant.name for c in trial.candidates)] += 1
        if number >= len(pairs):
            assert max(met.values()) - min(met.values()) <= 1
    assert len(trials) == len(pairs) * max(takes_of)
    assert {len(names) for names in met} == {2}
    assert {c for trial in trials for c in trial.candidates} == {c for trial in trials for c in trial.candidates}
    assert len({c.take for trial in trials for c in trial.candidates}) == sum(takes_of)


def test_order_is_drawn_anew_and_a_seed_repeats_it() -> None:
    def order(seed: int) -> list[str]:
        return [c.take for trial in blind_test([4, 4, 4], seed=seed).trials for c in trial.candidates]

    assert order(1) == order(1) != order(2)
    firsts = Counter(blind_test([1, 1], seed=seed).trial.candidates[0].entrant.name for seed in range(200))
    assert 70 < firsts["m0"] < 130


def test_votes_ties_and_skips() -> None:
    test = blind_test([3, 3])
    ballot = test.pick(1)
    assert [heard.place for heard in ballot.heard] == [1, 0]
    assert [heard.place for heard in test.tie().heard] == [0, 0]
    test.skip()
    assert (len(test.ballots), test.skipped, test.trial) == (2, 1, None)
    assert test.pick(0) is None


def test_taking_back_asks_again_and_a_vote_has_a_number_of_its_own() -> None:
    test = blind_test([2, 2])
    first = test.trial
    ballot = test.pick(0)
    assert test.undo() is ballot
    assert test.trial is first
    assert test.pick(1).id != ballot.id
    test.skip()
    assert test.undo() is None
    assert test.number == 1


def test_an_order_is_built_from_the_best_on_with_equals() -> None:
    test = blind_test([1, 1, 1, 1], ranking=True)
    assert test.pick(2) is None
    assert test.pick(0, level=True) is None
    assert test.picked == ((2, 0),)
    with pytest.raises(RefusedRequest, match="C has its place"):
        test.pick(2)
    assert test.undo() is None
    assert test.picked == ((2,),)
    test.pick(3)
    test.pick(1, level=True)
    assert [heard.place for heard in test.pick(0).heard] == [2, 1, 0, 1]


def test_nothing_can_be_level_with_nothing_and_one_model_is_no_test() -> None:
    with pytest.raises(RefusedRequest, match="Say first"):
        blind_test([1, 1, 1], ranking=True).pick(0, level=True)
    with pytest.raises(RefusedRequest, match="two models"):
        blind_test([4])
    with pytest.raises(RefusedRequest, match="in pairs"):
        blind_test([1] * 10, ranking=True)


def test_the_song_takes_part_with_the_notes_that_would_go() -> None:
    slot = song_slot(REQUEST)
    assert slot is not None and slot.done
    assert [(note.start, note.pitch) for note in slot.notes] == [(0, 60), (480, 64)]
    assert slot.model_name == THE_SONG.name


def test_bars_that_a_model_wrote_or_that_are_empty_are_nobodys_own() -> None:
    lead = SCORE.tracks[0]
    written = lead.with_notes(NoteTable.of([Note(0, 480, 60, source=2), Note(480, 480, 64)]))
    request = GenerationRequest(SCORE.with_track(0, written), REQUEST.region, Verb.VARY)
    assert song_slot(request) is None
    assert song_slot(GenerationRequest(SCORE, Region(1920, 3840, (0,)), Verb.FILL)) is None


def test_equal_notes_have_equal_hashes() -> None:
    slot = song_slot(REQUEST)
    assert take_hash(slot.notes) == take_hash(tuple(reversed(slot.notes)))
    assert take_hash(slot.notes) != take_hash(slot.notes[:1])
