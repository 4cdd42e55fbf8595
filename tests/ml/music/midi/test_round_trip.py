"""Export then import is the identity, and what MIDI cannot hold settles after one pass."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import replace

import mido
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.music import (
    MUTED,
    Key,
    KeySignature,
    Marker,
    Metre,
    Mixer,
    Note,
    NoteTable,
    Scale,
    Score,
    Tempo,
    TimeMap,
    Track,
    TrackEvent,
)
from ml.music.midi import export_remarks, read_midi, write_midi
from ml.music.midi.assemble import content_end

TICKS = st.integers(0, 5000) | st.integers(0, 0x0FFFFFF)
DATA = st.integers(0, 127)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
SET_UP_CONTROLLERS = (0, 7, 10, 32)


@st.composite
def tables(draw: st.DrawFn) -> NoteTable:
    """Notes of which no two of one pitch lie one inside the other: MIDI cannot tell those apart."""
    notes: list[Note] = []
    few = st.lists(st.tuples(TICKS, st.integers(0, 300)), min_size=1, max_size=5)
    for pitch, spans in draw(st.dictionaries(DATA, few, max_size=4)).items():
        starts, ends = sorted(start for start, _ in spans), sorted(start + length for start, length in spans)
        for start, end in zip(starts, ends, strict=True):
            velocity, release = draw(st.integers(1, 127)), draw(DATA)
            notes.append(Note(start, end - start, pitch, velocity, release))
    return NoteTable.of(notes)


@st.composite
def channel_messages(draw: st.DrawFn, channel: int) -> bytes:
    """Any message that is no note and belongs to no set-up."""
    status = draw(st.sampled_from([0xA0, 0xB0, 0xD0, 0xE0]))
    first = draw(DATA.filter(lambda n: status != 0xB0 or n not in SET_UP_CONTROLLERS))
    return bytes([status | channel, first] if status == 0xD0 else [status | channel, first, draw(DATA)])


@st.composite
def meta_messages(draw: st.DrawFn) -> bytes:
    """Metas that are kept as they are: texts, lyrics, cues, the sequencer's own, unknown ones."""
    return bytes((0xFF, draw(st.sampled_from([0x01, 0x02, 0x04, 0x05, 0x07, 0x60, 0x7F])))) + draw(
        st.binary(max_size=200)
    )


@st.composite
def exclusive_messages(draw: st.DrawFn) -> bytes:
    return bytes((draw(st.sampled_from([0xF0, 0xF7])),)) + draw(st.binary(max_size=200))


def events(messages: st.SearchStrategy[bytes]) -> st.SearchStrategy[tuple[TrackEvent, ...]]:
    return st.lists(st.builds(TrackEvent, TICKS, messages), max_size=4).map(
        lambda rows: tuple(sorted(rows, key=lambda row: row.tick))
    )


@st.composite
def tracks(draw: st.DrawFn, channel: int) -> Track:
    return Track(
        name=draw(TEXTS.filter(bool)),
        notes=draw(tables()),
        program=draw(st.none() | DATA),
        bank=draw(st.none() | st.integers(0, 16383)),
        channel=channel,
        drums=channel == 9,
        events=draw(events(st.one_of(channel_messages(channel), meta_messages()))),
        mixer=Mixer(draw(DATA), draw(DATA)),
    )


def by_tick(rows: st.SearchStrategy[list]) -> st.SearchStrategy[tuple]:
    return rows.map(lambda found: tuple(sorted(found, key=lambda row: row.tick)))


@st.composite
def time_maps(draw: st.DrawFn) -> TimeMap:
    return TimeMap(
        draw(st.integers(1, 0x7FFF)),
        tuple(draw(st.lists(st.builds(Tempo, TICKS, st.integers(1, 0xFFFFFF)), max_size=4))),
        tuple(
            draw(
                st.lists(
                    st.builds(Metre, TICKS, st.integers(1, 255), st.integers(0, 7).map(lambda n: 2**n)), max_size=4
                )
            )
        ),
    )


@st.composite
def scores(draw: st.DrawFn) -> Score:
    """Scores in the form that MIDI can hold."""
    channels = draw(st.lists(st.integers(0, 15), unique=True, max_size=4))
    keys = st.builds(
        KeySignature, TICKS, st.builds(Key, st.integers(0, 11), st.sampled_from([Scale.MAJOR, Scale.MINOR]))
    )
    score = Score(
        tracks=tuple(draw(tracks(channel)) for channel in channels),
        time_map=draw(time_maps()),
        key_signatures=draw(by_tick(st.lists(keys, unique_by=lambda row: row.tick, max_size=3))),
        markers=draw(by_tick(st.lists(st.builds(Marker, TICKS, TEXTS), max_size=3))),
        conductor=draw(events(st.one_of(meta_messages(), exclusive_messages()))),
        title=draw(TEXTS),
    )
    silence = draw(st.integers(0, 1000))
    return replace(score, end_tick_hint=content_end(score) + silence) if silence else score


