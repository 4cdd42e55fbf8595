"""From many candidates to the takes worth showing: what is left out, in which order the rest is, and what is said."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from ml.generation.criteria import Criteria, placed_of
from ml.generation.ranking import Candidate, bits_under, choose, standing
from ml.music import Key, Note, NoteTable, Score, TimeMap, Track
from ml.music.score import KeySignature
from ml.requests import Choosing, GenerationRequest, Leanings, Provenance, Region, Take, TakeNote, Verb, continue_region
from ml.requests.choosing import AS_WRITTEN
from tests.ml.generation.tiny_models import MODELS, takes_of

TUNE = (72, 74, 76, 77, 79, 77, 76, 74)
"""Eight quarters, which the song plays over and over."""


def never() -> bool:
    return False


def song(bars: int = 8) -> Score:
    notes = [Note(480 * i, 480, TUNE[i % 8]) for i in range(4 * bars)]
    return Score(
        (Track("Melody", NoteTable.of(notes), program=73),),
        TimeMap(480),
        key_signatures=(KeySignature(0, Key.parse("C:maj")),),
    )


def request(**changes) -> GenerationRequest:
    score = song()
    return replace(GenerationRequest(score, continue_region(score, 0, 4), takes=2), **changes)


def candidate(asked: GenerationRequest, number: int, pitches: list[int], step: int = 480, **changes: int) -> Candidate:
    """A line of equal notes that fills the region."""
    start = asked.region.start_tick
    notes = tuple(TakeNote(0, start + step * i, step, pitch, 80, 2.0) for i, pitch in enumerate(pitches))
    facts = {"model": "m", "checkpoint": "", "take": 0, "prompt_start_tick": 0, "prompt_end_tick": start}
    return Candidate(number, Take(asked, notes, Provenance.of(asked, bits_per_note=2.0, **facts)), Counter(changes))


LIKE = [72, 74, 76, 74, 79, 77, 76, 74, 76, 77, 79, 77, 76, 74, 74, 72]
OTHER = [79, 77, 76, 77, 72, 74, 76, 74, 72, 74, 77, 79, 76, 77, 74, 72]
STRANGE = [61, 90, 66, 85, 63, 94, 70, 87, 61, 92, 66, 85, 68, 94, 70, 90]
STUCK = [72] * 16


def numbers(choice) -> list[int]:
    return [take.number for take in choice.takes]


def only(**steps) -> Choosing:
    return replace(AS_WRITTEN, **steps)


def chosen(asked: GenerationRequest, lines: list[list[int]], choosing: Choosing):
    found = [candidate(asked, number, pitches) for number, pitches in enumerate(lines)]
    return choose(asked, found, choosing, None, "", never)


def test_with_all_steps_off_the_first_takes_are_shown_as_they_were_written():
    found = chosen(request(), [STRANGE, STUCK, LIKE], AS_WRITTEN)
    assert numbers(found) == [0, 1] and found.sentence == "2 of 3 are shown."
    assert all(take.reasons == () for take in found.takes)


def test_a_take_that_got_stuck_is_left_out_and_it_is_said():
    found = chosen(request(), [STUCK, LIKE, OTHER], only(drop_empty=True))
    assert numbers(found) == [1, 2]
    assert found.sentence == "1 of 3 was left out: 1 nearly empty or stuck."


def test_of_two_that_are_nearly_the_same_the_better_one_is_kept():
    nearly = [*LIKE[:-2], 90, 61]
    found = chosen(request(takes=3), [nearly, LIKE, OTHER], only(drop_alike=True, by_leanings=True))
    assert sorted(numbers(found)) == [1, 2] and "1 nearly the same as another" in found.sentence


def test_what_was_answered_before_is_not_shown_again():
    asked = request()
    earlier = candidate(asked, 0, [*LIKE[:-1], 90]).take.notes
    again = replace(asked, unlike=frozenset({frozenset(placed_of(earlier))}))
    found = chosen(again, [LIKE, OTHER], only(drop_alike=True))
    assert numbers(found) == [1] and "1 nearly the same as an earlier one" in found.sentence


def test_something_is_shown_even_if_nothing_is_good():
    found = chosen(request(), [STUCK, STUCK], Choosing())
    assert len(found.takes) == 1


def test_a_take_in_the_manner_of_the_song_comes_first():
    found = chosen(request(takes=3), [STRANGE, LIKE, OTHER], only(by_leanings=True))
    assert numbers(found)[-1] == 0
    assert found.takes[0].reasons == ("goes on in the manner of the song",)
    assert found.sentence == "All 3 are shown, in order of how well they fit the song."


def test_what_the_user_leans_to_counts_more_than_the_song():
    asked = request(takes=1, leanings=Leanings(density=5))
    slow, fast = candidate(asked, 0, LIKE), candidate(asked, 1, [*LIKE, *OTHER], step=240)
    assert numbers(choose(asked, [slow, fast], only(by_leanings=True), None, "", never)) == [1]
    plain = request(takes=1)
    assert numbers(choose(plain, [slow, fast], only(by_leanings=True), None, "", never)) == [0]


def test_a_take_that_ends_on_the_tonic_with_a_long_note_ends_its_phrase():
    asked = request(takes=2)
    ends = candidate(asked, 1, [*LIKE[:-2], 72])
    long_end = replace(
        ends, take=replace(ends.take, notes=(*ends.take.notes[:-1], replace(ends.take.notes[-1], length=960)))
    )
    open_end = candidate(asked, 0, [*LIKE[:-1], 77])
    found = choose(asked, [open_end, long_end], only(by_ending=True), None, "", never)
    assert numbers(found) == [1, 0] and found.takes[0].reasons == ("ends its phrase",)
    fill = replace(asked, verb=Verb.FILL)
    assert math.isnan(Criteria(fill).ending(ends.take.notes)), "the music goes on there"


def test_a_song_that_repeats_itself_asks_for_takes_that_do():
    asked = request()
    criteria = Criteria(asked)
    same = [*TUNE, *TUNE]
    assert criteria.form(candidate(asked, 0, same).take.notes) == 0
    assert criteria.form(candidate(asked, 0, STRANGE).take.notes) < -0.3
    nothing = replace(asked, verb=Verb.GENERATE, score=replace(song(), tracks=(Track("Melody", NoteTable.empty()),)))
    assert math.isnan(Criteria(nothing).form(candidate(nothing, 0, LIKE).take.notes))


def test_different_takes_are_shown_rather_than_the_best_one_twice():
    asked = request(takes=2)
    near = [*LIKE[:8], *(pitch + 2 for pitch in LIKE[8:])]
    lines = [LIKE, near, OTHER]
    assert numbers(chosen(asked, lines, only(diverse=True))) == [0, 2]
    assert numbers(chosen(asked, lines, AS_WRITTEN)) == [0, 1]


def test_what_was_put_right_is_said():
    asked = request(takes=1)
    found = choose(asked, [candidate(asked, 0, LIKE, hanging=2)], only(clean=True), None, "", never)
    assert found.sentence == "Notes put right: 2 hanging."


def test_other_tracks_decide_whether_notes_fit():
    chords = NoteTable.of(Note(1920 * bar, 1920, pitch) for bar in range(12) for pitch in (48, 52, 55))
    score = song()
    score = replace(score, tracks=(*score.tracks, Track("Chords", chords)))
    asked = GenerationRequest(score, Region(8 * 1920, 12 * 1920, (0,)), takes=2)
    inside, outside = ([pitch for _ in range(8) for pitch in pair] for pair in ((72, 76), (73, 77)))
    criteria = Criteria(asked)
    fits, clashes = (criteria.leaning(candidate(asked, 0, line).take.notes) for line in (inside, outside))
    assert fits > clashes


def test_a_second_model_puts_takes_in_its_order_and_says_how_likely_they_are():
    asked = request(takes=3)
    takes = takes_of("lstm", asked)
    bits = bits_under(MODELS["gru"], asked, [take.notes for take in takes], never)
    found = choose(
        asked,
        [Candidate(number, take, Counter()) for number, take in enumerate(takes)],
        only(by_surprise=True),
        MODELS["gru"],
        "The other",
        never,
    )
    assert numbers(found) == np.argsort(bits).tolist()
    assert found.takes[0].reasons == (f"likely to The other ({min(bits):.1f} bits a note)",)
    assert "how likely The other finds them" in found.sentence
    assert np.isnan(bits_under(MODELS["gru"], asked, [takes[0].notes], lambda: True)).all()


def test_standings_count_deviations_and_what_is_unknown_is_in_the_middle():
    assert standing([1.0, math.nan, 3.0]).tolist() == [-1, 0, 1]
    assert not standing([2.0, 2.0]).any() and not standing([1.0]).any()


@pytest.mark.parametrize("trunk", MODELS)
def test_the_same_candidates_give_the_same_choice(trunk):
    asked = request(takes=4)
    pool = [Candidate(number, take, Counter()) for number, take in enumerate(takes_of(trunk, asked))]
    first, second = (choose(asked, pool, Choosing(), MODELS["rnn"], "Rnn", never) for _ in range(2))
    assert first == second and 1 <= len(first.takes) <= 4
