"""Parts of takes: whatever is accepted in whatever order, the rest stays, and all parts together are the take."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.music import LOCKED, MUTED, Metre, Note, NoteTable, Score, TimeMap, Track
from ml.requests import GenerationRequest, Provenance, Region, Take, TakeNote, Verb, score_with_take
from studio.edit.edited import EditRefused
from studio.edit.operations.take_parts import Excerpt, accept_bars, accept_excerpts

TPQ = 24
BAR = 4 * TPQ
SOURCE = 7


def take_of(score: Score, region: Region, notes: list[TakeNote]) -> Take:
    request = GenerationRequest(score, region, Verb.FILL)
    provenance = Provenance.of(
        request, model="m", checkpoint="", take=0, prompt_start_tick=0, prompt_end_tick=0, bits_per_note=1.0
    )
    return Take(request, tuple(notes), provenance)


@st.composite
def songs_and_takes(draw: st.DrawFn) -> Take:
    """Two tracks of few pitches with long and short notes, some locked or muted, and a take for some bars of both."""
    bars = draw(st.integers(1, 4))
    metres = draw(st.sampled_from([(Metre(0, 4, 4),), (Metre(0, 3, 4), Metre(3 * TPQ * 2, 4, 4))]))
    time_map = TimeMap(TPQ, metres=metres)
    start = time_map.bar_start(1) + draw(st.sampled_from([0, 0, 10]))
    end = time_map.bar_start(1 + bars) - draw(st.sampled_from([0, 0, 7]))

    def some_notes() -> NoteTable:
        flags = st.sampled_from([0, 0, 0, LOCKED, MUTED])
        one = st.builds(
            Note, st.integers(0, end + BAR), st.integers(1, 3 * BAR), st.integers(60, 63), st.integers(1, 127),
            flags=flags,
        )  # fmt: skip
        return NoteTable.of(draw(st.lists(one, max_size=12)))

    score = Score((Track("a", some_notes()), Track("b", some_notes())), time_map)
    ids = score.tracks[0].notes.id.tolist()
    kept = frozenset((0, i) for i in draw(st.lists(st.sampled_from(ids), max_size=2))) if ids else frozenset()
    region = Region(start, end, (0, 1), kept)
    notes: list[TakeNote] = []
    for track, at, length, pitch in sorted(
        draw(
            st.lists(
                st.tuples(st.integers(0, 1), st.integers(start, end - 1), st.integers(1, 2 * BAR), st.integers(60, 63)),
                max_size=14,
            )
        )
    ):
        before = next((n for n in reversed(notes) if (n.track, n.pitch) == (track, pitch)), None)
        if before is not None and at < before.start + before.length:
            continue  # takes are cleaned: no note rings into the next one of its pitch
        notes.append(TakeNote(track, at, min(length, end - at), pitch, 80, 1.0))
    return take_of(score, region, notes)


def music(score: Score) -> list[list[tuple[int, ...]]]:
    """All notes of all tracks, without their ids."""
    return [
        sorted((n.start, n.length, n.pitch, n.velocity, n.flags, n.source) for n in track.notes)
        for track in score.tracks
    ]


@given(songs_and_takes(), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_accepting_all_parts_in_any_order_is_accepting_the_take(take: Take, draw: random.Random) -> None:
    score, region, time_map = take.request.score, take.request.region, take.request.score.time_map
    first, last = time_map.bar_at(region.start_tick), time_map.bar_at(region.end_tick - 1)
    cells = [(bar, track) for bar in range(first, last + 1) for track in region.tracks]
    draw.shuffle(cells)
    for bar, track in cells:
        part = Region(time_map.bar_start(bar), time_map.bar_start(bar + 1), (track,))
        score = accept_bars(score, take, part, SOURCE).score
    assert music(score) == music(score_with_take(take.request.score, take, SOURCE))


@given(songs_and_takes(), st.integers(0, 3))
@settings(max_examples=25, deadline=None)
def test_a_part_leaves_the_rest_of_the_song_as_it_was(take: Take, number: int) -> None:
    score, region, time_map = take.request.score, take.request.region, take.request.score.time_map
    bar = time_map.bar_at(region.start_tick) + number
    start, end = max(time_map.bar_start(bar), region.start_tick), min(time_map.bar_start(bar + 1), region.end_tick)
    if end <= start:
        with pytest.raises(EditRefused):
            accept_bars(score, take, replace(region, start_tick=start, end_tick=end), SOURCE)
        return
    after = accept_bars(score, take, Region(start, end, (0,)), SOURCE).score
    assert after.tracks[1] is score.tracks[1]
    old, new = score.tracks[0].notes, after.tracks[0].notes
    for outside in ((0, start), (end, 1 << 30)):
        there = [(n.start, n.pitch, n.velocity, n.id, n.source) for n in old if outside[0] <= n.start < outside[1]]
        assert there == [
            (n.start, n.pitch, n.velocity, n.id, n.source) for n in new if outside[0] <= n.start < outside[1]
        ]
    locked = [n for n in old if n.flags & LOCKED or (0, n.id) in region.kept]
    assert all(note in list(new) for note in locked), "locked and kept notes survive"


def test_a_note_ends_where_the_accepted_bars_end_and_goes_on_when_more_follow() -> None:
    song = NoteTable.of(Note(bar * BAR, BAR, 50) for bar in range(4))
    score = Score((Track("a", song),), TimeMap(TPQ))
    take = take_of(score, Region(BAR, 4 * BAR, (0,)), [TakeNote(0, BAR, 3 * BAR, 70, 90, 1.0)])

    def lengths(score: Score) -> dict[int, int]:
        return {n.pitch: n.length for n in score.tracks[0].notes if n.source == SOURCE}

    one = accept_bars(score, take, Region(BAR, 2 * BAR, (0,)), SOURCE)
    assert lengths(one.score) == {70: BAR} and one.selection is not None and len(one.selection) == 1
    two = accept_bars(one.score, take, Region(2 * BAR, 3 * BAR, (0,)), SOURCE)
    assert lengths(two.score) == {70: 2 * BAR}
    three = accept_bars(two.score, take, Region(3 * BAR, 4 * BAR, (0,)), SOURCE)
    assert lengths(three.score) == {70: 3 * BAR} and len(three.score.tracks[0].notes) == 2


def test_single_notes_are_added_to_what_is_there() -> None:
    own = NoteTable.of([Note(0, BAR, 60), Note(BAR, BAR, 62, flags=LOCKED)])
    score = Score((Track("a", own),), TimeMap(TPQ))
    notes = (TakeNote(0, 0, 10, 64, 90, 1.0), TakeNote(0, BAR + 5, 10, 62, 90, 1.0), TakeNote(0, 0, BAR, 60, 90, 1.0))
    region = Region(0, 2 * BAR, (0,))
    edited = accept_excerpts(score, [Excerpt(region, notes, (3, 4, 5), clears=False)])
    table = edited.score.tracks[0].notes
    assert sorted((n.start, n.pitch, n.source) for n in table) == [(0, 60, 5), (0, 64, 3), (BAR, 62, 0)]
    assert np.count_nonzero(table.flags & LOCKED) == 1, "what would sound over a locked note is left out"


def test_single_notes_replace_what_they_would_sound_over_on_their_pitch() -> None:
    own = NoteTable.of([Note(0, 2 * BAR, 60), Note(BAR + 10, 20, 60), Note(BAR, BAR, 61), Note(2 * BAR, BAR, 60)])
    score = Score((Track("a", own),), TimeMap(TPQ))
    note = TakeNote(0, BAR, BAR, 60, 90, 1.0)
    edited = accept_excerpts(score, [Excerpt(Region(0, 2 * BAR, (0,)), (note,), (3,), clears=False)])
    table = edited.score.tracks[0].notes
    found = sorted((n.start, n.length, n.pitch, n.source) for n in table)
    assert found == [(0, BAR, 60, 0), (BAR, BAR, 60, 3), (BAR, BAR, 61, 0), (2 * BAR, BAR, 60, 0)]
    assert edited.selection is not None and edited.selection.rows(edited.score).tolist() == [1]


@given(songs_and_takes(), st.integers(0, 1))
@settings(max_examples=40, deadline=None)
def test_no_accepted_note_sounds_over_another_of_its_pitch(take: Take, nth: int) -> None:
    score, notes = take.request.score, take.notes[nth::2]
    excerpt = Excerpt(take.request.region, notes, (SOURCE,) * len(notes), clears=False)
    if not notes:
        return
    after = accept_excerpts(score, [excerpt])
    again = accept_excerpts(after.score, [excerpt])
    assert again.score == after.score, "the same notes once more change nothing"
    for before, now in zip(score.tracks, after.score.tracks, strict=True):
        stays = {note.id for note in before.notes if note.flags & LOCKED} | {i for _, i in take.request.region.kept}
        for new in (note for note in now.notes if note.source == SOURCE):
            over = [
                other
                for other in now.notes
                if other.pitch == new.pitch and other.id != new.id and other.start < new.end and new.start < other.end
            ]
            assert all(other.id in stays and other.flags & MUTED for other in over), "but for silent ones that stay"


def test_nothing_is_refused_in_words() -> None:
    score = Score((Track("a"),), TimeMap(TPQ))
    with pytest.raises(EditRefused, match="no notes"):
        accept_excerpts(score, [])
    take = take_of(score, Region(0, BAR, (0,)), [TakeNote(0, 0, 10, 64, 90, 1.0)])
    with pytest.raises(EditRefused, match="nothing there"):
        accept_bars(score, take, Region(BAR, 2 * BAR, (0,)), SOURCE)
