"""A change names what differs between two scores: enough for a view to repaint, not the whole song."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ml.music import Key, KeySignature, Marker, Metre, NoteTable, Score, Tempo, TimeMap, TrackEvent
from studio.edit import ChangeKind, Selection
from studio.edit.change import changed_ticks, compare
from studio.edit.operations import transpose
from tests.studio.edit.pieces import BAR, NOTES, TPQ, chosen, melody, song


@given(st.lists(NOTES, max_size=10), st.lists(NOTES, max_size=10), st.lists(NOTES, max_size=3))
def test_every_note_that_differs_lies_in_the_changed_ticks(shared: list, before: list, after: list) -> None:
    common = NoteTable.of(shared)
    old, new = common.added(NoteTable.of(before)), common.added(NoteTable.of(after))
    ticks = changed_ticks(old, new)
    rows = [set(table) for table in (old, new)]
    for note in rows[0] ^ rows[1]:
        assert ticks is not None
        assert ticks[0] <= note.start < ticks[1]
        assert note.end <= ticks[1]
    assert (ticks is None) == (old == new)


def test_a_local_edit_in_a_long_piece_has_a_local_range() -> None:
    table = NoteTable.of(melody(*[60] * 50))
    assert changed_ticks(table, table.replaced([20], velocity=5)) == (20 * TPQ, 21 * TPQ)
    assert changed_ticks(table, table.without([20])) == (20 * TPQ, 21 * TPQ)
    assert changed_ticks(table.without([20]), table) == (20 * TPQ, 21 * TPQ)


def test_a_note_without_length_still_has_a_range() -> None:
    table = NoteTable.from_columns(start=[5], length=[0], pitch=[60])
    assert changed_ticks(table, NoteTable.empty()) == (5, 6)


@given(chosen(tracks=4), st.integers(-3, 3))
def test_exactly_the_tracks_whose_notes_changed_are_named(piece: tuple[Score, Selection], semitones: int) -> None:
    score, selection = piece
    after = transpose(score, selection, semitones).score
    change = compare("Transpose", score, after)
    differ = {i for i, (old, new) in enumerate(zip(score.tracks, after.tracks, strict=True)) if old != new}
    assert change.tracks == differ
    assert change.kind is ChangeKind.NOTES or not differ


def test_the_widest_thing_that_changed_gives_the_kind() -> None:
    before = song(*melody(60, 62))
    track = before.tracks[0]
    notes = before.with_track(0, track.with_notes(NoteTable.of(melody(60))))
    both = notes.with_track(0, replace(notes.tracks[0], name="Lead"))
    pedal = before.with_track(0, replace(track, events=(TrackEvent(0, bytes([0xB0, 64, 127])),)))
    assert compare("", before, notes).kind is ChangeKind.NOTES
    assert compare("", before, both).kind is ChangeKind.TRACKS
    assert compare("", before, pedal).kind is ChangeKind.TRACKS
    assert compare("", before, before.with_tracks((track, track))).tracks is None
    slower = both.with_time_map(both.time_map.with_tempo(Tempo(0, 700_000)))
    assert compare("", before, slower).kind is ChangeKind.TIME


def test_a_change_of_time_starts_where_time_differs() -> None:
    before = song()
    timed = {
        2 * BAR: before.with_time_map(before.time_map.with_metre(Metre(2 * BAR, 3, 4))),
        3 * BAR: replace(before, key_signatures=(KeySignature(3 * BAR, Key(2)),)),
        BAR: replace(before, markers=(Marker(BAR, "Verse"),)),
        5: replace(before, conductor=(TrackEvent(5, b"\xff\x7f\x00"),)),
        0: before.with_time_map(TimeMap(480)),
    }
    for tick, after in timed.items():
        for change in (compare("", before, after), compare("", after, before)):
            assert (change.kind, change.tracks, change.start_tick) == (ChangeKind.TIME, None, tick)
    assert compare("", before, replace(before, title="Waltz")).kind is ChangeKind.TIME


def test_only_some_kinds_change_the_music() -> None:
    assert [kind.name for kind in ChangeKind if not kind.changes_music] == ["SELECTION", "CURRENT_TRACK"]
