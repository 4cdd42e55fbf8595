"""Adding a model folder to the user's own, and taking one away: copied and renamed whole, never half there."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from ml.models.weights_file import (
    FILE_LIMIT_BYTES,
    WEIGHTS_FILE,
    BadWeights,
    check_finite,
    open_regular,
    read_weights_header,
)
from studio.engine.card import (
    JSON_LIMIT_BYTES,
    MODEL_FILES,
    PICKLES,
    ModelCard,
    UnusableModel,
    pickles_in,
    plain_text,
    read_card,
)

DRAFT_PREFIX = ".adding-"
REMOVED = ".removed"
"""Models that were taken off the shelf wait here, so that no click destroys what took hours to train."""
COPY_INDEX = "copy_index"
"""The folder in a model's own that says which pieces it learned from, so that copies of them are found; few have it."""
COPY_INDEX_FILES = (f"{COPY_INDEX}/fingerprints.bin", f"{COPY_INDEX}/card.json")
LEFTOVER_AGE_S = 3600.0
NAME_LIMIT = 60
CHUNK_BYTES = 1 << 20
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""Names that Windows gives to devices."""


class RefusedModel(ValueError):
    """A folder that cannot be added, or a model that cannot be removed: one plain sentence with the fix."""


def means_model(path: Path) -> Path | None:
    """The path to add where a dropped one means a model: a folder, or for a model's file its folder; else None."""
    if path.name in MODEL_FILES:
        return path.parent
    return path if path.is_dir() or path.suffix.lower() in {*PICKLES, ".safetensors"} else None


def copy_to_draft(
    source: Path, place: Path, shelf: Iterable[ModelCard], cancelled: Callable[[], bool] = lambda: False
) -> Path:
    """Check a model folder and copy its files into a draft, hidden inside `place`, which is made if need be: its three,
    and the copy index where there is one, which is checked when it is read.

    The draft is a folder with the name that the model will have, alone in a hidden one. What was copied is what is
    checked, so that nobody can change it in between; what else lies in the folder stays behind. Raises RefusedModel,
    and nothing is left.
    """
    shown = plain_text(source.name, NAME_LIMIT) or "this folder"
    try:
        if source.suffix.lower() in PICKLES and source.is_file():
            raise RefusedModel(
                f'"{shown}" is a kind of file that can run programs and is never opened here: ask for a model folder '
                f"with {WEIGHTS_FILE}."
            )
        if not source.is_dir():
            raise RefusedModel(f'"{shown}" is no folder: choose the folder that holds {", ".join(MODEL_FILES)}.')
        if place.resolve() in (source.resolve(), source.resolve().parent):
            raise RefusedModel(f'"{shown}" already lies in your models folder: it shows as soon as it is complete.')
        if not any((source / name).exists() for name in MODEL_FILES) and not pickles_in(source):
            raise RefusedModel(f'"{shown}" holds no model: choose the folder that holds {", ".join(MODEL_FILES)}.')
        read_card(source)  # before a byte is copied
        _check_room(source, place, shown)
        draft = place / f"{DRAFT_PREFIX}{secrets.token_hex(6)}" / folder_name(source.name)
        draft.mkdir(parents=True)
        try:
            for name in _files_in(source):
                (draft / name).parent.mkdir(exist_ok=True)
                _copy(source / name, draft / name, shown, cancelled)
            card = read_card(draft, shown=shown)
            check_finite(draft / WEIGHTS_FILE, read_weights_header(draft / WEIGHTS_FILE))
            _refuse_twin(card, shown, shelf)
        except BaseException:
            drop_draft(draft)
            raise
    except UnusableModel as trouble:
        raise RefusedModel(str(trouble)) from trouble
    except BadWeights as trouble:
        raise RefusedModel(f'The model "{shown}" cannot be used because its weights {trouble}.') from trouble
    except OSError as trouble:
        raise RefusedModel(_cannot_copy(shown, trouble)) from trouble
    return draft


def settle_draft(draft: Path, taken: Iterable[str]) -> Path:
    """Move a checked draft to its place, under its name or, where that is `taken`, with a number; returns the folder.

    Raises RefusedModel; the draft is then gone.
    """
    place = draft.parent.parent
    used = {name.casefold() for name in taken}
    try:
        used |= {path.name.casefold() for path in place.iterdir()}
        number, free = 1, draft.name
        while free.casefold() in used:
            number += 1
            free = f"{draft.name}-{number}"
        target = place / free
        draft.rename(target)
        _sync_folder(place)
    except OSError as trouble:
        raise RefusedModel(_cannot_copy(draft.name, trouble)) from trouble
    finally:
        drop_draft(draft)
    return target