@given(scores())
@settings(max_examples=80)
def test_export_then_import_is_the_identity(score: Score) -> None:
    back = read_midi(write_midi(score))
    assert back.score == score
    assert back.warnings == ()


@given(scores())
@settings(max_examples=40)
def test_a_strict_parser_accepts_what_is_written(score: Score) -> None:
    """mido raises on anything that breaks the letter of the standard, but cannot read F7 packets' data."""
    plain = tuple(event for event in score.conductor if event.data[0] == 0xFF)
    file = mido.MidiFile(file=io.BytesIO(write_midi(replace(score, conductor=plain))))
    assert file.type == 1
    assert len(file.tracks) == len(score.tracks) + 1
    ons = sum(message.type == "note_on" and message.velocity > 0 for track in file.tracks for message in track)
    assert ons == score.note_count


LOOSE_NOTES = st.lists(
    st.builds(
        Note, st.integers(0, 300), st.integers(0, 200), st.integers(60, 62), DATA, DATA, st.sampled_from([0, MUTED])
    ),
    max_size=12,
)
LOOSE_TRACKS = st.builds(
    Track,
    TEXTS,
    LOOSE_NOTES.map(NoteTable.of),
    st.none() | st.integers(0, 2),
    st.none() | st.integers(0, 2),
    st.integers(8, 10),
    st.booleans(),
    events(
        st.sampled_from([bytes((0xC0, 5)), bytes((0xB0, 7, 3)), bytes((0xB0, 32, 1)), b"\xf0\x7e\xf7", b"\xff\x05la"])
    ),
    st.builds(Mixer, st.sampled_from([0, 100]), st.just(64), st.booleans(), st.booleans()),
)
LOOSE_SCORES = st.lists(LOOSE_TRACKS, max_size=22).map(lambda found: Score(tuple(found)))


@given(LOOSE_SCORES)
@settings(max_examples=80)
def test_any_score_settles_after_one_pass_and_loses_no_note_that_is_heard(score: Score) -> None:
    """Nested notes, tracks that fight for a channel, drums everywhere, set-ups in the middle of the events."""
    first = read_midi(write_midi(score)).score
    assert read_midi(write_midi(first)).score == first
    heard = [(n.start, n.pitch) for track in score.tracks for n in track.notes if not n.flags & MUTED]
    assert Counter(heard) == Counter((n.start, n.pitch) for track in first.tracks for n in track.notes)
    ends = Counter(n.end for track in score.tracks for n in track.notes if not n.flags & MUTED)
    assert ends == Counter(n.end for track in first.tracks for n in track.notes)


def ordered(data: bytes, track: int) -> list[tuple[int, str]]:
    """Ticks and kinds of the messages in one written track."""
    tick, rows = 0, []
    for message in mido.MidiFile(file=io.BytesIO(data)).tracks[track]:
        tick += message.time
        kind = message.type
        rows.append((tick, f"{kind} {message.control}" if kind == "control_change" else kind))
    return rows


def test_simultaneous_events_stand_in_the_canonical_order() -> None:
    """Ends before starts; bank, program and controllers between; a note of no length starts, then ends."""
    notes = NoteTable.of([Note(0, 480, 60), Note(480, 480, 60), Note(480, 0, 72)])
    track = Track("Solo", notes, program=40, bank=129, events=(TrackEvent(480, b"\xb0\x40\x7f"),))
    assert ordered(write_midi(Score((track,))), 1) == [
        (0, "track_name"),
        (0, "control_change 0"),
        (0, "control_change 32"),
        (0, "program_change"),
        (0, "control_change 7"),
        (0, "control_change 10"),
        (0, "note_on"),
        (480, "note_off"),
        (480, "control_change 64"),
        (480, "note_on"),
        (480, "note_off"),
        (480, "note_on"),
        (960, "note_off"),
        (960, "end_of_track"),
    ]


def test_a_reset_comes_before_the_set_up_that_it_would_undo() -> None:
    reset = TrackEvent(100, b"\xf0\x7e\x7f\x09\x01\xf7")
    score = Score((Track(notes=NoteTable.of([Note(480, 10, 60)])),), conductor=(reset,))
    assert (100, "program_change") in ordered(write_midi(score), 1)
    assert read_midi(write_midi(score)).score == score


