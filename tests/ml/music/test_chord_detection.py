"""Chords are found in what is played: block chords, broken chords, a melody above them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.music import MUTED, Metre, Note, NoteTable, Score, TimeMap, Track
from ml.music.harmony import DETECTED, Chord, ChordTrack, Quality, detect_chords, likely_chords

BAR = 4 * 480
MAP = TimeMap(480)


def block(chord: Chord, start: int, length: int) -> list[Note]:
    """Root in the bass and the chord above it."""
    tones = [48 + chord.root, *(60 + (chord.root + step) % 12 for step in chord.quality.value)]
    return [Note(start, length, pitch) for pitch in tones]


def played(line: str, time_map: TimeMap = MAP) -> tuple[list[Note], ChordTrack]:
    track = ChordTrack.parse(line, time_map)
    return [n for s in track.spans for n in block(s.chord, s.start_tick, s.end_tick - s.start_tick)], track


def song(*notes: list[Note], drums: bool = False, time_map: TimeMap = MAP) -> Score:
    return Score(tuple(Track(notes=NoteTable.of(n), drums=drums) for n in notes), time_map)


@given(st.integers(0, 11), st.sampled_from(DETECTED))
def test_the_tones_of_a_chord_alone_give_the_chord(root, quality):
    weights = np.zeros((1, 12))
    for step in quality.value:
        weights[0, (root + step) % 12] += 1.0 if step else 1.5
    (found,), (kind,) = likely_chords(weights)
    assert (found, DETECTED[kind]) == (root, quality)


def test_silence_single_notes_and_noise_are_no_chord():
    weights = np.stack([np.zeros(12), np.eye(12)[3], np.ones(12)])
    roots, kinds = likely_chords(weights)
    assert roots.tolist() == kinds.tolist() == [-1, -1, -1]


@pytest.mark.parametrize("line", ["C | F | G7 | C", "Am | Dm7 G7 | Cmaj7 | F#dim", "C G | Am Em | F C | F G"])
def test_block_chords_are_found_bar_by_bar(line):
    notes, track = played(line)
    assert detect_chords(song(notes), None, 0, 4 * BAR) == track


def test_a_melody_with_passing_notes_does_not_disturb():
    notes, track = played("C | F | G7 | C")
    melody = [Note(i * 240, 240, p) for i, p in enumerate([76, 74, 72, 74, 76, 77, 79, 76, 77, 76, 74, 72, 69, 72])]
    assert detect_chords(song(notes, melody), None, 0, 4 * BAR) == track


def test_broken_chords_are_found():
    notes = [
        Note(bar * BAR + i * 240, 240, root + (0, 7, 12, 16)[i % 4])
        for bar, root in enumerate((48, 53, 55, 48))
        for i in range(8)
    ]
    found = detect_chords(song(notes), None, 0, 4 * BAR)
    assert found.text(MAP) == "C | F | G | C"


def test_in_three_four_and_six_eight_too():
    for metre in (Metre(0, 3, 4), Metre(0, 6, 8)):
        time_map = TimeMap(480, metres=(metre,))
        notes, track = played("C | F | G | C", time_map)
        assert detect_chords(song(notes, time_map=time_map), None, 0, time_map.bar_start(4)) == track


def test_drums_muted_notes_and_other_tracks_are_not_listened_to():
    notes, track = played("C | F")
    others, _ = played("Ebm | B")
    muted = [Note(n.start, n.length, n.pitch, flags=MUTED) for n in others]
    score = Score((Track(notes=NoteTable.of([*notes, *muted])), Track(notes=NoteTable.of(others), drums=True)), MAP)
    assert detect_chords(score, None, 0, 2 * BAR) == track
    assert detect_chords(song(notes, others), [0], 0, 2 * BAR) == track


def test_silent_bars_have_no_chord_and_the_borders_hold():
    notes = block(Chord(0), 0, BAR) + block(Chord(7), 3 * BAR, BAR)
    assert detect_chords(song(notes), None, 0, 4 * BAR).text(MAP) == "C | N.C. | N.C. | G"
    part = detect_chords(song(notes), None, BAR // 2, 3 * BAR + 480)
    assert (part.spans[0].start_tick, part.spans[-1].end_tick) == (BAR // 2, 3 * BAR + 480)
    assert detect_chords(song([]), None, 0, 4 * BAR) == ChordTrack()


NOTES = st.lists(st.builds(Note, st.integers(0, 8000), st.integers(0, 3000), st.integers(0, 127)), max_size=30)


@given(NOTES, st.integers(0, 7000), st.integers(1, 5000), st.integers(1, 9), st.sampled_from([2, 4, 8, 16]))
def test_anything_can_be_listened_to(notes, start, length, beats, unit):
    score = song(notes, time_map=TimeMap(480, metres=(Metre(0, beats, unit),)))
    found = detect_chords(score, None, start, start + length)
    assert all(start <= span.start_tick and span.end_tick <= start + length for span in found.spans)
    assert all(span.chord.quality in DETECTED and span.chord.quality is not Quality.SIXTH for span in found.spans)
