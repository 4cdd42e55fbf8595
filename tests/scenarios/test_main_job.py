"""Sketch, continue, hear, keep, export: the main job from end to end, as a musician does it."""

from __future__ import annotations

import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ml.music import Key
from ml.music.midi import read_midi_file
from studio.engine import Shelf
from studio.session.start import SHIPPED_MODELS

MELODY = (62, 64, 66, 67, 69, 67, 66, 64)


def test_draw_a_phrase_let_models_continue_it_keep_a_take_save_and_export(
    at_the_window: Callable[..., Any], tmp_path: Path
) -> None:
    musician = at_the_window()
    studio = musician.window.studio
    assert studio.name == "first-sketch"
    assert studio.document.score.note_count

    # A phrase of one's own, drawn with the mouse.
    musician.press("Ctrl+N", "2")
    for step, pitch in enumerate(MELODY):
        musician.draw(step, 1, pitch)
    assert musician.pitches == list(MELODY)
    assert studio.document.undo_label
    musician.press("Ctrl+Z", "Ctrl+Y", "1")
    assert musician.pitches == list(MELODY)

    # It plays, and the playhead moves.
    musician.press("Home", "Space")
    musician.until(lambda: studio.transport.position_s > 0.2)
    musician.press("Space")
    assert not studio.transport.playing

    # Two models answer side by side; the song itself stays.
    musician.press("Esc", "Ctrl+Alt+1")
    before = studio.document.score
    musician.continue_()
    assert {answer.card.id for answer in studio.takes.answers} == {"lstm", "transformer"}
    assert len(musician.window.audition.grid.cells) == len(studio.takes.slots) >= 2
    assert studio.document.score is before

    # Keys switch between takes while the loop runs over the join.
    musician.press("2")
    assert studio.takes.auditioned is studio.takes.slots[1]
    assert studio.transport.playing
    assert studio.transport.loop is not None
    musician.press("]", "[", "1", "Space")

    # Enter keeps one: one step, its notes selected.
    kept = studio.takes.slots[0]
    musician.press("Return")
    score = studio.document.score
    assert score.note_count == len(MELODY) + len(kept.notes)
    assert len(studio.document.selection.ids) == len(kept.notes)
    musician.press("Ctrl+Z")
    assert musician.pitches == list(MELODY)
    musician.press("Ctrl+Y")
    assert studio.document.score == score

    # Saved, left, and opened again, it is the same piece, and it knows where the take came from.
    musician.answers.save = tmp_path / "song.continuo"
    musician.press("Ctrl+S", "Ctrl+N")
    assert studio.document.score.note_count == 0
    musician.answers.open = tmp_path / "song.continuo"
    musician.press("Ctrl+O")
    musician.until(lambda: studio.document.score.note_count > 0)
    assert studio.document.score == score
    assert studio.piece.provenance[0]["model"] == kept.model

    # MIDI and WAV for other programs.
    for key, name in (("Ctrl+Shift+M", "song.mid"), ("Ctrl+Shift+W", "song.wav")):
        musician.answers.save = tmp_path / name
        musician.press(key)
        musician.until(lambda: not musician.window.jobs.busy)
    assert read_midi_file(tmp_path / "song.mid").score.note_count == score.note_count
    with wave.open(str(tmp_path / "song.wav")) as sound:
        assert sound.getnframes() > 2 * sound.getframerate()


def test_takes_that_nobody_wants_leave_no_trace(at_the_window: Callable[..., Any]) -> None:
    musician = at_the_window()
    document = musician.window.studio.document
    before = document.score
    musician.press("Ctrl+Alt+1")
    musician.continue_()
    musician.press("Esc")
    assert document.score is before
    assert not document.can_undo
    assert not document.modified
    assert not musician.window.studio.takes.showing


def test_every_note_of_every_model_obeys_the_key_that_was_set(at_the_window: Callable[..., Any]) -> None:
    musician = at_the_window()
    studio = musician.window.studio
    key = Key.parse("E:dorian")
    field = musician.window.transport.key
    field.tonic.setCurrentIndex(key.tonic + 1)
    field.scale.setCurrentIndex(field.scale.findText(key.scale.label))
    field.scale.activated.emit(field.scale.currentIndex())
    musician.press("Ctrl+Alt+1")
    musician.continue_()
    notes = [note for slot in studio.takes.slots for note in slot.notes]
    assert notes
    assert {note.pitch % 12 for note in notes} <= key.pitch_classes


def test_cancel_in_the_middle_is_seen_at_once_and_the_next_request_is_answered(
    at_the_window: Callable[..., Any],
) -> None:
    musician = at_the_window()
    studio = musician.window.studio
    musician.press("Ctrl+Alt+4", "Ctrl+Return")
    assert studio.takes.showing, musician.window.notice.text
    musician.until(lambda: any(slot.notes for slot in studio.takes.slots))
    musician.press("Esc")
    assert not studio.takes.running
    assert musician.window.models.progress.isHidden()
    musician.press("Ctrl+Alt+1")
    musician.continue_()
    assert studio.takes.slots


def test_what_is_shipped_can_be_used() -> None:
    assert not Shelf([SHIPPED_MODELS]).problems
