"""What is saved is what is opened; what is damaged, foreign or hostile is refused with a sentence."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.music import NoteTable, Score, Tempo, Track
from studio.project import ProjectFile, UnreadableProject, load_project, save_project
from studio.project.project_text import decode_project, encode_project
from tests.studio.project.pieces import JSON, long_song, scores, song


@given(scores(), st.dictionaries(st.text(max_size=4), JSON, max_size=3), st.lists(st.dictionaries(st.text(), JSON)))
def test_saving_and_opening_is_the_identity(score: Score, view: dict[str, Any], takes: list[dict[str, Any]]) -> None:
    project = ProjectFile(score, view, tuple(takes))
    opened = decode_project(encode_project(project), "song")
    assert opened == project
    assert opened.warnings == ()
    assert encode_project(opened) == encode_project(project)


def test_a_saved_file_opens_as_the_same_piece(tmp_path: Path) -> None:
    project = ProjectFile(song(), {"zoom": 1.5}, ({"model": "lstm", "seed": 1, "tracks": (0, 1)},))
    save_project(tmp_path / "Song.continuo", project)
    opened = load_project(tmp_path / "Song.continuo")
    assert opened.score == project.score
    assert opened.view == {"zoom": 1.5}
    assert opened.provenance == ({"model": "lstm", "seed": 1, "tracks": [0, 1]},)
    assert [path.name for path in tmp_path.iterdir()] == ["Song.continuo"]


def test_the_file_is_text_and_holds_a_shared_table_once() -> None:
    score = long_song(400, tracks=1)
    twice = score.with_tracks((*score.tracks, Track("Copy", NoteTable.from_columns(**score.tracks[0].notes.columns()))))
    text = encode_project(ProjectFile(twice)).decode()
    tree = json.loads(text)
    assert len(tree["notes"]) == 1
    assert tree["tracks"][0]["notes"] == tree["tracks"][1]["notes"]
    assert decode_project(text.encode(), "song").score == twice


def test_numbers_of_numpy_are_stored_like_others(tmp_path: Path) -> None:
    score = song().with_time_map(song().time_map.with_tempo(Tempo(np.int64(960), np.int32(400_000))))  # type: ignore[arg-type]
    save_project(tmp_path / "Song.continuo", ProjectFile(score))
    assert load_project(tmp_path / "Song.continuo").score == score


# --- fields of newer programs


def edited(project: ProjectFile, change: Callable[[dict[str, Any]], None]) -> bytes:
    """The project's file after a change to its JSON, as another program would write it."""
    tree = json.loads(encode_project(project))
    change(tree)
    return json.dumps(tree).encode()


def test_unknown_fields_are_kept_and_written_back() -> None:
    def newer(tree: dict[str, Any]) -> None:
        tree["lyrics"] = {"verse": ["la"]}
        tree["song"]["swing"] = 0.6
        tree["song"]["tempos"]["curve"] = ["linear"]
        tree["tracks"][1]["articulation"] = "pizzicato"

    opened = decode_project(edited(ProjectFile(song()), newer), "song")
    again = json.loads(encode_project(opened))
    assert again["lyrics"] == {"verse": ["la"]}
    assert again["song"]["swing"] == 0.6
    assert again["song"]["tempos"]["curve"] == ["linear"]
    assert [track.get("articulation") for track in again["tracks"]] == [None, "pizzicato"]
    assert decode_project(encode_project(opened), "song") == opened


def test_unknown_fields_of_a_track_follow_it() -> None:
    def newer(tree: dict[str, Any]) -> None:
        tree["tracks"][1]["articulation"] = "pizzicato"

    opened = decode_project(edited(ProjectFile(song()), newer), "song")
    lead, bass = opened.score.tracks
    moved = replace(opened, score=opened.score.with_tracks((bass, lead)))
    renamed = replace(opened, score=opened.score.with_tracks((lead, replace(bass, name="Contrabass"))))
    for project, expected in ((moved, ["pizzicato", None]), (renamed, [None, "pizzicato"])):
        tracks = json.loads(encode_project(project))["tracks"]
        assert [track.get("articulation") for track in tracks] == expected


def test_a_changed_file_opens_with_a_warning() -> None:
    opened = decode_project(edited(ProjectFile(song()), lambda tree: tree["song"].update(title="By hand")), "Song")
    assert opened.score.title == "By hand"
    assert opened.warnings == (
        '"Song" was changed by another program or damaged after it was saved: check the piece by ear and eye.',
    )


def test_a_project_of_a_newer_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "Song.continuo"
    path.write_bytes(edited(ProjectFile(song()), lambda tree: tree.update(schema_version=2)))
    before = path.read_bytes()
    with pytest.raises(UnreadableProject, match=r'^"Song.continuo" was saved by a newer Continuo .* update Continuo'):
        load_project(path)
    assert path.read_bytes() == before


