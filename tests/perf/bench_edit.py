"""What an edit costs in long pieces: operation, commit and telling a listener, and the memory of undo."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np

from ml.music import Note, NoteTable, Score, Track
from ml.requests import GenerationRequest, Provenance, Region, Take, TakeNote
from studio.edit import Change, Document, Selection, select_all
from studio.edit.clipboard import copy, paste
from studio.edit.edited import Edited
from studio.edit.operations import (
    accept_take,
    add_note,
    delete_notes,
    duplicate,
    humanise,
    join,
    legato,
    move_notes,
    quantise,
    set_velocity,
    split_at,
    transpose,
)
from tests.perf.rows import Row

HOLD_MS = {20_000: 16, 100_000: 50}
REPEATS = 15


def benchmark(smoke: bool) -> list[Row]:
    """The median time of each operation, with its slowest run in the note; and the memory that undo keeps."""
    rows: list[Row] = []
    for notes, hold_ms in ({2_000: 50} if smoke else HOLD_MS).items():
        rows += measured(piece(notes), hold_ms, 2 if smoke else REPEATS)
    return rows


def piece(notes: int) -> Score:
    """Random notes at the density of a busy piano part, 8 to the beat, all on one track: the worst case."""
    random = np.random.default_rng(1)
    table = NoteTable.from_columns(
        start=random.integers(0, notes * 120, notes),
        length=random.integers(60, 960, notes),
        pitch=random.integers(21, 109, notes),
        velocity=random.integers(20, 120, notes),
    )
    return Score(tracks=(Track(name="Piano", notes=table),))


Operation = Callable[[Score, Selection], Edited]


def operations() -> dict[str, tuple[Operation, bool]]:
    """Each operation by name, and whether it is done to every note of the track instead of 500."""
    return {
        "draw a note": (lambda s, x: add_note(s, 0, Note(5_000, 480, 60)), False),
        "move 500": (lambda s, x: move_notes(s, x, 7_000, 1), False),
        "delete 500": (delete_notes, False),
        "duplicate 500": (lambda s, x: duplicate(s, x, 240), False),
        "split 500": (lambda s, x: split_at(s, x, (x.span(s) or (0, 2))[0] + 400), False),
        "move all": (lambda s, x: move_notes(s, x, 240, 0), True),
        "transpose all": (lambda s, x: transpose(s, x, 1), True),
        "velocity of all": (lambda s, x: set_velocity(s, x, 90), True),
        "quantise all": (lambda s, x: quantise(s, x, 240, 0.7, ends=True), True),
        "humanise all": (lambda s, x: humanise(s, x, 1, 20, 5, 0.1), True),
        "legato all": (legato, True),
        "join all": (join, True),
        "copy and paste all": (pasted, True),
        "accept a take": (lambda s, x: accept_take(s, eight_bars(s)), False),
    }


def eight_bars(score: Score) -> Take:
    """A take of 256 notes over eight bars in the middle of the first track."""
    start = score.time_map.ceil_bar(score.end_tick // 2)
    bar = score.time_map.bar_start(1)
    notes = tuple(TakeNote(0, start + step * bar // 32, 120, 60 + step % 12, 80, 2.0) for step in range(256))
    region = Region(start, start + 8 * bar, (0,))
    provenance = Provenance(
        model="none", checkpoint="", verb="continue", seed=0, take=0, takes=1, temperature=1.0, top_p=1.0, key=None,
        lowest=0, highest=127, prompt_start_tick=0, prompt_end_tick=start, region_start_tick=region.start_tick,
        region_end_tick=region.end_tick, tracks=region.tracks, bits_per_note=2.0,
    )  # fmt: skip
    return Take(GenerationRequest(score, region), notes, provenance)


def pasted(score: Score, selection: Selection) -> Edited:
    clip = copy(score, selection)
    return Edited(score) if clip is None else paste(score, clip, selection.track, score.end_tick)


def measured(score: Score, hold_ms: int, repeats: int) -> list[Row]:
    table = score.tracks[0].notes
    middle = len(table) // 2
    some = Selection(0, frozenset(table.id[middle : middle + 500].tolist()))
    every = select_all(score, 0)
    rows = []
    for name, (operation, on_all) in operations().items():
        chosen = every if on_all else some
        times_ms = [one_edit_ms(score, chosen, operation) for _ in range(repeats)]
        rows.append(row(f"edit, {name}", statistics.median(times_ms), hold_ms, len(table), max(times_ms)))
    document = Document(score)
    document.select(every)
    document.apply("Move", move_notes(score, every, 240, 1))
    undo_ms = []
    for _ in range(repeats):
        undo_ms.append(elapsed_ms(document.undo))
        document.redo()
    rows.append(row("edit, undo move of all", statistics.median(undo_ms), hold_ms, len(table), max(undo_ms)))
    megabytes = document.history.costs[-1] / 1e6
    note = f"{len(table):,} notes in one track: what undo keeps for it"
    rows.append(Row(name="edit, memory of a move of all", value=megabytes, unit="MB", hold="", note=note))
    return rows


def one_edit_ms(score: Score, selection: Selection, operation: Operation) -> float:
    """From the gesture's end to the moment when every listener was told, in a fresh document."""
    document = Document(score)
    document.select(selection)
    told: list[Change] = []
    document.subscribe(told.append)
    took_ms = elapsed_ms(lambda: document.apply("Edit", operation(document.score, document.selection)))
    assert told, "the edit has to be a real one"
    return took_ms


def elapsed_ms(do: Callable[[], object]) -> float:
    begin = time.perf_counter()
    do()
    return (time.perf_counter() - begin) * 1e3


def row(name: str, value: float, hold_ms: int, notes: int, slowest: float) -> Row:
    note = f"{notes:,} notes in one track; median, slowest {slowest:.1f}"
    return Row(name=name, value=value, unit="ms", hold=f"<= {hold_ms}", note=note)
