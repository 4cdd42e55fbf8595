"""What is said about a piece at a glance, and the names of General MIDI."""

from __future__ import annotations

import dataclasses
import json

import pytest

from ml.music import Key, KeySignature, Metre, Note, NoteTable, Scale, Score, Tempo, TimeMap, Track
from ml.music.general_midi import GM_DRUMS, GM_INSTRUMENTS, instrument_name
from ml.music.summary import summary


def test_a_song_is_summed_up() -> None:
    """Three bars of 3/4 in D, slower from the second on; the drums do not blur the key."""
    scale = NoteTable.of([Note(i * 480, 480, 62 + step) for i, step in enumerate([0, 2, 4, 5, 7, 9, 11, 12, 0])])
    drums = NoteTable.of([Note(i * 480, 10, pitch) for i in range(9) for pitch in (36, 39, 46)])
    score = Score(
        (Track("Tune", scale, program=73, channel=2), Track("Kit", drums, channel=9, drums=True)),
        TimeMap(480, (Tempo(0, 500_000), Tempo(1440, 1_000_000)), (Metre(0, 3, 4),)),
        (KeySignature(0, Key(11, Scale.MINOR)),),
        title="Scale",
    )
    found = summary(score, ("Something was odd.",))
    assert found.title == "Scale"
    assert found.notes == 36
    assert [(t.name, t.instrument, t.notes, t.channel) for t in found.tracks] == [
        ("Tune", "Flute", 9, 3),
        ("Kit", "Drums", 27, 10),
    ]
    assert found.bars == 3
    assert found.seconds == pytest.approx(1.5 + 6)
    assert (found.tempo_qpm, found.tempo_changes) == (120, 1)
    assert (found.metre, found.metre_changes) == ("3/4", 0)
    assert (found.key_written, found.key_detected) == ("B minor", "D major")
    assert json.loads(json.dumps(dataclasses.asdict(found)))["warnings"] == ["Something was odd."]


def test_an_empty_song_is_summed_up() -> None:
    found = summary(Score())
    assert (found.notes, found.tracks, found.bars, found.seconds) == (0, (), 0, 0.0)
    assert found.key_written is found.key_detected is None
    assert found.warnings == ()


def test_general_midi_has_a_name_for_everything() -> None:
    assert len(GM_INSTRUMENTS) == len(set(GM_INSTRUMENTS)) == 128
    assert set(range(35, 82)) <= set(GM_DRUMS)
    assert instrument_name(40) == "Violin"
    assert instrument_name(None) == GM_INSTRUMENTS[0]
