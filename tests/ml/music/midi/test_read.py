"""Reading sound files: everything that a MIDI file can say arrives where it belongs."""

from __future__ import annotations

import pytest

from ml.music import Key, KeySignature, Marker, Metre, Mixer, Note, Scale, Score, Tempo, TrackEvent
from ml.music.midi import read_midi


def read(data: bytes) -> Score:
    """The score of a file that nothing is wrong with."""
    file = read_midi(data, "tune.mid")
    assert file.warnings == ()
    return file.score


def lines(score: Score, track: int = 0) -> list[tuple[int, int, int]]:
    """Start, length and pitch of a track's notes."""
    return [(note.start, note.length, note.pitch) for note in score.tracks[track].notes]


def test_a_file_of_one_track_opens_as_one_part_for_each_channel(smf) -> None:
    """Format 0: the parts come in order of appearance, the name is the piece's."""
    data = smf.file(
        smf.track(
            smf.meta(0, 0x03, b"Song"),
            smf.on(0, 70, channel=3),
            smf.on(0, 40, channel=0),
            smf.on(0, 36, channel=9),
            smf.off(480, 40, channel=0),
            smf.off(0, 70, channel=3),
            smf.off(0, 36, channel=9),
        ),
        kind=0,
    )
    score = read(data)
    assert score.title == "Song"
    assert [track.channel for track in score.tracks] == [3, 0, 9]
    assert [track.drums for track in score.tracks] == [False, False, True]
    assert [lines(score, i) for i in range(3)] == [[(0, 480, 70)], [(0, 480, 40)], [(0, 480, 36)]]


def test_a_file_of_several_tracks_keeps_them_and_their_names(smf) -> None:
    conductor = smf.track(smf.meta(0, 0x03, b"Song"), smf.meta(0, 0x51, b"\x07\xa1\x20"))
    score = read(
        smf.file(conductor, smf.track(smf.meta(0, 0x03, b"Melody"), smf.tune()), smf.track(smf.tune(channel=1)))
    )
    assert score.title == "Song"
    assert [(track.name, len(track.notes)) for track in score.tracks] == [("Melody", 4), ("", 4)]
    assert score.ticks_per_quarter == 480


def test_running_status_goes_on_also_behind_metas_and_exclusive_messages(smf) -> None:
    """Not by the standard, but other programs write and read it."""
    data = smf.file(
        smf.track(
            smf.on(0, 60),
            b"\x60\x3c\x00",
            smf.meta(0, 0x05, b"la"),
            b"\x00\x3e\x40",
            smf.exclusive(0, b"\x43\x01\xf7"),
            b"\x60\x3e\x00",
        )
    )
    score = read(data)
    assert lines(score) == [(0, 96, 60), (96, 96, 62)]
    assert [event.data for event in score.tracks[0].events] == []
    assert [event.data for event in score.conductor] == [b"\xff\x05la", b"\xf0\x43\x01\xf7"]


def test_a_start_with_velocity_0_is_an_end(smf) -> None:
    assert lines(read(smf.file(smf.track(smf.on(0, 60), smf.on(100, 60, 0))))) == [(0, 100, 60)]


def test_the_first_start_of_a_pitch_gets_the_first_end(smf) -> None:
    data = smf.file(smf.track(smf.on(0, 60, 1), smf.on(10, 60, 2), smf.off(10, 60, 7), smf.off(10, 60, 8)))
    notes = list(read(data).tracks[0].notes)
    assert [(n.start, n.end, n.velocity, n.release) for n in notes] == [(0, 20, 1, 7), (10, 30, 2, 8)]


def test_an_end_behind_the_next_start_at_one_place_ends_the_older_note(smf) -> None:
    data = smf.file(smf.track(smf.on(0, 60), smf.on(480, 60), smf.off(0, 60), smf.off(480, 60)))
    assert lines(read(data)) == [(0, 480, 60), (480, 480, 60)]


def test_notes_of_no_length_are_kept(smf) -> None:
    assert lines(read(smf.file(smf.track(smf.on(5, 60), smf.off(0, 60))))) == [(5, 0, 60)]


def test_tempo_metre_key_and_markers_come_from_any_track(smf) -> None:
    conductor = smf.track(smf.meta(0, 0x58, b"\x03\x02\x18\x08"), smf.meta(0, 0x59, b"\xfe\x01"))
    second = smf.track(smf.meta(0, 0x51, b"\x06\x1a\x80"), smf.meta(960, 0x06, b"Chorus"), smf.tune())
    third = smf.track(smf.meta(960, 0x51, b"\x0f\x42\x40"), smf.meta(0, 0x59, b"\x02\x00"))
    score = read(smf.file(conductor, second, third))
    assert score.time_map.tempos == (Tempo(0, 400_000), Tempo(960, 1_000_000))
    assert score.time_map.metres == (Metre(0, 3, 4),)
    assert score.key_signatures == (KeySignature(0, Key(7, Scale.MINOR)), KeySignature(960, Key(2)))
    assert score.markers == (Marker(960, "Chorus"),)


