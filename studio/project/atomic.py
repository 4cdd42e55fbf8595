"""Replace a file in one step: temporary file, fsync, read back, rename, fsync of the folder."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Callable
from pathlib import Path

from studio.project.files import FileSystem, write_all

LEFTOVER_AGE_S = 24 * 3600.0
"""A temporary file this much older than the one just written was left by a program that was killed."""

# Some file systems (FAT, some network drives) cannot sync a folder; the rename is then as safe as it gets.
NO_FOLDER_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.ENOSYS, errno.EBADF}


class NotDurable(OSError):
    """The new file is in place, but the disk would not confirm it: a power cut now could undo the rename."""


class ReadBackDiffers(OSError):
    """What was read back after writing is not what was written; the old file is untouched."""


class WriteProtected(PermissionError):
    """The user protects the old file against changes."""


def write_atomically(path: Path, data: bytes, files: FileSystem, check: Callable[[bytes], None] | None = None) -> None:
    """Make `path` hold exactly `data`, or leave it as it was.

    `check` gets the bytes read back before the rename and raises to refuse them. A link is followed, the
    permissions of the old file are kept. Raises OSError (also WriteProtected, NotDurable, ReadBackDiffers) or
    what `check` raises; the temporary file is gone in every case.
    """
    target = path.resolve()
    mode = _mode_of(target)
    temporary = target.with_name(f".{target.name[:100]}.{os.getpid()}-{secrets.token_hex(4)}.saving")
    descriptor = files.create(temporary, mode or 0o666)
    try:
        try:
            write_all(files, descriptor, data)
            files.sync(descriptor)
        finally:
            files.close(descriptor)
        if mode is not None:
            with contextlib.suppress(OSError):  # drives without permissions refuse
                temporary.chmod(mode)
        back = files.read(temporary, len(data))
        if back != data:
            raise ReadBackDiffers(errno.EIO, "what was read back is not what was written")
        if check is not None:
            check(back)
        files.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            files.remove(temporary)
        raise
    try:
        files.sync_folder(target.parent)
    except OSError as error:
        if error.errno not in NO_FOLDER_SYNC:
            raise NotDurable(error.errno, error.strerror) from error
    _remove_leftovers(target, files)


def _mode_of(target: Path) -> int | None:
    """Permission bits of the file to be replaced, None when there is none; raises WriteProtected."""
    try:
        status = target.stat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, "not a regular file")
    # A rename needs permission on the folder only; who protects a file means the file.
    if not status.st_mode & 0o222 or not os.access(target, os.W_OK):
        raise WriteProtected(errno.EACCES, "write-protected")
    return stat.S_IMODE(status.st_mode)


def _remove_leftovers(target: Path, files: FileSystem) -> None:
    """Remove temporary files of this target that a killed program left more than a day before."""
    with contextlib.suppress(OSError):
        newest_s = target.stat().st_mtime  # same clock as theirs, also on a network drive
        for left in target.parent.glob(f".{_literal(target.name[:100])}.*.saving"):
            if newest_s - left.stat().st_mtime > LEFTOVER_AGE_S:
                files.remove(left)


def _literal(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "[*?" else letter for letter in name)
