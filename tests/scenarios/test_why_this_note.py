"""A musician asks a model about the song's notes, and takes its second thought."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from ml.music import Note, NoteTable, Score, TimeMap, Track
from ml.music.midi import write_midi_file


def test_surprise_attention_other_notes_and_next_notes_of_a_real_model(
    at_the_window: Callable[[Path | None], Any], tmp_path: Path
) -> None:
    pitches = (60, 62, 64, 65, 67, 69, 71, 72)
    notes = NoteTable.of(Note(480 * index, 480, pitch) for index, pitch in enumerate(pitches))
    write_midi_file(Score((Track("Lead", notes),), TimeMap(480)), tmp_path / "scale.mid")
    musician = at_the_window(tmp_path / "scale.mid")
    window = musician.window
    window.why._choose("transformer")
    insight = window.context.insight

    musician.press("U")
    musician.until(lambda: not np.isnan(insight.surprise.of_song(0, window.context.notes.id)).any())

    note, view = window.context.notes[5], window.context.viewport
    at = QPoint(round(float(view.x(note.start + 240))), view.y(note.pitch) + view.row_px // 2)
    area, none = window.roll.note_area, Qt.MouseButton.NoButton
    musician.press("W")
    place = QPointF(at), QPointF(area.mapToGlobal(at))
    QApplication.sendEvent(
        area, QMouseEvent(QEvent.Type.MouseMove, *place, none, none, Qt.KeyboardModifier.NoModifier)
    )  # fmt: skip
    musician.until(lambda: insight.arcs is not None)
    assert 0 < len(insight.arcs.arcs) <= 5, "only notes before it can have been looked at"

    QTest.mouseClick(area, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    musician.until(lambda: bool(window.why.explain.popup.columns))
    offer = next(row for row in window.why.explain.popup.columns[0] if row.isEnabled())
    offer.click()
    assert window.context.notes.pitch[window.context.notes.rows_of([note.id])[0]] == offer.option.note.pitch
    assert window.studio.document.undo_label == "Swap note"

    musician.press("Shift+U")
    musician.until(lambda: insight.heat is not None)
    assert abs(float(insight.heat.sum()) - 1) < 1e-6
