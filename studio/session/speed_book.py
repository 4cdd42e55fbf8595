"""SpeedBook: how fast models write on this machine, remembered in the user's cache folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from studio.engine import ModelCard
from studio.engine.shelf import file_stamp
from studio.project import Disk, FileSystem
from studio.project.atomic import write_atomically
from studio.project.checked import parse_json, write_json
from studio.project.troubles import Damaged

FILE_NAME = "model-speeds.json"
MAX_BYTES = 1 << 20
MOST = 500
"""Entries that are kept, the newest."""
VERSION = 1


class SpeedBook:
    """Notes a second by checkpoint, for one `machine` (processor, threads, versions); others stay in the file.

    A model is known by its file's time and size, so that looking up reads no weights; a copy of it elsewhere is
    known by its checkpoint. A file that cannot be read or written costs no more than measuring again.
    """

    def __init__(self, cache: Path, machine: str, files: FileSystem | None = None) -> None:
        self._path = cache / FILE_NAME
        self._machine = machine
        self._files = files or Disk()
        self._speeds: dict[tuple[str, str], float] = {}
        self._seen: dict[str, tuple[int, int, str]] = {}
        self._passing: set[str] = set()
        """Checkpoints that were measured while the machine was busy: they are not written to the file."""
        self._read()

    def of(self, card: ModelCard) -> float | None:
        """Notes a second of this model as it lies there now, None when it was not measured here."""
        *stamp, checkpoint = self._seen.get(str(card.folder), (0, 0, ""))
        if tuple(stamp) != file_stamp(card.weights):
            return None
        return self._speeds.get((self._machine, checkpoint))

    def is_lasting(self, card: ModelCard) -> bool:
        """Whether the model's speed was measured while the machine had little else to do."""
        return self._seen.get(str(card.folder), (0, 0, ""))[2] not in self._passing

    def known(self) -> dict[str, float]:
        """All lasting speeds of this machine by checkpoint."""
        return {
            checkpoint: speed
            for (machine, checkpoint), speed in self._speeds.items()
            if machine == self._machine and checkpoint not in self._passing
        }

    def write(self, card: ModelCard, checkpoint: str, notes_per_s: float, *, lasting: bool = True) -> None:
        """Remember what was measured; unless it is `lasting`, only until the program ends."""
        if lasting:
            self._passing.discard(checkpoint)
        else:
            self._passing.add(checkpoint)
        self._speeds.pop((self._machine, checkpoint), None)
        self._speeds[self._machine, checkpoint] = round(notes_per_s, 1)
        self._seen.pop(str(card.folder), None)
        self._seen[str(card.folder)] = (*file_stamp(card.weights), checkpoint)
        self._save()

    def forget(self, card: ModelCard) -> None:
        """Let a model be measured again."""
        found = self._seen.pop(str(card.folder), None)
        if found is not None:
            self._speeds.pop((self._machine, found[2]), None)

    def _read(self) -> None:
        try:
            data = self._files.read(self._path, MAX_BYTES)
            tree = parse_json(data) if len(data) <= MAX_BYTES else None
        except (OSError, Damaged):
            return
        if not isinstance(tree, dict) or tree.get("version") != VERSION:
            return
        for entry in _rows(tree.get("speeds")):
            match entry:
                case [str(machine), str(checkpoint), int() | float() as speed] if 0 < speed < 1e7:
                    self._speeds[machine, checkpoint] = float(speed)
        for entry in _rows(tree.get("files")):
            match entry:
                case [str(folder), int(time_ns), int(size), str(checkpoint)]:
                    self._seen[folder] = (time_ns, size, checkpoint)

    def _save(self) -> None:
        lasting = [[*key, speed] for key, speed in self._speeds.items() if key[1] not in self._passing]
        tree = {
            "version": VERSION,
            "speeds": lasting[-MOST:],
            "files": [[folder, *facts] for folder, facts in list(self._seen.items())[-MOST:]],
        }
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self._path, write_json(tree), self._files)
        except OSError:
            return  # a full disk: it will be measured again


def _rows(value: Any) -> list[Any]:
    return value[:MOST] if isinstance(value, list) else []
