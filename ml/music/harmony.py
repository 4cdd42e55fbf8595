"""Chords in one place: names and tones, a chord track over a song, and detection from notes."""

from ml.music.chord_detection import DETECTED, detect_chords, likely_chords
from ml.music.chord_track import ChordSpan, ChordTrack
from ml.music.chords import NO_CHORD, QUALITIES, Chord, Quality

__all__ = [
    "DETECTED",
    "NO_CHORD",
    "QUALITIES",
    "Chord",
    "ChordSpan",
    "ChordTrack",
    "Quality",
    "detect_chords",
    "likely_chords",
]
