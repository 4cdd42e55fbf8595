"""A piece of music as immutable data, and the MIDI files that it comes from and goes to.

`Score` holds `Track`s, a `TimeMap`, key signatures and markers. All of it is frozen: an edit makes a
new `Score` that shares what it did not touch, so undo, the player, the engine and autosave each hold
a snapshot without a lock. `NoteTable` keeps the notes of one track as read-only numpy columns, sorted.
Nothing else in the program converts music: one reader (`midi.read`), one writer (`midi.write`), one
place for time (`time_map`), for beats and grids in it (`beats`), for keys (`keys`), for chords (`harmony`:
names in `chords`, what holds when in `chord_track`, finding them in `chord_detection`), for names of pitches
(`pitch_names`) and for instruments and their ranges (`general_midi`).
"""

from ml.music.keys import Key, Scale
from ml.music.note_table import LOCKED, MUTED, Note, NoteTable
from ml.music.score import KeySignature, Marker, Mixer, Score, Track, TrackEvent
from ml.music.time_map import Metre, Tempo, TimeMap

__all__ = [
    "LOCKED",
    "MUTED",
    "Key",
    "KeySignature",
    "Marker",
    "Metre",
    "Mixer",
    "Note",
    "NoteTable",
    "Scale",
    "Score",
    "Tempo",
    "TimeMap",
    "Track",
    "TrackEvent",
]
