"""What can go wrong with a file, each as one plain sentence that names the file, the trouble and the fix."""

from __future__ import annotations

import errno
from pathlib import Path


class UnreadableProject(ValueError):
    """A file that cannot be opened as a project; its text is one sentence for the user."""


class UnwritableProject(ValueError):
    """A project that could not be saved; its text is one sentence for the user, and the old file is as it was."""


class UnreadableJournal(ValueError):
    """A recovery file that holds nothing to recover; its text is one sentence for the user."""


class Damaged(ValueError):
    """Untrusted data breaks a rule; the text is the middle of a sentence, such as "track 2 has no name"."""


REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "your quota on this disk is used up",
    errno.EFBIG: "the file would be too large for this disk",
    errno.EACCES: "you have no permission to write there",
    errno.EPERM: "you have no permission to write there",
    errno.EROFS: "the disk is read-only",
    errno.EIO: "the disk reports an error",
    errno.ENOENT: "the folder is not there any more",
    errno.ENOTDIR: "the folder is not there any more",
    errno.EISDIR: "a folder has this name",
    errno.ENAMETOOLONG: "the name is too long",
    errno.EMFILE: "too many files are open",
    errno.ENFILE: "too many files are open",
    errno.ESTALE: "the network drive is gone",
    errno.EHOSTDOWN: "the network drive is gone",
}


def reason(error: OSError) -> str:
    """The middle of a sentence that says why the system refused."""
    known = REASONS.get(error.errno or 0)
    return known or (error.strerror or str(error) or type(error).__name__).lower()


def shown(path: Path) -> str:
    """The name of the file for a sentence: without folders, control characters or more than 80 letters."""
    name = "".join(letter if letter.isprintable() else "�" for letter in path.name) or str(path)
    return name if len(name) <= 80 else f"{name[:60]}…{name[-15:]}"
