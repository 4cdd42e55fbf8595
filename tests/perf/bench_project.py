"""Saving, opening, journalling and recovering pieces of 20,000 and 100,000 notes."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ml.music import NoteTable, Score, Track
from studio.project import Journal, ProjectFile, find_recoverable, load_project, recover, save_project
from tests.perf.rows import Row

EDITS = 60


def piece(note_count: int, tracks: int) -> Score:
    """Random notes on some tracks, always the same ones."""
    draw = np.random.default_rng(1)
    rows = note_count // tracks
    return Score(
        tuple(
            Track(
                f"Part {number}",
                NoteTable.from_columns(
                    start=draw.integers(0, 4_000_000, rows),
                    length=draw.integers(1, 4000, rows),
                    pitch=draw.integers(20, 110, rows),
                    velocity=draw.integers(1, 127, rows),
                ),
            )
            for number in range(tracks)
        )
    )


def measured_ms(call: Callable[[], object]) -> float:
    start_s = time.perf_counter()
    call()
    return 1e3 * (time.perf_counter() - start_s)


def row(name: str, value: float, unit: str = "ms", hold: str = "", note: str = "") -> Row:
    return {"name": name, "value": value, "unit": unit, "hold": hold, "note": note}


def benchmark(smoke: bool) -> list[Row]:
    rows: list[Row] = []
    for count, tracks in ((200, 2),) if smoke else ((20_000, 10), (100_000, 10), (100_000, 1)):
        rows += measured(count, tracks, 2 if smoke else 7)
    return rows


def measured(count: int, tracks: int, repeats: int) -> list[Row]:
    score = piece(count, tracks)
    size = f"{count:,} notes on {tracks} track" + "s" * (tracks > 1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "Song.continuo"
        project = ProjectFile(score)
        saves_ms = [measured_ms(lambda: save_project(path, project)) for _ in range(repeats)]
        loads_ms = [measured_ms(lambda: load_project(path)) for _ in range(repeats)]
        journal = Journal(folder)
        begin_ms = measured_ms(lambda: journal.wait_for(journal.begin("Song", score), 60.0))
        calls_ms, steps_ms = [], []
        for edit in range(EDITS):
            notes = score.tracks[0].notes
            moved = notes.replaced([edit], start=notes.start[edit] + 100_000)
            score = score.with_track(0, score.tracks[0].with_notes(moved))
            start_s = time.perf_counter()
            ticket = journal.append("Move note", score)
            calls_ms.append(1e3 * (time.perf_counter() - start_s))
            assert journal.wait_for(ticket, 60.0), journal.problem
            steps_ms.append(1e3 * (time.perf_counter() - start_s))
        journal.close(clean=False)
        (found,) = find_recoverable(folder)
        grown_bytes = found.path.stat().st_size / path.stat().st_size
        recover_ms = measured_ms(lambda: recover(found))
    return [
        row(f"save, {size}", statistics.median(saves_ms), hold="<= 500", note="with fsync, read back and compared"),
        row(f"open, {size}", statistics.median(loads_ms), hold="<= 500"),
        row(f"journal: begin, {size}", begin_ms, note="until on disk"),
        row(
            f"journal: call of append, {size}", statistics.median(calls_ms), hold="<= 1", note="on the window's thread"
        ),
        row(f"journal: call of append, worst, {size}", max(calls_ms)),
        row(f"journal: edit on disk, {size}", statistics.median(steps_ms), hold="<= 100", note="one note moved"),
        row(f"journal: edit on disk, worst, {size}", max(steps_ms), note="now and then a table is written whole"),
        row(f"journal: size after {EDITS} edits, {size}", grown_bytes, "files", note="in sizes of the project file"),
        row(f"recover {EDITS} edits, {size}", recover_ms),
    ]
