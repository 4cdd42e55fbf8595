"""The program is killed in the middle of work; the next start offers the work back."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
WORK_AND_DIE = """
import os, signal
from PySide6.QtWidgets import QApplication
from ml.music import Note
from studio import app
from studio.edit.operations.notes import add_note
from studio.project import AppFolders

application = QApplication(["continuo"])
running = app.start(AppFolders.of_user(), None)
studio = running.studio
studio.new()
for pitch in (60, 64, 67):
    studio.document.apply("Draw", add_note(studio.document.score, 0, Note(0, 960, pitch)))
assert running.journal.wait_for(running.journal.append("Draw", studio.document.score))
player = studio.transport.player.pid
os.kill(player, signal.SIGKILL)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_song_that_was_never_saved_comes_back_after_a_kill(at_the_window: Callable[..., Any]) -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", WORK_AND_DIE], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == -9, done.stderr
    musician = at_the_window()
    musician.window.dialogs.offer_recovery()
    dialog = musician.window.findChild(object, "recovery")
    assert dialog is not None
    dialog.recover.click()
    assert sorted(musician.pitches) == [60, 64, 67]
    assert musician.window.studio.document.modified
    musician.press("Ctrl+Z")
    assert len(musician.pitches) == 2