# --- what is no project


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (bytes(4096), "is empty"),
        (b"MThd\0\0\0\6", "is a MIDI or sound file"),
        (b"PK\3\4", "is not a Continuo project"),
        (b"{}", "is not a Continuo project"),
        (b'{"format":"continuo project"}', "its version is not a whole number"),
        (b'{"format":"continuo project","schema_version":0}', "its version is not a whole number"),
        (b'{"format":"continuo project","schema_version":1}', "the section notes is missing"),
        (b'{"a":' * 5000, "nested too deeply"),
        (b'{"a":' + b"[" * 200 + b"]" * 200 + b"}", "nested too deeply"),
        (b'{"a":[' + b"{}," * 200_000 + b"{}]}", "far more lists and objects"),
        (b'{"a":' + b"9" * 10_000 + b"}", "a number too long"),
        (b'{"a":NaN}', "a number too long to read"),
        (b'{"a":1e999}', "a number too long to read"),
        (b'{"a":"\xff"}', "byte 6 is not text"),
        (b'{"format":\n"continuo', "garbled in line 2"),
    ],
)
def test_what_is_no_project_is_refused_in_one_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "Odd.continuo"
    path.write_bytes(content)
    with pytest.raises(UnreadableProject, match=f'^"Odd.continuo" .*{sentence}') as refused:
        load_project(path)
    assert "\n" not in str(refused.value)
    assert path.read_bytes() == content


def test_more_numbers_than_any_piece_needs_are_not_even_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.project.checked.MAX_VALUES", 100)
    with pytest.raises(UnreadableProject, match="far more numbers"):
        decode_project(b'{"a":[' + b"1," * 101 + b"1]}", "song")


def test_a_folder_a_pipe_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.continuo"
    os.mkfifo(pipe)
    for path, sentence in ((tmp_path, "is not a file"), (pipe, "is not a file"), (tmp_path / "x", "is not there")):
        with pytest.raises(UnreadableProject, match=sentence):
            load_project(path)


HUGE = 10**30


@pytest.mark.parametrize(
    ("trouble", "change"),
    [
        ("pitch", lambda table: table.update(pitch=[128] * 4)),
        ("pitch", lambda table: table.update(pitch=["x" * 1000, 1, 2, 3])),
        ("pitch", lambda table: table.update(pitch=[1.5, 1, 2, 3])),
        ("pitch", lambda table: table.update(pitch=[[1], 1, 2, 3])),
        ("pitch", lambda table: table.update(pitch=[True, 1, 2, 3])),
        ("pitch", lambda table: table.pop("pitch")),
        ("velocity", lambda table: table.update(velocity=[1, 2, 3])),
        ("velocity", lambda table: table.update(velocity=-1)),
        ("length", lambda table: table.update(length=[-1, 1, 1, 1])),
        ("length", lambda table: table.update(length=[HUGE, 1, 1, 1])),
        ("start", lambda table: table.update(start=HUGE)),
        ("start", lambda table: table.update(start=[0, 1, 2, HUGE])),
        ("same id", lambda table: table.update(id=[1, 1, 2, 3])),
    ],
)
def test_impossible_notes_are_refused(trouble: str, change: Callable[[dict[str, Any]], None]) -> None:
    data = edited(ProjectFile(song()), lambda tree: change(tree["notes"][tree["tracks"][0]["notes"]]))
    with pytest.raises(UnreadableProject, match=f"track 1.*{trouble}"):
        decode_project(data, "song")


@pytest.mark.parametrize(
    ("trouble", "change"),
    [
        ("ticks per quarter", lambda tree: tree["song"].update(ticks_per_quarter=0)),
        ("ticks per second", lambda tree: tree["song"].update(ticks_per_second=-1.0)),
        ("list of tempos", lambda tree: tree["song"]["tempos"].update(us_per_quarter=[0])),
        ("list of tempos is incomplete", lambda tree: tree["song"]["tempos"].update(tick=[0, 1])),
        ("list of metres", lambda tree: tree["song"]["metres"].update(denominator=[0])),
        ("scale that is not known", lambda tree: tree["song"].update(key_signatures=FOREIGN_KEY)),
        ("the title", lambda tree: tree["song"].update(title=3)),
        ("the name of track 2", lambda tree: tree["tracks"][1].update(name=None)),
        ("the instrument of track 2", lambda tree: tree["tracks"][1].update(program=128)),
        ("the notes of track 2 are missing", lambda tree: tree["tracks"][1].update(notes="0" * 32)),
        ("the events of track 2 are missing", lambda tree: tree["tracks"][1].update(events=[])),
        ("track 1 is missing", lambda tree: tree.update(tracks=[3])),
        ("the list of tracks", lambda tree: tree.update(tracks={})),
        ("state of the window", lambda tree: tree.update(view=[])),
        ("accepted takes", lambda tree: tree.update(provenance=None)),
        ("more notes than", lambda tree: tree.update(tracks=tree["tracks"][:1] * 3)),
    ],
)
def test_impossible_songs_are_refused(
    trouble: str, change: Callable[[dict[str, Any]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.project.project_text.MAX_NOTES", 10)
    with pytest.raises(UnreadableProject, match=trouble):
        decode_project(edited(ProjectFile(song()), change), "song")


FOREIGN_KEY = {"tick": [0], "tonic": [0], "scale": ["klingon"]}


def test_any_damage_gives_a_piece_or_a_sentence() -> None:
    """Every byte flipped in one bit, every cut, and pages of zeros: no other error, and never a silent change."""
    project = ProjectFile(song(), {"zoom": 1})
    whole = encode_project(project)
    damaged = [whole[:at] + bytes([whole[at] ^ 1 << at % 7]) + whole[at + 1 :] for at in range(len(whole))]
    damaged += [whole[:at] for at in range(len(whole))]
    damaged += [whole[:at] + bytes(100) + whole[at + 100 :] for at in range(0, len(whole), 50)]
    for data in damaged:
        try:
            opened = decode_project(data, "song")
        except UnreadableProject:
            continue
        assert opened.warnings or opened == project


@given(st.binary(max_size=200))
def test_noise_is_refused(noise: bytes) -> None:
    with pytest.raises(UnreadableProject):
        decode_project(noise, "noise")
