"""Kill a program that edits and saves, again and again, and see what is left: python -m tests.studio.project.killing.

Each round forks a child that journals every edit and, in every second round, saves every third one; it reports what
was promised to be safe, and is killed with SIGKILL at a random moment. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import select
import shutil
import signal
from pathlib import Path
from typing import NoReturn

from ml.music import Note, NoteTable, Score, Track
from studio.project import Journal, ProjectFile, find_recoverable, load_project, recover, save_project

FIRST = 400
"""Notes at the start; the number of notes says how far a piece had come."""


def piece(notes: int) -> Score:
    return Score((Track("Lead", NoteTable.of(Note(240 * row, 240, 60 + row % 12) for row in range(notes))),))


def work(folder: Path, saving: bool, promises: int) -> NoReturn:
    """The program: edit without end, and report through the pipe what the disk has confirmed."""
    journal = Journal(folder)
    journal.begin("Sketch", piece(FIRST))
    for notes in range(FIRST + 1, 10**6):
        score = piece(notes)
        ticket = journal.append("Draw note", score)
        assert journal.wait_for(ticket), journal.problem
        os.write(promises, b"%d\n" % notes)
        if saving and notes % 3 == 0:
            save_project(folder / "Song.continuo", ProjectFile(score))
            journal.mark_saved(ticket)
    raise AssertionError("nobody killed the program")


def one_round(folder: Path, saving: bool, draw: random.Random) -> str | None:
    """None if everything promised was found again, else what is wrong."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            work(folder, saving, theirs)
        finally:
            os._exit(1)
    os.close(theirs)
    try:
        first = os.read(ours, 1 << 16)
        select.select([], [], [], draw.uniform(0, 0.03))
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    with os.fdopen(ours, "rb") as pipe:
        promised = int((first + pipe.read()).split()[-1])
    path = folder / "Song.continuo"
    kept = load_project(path).score.note_count if path.exists() else 0
    found = [recover(entry) for entry in find_recoverable(folder)]
    if len(found) > 1 or any(back.warnings for back in found):
        return f"odd: {found}"
    kept = max([kept, *(back.score.note_count for back in found)])
    if kept < promised:
        return f"{promised - kept} edits lost"
    return f"{kept - promised} edits from nowhere" if kept > promised + 1 else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="an empty folder to work in")
    parser.add_argument("--rounds", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    draw = random.Random(options.seed)
    troubles = []
    for number in range(options.rounds):
        folder = options.folder / str(number)
        folder.mkdir()
        if trouble := one_round(folder, saving=number % 2 == 1, draw=draw):
            troubles.append(f"round {number}: {trouble}")
        shutil.rmtree(folder)
    print(json.dumps({"rounds": options.rounds, "troubles": troubles}))


if __name__ == "__main__":
    main()
