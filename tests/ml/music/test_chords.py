"""Chord names as musicians write them, there and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.music.chords import OTHER_SUFFIXES, QUALITIES, SUFFIXES, Chord, Quality

CHORDS = st.builds(Chord, st.integers(0, 11), st.sampled_from(QUALITIES), st.none() | st.integers(0, 11))


@given(CHORDS)
def test_every_chord_reads_back_from_its_name(chord):
    assert Chord.parse(str(chord)) == chord
    assert Chord.parse(f"  {chord} ") == chord


@pytest.mark.parametrize(
    ("text", "root", "quality", "bass"),
    [
        ("C", 0, Quality.MAJOR, None),
        ("Am7", 9, Quality.MINOR_SEVENTH, None),
        ("F#dim", 6, Quality.DIMINISHED, None),
        ("Bbmaj7", 10, Quality.MAJOR_SEVENTH, None),
        ("C/E", 0, Quality.MAJOR, 4),
        ("C/C", 0, Quality.MAJOR, None),
        ("Gsus4", 7, Quality.SUSPENDED_FOURTH, None),
        ("Dm7b5", 2, Quality.HALF_DIMINISHED, None),
        ("bb", 10, Quality.MAJOR, None),
        ("E♭maj7", 3, Quality.MAJOR_SEVENTH, None),
        ("C6/9", 0, Quality.SIXTH, None),
        ("A-7/G", 9, Quality.MINOR_SEVENTH, 7),
        ("CM7", 0, Quality.MAJOR_SEVENTH, None),
        ("Cm7", 0, Quality.MINOR_SEVENTH, None),
        ("C:min", 0, Quality.MINOR, None),
        ("G13", 7, Quality.DOMINANT_SEVENTH, None),
        ("Cb", 11, Quality.MAJOR, None),
    ],
)
def test_what_musicians_write_is_understood(text, root, quality, bass):
    assert Chord.parse(text) == Chord(root, quality, bass)


@pytest.mark.parametrize("text", ["N.C.", "nc", "NC", "n.c."])
def test_no_chord_is_none(text):
    assert Chord.parse(text) is None


@pytest.mark.parametrize("text", ["", "H", "Cfoo", "C/", "C/H", "7", "C E", "\x00", "C" * 10_000])
def test_what_is_no_chord_is_refused_with_a_sentence(text):
    with pytest.raises(ValueError, match="is not a chord that I know; write for example") as caught:
        Chord.parse(text)
    assert len(str(caught.value)) < 150


def test_tones_are_the_root_s_and_the_bass():
    assert Chord(9, Quality.MINOR).pitch_classes == {9, 0, 4}
    assert Chord(0, Quality.MAJOR, 2).pitch_classes == {0, 4, 7, 2}


def test_names_follow_usage():
    names = [str(Chord(root, Quality.MAJOR)) for root in range(12)]
    assert names == ["C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"]
    assert str(Chord(1, Quality.MINOR)) == "C#m" and str(Chord(2, Quality.MAJOR, 6)) == "D/F#"


def test_no_two_qualities_share_a_name():
    names = [*SUFFIXES.values(), *(name for names in OTHER_SUFFIXES.values() for name in names)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("wrong", [(12, None), (-1, None), (0, 12)])
def test_roots_outside_the_octave_are_refused(wrong):
    with pytest.raises(ValueError, match="pitch classes from 0 to 11"):
        Chord(wrong[0], Quality.MAJOR, wrong[1])
