"""VoteStore: all ballots ever cast, one line of JSON each, only ever appended to and synced before the next vote."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from typing import Any

from studio.project.atomic import NO_FOLDER_SYNC
from studio.project.ballot import VERSION, Ballot, decode_ballot, encode_ballot
from studio.project.checked import mapping, parse_json, text, write_json
from studio.project.files import Disk, FileSystem, write_all
from studio.project.troubles import Damaged, reason, shown

MAX_BYTES = 64 << 20
"""About a hundred thousand votes."""
MAX_LINE_BYTES = 64 << 10
TAKEN_BACK = "taken_back"


class VoteStore:
    """The votes in one file. For one thread; several programs may append to it at once.

    A line that cannot be understood is left out and stays in the file. A vote that cannot be written counts as long
    as the program runs, and is tried again with the next one. `warning` is a sentence about what was found, `problem`
    one while votes cannot be written; "" when all is well.
    """

    def __init__(self, path: Path, files: FileSystem | None = None) -> None:
        self.path = path
        self.warning = ""
        self.problem = ""
        self._files = files or Disk()
        self._ballots: dict[str, Ballot] = {}
        self._taken_back: set[str] = set()
        self._waiting: list[bytes] = []
        self._may_be_torn = True
        """Whether the file may end in the middle of a line: after a crash or a failure."""
        self._loaded = False

    def ballots(self) -> tuple[Ballot, ...]:
        """All votes that were not taken back, in the order in which they were cast; the first call reads the file."""
        if not self._loaded:
            self._loaded = True
            self._load()
        return tuple(ballot for key, ballot in self._ballots.items() if key not in self._taken_back)

    def add(self, ballot: Ballot) -> None:
        """Count a vote, and return when it lies on the disk or `problem` says why it does not."""
        self.ballots()
        self._ballots[ballot.id] = ballot
        self._append(encode_ballot(ballot))

    def take_back(self, ballot_id: str) -> None:
        """Count a vote no more; the file keeps it together with a line that says so."""
        self.ballots()
        self._taken_back.add(ballot_id)
        self._append({"v": VERSION, TAKEN_BACK: ballot_id})

    # --- the file

    def _append(self, value: dict[str, Any]) -> None:
        self._waiting.append(write_json(value) + b"\n")
        self.write_waiting()

    def write_waiting(self) -> None:
        """Try once more what could not be written; nothing to do where all lies on the disk."""
        if not self._waiting:
            return
        try:
            self._write()
        except OSError as error:
            self._may_be_torn = True
            self.problem = f"Your votes cannot be kept: {reason(error)}. They count until you close Continuo."
        else:
            self.problem = ""

    def _write(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        is_new = not self.path.exists()
        descriptor = self._files.append(self.path, 0o600)
        try:
            # A newline of our own ends what a crash may have left unfinished; empty lines mean nothing.
            write_all(self._files, descriptor, (b"\n" if self._may_be_torn else b"") + b"".join(self._waiting))
            self._files.sync(descriptor)
        finally:
            self._files.close(descriptor)
        self._waiting.clear()
        self._may_be_torn = False
        if is_new:
            try:
                self._files.sync_folder(self.path.parent)
            except OSError as error:
                if error.errno not in NO_FOLDER_SYNC:
                    raise

    def _load(self) -> None:
        try:
            data = self._files.read(self.path, MAX_BYTES)
        except FileNotFoundError:
            return
        except OSError as error:
            self.warning = f'Your earlier votes in "{shown(self.path)}" could not be read: {reason(error)}.'
            return
        damaged = sum(not self._take_in(line) for line in io.BytesIO(data[:MAX_BYTES]) if line.strip())
        name = shown(self.path)
        if damaged:
            what = "1 damaged line" if damaged == 1 else f"{damaged} damaged lines"
            self.warning = f'{what} in "{name}" cannot be counted; the file is kept as it is.'
        if len(data) > MAX_BYTES:
            self.warning = (
                f'"{name}" is larger than {MAX_BYTES >> 20} MB: the votes after that are not counted, but kept.'
            )

    def _take_in(self, line: bytes) -> bool:
        """Whether the line could be understood."""
        if len(line) > MAX_LINE_BYTES:
            return False
        with contextlib.suppress(Damaged):
            row = mapping(parse_json(line), "the line")
            if row.get("v") == VERSION and TAKEN_BACK in row:
                self._taken_back.add(text(row[TAKEN_BACK], "the vote"))
            else:
                ballot = decode_ballot(row)
                self._ballots.setdefault(ballot.id, ballot)
            return True
        return False
