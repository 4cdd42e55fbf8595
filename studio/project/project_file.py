"""Saving a project file in one step, and opening one that may come from anywhere."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from studio.project.atomic import NotDurable, WriteProtected, write_atomically
from studio.project.checked import write_json
from studio.project.files import Disk, FileSystem, NotAFile
from studio.project.project_text import SUFFIX, ProjectFile, decode_project, encode_project
from studio.project.take_codec import encode_request
from studio.project.tree_bounds import without_prompts
from studio.project.tree_section import FIELD as TREE
from studio.project.tree_section import is_newer
from studio.project.troubles import Damaged, UnreadableProject, UnwritableProject, reason, shown

MAX_BYTES = 128 << 20


def save_project(path: Path, project: ProjectFile, files: FileSystem | None = None) -> None:
    """Save so that `path` holds either all of the project or, on any failure, what it held before.

    The bytes are read back and decoded, and must give the same project, before the old file is replaced.
    Raises UnwritableProject.
    """
    name = shown(path)

    def check(back: bytes) -> None:
        read = decode_project(back, name)
        if read.score != project.score or _extras(read) != _extras(project) or not _same_tree(read, project):
            raise Damaged("what was written does not read back as the same piece")

    try:
        data = encode_project(project)
        if len(data) > MAX_BYTES and project.tree:
            # Of a song that fills a project by itself the prompts of its takes go before the song does.
            project = replace(project, tree=without_prompts(project.tree))
            data = encode_project(project)
        if len(data) > MAX_BYTES:
            raise Damaged(f"it would take {len(data) >> 20:,} MB, more than the {MAX_BYTES >> 20} MB of a project")
        write_atomically(path, data, files or Disk(), check)
    except NotDurable as error:
        raise UnwritableProject(
            f'"{name}" was written, but the disk did not confirm it ({reason(error)}): save it on another disk too.'
        ) from error
    except WriteProtected as error:
        raise UnwritableProject(f'"{name}" is write-protected and was not changed: save under another name.') from error
    except OSError as error:
        raise UnwritableProject(
            f'"{name}" could not be saved: {reason(error)}. '
            "Nothing was changed: make room or choose another folder with Save As."
        ) from error
    except (Damaged, UnreadableProject, TypeError, ValueError, RecursionError) as error:
        raise UnwritableProject(
            f'"{name}" could not be saved: {error}. Export the piece as MIDI to keep its notes.'
        ) from error


def _extras(project: ProjectFile) -> bytes:
    """What the window and newer programs added, as text: there a tuple and a list are the same."""
    return write_json([dict(project.view), [dict(item) for item in project.provenance], dict(project.unknown)])


def _same_tree(read: ProjectFile, written: ProjectFile) -> bool:
    """Whether requests and takes came back; the parts of prompts are compared by their hashes when they are read."""
    if is_newer(written.unknown.get(TREE)):
        return True
    mine, other = written.tree.requests, read.tree.requests
    return len(mine) == len(other) and all(
        encode_request(one) == encode_request(two) and (one.takes, one.has_prompt) == (two.takes, two.has_prompt)
        for one, two in zip(mine, other, strict=True)
    )


def load_project(path: Path, files: FileSystem | None = None) -> ProjectFile:
    """Open a project file that may come from anywhere; raises UnreadableProject."""
    name = shown(path)
    try:
        data = (files or Disk()).read(path, MAX_BYTES)
    except FileNotFoundError:
        raise UnreadableProject(f'"{name}" is not there: it was moved, renamed or deleted.') from None
    except (NotAFile, IsADirectoryError):
        raise UnreadableProject(f'"{name}" is not a file: choose a {SUFFIX} file.') from None
    except OSError as error:
        raise UnreadableProject(f'"{name}" could not be read: {reason(error)}.') from error
    if len(data) > MAX_BYTES:
        raise UnreadableProject(f'"{name}" is larger than any project ({MAX_BYTES >> 20} MB) and was not opened.')
    return decode_project(data, name)