@pytest.mark.parametrize("accidentals", range(-7, 8))
@pytest.mark.parametrize("mode", [0, 1])
def test_all_thirty_key_signatures_are_understood(smf, accidentals: int, mode: int) -> None:
    score = read(smf.file(smf.track(smf.meta(0, 0x59, bytes((accidentals & 255, mode))))))
    key = score.key_signatures[0].key
    assert key.tonic == (accidentals * 7 + (9 if mode else 0)) % 12
    assert key.is_minor == bool(mode)


def test_the_set_up_before_the_first_note_becomes_the_tracks_own(smf) -> None:
    """Bank, program, volume and pan; later changes stay where they are."""
    data = smf.file(
        smf.track(
            smf.event(0, 0xB2, 0, 1),
            smf.event(0, 0xB2, 32, 2),
            smf.event(0, 0xC2, 40),
            smf.event(0, 0xB2, 7, 90),
            smf.event(0, 0xB2, 10, 20),
            smf.event(0, 0xB2, 91, 30),
            smf.on(480, 60, channel=2),
            smf.event(10, 0xB2, 7, 50),
            smf.off(10, 60, channel=2),
            smf.event(0, 0xC2, 41),
        )
    )
    track = read(data).tracks[0]
    assert (track.program, track.bank, track.channel) == (40, 130, 2)
    assert track.mixer == Mixer(90, 20)
    assert track.events == (
        TrackEvent(0, b"\xb2\x5b\x1e"),
        TrackEvent(490, b"\xb2\x07\x32"),
        TrackEvent(500, b"\xc2\x29"),
    )


def test_a_file_that_names_no_instrument_says_so(smf) -> None:
    assert read(smf.file(smf.track(smf.tune()))).tracks[0].program is None


def test_the_set_up_may_stand_in_the_first_track_for_all_channels(smf) -> None:
    first = smf.track(
        *(smf.event(0, 0xC0 | c, 10 + c) + smf.event(0, 0xB0 | c, 7, 50 + c) for c in range(3)),
        smf.event(480, 0xB1, 64, 127),
        smf.event(0, 0xE2, 0, 64),
    )
    score = read(smf.file(first, *(smf.track(smf.tune(channel=c)) for c in (2, 1))))
    assert [(t.channel, t.program, t.mixer.volume) for t in score.tracks] == [(2, 12, 52), (1, 11, 51), (0, 10, 50)]
    assert [t.events for t in score.tracks] == [
        (TrackEvent(480, b"\xe2\x00\x40"),),
        (TrackEvent(480, b"\xb1\x40\x7f"),),
        (),
    ]


def test_tracks_on_one_channel_share_an_instrument_that_only_one_names(smf) -> None:
    right, left = smf.track(smf.event(0, 0xC0, 6), smf.tune()), smf.track(smf.tune(pitch=40))
    assert [track.program for track in read(smf.file(smf.track(), right, left)).tracks] == [6, 6]


def test_each_track_plays_its_own_instrument_even_on_one_channel(smf) -> None:
    """By the letter the second would win for both; programs that put all tracks on channel 1 mean this."""
    first, second = smf.track(smf.event(0, 0xC0, 6), smf.tune()), smf.track(smf.event(0, 0xC0, 73), smf.tune())
    assert [track.program for track in read(smf.file(smf.track(), first, second)).tracks] == [6, 73]


def test_controllers_bends_pressure_and_unknown_metas_are_kept_in_order(smf) -> None:
    kept = [
        b"\xb0\x40\x7f",
        b"\xe0\x01\x02",
        b"\xd0\x10",
        b"\xa0\x3c\x20",
        b"\xff\x60\x01\x02",
        b"\xff\x7f\x00\x00\x41x",
    ]
    body = b"".join(smf.event(10, *data) if data[0] < 0xF0 else smf.meta(10, data[1], data[2:]) for data in kept)
    score = read(smf.file(smf.track(), smf.track(smf.on(0, 60), body, smf.off(10, 60))))
    assert score.tracks[0].events == tuple(TrackEvent(10 * (i + 1), data) for i, data in enumerate(kept))


def test_exclusive_messages_and_packets_are_kept_whole(smf) -> None:
    """A message in two packets, and a real-time byte in an escape."""
    parts = [(b"\x7e\x7f", 0xF0), (b"\x09\x01\xf7", 0xF7), (b"\xf8", 0xF7)]
    data = smf.file(smf.track(*(smf.exclusive(5, payload, status) for payload, status in parts), smf.tune()))
    assert [(e.tick, e.data) for e in read(data).conductor] == [
        (5, b"\xf0\x7e\x7f"),
        (10, b"\xf7\x09\x01\xf7"),
        (15, b"\xf7\xf8"),
    ]


