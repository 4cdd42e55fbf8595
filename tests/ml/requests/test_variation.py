"""Vary changes a few notes or all, ornaments first, the same ones for the same seed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.music import LOCKED, MUTED, Note, NoteTable, Score, TimeMap, Track
from ml.requests import RefusedRequest, Region, replaced_notes, varied_region

BAR = 4 * 480
EIGHTHS = [Note(i * 240, 240, 60 + i % 5) for i in range(32)]
SONG = Score((Track("A", NoteTable.of(EIGHTHS)), Track("B", NoteTable.of(EIGHTHS[:8]))), TimeMap(480))
REGION = Region(0, 4 * BAR, (0,))


def changed(score: Score, region: Region, track: int = 0) -> list[Note]:
    return list(replaced_notes(score, region, track))


@given(st.floats(0, 1), st.integers(0, 2**63 - 1))
def test_about_the_asked_share_changes_and_two_notes_at_least(amount, seed):
    region = varied_region(SONG, REGION, amount, seed)
    assert len(changed(SONG, region)) == max(3, round(32 * amount))
    assert region == varied_region(SONG, REGION, amount, seed)


def test_all_means_all():
    assert varied_region(SONG, REGION, 1.0, 1) == REGION


def test_weak_places_change_first():
    counts = {0: 0, 480: 0, 240: 0}
    for seed in range(200):
        for note in changed(SONG, varied_region(SONG, REGION, 0.25, seed)):
            counts[0 if note.start % 960 == 0 else 480 if note.start % 480 == 0 else 240] += 1
    per_note = counts[0] / 8, counts[480] / 8, counts[240] / 16
    assert per_note[0] * 1.5 < per_note[1] and per_note[1] * 1.3 < per_note[2]


def test_only_chosen_notes_change_and_locked_and_muted_ones_never():
    notes = [Note(i * 240, 240, 60, flags=LOCKED if i == 1 else MUTED if i == 2 else 0) for i in range(8)]
    score = Score((Track(notes=NoteTable.of(notes)),), TimeMap(480))
    region = varied_region(score, Region(0, BAR, (0,)), 1.0, 1, frozenset((0, i) for i in range(5)))
    assert [note.id for note in changed(score, region)] == [0, 3, 4]
    assert (0, 2) in region.kept


def test_tracks_share_the_amount_and_keep_their_own_notes():
    region = varied_region(SONG, Region(0, BAR, (0, 1)), 0.5, 3)
    first, second = changed(SONG, region, 0), changed(SONG, region, 1)
    assert len(first) + len(second) == 8 and {note.id for note in first} != {note.id for note in second}


@pytest.mark.parametrize("region", [Region(4 * BAR, 5 * BAR, (0,)), Region(0, BAR, (0,), frozenset(
    (0, i) for i in range(8)))])  # fmt: skip
def test_nothing_to_vary_is_refused(region):
    with pytest.raises(RefusedRequest, match="no notes to vary"):
        varied_region(SONG, region, 0.5, 1)
