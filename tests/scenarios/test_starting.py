"""Starting the program for real, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOOK = """
import json, sys
from pathlib import Path
from PySide6.QtWidgets import QApplication
from studio import app
from studio.project import AppFolders

application = QApplication(["continuo"])
path = Path(sys.argv[1]) if len(sys.argv) > 1 else None
running = app.start(AppFolders.of_user(), path)
application.processEvents()
studio = running.studio
print(json.dumps({
    "visible": running.window.isVisible(),
    "name": studio.name,
    "bars": studio.document.score.time_map.bar_at(studio.document.score.end_bar_tick),
    "notes": studio.document.score.note_count,
    "modified": studio.document.modified,
    "recent": len(studio.settings.recent_files()),
    "notice": running.window.notice.text,
    "torch": "torch" in sys.modules,
    "pyqtgraph": "pyqtgraph" in sys.modules,
    "copy check": "studio.session.copy_check" in sys.modules,
}))
running.close()
"""


def started(home: Path, *arguments: str) -> dict[str, object]:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "CONTINUO_HOME": str(home)}
    done = subprocess.run(
        [sys.executable, "-c", LOOK, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    result: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return result


def test_a_new_user_finds_an_eight_bar_sketch_and_torch_is_not_loaded(tmp_path: Path) -> None:
    found = started(tmp_path)
    assert found == {
        "visible": True, "name": "first-sketch", "bars": 8, "notes": found["notes"], "modified": False,
        "recent": 0, "notice": "", "torch": False, "pyqtgraph": False, "copy check": False,
    }  # fmt: skip
    assert found["notes"]


def test_a_file_that_cannot_be_read_is_told_in_the_window(tmp_path: Path) -> None:
    bad = tmp_path / "bad.mid"
    bad.write_bytes(b"no music")
    found = started(tmp_path / "home", str(bad))
    assert found["visible"]
    assert "bad.mid" in str(found["notice"])


def test_without_a_display_there_is_one_sentence_and_no_crash(tmp_path: Path) -> None:
    if not sys.platform.startswith("linux"):
        return
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {key: value for key, value in os.environ.items() if key not in hidden}
    done = subprocess.run(
        [sys.executable, "-m", "studio"], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2
    assert "no display" in done.stderr
    assert "Traceback" not in done.stderr
