"""The last resort: an error that nobody expected is written to a log file and told in one sentence; work goes on."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal

LOG_BYTES = 1 << 20
LOG_FILES = 2
log = logging.getLogger("continuo")


class LastResort(QObject):
    """While installed, no exception reaches the screen as a traceback, from whichever thread it comes."""

    _told = Signal(str)

    def __init__(self, log_file: Path, tell: Callable[[str], None] | None = None) -> None:
        super().__init__()
        self.log_file = log_file
        self.tell = tell
        self._handler: logging.Handler | None = None
        self._before = (sys.excepthook, threading.excepthook)
        self._told.connect(self._on_told, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """Write warnings and errors of the program to the log file, and catch what nobody caught."""
        try:
            self.log_file.parent.mkdir(parents=True, exist_ok=True)
            self._handler = RotatingFileHandler(
                self.log_file, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8", delay=True
            )
        except OSError:
            self._handler = logging.StreamHandler()
        self._handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        logging.getLogger().addHandler(self._handler)
        sys.excepthook = self.caught
        threading.excepthook = lambda raised: self.caught(raised.exc_type, raised.exc_value, raised.exc_traceback)

    def remove(self) -> None:
        sys.excepthook, threading.excepthook = self._before
        if self._handler is not None:
            logging.getLogger().removeHandler(self._handler)
            self._handler.close()

    def caught(self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        """Log an exception that reached the top, and say so in a sentence."""
        if issubclass(kind, KeyboardInterrupt | SystemExit):
            return
        log.error("unexpected", exc_info=(kind, error, trace) if error is not None else None)
        self._told.emit(
            f"Something went wrong that should not have ({kind.__name__}). Your work is as it was;"
            f" the details are in {self.log_file}."
        )

    def _on_told(self, sentence: str) -> None:
        if self.tell is not None:
            self.tell(sentence)
