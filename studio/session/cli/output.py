"""What commands write: several files that appear together or not at all, and progress on one line."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from ml.music.midi import UnwritableFile


@contextlib.contextmanager
def written_together(folder: Path) -> Iterator[Path]:
    """A fresh folder to write into; when the block ends well its files move to `folder`, else nothing is left.

    Makes `folder` where needed, before the block, so that a place that cannot be written is known at once.
    Raises UnwritableFile.
    """
    made = _made(folder)
    try:
        try:
            draft = Path(tempfile.mkdtemp(prefix=".continuo-", dir=folder))
        except OSError as error:
            raise _unwritable(folder, error) from error
        try:
            yield draft
            for path in sorted(draft.iterdir()):
                with path.open("rb+") as file:
                    os.fsync(file.fileno())
            written = sorted(draft.iterdir())
            if blocked := [path.name for path in written if (folder / path.name).is_dir()]:
                raise UnwritableFile(folder / blocked[0], "a folder has this name")
            for path in written:
                path.replace(folder / path.name)
        except OSError as error:
            raise error if isinstance(error, UnwritableFile) else _unwritable(folder, error) from error
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except BaseException:
        for path in made:
            with contextlib.suppress(OSError):
                path.rmdir()
        raise


def _made(folder: Path) -> list[Path]:
    """Make the folder with its parents; those that were missing, innermost first."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from error
    return missing


def _unwritable(folder: Path, error: OSError) -> UnwritableFile:
    return UnwritableFile(folder, (error.strerror or "unknown reason").lower())


class ProgressLine:
    """One line that is written over on a terminal; elsewhere only whole steps are told, one per line."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._live = stream.isatty()
        self._shown = ""

    def show(self, text: str) -> None:
        """Progress that the next call may write over; nothing where output is not a terminal."""
        if self._live and text != self._shown:
            print(f"\r{text:<{len(self._shown)}}", end="", file=self._stream, flush=True)
            self._shown = text

    def say(self, text: str) -> None:
        """A line that stays."""
        self.clear()
        print(text, file=self._stream, flush=True)

    def clear(self) -> None:
        if self._shown:
            print("\r" + " " * len(self._shown) + "\r", end="", file=self._stream, flush=True)
            self._shown = ""
