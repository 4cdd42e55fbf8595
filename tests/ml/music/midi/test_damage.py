"""Damaged files: all that can be read is kept, with a warning; nothing crashes, hangs or grows."""

from __future__ import annotations

import random
import struct
import tracemalloc
from collections.abc import Callable

import pytest

from ml.music import Metre, Tempo
from ml.music.midi import UnreadableMidi, read_midi, write_midi
from ml.music.midi.limits import MAX_TICK, MAX_TRACKS

Damage = Callable[..., bytes]


def patched(data: bytes, at: int, new: bytes) -> bytes:
    return data[:at] + new + data[at + len(new) :]


def two_tracks(smf) -> bytes:
    return smf.file(smf.track(smf.tune()), smf.track(smf.tune(channel=1)))


DAMAGED: dict[str, tuple[Damage, int, str]] = {
    "no end mark": (lambda s: s.file(s.track(s.tune(), end=b"")), 4, "end is not marked"),
    "no end mark in either": (
        lambda s: s.file(s.track(s.tune(), end=b""), s.track(s.tune(), end=b"")),
        8,
        "Track 2: its end is not marked",
    ),
    "file ends in a delta time": (lambda s: s.file(s.track(s.tune(), end=b"\x81")), 4, "ends inside an event"),
    "file ends in a note": (lambda s: s.file(s.track(s.tune(), end=b"\x00\x90\x3c")), 4, "ends inside an event"),
    "text longer than its track": (
        lambda s: s.file(s.track(s.tune(), b"\x00\xff\x01\x7fabc", end=b""), s.track(s.tune())),
        8,
        "Track 1: it ends inside an event",
    ),
    "track length 0": (
        lambda s: s.file(s.track(s.tune(), length=0), s.track(s.tune())),
        8,
        "length was stated wrongly",
    ),
    "track length too short": (
        lambda s: s.file(s.track(s.tune(), length=9), s.track(s.tune())),
        8,
        "length was stated wrongly",
    ),
    "track length too long": (
        lambda s: s.file(s.track(s.tune(), length=60), s.track(s.tune())),
        8,
        "length was stated wrongly",
    ),
    "track length 0xFFFFFFFF": (
        lambda s: s.file(s.track(s.tune(), length=0xFFFFFFFF), s.track(s.tune())),
        8,
        "length was stated wrongly",
    ),
    "header length 0xFFFFFFFF": (
        lambda s: patched(two_tracks(s), 4, b"\xff\xff\xff\xff"),
        8,
        "wrong length for itself",
    ),
    "header length 0": (lambda s: patched(two_tracks(s), 4, bytes(4)), 8, "wrong length for itself"),
    "header length 5": (lambda s: patched(two_tracks(s), 4, b"\0\0\0\5"), 8, "wrong length for itself"),
    "first letter damaged": (lambda s: patched(two_tracks(s), 0, b"X"), 8, "first letters"),
    "no header": (lambda s: two_tracks(s)[14:], 8, "header is missing"),
    "bytes before the header": (lambda s: bytes(128) + two_tracks(s), 8, "128 foreign bytes"),
    "65535 tracks announced": (
        lambda s: s.file(s.track(s.tune()), announced=65535),
        4,
        "announces 65535 tracks, and the file holds 1",
    ),
    "no tracks announced": (lambda s: s.file(s.track(s.tune()), announced=0), 4, "announces 0 tracks"),
    "only a header": (lambda s: s.header(1, 3), 0, "announces 3 tracks, and the file holds 0"),
    "format 0 with two tracks": (
        lambda s: s.file(s.track(s.tune()), s.track(s.tune()), kind=0),
        8,
        "read as format 1",
    ),
    "format 2": (lambda s: s.file(s.track(s.tune()), s.track(s.tune()), kind=2), 8, "independent patterns"),
    "format 77": (lambda s: s.file(s.track(s.tune()), kind=77), 4, "Format 77 does not exist"),
    "junk between tracks": (
        lambda s: s.file(s.track(s.tune()), b"\x90what\x80", s.track(s.tune()), announced=2),
        8,
        "skipped",
    ),
    "junk at the end": (lambda s: s.file(s.track(s.tune())) + b"<!-- served in 3 ms -->", 4, "skipped"),
    "events after the end mark": (
        lambda s: s.file(s.track(s.tune(), s.end, s.tune())),
        8,
        "4 events after its end mark kept",
    ),
    "a data byte with no status": (lambda s: s.file(s.track(b"\x00\x3c\x40\x00", s.tune())), 4, "made no event"),
    "an undefined status": (lambda s: s.file(s.track(b"\x00\xf5", s.tune())), 4, "made no event"),
    "a delta time of six bytes": (lambda s: s.file(s.track(s.tune(), b"\xff" * 6 + b"\x00", s.tune())), 8, ""),
    "notes never ended": (lambda s: s.file(s.track(s.on(0, 60), s.on(10, 62))), 2, "2 notes never ended"),
    "ends without notes": (lambda s: s.file(s.track(s.off(0, 60), s.tune())), 4, "1 note end without a note"),
    "key of eight sharps": (lambda s: s.file(s.track(s.meta(0, 0x59, b"\x08\x00"), s.tune())), 4, "key signature"),
    "key in mode 255": (lambda s: s.file(s.track(s.meta(0, 0x59, b"\x00\xff"), s.tune())), 4, "key signature"),
    "empty key": (lambda s: s.file(s.track(s.meta(0, 0x59), s.tune())), 4, "key signature"),
    "metre 0/4": (lambda s: s.file(s.track(s.meta(0, 0x58, b"\0\2\x18\x08"), s.tune())), 4, "0/2^2 makes no sense"),
    "metre 4/2^255": (lambda s: s.file(s.track(s.meta(0, 0x58, b"\4\xff\x18\x08"), s.tune())), 4, "4/2^255"),
    "empty metre": (lambda s: s.file(s.track(s.meta(0, 0x58), s.tune())), 4, "metre is malformed"),
    "tempo 0": (lambda s: s.file(s.track(s.meta(0, 0x51, bytes(3)), s.tune())), 4, "tempo of no duration"),
    "short tempo": (lambda s: s.file(s.track(s.meta(0, 0x51, b"\7"), s.tune())), 4, "tempo is malformed"),
    "empty channel prefix": (lambda s: s.file(s.track(s.tune(), s.meta(0, 0x20))), 4, "malformed"),
    "empty video offset": (lambda s: s.file(s.track(s.tune(), s.meta(0, 0x54))), 4, "malformed"),
    "division 0": (lambda s: s.file(s.track(s.tune()), division=0), 4, "states no timing"),
    "25 video frames of 0 ticks": (lambda s: s.file(s.track(s.tune()), division=0xE700), 4, "timing makes no sense"),
    "100 video frames a second": (lambda s: s.file(s.track(s.tune()), division=0x9C01), 4, "100 video frames"),
    "weeks of silence": (
        lambda s: s.file(s.track(*[s.on(0x0FFFFFFF, 60) + s.off(0x0FFFFFFF, 60)] * 12)),
        12,
        "days after the start",
    ),
    "wrong size in a RIFF wrapper": (
        lambda s: b"RIFF\0\0\0\0RMIDdata\x05\0\0\0" + s.file(s.track(s.tune(), end=b"")),
        4,
        "end is not marked",
    ),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_a_damaged_file_gives_all_its_notes_and_a_warning(smf, case: str) -> None:
    """And can be written and read again, then without a warning and unchanged."""
    build, notes, words = DAMAGED[case]
    file = read_midi(build(smf), "damaged.mid")
    assert file.score.note_count == notes
    assert file.warnings
    assert any(words in sentence for sentence in file.warnings), file.warnings
    assert all(sentence.endswith(".") and "\n" not in sentence for sentence in file.warnings)
    again = read_midi(write_midi(file.score))
    assert not set(again.warnings) - STILL_SAID
    assert read_midi(write_midi(again.score)).score == again.score
    assert again.score.note_count == notes


STILL_SAID = {"The file counts 100 video frames a second, which is unusual; they were taken as they are."}
"""Strange timing is written back as it is."""

HARMLESS: dict[str, Damage] = {
    "zeros behind the last track": lambda s: s.file(s.track(s.tune())) + bytes(3),
    "zeros inside the last track": lambda s: s.file(s.track(s.tune(), end=s.end + bytes(5))),
    "an end-of-file mark of old systems": lambda s: s.file(s.track(s.tune())) + b"\x1a",
    "an empty track": lambda s: s.file(s.track(), s.track(), s.track(s.tune())),
    "real-time bytes among the events": lambda s: s.file(s.track(b"\x00\xf8", s.tune())),
}


@pytest.mark.parametrize("case", HARMLESS)
def test_oddities_that_lose_nothing_are_no_reason_to_warn(smf, case: str) -> None:
    file = read_midi(HARMLESS[case](smf))
    assert file.warnings == ()
    assert file.score.note_count == 4


def test_sense_is_kept_beside_nonsense(smf) -> None:
    """A bad metre does not spoil the good one before it, nor a tempo of 0."""
    data = smf.file(
        smf.track(
            smf.meta(0, 0x58, b"\3\2\x18\x08"),
            smf.meta(0, 0x51, b"\x06\x1a\x80"),
            smf.meta(480, 0x58, b"\0\2\x18\x08"),
            smf.meta(0, 0x51, bytes(3)),
        )
    )
    time_map = read_midi(data).score.time_map
    assert time_map.metres == (Metre(0, 3, 4),)
    assert time_map.tempos == (Tempo(0, 400_000),)


def test_a_data_byte_out_of_range_spoils_one_value_only(smf) -> None:
    """A flipped top bit in a pitch: start and end still meet."""
    data = smf.file(smf.track(smf.event(0, 0x90, 0x80 | 60, 64), smf.off(10, 60), smf.tune()))
    notes = list(read_midi(data).score.tracks[0].notes)
    assert [n.pitch for n in notes][:2] == [60, 60]
    assert notes[0].length == 10


def test_notes_weeks_long_end_at_the_last_place_there_is(smf) -> None:
    data = smf.file(smf.track(smf.on(0, 60), *[smf.event(0x0FFFFFFF, 0xB0, 1, 1)] * 20, smf.off(0, 60)))
    file = read_midi(data)
    assert file.score.end_tick == MAX_TICK
    assert all(event.tick <= MAX_TICK for event in file.score.tracks[0].events)


def long_file(smf) -> bytes:
    """About 2 KB with a bit of everything."""
    conductor = smf.track(
        smf.meta(0, 0x03, b"A song to be cut"),
        smf.meta(0, 0x51, b"\x07\xa1\x20"),
        smf.meta(0, 0x58, b"\4\2\x18\x08"),
        smf.exclusive(0, b"\x7e\x7f\x09\x01\xf7"),
        smf.meta(960, 0x06, b"Verse"),
    )
    melody = smf.track(smf.meta(0, 0x03, b"Melody"), smf.event(0, 0xC0, 40), smf.tune(90))
    chords = smf.track(
        smf.meta(0, 0x03, b"Chords"),
        *(
            smf.on(0, 48, channel=1) + b"\x00\x34\x40\x00\x37\x40" + smf.on(480, 48, 0, 1) + b"\x00\x34\x00\x00\x37\x00"
            for _ in range(60)
        ),
    )
    return smf.file(conductor, melody, chords)


def test_a_download_cut_anywhere_never_gives_fewer_notes_than_a_shorter_one(smf) -> None:
    """And always a warning, or a refusal while not even the header is there."""
    data = long_file(smf)
    assert len(data) > 2000
    whole = read_midi(data)
    assert whole.warnings == ()
    most = 0
    for length in range(len(data)):
        try:
            file = read_midi(data[:length], "cut.mid")
        except UnreadableMidi as refusal:
            assert length < 14
            assert str(refusal).endswith(".")
            continue
        assert file.warnings, f"no warning at {length} bytes"
        assert file.score.note_count >= most, f"fewer notes at {length} bytes"
        most = file.score.note_count
    assert most == whole.score.note_count == 90 + 180


def mutant(data: bytes, rng: random.Random) -> bytes:
    """The data with one to four small accidents."""
    result = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(result) or 1)
        kind = rng.randrange(6)
        if kind == 0:
            result[at : at + 1] = bytes((rng.randrange(256),))
        elif kind == 1:
            result[at : at + 1] = bytes((result[at] ^ 1 << rng.randrange(8),)) if result else b""
        elif kind == 2:
            del result[at : at + rng.randint(1, 8)]
        elif kind == 3:
            result[at:at] = rng.randbytes(rng.randint(1, 8))
        elif kind == 4:
            result[at : at + 4] = rng.choice([b"\xff\xff\xff\xff", bytes(4), b"\x7f\xff\xff\xff"])
        else:
            other = rng.randrange(len(result) or 1)
            result[at:at] = result[other : other + rng.randint(1, 40)]
    return bytes(result)


