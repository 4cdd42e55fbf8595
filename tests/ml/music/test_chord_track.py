"""A chord line typed over bars becomes a chord track, and a chord track becomes a line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.music import Metre, TimeMap
from ml.music.chords import QUALITIES, Chord
from ml.music.harmony import ChordSpan, ChordTrack

MAP = TimeMap(960)
BAR = 4 * 960


def spans(track: ChordTrack) -> list[tuple[int, int, str]]:
    return [(span.start_tick, span.end_tick, str(span.chord)) for span in track.spans]


def test_bars_are_split_equally_among_their_chords():
    track = ChordTrack.parse("C | Am F | Dm7 G7 C | C", MAP)
    third = BAR // 3
    assert spans(track) == [
        (0, BAR, "C"),
        (BAR, BAR + BAR // 2, "Am"),
        (BAR + BAR // 2, 2 * BAR, "F"),
        (2 * BAR, 2 * BAR + third, "Dm7"),
        (2 * BAR + third, 2 * BAR + 2 * third, "G7"),
        (2 * BAR + 2 * third, 4 * BAR, "C"),
    ]
    assert track.at(0) == track.at(BAR - 1) == Chord(0)
    assert track.at(4 * BAR) is None and track.at(-1) is None


@pytest.mark.parametrize(
    ("line", "same"),
    [
        ("C - F -", "C C F F"),
        ("C | % | F", "C | C | F"),
        ("C G | %", "C G | C G"),
        ("| C | | F |", "C | C | F"),
        ("C G | - F", "C G | G F"),
        ("C || F", "C | F"),
        ("C, F", "C F"),
        ("N.C. C", "nc C"),
    ],
)
def test_repeats_and_ways_of_writing(line, same):
    assert ChordTrack.parse(line, MAP) == ChordTrack.parse(same, MAP)


def test_no_chord_leaves_a_gap():
    track = ChordTrack.parse("C N.C. | N.C. | F", MAP)
    assert spans(track) == [(0, BAR // 2, "C"), (2 * BAR, 3 * BAR, "F")]
    assert track.at(BAR) is None


def test_a_line_starts_at_a_bar_and_goes_round_until_the_bars_are_full():
    track = ChordTrack.parse("C | G", MAP, 2, 3)
    assert spans(track) == [(2 * BAR, 3 * BAR, "C"), (3 * BAR, 4 * BAR, "G"), (4 * BAR, 5 * BAR, "C")]
    assert spans(ChordTrack.parse("C | G", MAP, 0, 1)) == [(0, BAR, "C")]


def test_bars_follow_the_metre():
    time_map = TimeMap(480, metres=(Metre(0, 3, 4), Metre(3 * 480, 6, 8)))
    assert spans(ChordTrack.parse("C | F G", time_map)) == [
        (0, 1440, "C"), (1440, 1440 + 720, "F"), (1440 + 720, 2880, "G"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("", "No chords are written"),
        (" | ", "No chords are written"),
        ("% | C", "nothing to repeat"),
        ("- C", "nothing to repeat"),
        ("C | H7", '"H7" is not a chord'),
        ("C " * 17, "Bar 1 of the chords holds 17: write 16 or fewer"),
        ("C|" * 10_001 + "C", "10002 bars: write 10000 or fewer"),
    ],
)
def test_a_line_that_cannot_be_read_says_why(line, says):
    with pytest.raises(ValueError, match=says):
        ChordTrack.parse(line, MAP)


CELLS = st.none() | st.builds(Chord, st.integers(0, 11), st.sampled_from(QUALITIES), st.none() | st.integers(0, 11))
BARS = st.lists(st.lists(CELLS, min_size=1, max_size=6), min_size=1, max_size=8)
METRES = st.lists(
    st.builds(Metre, st.integers(0, 20_000), st.integers(1, 9), st.sampled_from([2, 4, 8])), max_size=3
)  # fmt: skip


@given(BARS, METRES, st.integers(0, 5))
def test_what_was_typed_reads_back_from_its_text(bars, metres, start_bar):
    time_map = TimeMap(960, metres=tuple(metres))
    line = " | ".join(" ".join(str(chord or "N.C.") for chord in bar) for bar in bars)
    track = ChordTrack.parse(line, time_map, start_bar)
    text = track.text(time_map, start_bar, len(bars))
    assert ChordTrack.parse(text, time_map, start_bar) == track


def test_the_text_is_short():
    assert ChordTrack.parse("C C C C | Am Am F F | N.C.", MAP).text(MAP, 0, 3) == "C | Am F | N.C."
    assert ChordTrack().text(MAP) == ""


def test_changes_that_no_division_meets_move_to_the_nearest_cell():
    track = ChordTrack((ChordSpan(0, 1921, Chord(0)), ChordSpan(1921, BAR, Chord(7))))
    assert ChordTrack.parse(track.text(MAP), MAP) == ChordTrack.parse("C G", MAP)


def test_chords_between_are_cut_at_the_borders():
    track = ChordTrack.parse("C | F | G", MAP).between(BAR // 2, BAR + 10)
    assert spans(track) == [(BAR // 2, BAR, "C"), (BAR, BAR + 10, "F")]


@pytest.mark.parametrize(
    "wrong",
    [
        (ChordSpan(0, 0, Chord(0)),),
        (ChordSpan(0, 10, Chord(0)), ChordSpan(9, 20, Chord(0))),
        (ChordSpan(10, 20, Chord(0)), ChordSpan(0, 10, Chord(0))),
    ],
)
def test_a_chord_track_is_in_order(wrong):
    with pytest.raises(ValueError, match="chord"):
        ChordTrack(wrong)
