"""Provenance to go: who wrote how much of the song, and what an exported MIDI file tells of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.music import Note, NoteTable, Score, Track
from ml.music.midi import read_midi_file, write_midi_file
from ml.requests import Verb
from studio.__main__ import run
from studio.edit.operations.notes import delete_notes, duplicate
from studio.edit.operations.pitch import transpose
from studio.project.settings import PROVENANCE_IN_MIDI
from studio.session import Studio
from studio.session.provenance_text import PREFIX, provenance_texts
from studio.session.song_report import Standing, song_report
from studio.session.wishes import Wishes

Answered = Callable[[Studio], None]


def told_in(path: Path) -> tuple[dict[str, Any], ...]:
    """What the text events of a MIDI file tell of takes."""
    texts = [event.data[2:].decode() for event in read_midi_file(path).score.conductor if event.data[:2] == b"\xff\x01"]
    return tuple(json.loads(text.removeprefix(PREFIX)) for text in texts if text.startswith(PREFIX))


@pytest.fixture
def composed(open_tune: Studio, answered: Answered) -> Studio:
    """The tune, 16 notes by hand, with a bar of each model after it, 8 notes each; seed 5."""
    studio = open_tune
    for number in (0, 1):
        studio.ask(Verb.CONTINUE, wishes=Wishes(bars=1, takes=1, seed=5))
        answered(studio)
        studio.accept(studio.takes.slots[number])
    return studio


def test_the_report_counts_the_notes_of_each(composed: Studio) -> None:
    report = composed.tree.report()
    assert (report.notes, report.by_user, report.edited) == (32, 16, 0)
    assert [(m.model, m.name, m.notes, m.edited) for m in report.models] == [
        ("alpha", "Alpha", 8, 0),
        ("beta", "Beta", 8, 0),
    ]
    assert report.lines[:3] == (
        "32 notes in the song.",
        "16 are yours (50%).",
        "8 are by Alpha (25%), 0 of them edited.",
    )


def test_edited_is_what_the_take_did_not_have(composed: Studio) -> None:
    document = composed.document
    chosen = document.selection  # the notes of beta, accepted last
    some = document.selection.with_ids(set(sorted(chosen.ids)[:3]))
    document.apply("Transpose", transpose(document.score, some, 1))
    assert [m.edited for m in composed.tree.report().models] == [0, 3]
    assert composed.tree.report().lines[-1] == "3 are a model's and edited by you (9%)."
    document.apply("Transpose", transpose(document.score, some, -1))
    assert composed.tree.report().edited == 0, "what is moved back is as it was"
    document.apply("Duplicate", duplicate(document.score, chosen, 240))
    assert [(m.notes, m.edited) for m in composed.tree.report().models] == [(16, 8), (8, 0)]
    document.undo()
    document.apply("Delete", delete_notes(document.score, some))
    assert [(m.notes, m.edited) for m in composed.tree.report().models] == [(8, 0), (5, 0)]
    assert list(composed.tree.standings().values()) == [Standing(8, 0), Standing(5, 3)]
    document.apply("Delete", delete_notes(document.score, chosen))
    assert list(composed.tree.standings().values()) == [Standing(8, 0), Standing(0, 0)]


def test_notes_changed_in_a_take_before_it_was_accepted_are_edited(
    open_tune: Studio, answered: Answered, tmp_path: Path
) -> None:
    studio = open_tune
    studio.settings.set(PROVENANCE_IN_MIDI, True)
    studio.ask(Verb.CONTINUE, wishes=Wishes(bars=1, takes=1, seed=5))
    answered(studio)
    slot = studio.takes.slots[0]
    written = slot.notes
    for pitch in (40, 41):
        studio.swap_in_take(slot, (replace(written[0], pitch=pitch), *written[1:]))
    studio.export(tmp_path / "take.mid", slot=slot)
    assert told_in(tmp_path / "take.mid")[0]["edited"] == 1
    studio.accept(slot)
    report = studio.tree.report()
    assert [(m.notes, m.edited) for m in report.models] == [(8, 1)]
    assert list(studio.tree.standings().values()) == [Standing(8, 0)], "nothing was edited since"
    studio.export(tmp_path / "song.mid")
    assert told_in(tmp_path / "song.mid")[0]["edited"] == 1
    studio.save_as(tmp_path / "song.continuo")
    studio.open(tmp_path / "song.continuo")
    assert studio.tree.report() == report


def test_a_project_from_before_takes_were_kept_names_its_models(composed: Studio) -> None:
    report = song_report(composed.document.score, (), composed.piece.provenance)
    assert [(m.model, m.notes, m.edited) for m in report.models] == [("alpha", 8, None), ("beta", 8, None)]
    assert "whether they were edited is not known" in report.lines[2]
    (unknown,) = song_report(composed.document.score, (), ()).models
    assert (unknown.name, unknown.notes) == ("a model that is not known", 16)


def test_a_song_without_notes_or_takes_says_so() -> None:
    assert song_report(Score((Track(),)), ()).lines == ("The song has no notes yet.",)
    by_hand = Score((Track(notes=NoteTable.of([Note(0, 10, 60)])),))
    assert song_report(by_hand, ()).lines == (
        "1 note in the song.",
        "1 is yours (100%).",
        "No take of a model is in it.",
    )


def test_a_midi_file_tells_where_notes_come_from_only_if_the_user_wants(composed: Studio, tmp_path: Path) -> None:
    silent, telling = tmp_path / "silent.mid", tmp_path / "telling.mid"
    composed.export(silent)
    assert PREFIX.encode() not in silent.read_bytes()
    composed.settings.set(PROVENANCE_IN_MIDI, True)
    composed.export(telling)
    read = read_midi_file(telling)
    assert read.warnings == ()
    first, second = told_in(telling)
    assert (first["model"], first["seed"], first["take"], first["bars"]) == ("alpha", 5, 0, [5, 5])
    assert (second["model"], second["verb"], second["notes"], second["edited"]) == ("beta", "continue", 8, 0)
    assert second["temperature"] == 1.0
    again = tmp_path / "again.mid"
    write_midi_file(read.score, again)
    assert told_in(again) == (first, second)
    composed.document.apply("Delete", delete_notes(composed.document.score, composed.document.selection))
    composed.export(telling)
    assert told_in(telling) == (first,), "a take that is gone from the song is not told"


def test_a_take_exported_alone_tells_of_itself(open_tune: Studio, answered: Answered, tmp_path: Path) -> None:
    studio = open_tune
    studio.settings.set(PROVENANCE_IN_MIDI, True)
    studio.ask(Verb.CONTINUE, wishes=Wishes(bars=1, takes=1, seed=7))
    answered(studio)
    studio.export(tmp_path / "take.mid", slot=studio.takes.slots[1])
    (told,) = told_in(tmp_path / "take.mid")
    assert (told["model"], told["seed"], told["bars"], told["notes"]) == ("beta", 7, [5, 5], 8)
    studio.takes.slots[1].written = ()  # edited, in a project from before that was kept
    studio.export(tmp_path / "take.mid", slot=studio.takes.slots[1])
    assert told_in(tmp_path / "take.mid")[0]["edited"] == 0


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.sampled_from(("model", "checkpoint", "seed", "limits", "keep", "verb")), PLAIN))
def test_whatever_a_project_says_of_a_take_is_told_and_read_back(
    tmp_path_factory: pytest.TempPathFactory, origin: dict[str, Any]
) -> None:
    score = Score((Track(notes=NoteTable.of([Note(0, 480, 60, source=3), Note(480, 480, 62)])),))
    lines = provenance_texts(score, [{"source": 3, **origin}, {"source": 9, "model": "gone"}, {"model": "none"}])
    path = tmp_path_factory.mktemp("midi") / "song.mid"
    write_midi_file(score, path, lines)
    (told,) = told_in(path)
    assert told["notes"] == 1
    assert {k: v for k, v in told.items() if k in origin} == {
        k: v for k, v in origin.items() if v not in (None, {}, "")
    }


def test_the_command_line_tells_it_too(
    composed: Studio, tmp_path: Path, capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    project = tmp_path / "song.continuo"
    composed.save_as(project)
    assert run(["info", str(project)]) == 0
    assert "  16 are yours (50%)." in capsys.readouterr().out
    assert run(["info", str(project), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["origin"]["by_user"] == 16
    assert run(["export", str(project), "-o", str(tmp_path / "out.mid"), "--provenance"]) == 0
    assert len(told_in(tmp_path / "out.mid")) == 2
