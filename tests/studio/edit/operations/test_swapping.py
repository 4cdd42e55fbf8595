"""One note in place of another: where, how long and how high; everything else of it stays."""

from __future__ import annotations

import pytest

from ml.music import LOCKED, Note
from studio.edit.edited import EditRefused
from studio.edit.operations.swapping import swap_note
from tests.studio.edit.pieces import song, sounds


def test_the_note_keeps_what_is_not_said_and_is_selected():
    score = song(Note(0, 480, 60), Note(960, 480, 64, velocity=33, source=2))
    chosen = int(score.tracks[0].notes.id[1])
    edited = swap_note(score, 0, chosen, 480, 960, 67)
    assert sounds(edited.score) == [(0, 480, 60), (480, 960, 67)]
    note = edited.score.tracks[0].notes[1]
    assert (note.id, note.velocity, note.source) == (chosen, 33, 2)
    assert edited.selection is not None and edited.selection.ids == {chosen}


def test_what_no_note_can_be_is_brought_to_what_one_can():
    score = song(Note(0, 480, 60))
    assert sounds(swap_note(score, 0, 0, -5, 0, 130).score) == [(0, 1, 127)]


def test_locked_notes_and_notes_that_are_gone_are_refused():
    score = song(Note(0, 480, 60, flags=LOCKED))
    with pytest.raises(EditRefused, match="locked"):
        swap_note(score, 0, 0, 0, 480, 62)
    with pytest.raises(EditRefused, match="not in the song"):
        swap_note(score, 0, 7, 0, 480, 62)
    with pytest.raises(EditRefused, match="track"):
        swap_note(score, 3, 0, 0, 480, 62)