def test_mutants_open_or_are_refused_in_one_sentence(smf) -> None:
    """600 seeded ones of three files: nothing else than UnreadableMidi may come out, and most open."""
    rng = random.Random(20)
    originals = [long_file(smf), two_tracks(smf), write_midi(read_midi(long_file(smf)).score)]
    opened = 0
    for number in range(600):
        data = mutant(originals[number % len(originals)], rng)
        try:
            file = read_midi(data, f"mutant {number}.mid")
        except UnreadableMidi as refusal:
            assert "\n" not in str(refusal)
            continue
        opened += 1
        again = read_midi(write_midi(file.score))
        assert again.score.note_count == file.score.note_count, f"mutant {number}"
        assert read_midi(write_midi(again.score)).score == again.score, f"mutant {number}"
        assert not [text for text in again.warnings if "video frames" not in text], f"mutant {number}"
    assert opened >= 0.95 * 600


def test_random_bytes_behind_a_header_open_or_are_refused(smf) -> None:
    rng = random.Random(21)
    for _ in range(200):
        body = rng.randbytes(rng.randint(0, 400))
        for data in (smf.header() + body, smf.file(smf.track(body)), body):
            try:
                read_midi(data)
            except UnreadableMidi:
                continue


@pytest.mark.parametrize(
    "hostile",
    [
        lambda s: patched(s.file(s.track(s.tune())), 4, b"\xff\xff\xff\xff"),
        lambda s: s.file(s.track(s.tune(), length=0xFFFFFFFF), announced=65535),
        lambda s: s.file(s.track(b"\x00\xff\x01\xff\xff\xff\x7f", s.tune())),
        lambda s: s.file(s.track(b"\x00\xf0\xff\xff\xff\x7f", s.tune())),
        lambda s: s.file(s.track(b"\xff" * 50)),
    ],
)
def test_a_small_file_costs_little_memory_whatever_it_announces(smf, hostile: Damage) -> None:
    data = hostile(smf)
    read_midi(data)
    tracemalloc.start()
    read_midi(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 300_000


def test_thousands_of_tracks_are_read_up_to_a_limit(smf) -> None:
    data = smf.file(*[smf.track(smf.on(0, 60), smf.off(1, 60))] * (MAX_TRACKS + 5))
    file = read_midi(data)
    assert len(file.score.tracks) == MAX_TRACKS
    assert any("left out" in sentence for sentence in file.warnings)


def test_a_thousand_troubles_make_a_short_list(smf) -> None:
    file = read_midi(smf.file(*[smf.track(smf.on(0, 60), end=b"")] * 1000))
    assert len(file.warnings) < 50
    assert "more troubles" in file.warnings[-1]


FOREIGN: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "is empty"),
    "web page": (b"\xef\xbb\xbf  <!DOCTYPE html><html>Not found</html>", "web page"),
    "ZIP": (b"PK\x03\x04" + bytes(50), "ZIP"),
    "gzip": (b"\x1f\x8b" + bytes(50), "gzip"),
    "MP3": (b"ID3\x04" + bytes(50), "MP3"),
    "MP3 frames": (b"\xff\xfb\x90" + bytes(50), "MP3"),
    "WAV": (b"RIFF\x24\0\0\0WAVEfmt " + bytes(50), "WAV"),
    "MIDI 2.0 clip": (b"SMF2CLIP" + bytes(50), "MIDI 2.0"),
    "pickle": (b"\x80\x04\x95" + bytes(50), "Python data"),
    "MusicXML": (b"<?xml version='1.0'?><score-partwise/>", "XML"),
    "empty RIFF wrapper": (b"RIFF\x04\0\0\0RMID", "not a MIDI file"),
    "half a header": (b"MThd\0\0\0\6\0\1", "ends inside its header"),
    "two bytes": (b"MT", "not a MIDI file"),
    "zeros": (bytes(5000), "not a MIDI file"),
    "too large": (b"MThd" + bytes(33 * 1024 * 1024), "MB"),
}


