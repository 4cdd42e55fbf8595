"""A request has room, a track and settings that make sense; else one sentence says what to change."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.music import Metre, Note, NoteTable, Score, TimeMap, Track
from ml.requests import GenerationRequest, Limits, RefusedRequest, Region, Sampling, continue_region

BAR = 4 * 960
SONG = Score((Track("A", NoteTable.of([Note(0, 960, 60), Note(3 * BAR + 100, 960, 62)])), Track("B")))
REQUEST = GenerationRequest(SONG, Region(4 * BAR, 8 * BAR, (0,)))


def test_a_usual_request_is_accepted():
    REQUEST.check()
    assert REQUEST.bars == 4


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"region": Region(-1, BAR, (0,))}, "starts before the song"),
        ({"region": Region(BAR, BAR, (0,))}, "choose at least one bar"),
        ({"region": Region(2 * BAR, BAR, (0,))}, "choose at least one bar"),
        ({"region": Region(0, 65 * BAR, (0,))}, "65 bars are too many at once: ask for 64"),
        ({"region": Region(0, BAR, ())}, "select the track"),
        ({"region": Region(0, BAR, (2,))}, "not in the song any more"),
        ({"region": Region(0, BAR, (-1,))}, "not in the song any more"),
        ({"region": Region(0, BAR, tuple(range(17)))}, "17 tracks are too many at once: select 16"),
        ({"takes": 0}, "ask for 1 to 32"),
        ({"takes": 33}, "33 takes cannot be made"),
        ({"sampling": Sampling(temperature=0.0)}, "between 0.05 and 4"),
        ({"sampling": Sampling(temperature=math.nan)}, "between 0.05 and 4"),
        ({"sampling": Sampling(top_p=1.1)}, "between 0.01 and 1"),
        ({"sampling": Sampling(top_p=math.nan)}, "between 0.01 and 1"),
        ({"limits": Limits(lowest=80, highest=40)}, "The range is empty"),
    ],
)
def test_a_request_that_cannot_be_answered_is_refused_with_the_fix(changes, says):
    with pytest.raises(RefusedRequest) as caught:
        replace(REQUEST, **changes).check()
    sentence = str(caught.value)
    assert says in sentence
    assert sentence.endswith(".")


def test_sixty_four_bars_sixteen_tracks_and_thirty_two_takes_may_be_asked():
    score = Score(tuple(Track() for _ in range(16)))
    GenerationRequest(score, Region(0, 64 * BAR, tuple(range(16))), takes=32).check()


@pytest.mark.parametrize(
    ("start", "end", "bars"), [(0, 1, 1), (0, BAR, 1), (0, BAR + 1, 2), (BAR - 1, BAR + 1, 2), (BAR // 2, 2 * BAR, 2)]
)
def test_bars_are_those_that_the_region_touches(start, end, bars):
    assert GenerationRequest(SONG, Region(start, end, (0,))).bars == bars


# --- where Continue goes on


def test_continue_starts_at_the_bar_line_after_the_last_note():
    assert continue_region(SONG, 0, 2) == Region(4 * BAR, 6 * BAR, (0,))


def test_a_piece_that_ends_on_a_bar_line_goes_on_right_there():
    score = Score((Track("A", NoteTable.of([Note(BAR, BAR, 60)])),))
    assert continue_region(score, 0, 1) == Region(2 * BAR, 3 * BAR, (0,))


def test_an_empty_song_starts_at_its_first_bar():
    assert continue_region(Score((Track(),)), 0, 4) == Region(0, 4 * BAR, (0,))


@pytest.mark.parametrize(
    ("selected", "start"), [((0, BAR), BAR), ((0, BAR + 1), 2 * BAR), ((BAR, 2 * BAR - 1), 2 * BAR)]
)
def test_a_selection_is_continued_from_the_bar_line_after_it(selected, start):
    assert continue_region(SONG, 1, 2, selected) == Region(start, start + 2 * BAR, (1,))


@pytest.mark.parametrize("bars", [0, -3])
def test_no_bars_are_refused(bars):
    with pytest.raises(RefusedRequest, match="at least one bar"):
        continue_region(SONG, 0, bars)


@given(
    st.lists(st.builds(Metre, st.integers(1, 40_000), st.integers(1, 9), st.sampled_from([2, 4, 8])), max_size=4),
    st.integers(0, 50_000), st.integers(1, 64),
)  # fmt: skip
def test_in_any_metre_the_region_is_whole_bars_after_the_selection(metres, end, bars):
    score = replace(SONG, time_map=TimeMap(960, metres=tuple(metres)))
    region = continue_region(score, 0, bars, (0, end))
    time_map = score.time_map
    assert region.start_tick >= end
    assert region.start_tick == time_map.bar_start(time_map.bar_at(region.start_tick))
    assert region.end_tick == time_map.bar_start(time_map.bar_at(region.end_tick))
    request = GenerationRequest(score, region)
    request.check()
    assert request.bars == bars
