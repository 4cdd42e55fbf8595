"""Splitting, joining, legato, staccato and cutting overlaps."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ml.music import Note, Score
from studio.edit import Selection
from studio.edit.edited import with_notes
from studio.edit.operations import cut_overlaps, join, legato, split_at, staccato
from tests.studio.edit.pieces import BAR, TPQ, chosen, everything, melody, song, sounds


def test_splitting_at_the_playhead_cuts_what_sounds_there() -> None:
    score = song(Note(0, BAR, 60), Note(0, TPQ, 64), Note(TPQ, TPQ, 67))
    cut = split_at(score, everything(score), TPQ)
    assert sounds(cut.score) == [(0, TPQ, 60), (0, TPQ, 64), (TPQ, BAR - TPQ, 60), (TPQ, TPQ, 67)]
    assert cut.selection is not None
    assert len(cut.selection) == 4


@given(chosen(), st.integers(-10, 5 * BAR))
def test_splitting_and_joining_the_parts_gives_the_original(piece: tuple[Score, Selection], tick: int) -> None:
    score, selection = piece
    # Where notes of one pitch overlap it is open which parts belong together.
    score = with_notes(score, selection.track, selection.table(score).without_overlaps())
    selection = selection.pruned(score)
    cut = split_at(score, selection, tick)
    assert cut.selection is not None
    restored = cut.score
    heads, tails = selection.notes(cut.score), cut.selection.removed(selection.ids).notes(cut.score)
    for tail in tails:
        (head,) = [note.id for note in heads if (note.pitch, note.end) == (tail.pitch, tick)]
        restored = join(restored, selection.with_ids({head, tail.id})).score
    assert restored == score


def test_joining_keeps_the_first_note_and_lasts_to_the_latest_end() -> None:
    score = song(
        Note(0, 100, 60, 50, id=0),
        Note(50, 500, 60, 70, release=9, id=1),
        Note(100, 10, 60, 90, id=2),
        Note(0, 5, 61, id=3),
    )
    joined = join(score, everything(score))
    assert sounds(joined.score) == [(0, 550, 60), (0, 5, 61)]
    assert [(note.velocity, note.release) for note in joined.score.tracks[0].notes] == [(50, 9), (80, 64)]
    assert joined.selection == Selection(0, frozenset({0, 3}))


def test_notes_that_do_not_touch_are_not_joined_and_it_is_said() -> None:
    score = song(Note(0, 100, 60), Note(150, 100, 60))
    joined = join(score, everything(score))
    assert joined.score is score
    assert joined.remarks == ("Nothing was joined: no selected notes of one pitch touch each other.",)
    assert sounds(join(score, everything(score), gap_ticks=50).score) == [(0, 250, 60)]


@given(chosen(tracks=1), st.integers(0, TPQ))
def test_joining_covers_the_same_time_and_leaves_nothing_that_touches(
    piece: tuple[Score, Selection], gap_ticks: int
) -> None:
    score, selection = piece
    joined = join(score, selection, gap_ticks)
    assert joined.selection is not None
    ends: dict[int, int] = {}
    for note in joined.selection.notes(joined.score):
        assert note.start > ends.get(note.pitch, -1) + gap_ticks or note.pitch not in ends
        ends[note.pitch] = note.end
    for old in selection.notes(score):
        covering = [n for n in joined.selection.notes(joined.score) if n.pitch == old.pitch]
        assert any(n.start <= old.start and old.end <= n.end for n in covering)


def test_legato_reaches_to_the_next_onset_and_chords_stay_together() -> None:
    score = song(Note(0, 100, 60), Note(0, 700, 64), Note(480, 50, 62), Note(960, 33, 60))
    assert sounds(legato(score, everything(score)).score) == [(0, 480, 60), (0, 480, 64), (480, 480, 62), (960, 33, 60)]


def test_legato_heeds_only_what_is_selected() -> None:
    score = song(*melody(60, 62, 64, length=100))
    assert sounds(legato(score, Selection(0, frozenset({0, 2}))).score)[0] == (0, 200, 60)


@given(chosen(), st.floats(0, 2))
def test_staccato_keeps_every_note_and_every_start(piece: tuple[Score, Selection], part: float) -> None:
    score, selection = piece
    played = staccato(score, selection, part).score.tracks[selection.track].notes
    before = selection.table(score)
    assert played.start.tolist() == before.start.tolist()
    assert played.length.min(initial=1) >= 1


def test_cutting_overlaps_ends_a_note_where_the_next_of_its_pitch_starts() -> None:
    score = song(Note(0, BAR, 60), Note(0, BAR, 64), Note(TPQ, TPQ, 60))
    assert sounds(cut_overlaps(score, everything(score)).score) == [(0, TPQ, 60), (0, BAR, 64), (TPQ, TPQ, 60)]


def test_cutting_overlaps_says_how_many_doubles_it_removed() -> None:
    score = song(Note(0, TPQ, 60), Note(0, BAR, 60), Note(0, 10, 60), Note(5, 10, 64))
    cut = cut_overlaps(score, everything(score))
    assert sounds(cut.score) == [(0, BAR, 60), (5, 10, 64)]
    assert cut.remarks == ("2 doubled notes were removed.",)
    assert cut_overlaps(cut.score, everything(cut.score)).score is cut.score


@given(chosen())
def test_cutting_overlaps_touches_only_selected_notes(piece: tuple[Score, Selection]) -> None:
    score, selection = piece
    cut = cut_overlaps(score, selection)
    others = selection.table(score).without(selection.rows(score))
    after = selection.table(cut.score)
    assert after.take(after.rows_of(others.id.tolist())) == others