@pytest.mark.parametrize("case", FOREIGN)
def test_what_is_no_midi_file_is_refused_in_one_sentence_with_the_way_out(case: str) -> None:
    data, words = FOREIGN[case]
    with pytest.raises(UnreadableMidi) as refusal:
        read_midi(data, "so\x1bng\n.mid")
    sentence = str(refusal.value)
    assert words in sentence
    assert sentence.startswith('"song.mid"')
    assert sentence.endswith(".")
    assert ": " in sentence
    assert sentence.isprintable()


def test_too_many_events_are_refused(smf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ml.music.midi.read.MAX_EVENTS", 1000)
    for event in (smf.on(0, 60), smf.event(0, 0xC0, 1), smf.event(0, 0xB0, 1, 1), smf.meta(0, 1)):
        with pytest.raises(UnreadableMidi, match="too many to edit"):
            read_midi(smf.file(smf.track(event * 501), smf.track(event * 500)))


def test_the_last_byte_of_a_length_is_where_the_standard_says(smf) -> None:
    """Lengths of one to four bytes."""
    for size in (0, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152):
        data = smf.file(smf.track(smf.meta(0, 0x01, bytes(size)), smf.tune()))
        file = read_midi(data)
        assert file.warnings == ()
        assert len(file.score.conductor[0].data) == size + 2
        assert struct.unpack(">H", data[12:14]) == (480,)


def test_a_chunk_that_is_no_track_is_kept_and_written_back(smf) -> None:
    stranger = smf.chunk(b"XFIH", b"\0\1\2")
    file = read_midi(smf.file(stranger, smf.track(smf.tune()), announced=1))
    assert file.warnings == ()
    assert file.score.unknown_chunks == (stranger,)
    written = write_midi(file.score)
    assert written.endswith(stranger)
    assert read_midi(written).score.unknown_chunks == (stranger,)
