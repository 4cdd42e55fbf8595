"""A whole cold start, for bench_window: says when the window with the sketch was painted, and what was loaded then."""

from __future__ import annotations

import json
import sys
import time

from PySide6.QtWidgets import QApplication

from studio import app
from studio.project import AppFolders


def main() -> None:
    application = QApplication(["continuo"])
    running = app.start(AppFolders.of_user(), None)
    handle = running.window.windowHandle()
    while not handle.isExposed():
        application.processEvents()
    running.window.grab()
    notes = running.studio.document.score.note_count
    print(json.dumps({"at": time.time(), "torch": "torch" in sys.modules, "notes": notes}), flush=True)
    running.close()


if __name__ == "__main__":
    main()
