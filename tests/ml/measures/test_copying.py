"""Literal repetition is found wherever it stands, and only where every note agrees."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ml.measures.copying import Library, repeated_share
from ml.measures.note_runs import NoteRuns
from ml.measures.returns import returns

onsets = st.tuples(st.integers(0, 1), st.integers(0, 50), st.integers(60, 64))


@given(st.sets(onsets, min_size=1), st.integers(1, 100))
def test_moved_notes_are_found_at_their_shift(given_notes, shift):
    moved = [(track, start + shift, pitch) for track, start, pitch in given_notes]
    assert repeated_share(given_notes, moved, [7, shift]) == 1
    higher = [(track, start, pitch + 10) for track, start, pitch in moved]
    assert repeated_share(given_notes, higher, range(200)) == 0


def test_a_share_is_of_the_asked_notes():
    said = [(0, 0, 60), (0, 4, 62), (0, 8, 64)]
    assert repeated_share(said, [(0, 16, 60), (0, 20, 62), (0, 24, 65), (0, 28, 60)], [16]) == 0.5


def test_nothing_repeats_nothing():
    assert repeated_share([(0, 0, 60)], [], [0]) == 0
    assert repeated_share([(0, 0, 60)], [(0, 0, 60)], []) == 0


def melody(seed: int, notes: int, line: int = 0) -> NoteRuns:
    """A random line of eighths and quarters."""
    random = np.random.default_rng(seed)
    return NoteRuns.of(
        np.full(notes, line), np.cumsum(random.choice([12, 24], notes)), random.integers(55, 80, notes)
    )  # fmt: skip


def cut(runs: NoteRuns, first: int, end: int) -> NoteRuns:
    rows = np.zeros(len(runs), bool)
    rows[first:end] = True
    return runs.only(rows)


def joined(*parts: NoteRuns) -> NoteRuns:
    """Lines one after the other."""
    line = np.concatenate([part.line + 1000 * number for number, part in enumerate(parts)])
    return NoteRuns(line, np.concatenate([p.pitch for p in parts]), np.concatenate([p.step for p in parts]))


def copying(asked: NoteRuns, *corpora: NoteRuns):
    library = Library([asked])
    for corpus in corpora:
        library.add(corpus)
    return library.copying(asked)


def test_a_quotation_is_found_in_all_its_length_and_no_further():
    asked = joined(cut(melody(1, 200), 50, 80), melody(2, 60))
    found = copying(asked, melody(3, 500), melody(1, 200))
    assert found.notes == 90
    assert found.longest == found.longest_transposed == 30
    assert found.share_8 == found.share_8_transposed == 23 / (23 + 53)
    assert found.share_16 == 15 / (15 + 45)


def test_a_transposed_quotation_is_found_as_such():
    source = melody(4, 100)
    higher = NoteRuns(source.line, source.pitch + 5, source.step)
    found = copying(higher, source)
    assert (found.longest, found.longest_transposed) == (0, 100)
    assert (found.share_8, found.share_8_transposed) == (0, 1)


def test_other_music_is_not_found_and_short_lines_have_no_runs():
    assert copying(melody(5, 300), melody(6, 5000)).longest_transposed == 0
    short = copying(melody(5, 5), melody(5, 5))
    assert (short.longest, math.isnan(short.share_8)) == (0, True)


def test_a_run_does_not_reach_from_one_line_into_the_next():
    whole = melody(7, 40)
    parted = joined(cut(whole, 0, 20), cut(whole, 20, 40))
    assert copying(whole, parted).longest == 20
    assert copying(parted, whole).longest == 20


@given(st.lists(st.integers(60, 63), min_size=1, max_size=40), st.lists(st.integers(60, 63), max_size=40))
def test_shares_agree_with_looking_at_every_run(asked, corpus):
    def line(pitches: list[int]) -> NoteRuns:
        return NoteRuns.of(np.zeros(len(pitches)), np.arange(len(pitches)) * 12, np.array(pitches, np.int64))

    def runs(pitches: list[int], n: int) -> list[tuple[int, ...]]:
        return [tuple(pitches[i : i + n]) for i in range(len(pitches) - n + 1)]

    found = copying(line(asked), line(corpus))
    known = set(runs(corpus, 8))
    expected = [run in known for run in runs(asked, 8)]
    assert math.isnan(found.share_8) if not expected else found.share_8 == np.mean(expected)
    longest = max((n for n in range(8, 41) if set(runs(asked, n)) & set(runs(corpus, n))), default=0)
    assert found.longest == longest


def piece(*phrases: list[int], part: list[int] | None = None) -> tuple[np.ndarray, ...]:
    """Phrases of eighths, one after the other, as columns part, onset, pitch, length."""
    pitch = np.concatenate(phrases).astype(np.int64)
    onset = np.arange(len(pitch)) * 12
    return np.zeros(len(pitch), np.int64) if part is None else np.array(part), onset, pitch, np.full(len(pitch), 12)


THEME = [60, 64, 62, 65, 64, 67, 65, 69, 71, 72]
OTHER = [70, 61, 66, 63, 68, 59, 73, 75, 58, 76]


def test_a_theme_that_comes_back_is_a_return_the_first_time_it_is_not():
    found = returns(*piece(THEME, OTHER, THEME))
    assert found.literal.tolist() == [False] * 20 + [True] * 10
    assert not found.transposed.any()


def test_a_transposed_theme_is_told_apart():
    found = returns(*piece(THEME, OTHER, [pitch + 3 for pitch in THEME]))
    assert not found.literal.any()
    assert found.transposed.tolist() == [False] * 20 + [True] * 10


def test_a_pattern_that_runs_on_returns_only_when_it_has_been_heard_whole():
    found = returns(*piece([60, 67] * 10))
    assert found.literal.tolist() == [False] * 8 + [True] * 12


def test_a_unison_is_no_return_and_an_entry_in_another_part_is():
    part, onset, pitch, length = piece(THEME, THEME, part=[0] * 10 + [1] * 10)
    assert returns(part, onset, pitch, length).literal.tolist() == [False] * 10 + [True] * 10
    together = np.concatenate([onset[:10], onset[:10]])
    assert not returns(part, together, pitch, length).literal.any()


def test_masks_follow_the_order_in_which_the_notes_were_given():
    columns = piece(THEME, OTHER, THEME)
    order = np.random.default_rng(0).permutation(30)
    shuffled = returns(*(column[order] for column in columns))
    assert shuffled.literal.tolist() == returns(*columns).literal[order].tolist()
