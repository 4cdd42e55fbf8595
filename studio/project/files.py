"""The few calls to the file system that saving needs, as a seam: tests put failures in between."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import Protocol

if sys.platform != "win32":
    import fcntl


class NotAFile(OSError):
    """The path names a folder, a pipe or a device where a file is needed."""


class FileSystem(Protocol):
    """What the writers here ask of a disk. Every call may raise OSError."""

    def create(self, path: Path, mode: int = 0o666) -> int:
        """Open a new file for reading and writing, return its descriptor; FileExistsError if it exists."""
        ...

    def append(self, path: Path, mode: int = 0o666) -> int:
        """Open a file so that all that is written goes to its end, new if need be; NotAFile for anything else."""
        ...

    def write(self, descriptor: int, data: memoryview) -> int:
        """Write some of `data`, return how many bytes."""
        ...

    def sync(self, descriptor: int) -> None:
        """Return when all that was written lies on the disk."""
        ...

    def close(self, descriptor: int) -> None: ...

    def replace(self, source: Path, target: Path) -> None:
        """Rename in one step; a file at `target` is gone afterwards."""
        ...

    def remove(self, path: Path) -> None: ...

    def sync_folder(self, folder: Path) -> None:
        """Return when the names in the folder lie on the disk."""
        ...

    def read(self, path: Path, most: int) -> bytes:
        """The content of a regular file, at most `most` + 1 bytes of it; NotAFile for anything else."""
        ...


class Disk:
    """The real file system."""

    def create(self, path: Path, mode: int = 0o666) -> int:
        return os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_BINARY", 0), mode)

    def append(self, path: Path, mode: int = 0o666) -> int:
        # Non-blocking for the same reason as in `read`.
        flags = os.O_CREAT | os.O_APPEND | os.O_WRONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        descriptor = os.open(path, flags, mode)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise NotAFile(f"{path} is not a regular file")
        return descriptor

    def write(self, descriptor: int, data: memoryview) -> int:
        return os.write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        # On macOS fsync leaves the data in the drive's own cache; F_FULLFSYNC does not.
        full = getattr(fcntl, "F_FULLFSYNC", None) if sys.platform != "win32" else None
        if full is not None:
            fcntl.fcntl(descriptor, full)
        else:
            os.fsync(descriptor)

    def close(self, descriptor: int) -> None:
        os.close(descriptor)

    def replace(self, source: Path, target: Path) -> None:
        source.replace(target)

    def remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)

    def sync_folder(self, folder: Path) -> None:
        if sys.platform == "win32":
            return  # folders cannot be opened there; NTFS journals the rename itself
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def read(self, path: Path, most: int) -> bytes:
        # Non-blocking, so that a pipe with nobody at its other end cannot hold us before it is recognised.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise NotAFile(f"{path} is not a regular file")
            return file.read(most + 1)


CHUNK_BYTES = 1 << 20


def write_all(files: FileSystem, descriptor: int, data: bytes) -> None:
    """Write all of `data`, in pieces; raises OSError."""
    rest = memoryview(data)
    while len(rest):
        rest = rest[files.write(descriptor, rest[:CHUNK_BYTES]) :]
