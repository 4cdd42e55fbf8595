"""The user's settings in one JSON file, written at each change; a bad file never keeps the program from starting."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from studio.project.atomic import write_atomically
from studio.project.checked import parse_json, write_json
from studio.project.files import Disk, FileSystem
from studio.project.settings import RECENT_FILES, SETTINGS, Setting, Value
from studio.project.troubles import Damaged, reason, shown

VERSION = 1
MAX_BYTES = 4 << 20
MAX_RECENT = 10


class SettingsStore:
    """Values of all settings, by `Setting`. For one thread.

    `warnings` are sentences about the file as it was found; `problem` is a sentence while changes cannot be
    written (they still hold until the program ends), else None. Unknown keys in the file are kept.
    """

    def __init__(self, path: Path, files: FileSystem | None = None) -> None:
        self.path = path
        self.warnings: tuple[str, ...] = ()
        self.problem: str | None = None
        self._files = files or Disk()
        self._values: dict[str, Any] = {}
        self._unknown: dict[str, Any] = {}
        self._may_write = True
        self._listeners: list[Callable[[Setting[Any]], None]] = []
        self._load()

    def get(self, setting: Setting[Value]) -> Value:
        """The user's value, or the default."""
        value: Value = self._values.get(setting.key, setting.default)
        return value

    def set(self, setting: Setting[Value], value: Value) -> None:
        """Change a value, write the file and tell listeners; ValueError with a sentence if it is not allowed."""
        value = setting.checked(value)
        if value == self.get(setting):
            return
        self._values[setting.key] = value
        self._write()
        for listener in tuple(self._listeners):
            listener(setting)

    def reset(self, settings: Iterable[Setting[Any]] = SETTINGS) -> None:
        """Give these settings their defaults again."""
        for setting in settings:
            self.set(setting, setting.default)

    def subscribe(self, listener: Callable[[Setting[Any]], None]) -> Callable[[], None]:
        """Call `listener` with each setting that changes; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    # --- recent files

    def recent_files(self) -> list[Path]:
        """Files opened last, newest first; some may be gone by now."""
        return [Path(name) for name in self.get(RECENT_FILES)]

    def add_recent(self, path: Path) -> None:
        """Put a file at the top of the recent files."""
        name = str(path.absolute())
        self.set(RECENT_FILES, (name, *(other for other in self.get(RECENT_FILES) if other != name))[:MAX_RECENT])

    def remove_recent(self, path: Path) -> None:
        """Take a file off the recent files, for example one that is gone."""
        self.set(RECENT_FILES, tuple(name for name in self.get(RECENT_FILES) if name != str(path.absolute())))

    # --- the file

    def _load(self) -> None:
        try:
            data = self._files.read(self.path, MAX_BYTES)
        except FileNotFoundError:
            return
        except OSError as error:
            self.warnings = (f'Your settings in "{shown(self.path)}" could not be read: {reason(error)}.',)
            return
        try:
            tree = parse_json(data) if len(data) <= MAX_BYTES else None
            if not isinstance(tree, dict) or type(tree.get("version")) is not int:
                raise Damaged("they have the wrong form")
        except Damaged as error:
            self._set_aside(str(error))
            return
        if tree["version"] > VERSION:
            self._may_write = False
            self.warnings = (
                "Your settings were written by a newer Continuo: what is understood is used, changes are not kept.",
            )
        known = {setting.key: setting for setting in SETTINGS}
        for key, value in tree.items():
            if key not in known:
                self._unknown[key] = value
                continue
            try:
                self._values[key] = known[key].checked(value)
            except ValueError as error:
                self.warnings += (f"{error} The default is used.",)

    def _set_aside(self, trouble: str) -> None:
        """Keep a file that cannot be understood under another name, so that writing does not destroy it."""
        aside = self.path.with_name(f"{self.path.name}.bad")
        with contextlib.suppress(OSError):
            self._files.replace(self.path, aside)
        self.warnings = (
            f"Your settings could not be understood ({trouble}): the defaults are used, "
            f'and the old file is kept as "{aside.name}".',
        )

    def _write(self) -> None:
        if not self._may_write:
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self.path, _text({**self._unknown, "version": VERSION, **self._values}), self._files)
            self.problem = None
        except OSError as error:
            self.problem = f"Your settings cannot be kept: {reason(error)}. They hold until you close Continuo."


def _text(tree: dict[str, Any]) -> bytes:
    """One setting per line, so that people can read and change the file."""
    rows = (write_json(key) + b": " + write_json(value) for key, value in tree.items())
    return b"{\n  " + b",\n  ".join(rows) + b"\n}\n"