def drop_draft(draft: Path) -> None:
    """Forget a draft that turned out to be no good, and the hidden folder that held it."""
    shutil.rmtree(draft.parent, ignore_errors=True)


def sweep_drafts(place: Path, now_s: float) -> None:
    """Remove drafts that a program left which was killed while it copied, more than an hour before `now_s`."""
    with contextlib.suppress(OSError):
        for draft in place.glob(f"{DRAFT_PREFIX}*"):
            if draft.is_dir() and not draft.is_symlink() and now_s - draft.stat().st_mtime > LEFTOVER_AGE_S:
                shutil.rmtree(draft, ignore_errors=True)


def put_away(folder: Path, place: Path) -> Path:
    """Move one of the user's own model folders into the hidden folder of removed ones; returns where it is now.

    Raises RefusedModel for what does not lie directly in `place`.
    """
    shown = plain_text(folder.name, NAME_LIMIT)
    if folder.parent != place or folder.name.startswith("."):
        raise RefusedModel(f'The model "{shown}" comes with Continuo or from elsewhere: only your own can be removed.')
    try:
        removed = place / REMOVED
        removed.mkdir(exist_ok=True)
        number, target = 1, removed / folder.name
        while target.exists() or target.is_symlink():
            number += 1
            target = removed / f"{folder.name}-{number}"
        folder.rename(target)
    except OSError as trouble:
        reason = (trouble.strerror or "unknown reason").lower()
        raise RefusedModel(f'The model "{shown}" cannot be removed ({reason}): check its folder.') from trouble
    return target


def folder_name(wanted: str) -> str:
    """A name that every system takes for a folder: letters, digits, ". - _" and spaces."""
    kept = "".join(c if c.isalnum() or c in ".-_ " else "-" for c in plain_text(wanted))
    name = re.sub(r"\s+", " ", kept).strip(". -")[:NAME_LIMIT].rstrip(". ") or "model"
    return f"model-{name}" if RESERVED.fullmatch(name) else name


def _files_in(source: Path) -> list[str]:
    """The files that belong to the model."""
    return [*MODEL_FILES, *(name for name in COPY_INDEX_FILES if (source / name).exists())]


def _check_room(source: Path, place: Path, shown: str) -> None:
    """Refuse what would fill the disk, before it is copied."""
    need = sum((source / name).stat().st_size for name in _files_in(source))
    there = next(path for path in (place, *place.parents) if path.exists())
    if shutil.disk_usage(there).free < 2 * need:
        raise RefusedModel(f'There is too little room on the disk to add the model "{shown}": make some and try again.')


def _copy(source: Path, target: Path, shown: str, cancelled: Callable[[], bool]) -> None:
    """Copy one ordinary file, within the limit for its kind, and have it on the disk."""
    if source.is_symlink():
        raise RefusedModel(f'The model "{shown}" has a {source.name} that is only a link: copy the file itself.')
    left = JSON_LIMIT_BYTES if source.suffix == ".json" else FILE_LIMIT_BYTES
    with open_regular(source) as reading, target.open("xb") as writing:
        while data := reading.read(CHUNK_BYTES):
            left -= len(data)
            if left < 0:
                raise RefusedModel(f'The model "{shown}" has a {source.name} that is too large to be one.')
            if cancelled():
                raise RefusedModel(f'The model "{shown}" was not added: it was stopped.')
            writing.write(data)
        writing.flush()
        os.fsync(writing.fileno())


def _refuse_twin(card: ModelCard, shown: str, shelf: Iterable[ModelCard]) -> None:
    """Refuse a model whose weights and configuration are on the shelf already."""
    for other in shelf:
        if other.parameters == card.parameters and _hashes(other.folder) == _hashes(card.folder):
            raise RefusedModel(f'The model "{shown}" is on the shelf already, as "{other.name}".')


def _hashes(folder: Path) -> tuple[str, ...]:
    found = []
    for name in MODEL_FILES[1:]:
        found.append(hashlib.sha256())
        with contextlib.suppress(OSError), open_regular(folder / name) as file:
            while data := file.read(CHUNK_BYTES):
                found[-1].update(data)
    return tuple(digest.hexdigest() for digest in found)


def _cannot_copy(shown: str, trouble: OSError) -> str:
    reason = (trouble.strerror or "unknown reason").lower()
    return f'The model "{shown}" cannot be copied into your models folder ({reason}): check both folders.'


def _sync_folder(folder: Path) -> None:
    """Have the new name on the disk, where the system allows it."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