def test_tracks_with_different_sounds_get_channels_of_their_own() -> None:
    notes = NoteTable.of([Note(0, 10, 60)])
    piano, flute = Track("Piano", notes, program=0), Track("Flute", notes, program=73)
    quiet = Track("Quiet piano", notes, program=0, mixer=Mixer(volume=20))
    kit = Track("Kit", notes, drums=True)
    mistaken = Track("No drums", notes, program=5, channel=9)
    back = read_midi(write_midi(Score((piano, flute, piano, quiet, kit, mistaken)))).score
    assert [track.channel for track in back.tracks] == [0, 1, 0, 2, 9, 3]
    assert [track.drums for track in back.tracks] == [False, False, False, False, True, False]
    assert [track.program for track in back.tracks] == [0, 73, 0, 0, 0, 5]


def test_more_than_fifteen_sounds_go_to_another_port() -> None:
    notes = NoteTable.of([Note(0, 10, 60)])
    score = Score(tuple(Track(f"T{i}", notes, program=i) for i in range(40)))
    back = read_midi(write_midi(score)).score
    ports = [next((e.data[2] for e in t.events if e.data[:2] == b"\xff\x21"), 0) for t in back.tracks]
    places = list(zip(ports, (track.channel for track in back.tracks), strict=True))
    assert len(set(places)) == 40
    assert 9 not in {channel for _, channel in places}
    assert set(ports) == {0, 1, 2}
    assert [track.program for track in back.tracks] == list(range(40))
    assert read_midi(write_midi(back)).score == back


def test_muted_notes_are_left_out_and_counted() -> None:
    """A muted track is only not listened to: it is written in full."""
    notes = NoteTable.of([Note(0, 10, 60), Note(10, 10, 62, flags=MUTED)])
    score = Score((Track(notes=notes, mixer=Mixer(muted=True)),))
    assert read_midi(write_midi(score)).score.note_count == 1
    assert export_remarks(score) == ("1 muted note was left out of the MIDI file.",)
    assert export_remarks(Score()) == ()


def test_texts_stand_at_the_start_of_the_file() -> None:
    data = write_midi(Score(title="Song"), ("Made by Continuo", "Naïve ♪"))
    texts = [
        message for message in mido.MidiFile(file=io.BytesIO(data), charset="utf-8").tracks[0] if message.type == "text"
    ]
    assert [message.text for message in texts] == ["Made by Continuo", "Naïve ♪"]
    assert [event.data for event in read_midi(data).score.conductor] == [
        b"\xff\x01Made by Continuo",
        b"\xff\x01" + "Naïve ♪".encode(),
    ]


def test_video_timing_is_written_back() -> None:
    division = (256 - 25) << 8 | 40
    score = Score(
        (Track(notes=NoteTable.of([Note(0, 1000, 60)])),), TimeMap(500, ticks_per_second=1000.0), smpte=division
    )
    data = write_midi(score)
    assert data[12:14] == division.to_bytes(2, "big")
    assert read_midi(data).score == score
    assert score.time_map.seconds(1000) == pytest.approx(1.0)


def test_other_scales_are_written_as_major_or_minor_on_their_tonic() -> None:
    score = Score(key_signatures=(KeySignature(0, Key(7, Scale.DORIAN)), KeySignature(9, Key(2, Scale.MIXOLYDIAN))))
    back = read_midi(write_midi(score)).score
    assert [str(signature.key) for signature in back.key_signatures] == ["G minor", "D major"]


def test_a_distance_that_no_delta_time_can_say_is_bridged() -> None:
    far = 3 * 0x0FFFFFFF
    data = write_midi(Score((Track(notes=NoteTable.of([Note(far, 10, 60)])),)))
    assert sum(message.time for message in mido.MidiFile(file=io.BytesIO(data)).tracks[1]) == far + 10


def test_hostile_edits_are_written_all_the_same() -> None:
    """Overlaps, velocity 0, long names with lone surrogates, events out of order, metres that no file can hold."""
    notes = NoteTable.from_columns(
        start=np.zeros(2000), length=np.arange(2000) % 7, pitch=np.arange(2000) % 3, velocity=np.zeros(2000)
    )
    track = Track("\ud800" + "x" * 70_000, notes, events=(TrackEvent(9, b"\xd0\x01"), TrackEvent(3, b"\xe0\x01\x02")))
    score = Score((track,), TimeMap(480, (Tempo(0, 2**30),), (Metre(0, 900, 12),)))
    data = write_midi(score)
    assert sum(message.type == "note_on" for message in mido.MidiFile(file=io.BytesIO(data)).tracks[1]) == 2000
    back = read_midi(data)
    assert back.warnings == ()
    assert back.score.note_count == 2000
    assert back.score.time_map.metres == (Metre(0, 255, 8),)
