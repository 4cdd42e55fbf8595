"""One start of the real program in a process of its own; prints as JSON when it came up and what it had loaded.

Then it asks the models at once, before any is in memory, as an impatient user would.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication

from ml.requests import Verb
from studio.app import start
from studio.audio import PlayerMessage, Position
from studio.project import AppFolders
from studio.session.player_seam import PlayerSeam
from studio.ui.roll.view import RollView

GIVE_UP_S = 30.0
POLL_S = 0.01


class FirstPaint(QObject):
    """Notes when the roll is first painted (seconds on the monotonic clock)."""

    at_s: float | None = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  (the name is Qt's)
        if self.at_s is None and event.type() is QEvent.Type.Paint and isinstance(watched, RollView):
            self.at_s = time.monotonic()
        return False


class Overheard:
    """A player that notes when it first reports that the music has moved on."""

    def __init__(self, player: PlayerSeam) -> None:
        self._player = player
        self.moving_at_s: float | None = None

    def __getattr__(self, name: str) -> object:
        return getattr(self._player, name)

    def poll(self) -> Sequence[PlayerMessage]:
        messages = self._player.poll()
        for message in messages:
            if (
                self.moving_at_s is None
                and isinstance(message, Position)
                and message.playing
                and message.position_s > 0
            ):
                self.moving_at_s = time.monotonic()
        return messages


def main(began_s: float, piece: Path) -> int:
    application = QApplication(["continuo"])
    first_paint = FirstPaint()
    application.installEventFilter(first_paint)
    running = start(AppFolders.of_user(), piece)
    studio = running.studio
    player = Overheard(studio.transport.player)
    studio.transport.player = player
    studio.transport.play()
    while (player.moving_at_s is None or first_paint.at_s is None) and time.monotonic() < began_s + GIVE_UP_S:
        application.processEvents()
        studio.poll()
    loaded = sorted(name for name in ("torch", "pyqtgraph", "mido", "fluidsynth") if name in sys.modules)
    asked_s = time.monotonic()
    studio.ask(Verb.CONTINUE)
    while not any(slot.playable_notes for slot in studio.takes.slots) and time.monotonic() < asked_s + GIVE_UP_S:
        time.sleep(POLL_S)  # as the window's own beat: a busy loop would keep the worker from importing
        application.processEvents()
        studio.poll()
    first_bar_s = time.monotonic() - asked_s
    studio.reject()
    running.close()
    if first_paint.at_s is None or player.moving_at_s is None:
        print(f"after {GIVE_UP_S:g} s the window was not up or the music had not begun", file=sys.stderr)
        return 1
    window_s, playing_s = first_paint.at_s - began_s, player.moving_at_s - began_s
    found = {"window_s": window_s, "playing_s": playing_s, "loaded": loaded, "first_bar_s": first_bar_s}
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), Path(sys.argv[2])))
