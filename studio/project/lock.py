"""A lock on an open file that the system frees when its owner dies, however it dies."""

from __future__ import annotations

import errno
import sys

if sys.platform == "win32":
    import msvcrt
    import os
else:
    import fcntl

FAR_BYTE = 0x7FFF0000
"""Windows locks bytes and not files, and nobody else may read them: one that no journal reaches is taken."""


def try_lock(descriptor: int) -> bool:
    """Lock the file for this process; False if another one, or another descriptor here, holds it.

    True too where the file system knows no locks (some network drives): then nothing protects, as before.
    The lock ends when the descriptor is closed.
    """
    try:
        if sys.platform == "win32":
            place = os.lseek(descriptor, 0, os.SEEK_CUR)
            try:
                os.lseek(descriptor, FAR_BYTE, os.SEEK_SET)
                msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            finally:
                os.lseek(descriptor, place, os.SEEK_SET)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno in (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL)
    return True
