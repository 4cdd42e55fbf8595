"""MIDI files on disk: read with a limit on their size, written so that a crash leaves the old file whole."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from ml.music.midi.limits import MAX_FILE_BYTES
from ml.music.midi.read import MidiFile, read_midi, too_large
from ml.music.midi.refusals import UnreadableMidi, called
from ml.music.midi.write import write_midi
from ml.music.score import Score


class UnwritableFile(OSError):
    """A file could not be written; the text is one plain sentence. The file that stood there is untouched."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{called(path.name)} could not be written ({reason}): choose another folder or name.")
        self.path = path
        self.reason = reason


def read_midi_file(path: Path, max_bytes: int = MAX_FILE_BYTES) -> MidiFile:
    """Read the file at `path`; raises UnreadableMidi, also when it is missing, a folder or too large."""
    try:
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
            size = max(len(data), os.fstat(file.fileno()).st_size)
    except FileNotFoundError as error:
        raise UnreadableMidi(f"{called(path.name)} is not there any more: look for it in another folder.") from error
    except IsADirectoryError as error:
        raise UnreadableMidi(f"{called(path.name)} is a folder: choose a MIDI file inside it.") from error
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise UnreadableMidi(
            f"{called(path.name)} cannot be read ({reason}): check the file and its rights."
        ) from error
    if len(data) > max_bytes:
        raise too_large(path.name, size)
    return read_midi(data, path.name)


def write_midi_file(score: Score, path: Path, texts: tuple[str, ...] = ()) -> None:
    """Write `score` to `path` in one step: a temporary file beside it, synced, then renamed.

    Raises UnwritableFile and leaves no temporary file behind.
    """
    data = write_midi(score, texts)
    try:
        handle, temporary = tempfile.mkstemp(prefix=".", suffix=".mid.part", dir=path.parent)
    except OSError as error:
        raise UnwritableFile(path, error.strerror or "unknown reason") from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise UnwritableFile(path, error.strerror or "unknown reason") from error
