"""A project with 1,000 takes: saving and opening it, and opening the tree of takes in the window."""

from __future__ import annotations

import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ml.music import Note, NoteTable, Score, Track
from ml.requests import GenerationRequest, Region, TakeNote
from studio.project import (
    AppFolders,
    ProjectFile,
    RequestRecord,
    SettingsStore,
    TakeRecord,
    TakeRef,
    TakeState,
    TreeRecord,
    load_project,
    save_project,
)
from tests.perf.bench_project import measured_ms, row
from tests.perf.rows import Row

TRACKS, NOTES_OF_TRACK, TAKES_OF_REQUEST, NOTES_OF_TAKE = 4, 500, 4, 30


def song(draw: np.random.Generator) -> Score:
    def table() -> NoteTable:
        return NoteTable.from_columns(
            start=draw.integers(0, 480 * 400, NOTES_OF_TRACK),
            length=draw.integers(60, 480, NOTES_OF_TRACK),
            pitch=draw.integers(40, 90, NOTES_OF_TRACK),
        )

    return Score(tuple(Track(f"Part {number}", table()) for number in range(TRACKS)))


def composed(requests: int) -> ProjectFile:
    """A song that grew by a take after each request; now and then work went on from another take."""
    draw = np.random.default_rng(1)
    score = song(draw)
    records: list[RequestRecord] = []
    for number in range(1, requests + 1):
        track = number % TRACKS
        start = 480 * 400 + 1920 * number
        request = GenerationRequest(score, Region(start, start + 7680, (track,)), takes=TAKES_OF_REQUEST, seed=number)
        takes = tuple(_take(draw, track, start, index) for index in range(TAKES_OF_REQUEST))
        parent = None if number == 1 else TakeRef(number - 1 - (number % 7 == 0), "lstm", int(number % 5 == 0))
        records.append(RequestRecord(number, request, (("lstm", "LSTM"),), 1e9 + number, parent, takes=takes))
        part = score.tracks[track]
        new = NoteTable.of(Note(n.start, n.length, n.pitch, n.velocity, source=number) for n in takes[0].notes)
        score = score.with_track(track, part.with_notes(part.notes.added(new)))
    return ProjectFile(score, tree=TreeRecord(tuple(records)))


def _take(draw: np.random.Generator, track: int, start: int, index: int) -> TakeRecord:
    notes = tuple(
        TakeNote(track, start + 256 * step, 240, int(draw.integers(50, 80)), 80, round(float(draw.random()) * 6, 4))
        for step in range(NOTES_OF_TAKE)
    )
    facts = {"model": "lstm", "checkpoint": "0" * 64, "take": index, "bits_per_note": 3.25}
    return TakeRecord("lstm", "LSTM", index, notes, facts, state=TakeState.REJECTED, starred=index == 3)


def benchmark(smoke: bool) -> list[Row]:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    requests, repeats = (5, 2) if smoke else (250, 5)
    project = composed(requests)
    size = f"{project.tree.take_count:,} takes"
    with tempfile.TemporaryDirectory() as name:
        path, bare = Path(name) / "Song.continuo", Path(name) / "Bare.continuo"
        saves_ms = [measured_ms(lambda: save_project(path, project)) for _ in range(repeats)]
        bare_ms = [measured_ms(lambda: save_project(bare, ProjectFile(project.score))) for _ in range(repeats)]
        loads_ms = [measured_ms(lambda: load_project(path)) for _ in range(repeats)]
        bytes_per_take = (path.stat().st_size - bare.stat().st_size) / project.tree.take_count
        opened_ms, keys_ms = panel_ms(path, AppFolders.below(Path(name) / "home"), repeats)
    song_note = f"song of {project.score.note_count:,} notes alone: {statistics.median(bare_ms):.0f} ms"
    return [
        row(f"save a project with {size}", statistics.median(saves_ms), hold="<= 1000", note=song_note),
        row(f"open a project with {size}", statistics.median(loads_ms)),
        row(f"size of a take in the file, {size}", bytes_per_take, "bytes", note="with the prompt of its request"),
        row(f"open the tree of takes, {size}", opened_ms, hold="<= 200", note="until painted, first time"),
        row(f"search in the tree of takes, {size}", keys_ms, note="until painted, per letter"),
    ]


def panel_ms(path: Path, folders: AppFolders, repeats: int) -> tuple[float, float]:
    """How long it takes until the panel is painted, and then after each letter of a search."""
    from PySide6.QtWidgets import QApplication

    from studio.engine import Engine, Shelf
    from studio.session.studio import Studio
    from studio.ui.main_window import MainWindow

    application = QApplication.instance() or QApplication(["continuo"])
    engine = Engine(Shelf([folders.models]))
    studio = Studio(engine, SettingsStore(folders.settings_file), randomness=random.Random(1))
    studio.open(path)
    window = MainWindow(studio, folders)
    window.show()
    for _ in range(20):
        application.processEvents()
        time.sleep(0.01)

    def painted(change: Callable[[], object]) -> float:
        start_s = time.perf_counter()
        change()
        window.tree.panel.view.viewport().repaint()
        application.processEvents()
        return 1e3 * (time.perf_counter() - start_s)

    opened = painted(window.tree.toggle)
    letters = [
        painted(lambda text=text: window.tree.panel.search.setText(text)) for text in ("l", "ls", "lst") * repeats
    ]
    window.end()
    window.hide()
    window.deleteLater()
    studio.close()
    application.processEvents()
    return opened, statistics.median(letters)
