"""MIDI files on disk: opened with a plain sentence on failure, written in one step or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from ml.music import Note, NoteTable, Score, Track
from ml.music.midi import UnreadableMidi, UnwritableFile, read_midi_file, write_midi_file

SONG = Score((Track("Tune", NoteTable.of([Note(0, 480, 60)])),))


def test_a_song_written_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "a tune ♪.mid"
    write_midi_file(SONG, path, ("made here",))
    assert read_midi_file(path).score.tracks == SONG.tracks
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_writing_replaces_the_file_that_stood_there(tmp_path: Path) -> None:
    path = tmp_path / "song.mid"
    path.write_bytes(b"old")
    write_midi_file(SONG, path)
    assert read_midi_file(path).score.note_count == 1


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_full_disk_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    path = tmp_path / "song.mid"
    path.write_bytes(b"old")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(*((os, "fsync") if call == "fsync" else (Path, "replace")), full)
    with pytest.raises(UnwritableFile, match=r'"song.mid" could not be written \(No space left'):
        write_midi_file(SONG, path)
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["song.mid"]


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnwritableFile, match="choose another folder") as refusal:
        write_midi_file(SONG, tmp_path / "nowhere" / "song.mid")
    assert refusal.value.path == tmp_path / "nowhere" / "song.mid"
    assert isinstance(refusal.value, OSError)


def test_unreadable_places_are_said(tmp_path: Path) -> None:
    with pytest.raises(UnreadableMidi, match=r'"gone\.mid" is not there'):
        read_midi_file(tmp_path / "gone.mid")
    with pytest.raises(UnreadableMidi, match="is a folder"):
        read_midi_file(tmp_path)
    with pytest.raises(UnreadableMidi, match="cannot be read"):
        read_midi_file(tmp_path / ("x" * 5000))


def test_a_large_file_is_refused_before_it_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "huge.mid"
    with path.open("wb") as file:
        file.truncate(50_000_000_000)
    with pytest.raises(UnreadableMidi, match="50000 MB"):
        read_midi_file(path, max_bytes=1000)
