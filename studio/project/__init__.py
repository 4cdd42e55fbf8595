"""What outlives the window: project files, the recovery journal, settings. No Qt, no torch, no network.

**Project files** (`project_file`, `project_text`) are JSON text: one track, note table or event list on a line,
note tables as columns of numbers, stored once under the hash of their content, and a checksum in the last line.
Why text and not SQLite or ZIP: a piece is small (100,000 notes take 2.4 MB and 0.2 s to save with the check
below), so partial writes win nothing; there is no second file to drift from the first, and no compressed
container that one bad byte ruins; with one file and one rename, all-or-nothing needs nothing but the file system;
and a person can repair or compare it with any editor.
Saving (`atomic`) writes a temporary file beside the target, syncs it, reads it back, decodes it and compares it
with the piece, and only then renames it over the old file and syncs the folder.

**The tree of takes** (`take_records`, values; `take_codec`, `prompt_codec`, `tree_section`, their text) is one more
section of the project: every request, the score it was put to, its takes and what became of them. A program from
before it leaves it alone and writes it back; fields of a newer one are kept wherever they stand. Prompts are stored by
parts under their hash, what the song holds too not again, a note table as the difference to that of the next request
where that is short. `tree_bounds` says how much is kept and what goes first. Damage to it costs what is damaged, never
the song. In the journal requests and takes are records, each written when it changes.

**The journal** (`journal`, thread; `journal_keeper`, what it does; `journal_file`, one file) appends each committed
step, also of pieces never saved: lines of CRC, kind, key and JSON. Parts (songs, tracks, note tables, event lists)
are written once by hash, and a table that differs little from the one before as that difference (`note_delta`).
The file is locked while its program lives; the system frees the lock however it dies. `recovery` finds what dead
programs left, and counts attempts so that work which crashes the program is not offered for ever. A journal goes
only when its piece was saved, when the user discards it, or when its successor is on disk.

**Votes** of blind tests (`ballot`, `vote_store`) are lines of JSON in one file that is only ever appended to.

**Settings** are declared once in `settings`, with type, default and description; `settings_store` keeps them.

All files are untrusted: `checked` sets limits before anything is allocated and says in plain words what is wrong.
Every call to the file system that matters goes through `files.FileSystem`, where tests put failures in between.
"""

from studio.project.files import Disk, FileSystem
from studio.project.folders import AppFolders
from studio.project.journal import Journal
from studio.project.project_file import load_project, save_project
from studio.project.project_text import SUFFIX, ProjectFile
from studio.project.recovery import (
    Recoverable,
    Recovered,
    RecoveredRecord,
    RecoveredStep,
    discard_recoverable,
    find_recoverable,
    recover,
)
from studio.project.settings import SETTINGS, Setting
from studio.project.settings_store import SettingsStore
from studio.project.take_records import Acceptance, RequestRecord, TakeRecord, TakeRef, TakeState, TreeRecord
from studio.project.troubles import UnreadableJournal, UnreadableProject, UnwritableProject

__all__ = [
    "SETTINGS",
    "SUFFIX",
    "Acceptance",
    "AppFolders",
    "Disk",
    "FileSystem",
    "Journal",
    "ProjectFile",
    "Recoverable",
    "Recovered",
    "RecoveredRecord",
    "RecoveredStep",
    "RequestRecord",
    "Setting",
    "SettingsStore",
    "TakeRecord",
    "TakeRef",
    "TakeState",
    "TreeRecord",
    "UnreadableJournal",
    "UnreadableProject",
    "UnwritableProject",
    "discard_recoverable",
    "find_recoverable",
    "load_project",
    "recover",
    "save_project",
]
