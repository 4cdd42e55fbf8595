"""Ranges of instruments and names of pitches."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.music.general_midi import GM_INSTRUMENTS, GM_RANGES, instrument_range
from ml.music.pitch_names import parse_pitch, parse_pitch_class, pitch_name


def test_every_instrument_has_a_range_of_an_octave_at_least():
    assert len(GM_RANGES) == 128
    for name, (lowest, highest) in zip(GM_INSTRUMENTS, GM_RANGES, strict=True):
        assert lowest >= 0 and lowest + 12 <= highest <= 127, name


@pytest.mark.parametrize(
    ("name", "range_"),
    [("Grand Piano", ("A0", "C8")), ("Violin", ("G3", "G7")), ("Cello", ("C2", "A5")), ("Choir Aahs", ("C2", "C6")),
     ("Flute", ("B3", "D7")), ("Finger Bass", ("E1", "G4")), ("Trumpet", ("F#3", "D6")), ("Tuba", ("D1", "F4"))],
)  # fmt: skip
def test_ranges_are_those_that_players_know(name, range_):
    assert tuple(map(pitch_name, GM_RANGES[GM_INSTRUMENTS.index(name)])) == range_


def test_a_track_without_an_instrument_plays_the_piano():
    assert instrument_range(None) == GM_RANGES[0]


@given(st.integers(0, 127))
def test_pitches_read_back_from_their_names(pitch):
    assert parse_pitch(pitch_name(pitch)) == pitch == parse_pitch(str(pitch))
    assert parse_pitch_class(pitch_name(pitch).rstrip("-0123456789")) == pitch % 12


@pytest.mark.parametrize("text", ["", "H4", "C", "C10", "G#9", "C-2", "128", "-1", "4C"])
def test_what_is_no_pitch_is_refused(text):
    with pytest.raises(ValueError, match="is not a pitch that I know; write for example C4"):
        parse_pitch(text)


@pytest.mark.parametrize("text", ["", "C4", "H", "c##"])
def test_what_is_no_note_name_is_refused(text):
    with pytest.raises(ValueError, match="is not a note name that I know"):
        parse_pitch_class(text)