def test_several_ports_are_kept(smf) -> None:
    """More than 16 channels: each track says its port."""
    first = smf.track(smf.meta(0, 0x21, b"\x00"), smf.event(0, 0xC0, 1), smf.tune())
    second = smf.track(smf.meta(0, 0x21, b"\x01"), smf.event(0, 0xC0, 2), smf.tune())
    score = read(smf.file(smf.track(), first, second))
    assert [(t.program, t.channel, t.events[0].data) for t in score.tracks] == [
        (1, 0, b"\xff\x21\x00"),
        (2, 0, b"\xff\x21\x01"),
    ]


def test_tracks_of_words_only_are_tracks(smf) -> None:
    words = smf.track(smf.meta(0, 0x03, b"Words"), smf.meta(10, 0x05, b"la"))
    score = read(smf.file(smf.track(), words, smf.track(smf.tune())))
    assert [track.name for track in score.tracks] == ["Words", ""]
    assert score.tracks[0].events == (TrackEvent(10, b"\xff\x05la"),)


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        ("Flöte ♪".encode(), "Flöte ♪"),
        ("Flöte".encode("latin-1"), "Flöte"),
        ("Ménuet à l’ancienne".encode("cp1252"), "Ménuet à l’ancienne"),
        ("ピアノの曲".encode("shift-jis"), "ピアノの曲"),
        ("ÄÖÜ".encode("latin-1"), "ÄÖÜ"),
        (b"Name\0\0", "Name"),
        (b"../../etc/\x00<img src=x>", "../../etc/\0<img src=x>"),
        ("\u202egnp".encode(), "\u202egnp"),
        (b"\x81", "\x81"),
        (b"x" * 65_536, "x" * 65_536),
    ],
)
def test_texts_are_read_in_the_encoding_that_they_seem_to_have(smf, stored: bytes, text: str) -> None:
    """And taken literally: showing them safely is for the window to do."""
    assert read(smf.file(smf.track(), smf.track(smf.meta(0, 0x03, stored), smf.tune()))).tracks[0].name == text


@pytest.mark.parametrize(("frames", "per_second"), [(24, 24), (25, 25), (29, 30000 / 1001), (30, 30)])
def test_video_timing_counts_seconds(smf, frames: int, per_second: float) -> None:
    division = (256 - frames) << 8 | 40
    score = read(smf.file(smf.track(smf.tune()), division=division))
    assert score.smpte == division
    assert score.time_map.seconds(40 * per_second) == pytest.approx(1.0)
    assert score.time_map.ticks_per_quarter == round(per_second * 20)


def test_a_file_in_a_riff_wrapper_opens(smf) -> None:
    inner = smf.file(smf.track(smf.tune()))
    info = b"DISP" + (3).to_bytes(4, "little") + b"abc\0"
    chunk = b"RMID" + info + b"data" + len(inner).to_bytes(4, "little") + inner
    assert read(b"RIFF" + len(chunk).to_bytes(4, "little") + chunk).note_count == 4


def test_a_longer_header_is_stepped_over(smf) -> None:
    data = smf.file(smf.track(smf.tune()))
    longer = data[:4] + (10).to_bytes(4, "big") + data[8:14] + b"\x01\x02\x03\x04" + data[14:]
    assert read(longer).note_count == 4


def test_a_meta_event_of_more_than_a_megabyte_is_kept(smf) -> None:
    picture = bytes(1_500_000)
    score = read(smf.file(smf.track(smf.meta(0, 0x7F, picture), smf.tune())))
    assert len(score.conductor[0].data) == len(picture) + 2
    assert score.note_count == 4


def test_silence_at_the_end_is_remembered(smf) -> None:
    assert read(smf.file(smf.track(smf.tune(), end=smf.meta(5000, 0x2F)))).end_tick_hint == 4 * 480 + 5000
    assert read(smf.file(smf.track(smf.tune()))).end_tick_hint == 0


def test_a_file_without_notes_opens_empty(smf) -> None:
    assert read(smf.file(smf.track())).tracks == ()
    assert read(smf.file()).note_count == 0


def test_ten_thousand_notes_of_a_chord_come_back_one_by_one(smf) -> None:
    """All on one pitch at once: pairing may not look through all of them for each."""
    data = smf.file(smf.track(smf.on(0, 60) * 10_000, smf.off(10, 60), smf.off(0, 60) * 9_999))
    assert [n for n in lines(read(data)) if n != (0, 10, 60)] == []


def test_a_note_is_a_friendly_value(smf) -> None:
    data = smf.file(smf.track(smf.on(3, 60, 99), smf.off(4, 60, 12)))
    assert list(read(data).tracks[0].notes) == [Note(3, 4, 60, 99, 12, id=0)]
