"""Copy, cut and paste: also onto other tracks and into pieces with another clock."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.music import LOCKED, Note, Score
from studio.edit import Clip, Document, EditRefused, Selection
from studio.edit.clipboard import copy, cut, paste
from studio.edit.operations import add_track
from tests.studio.edit.pieces import BAR, TPQ, chosen, everything, melody, song, sounds


def clip_of(score: Score) -> Clip:
    clip = copy(score, everything(score))
    assert clip is not None
    return clip


def test_pasting_keeps_the_shape_and_selects_what_was_pasted() -> None:
    score = song(*melody(60, 64, 67, start=100))
    pasted = paste(score, clip_of(score), 0, BAR)
    assert sounds(pasted.score)[3:] == [(BAR, TPQ, 60), (BAR + TPQ, TPQ, 64), (BAR + 2 * TPQ, TPQ, 67)]
    assert pasted.selection is not None
    assert pasted.selection.span(pasted.score) == (BAR, BAR + 3 * TPQ)
    assert pasted.remarks == ()


def test_pasting_onto_another_track_leaves_the_first_alone() -> None:
    score = add_track(song(*melody(60))).score
    pasted = paste(score, clip_of(score), 1, 0)
    assert sounds(pasted.score, 1) == sounds(score, 0)
    assert pasted.score.tracks[0] is score.tracks[0]


def test_pasting_twice_at_one_place_makes_no_invisible_doubles() -> None:
    score = song(*melody(60, 64))
    once = paste(score, clip_of(score), 0, BAR).score
    again = paste(once, clip_of(score), 0, BAR)
    assert again.score == once
    assert again.selection is not None
    assert len(again.selection) == 2


def test_pasting_over_other_notes_leaves_them_all() -> None:
    score = song(*melody(60, 60, 60))
    pasted = paste(score, clip_of(score), 0, TPQ // 2)
    assert len(pasted.score.tracks[0].notes) == 6


def test_cut_and_paste_in_place_is_the_original() -> None:
    document = Document(song(*melody(60, 62, 64)))
    before = sounds(document.score)
    document.select(Selection(0, frozenset({1})))
    edited, clip = cut(document.score, document.selection)
    document.apply("Cut", edited)
    assert clip is not None
    assert sounds(document.score) == [before[0], before[2]]
    document.apply("Paste", paste(document.score, clip, 0, TPQ))
    assert sounds(document.score) == before


def test_with_nothing_selected_there_is_nothing_to_copy() -> None:
    score = song(*melody(60))
    assert copy(score, Selection(0)) is None
    edited, clip = cut(score, Selection(0))
    assert (edited.score, clip) == (score, None)


def test_pasting_on_a_track_that_is_gone_is_refused() -> None:
    with pytest.raises(EditRefused, match="select another one"):
        paste(song(), clip_of(song(*melody(60))), 1, 0)


def test_a_finer_clock_takes_everything_exactly_and_a_coarser_one_says_what_it_rounded() -> None:
    swung = song(Note(0, 160, 60), Note(160, 80, 62), Note(241, 239, 64), tpq=480)
    fine = paste(song(), clip_of(swung), 0, 0)
    assert sounds(fine.score) == [(0, 320, 60), (320, 160, 62), (482, 478, 64)]
    assert fine.remarks == ()
    coarse = paste(song(tpq=96), clip_of(swung), 0, 0)
    assert sounds(coarse.score) == [(0, 32, 60), (32, 16, 62), (48, 48, 64)]
    assert coarse.remarks == (
        "1 note was rounded by up to half a tick: the source counts 480 ticks to the quarter, this song 96.",
    )


def test_notes_too_short_for_the_clock_do_not_vanish() -> None:
    grace = song(Note(0, 3, 60), Note(3, 3, 62), tpq=960)
    pasted = paste(song(tpq=24), clip_of(grace), 0, 0)
    assert [length for _, length, _ in sounds(pasted.score)] == [1, 1]
    assert pasted.remarks[0].startswith("2 notes were rounded")


def test_a_clip_for_another_piece_forgets_the_numbers_of_takes_and_nothing_else() -> None:
    clip = clip_of(song(Note(5, 10, 60, velocity=33, flags=LOCKED, source=4)))
    (note,) = clip.without_sources().notes
    assert (note.start, note.velocity, note.flags, note.source) == (0, 33, LOCKED, 0)


@given(chosen(), st.sampled_from([24, 96, 480, 960, 1024]), st.integers(0, BAR))
def test_a_pasted_phrase_has_every_note_within_half_a_tick(piece: tuple[Score, Selection], tpq: int, tick: int) -> None:
    score, selection = piece
    clip = copy(score, selection)
    if clip is None:
        return
    pasted, _ = clip.table_at(tick, tpq)
    assert len(pasted) == len(selection)
    by_id = {note.id: note for note in pasted}
    for note in clip.notes:
        assert abs((by_id[note.id].start - tick) * TPQ - note.start * tpq) * 2 <= TPQ
        assert by_id[note.id].length >= 1
        assert (by_id[note.id].pitch, by_id[note.id].velocity) == (note.pitch, note.velocity)
    there_and_back = Clip(pasted.replaced(slice(None), start=pasted.start - tick), tpq)
    if tpq % TPQ == 0:
        assert there_and_back.table_at(0, TPQ)[0] == clip.notes
