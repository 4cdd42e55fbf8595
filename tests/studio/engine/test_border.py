"""What a model wrote is judged by every limit before anyone sees it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ml.music import LOCKED, Key, Note, NoteTable, Score, Track
from ml.requests import GenerationRequest, Limits, Provenance, Region, Take, TakeNote
from studio.engine.border import MAX_NOTES_PER_BAR, Border
from studio.engine.failures import BrokenOutput

LIMITS = Limits(Key.parse("C:maj"), lowest=48, highest=84, polyphony=1, grid=2, notes_per_bar=4)
SCORE = Score((Track("M", NoteTable.of([Note(0, 960, 60), Note(3840, 960, 60, flags=LOCKED)])),))
REQUEST = GenerationRequest(SCORE, Region(0, 7680, (0,)), limits=LIMITS, takes=2)
GOOD = (TakeNote(0, 0, 960, 64, 80, 1.0), TakeNote(0, 960, 960, 65, 80, 1.0))


def take(*notes: TakeNote) -> Take:
    facts = Provenance.of(
        REQUEST, model="m", checkpoint="0", take=0, prompt_start_tick=0, prompt_end_tick=0, bits_per_note=1.0
    )
    return Take(REQUEST, notes, facts)


def test_what_obeys_passes() -> None:
    border = Border(REQUEST)
    for note in GOOD:
        border.check_note(0, note)
    border.check_take(0, take(*GOOD))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"pitch": 66}, "limits"),
        ({"pitch": 86}, "limits"),
        ({"start": 7680}, "outside"),
        ({"velocity": 0}, "range"),
        ({"track": 3}, "track"),
        ({"bits": float("nan")}, "range"),
    ],
)
def test_single_notes_that_are_not_permitted_are_stopped(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(BrokenOutput, match=said):
        Border(REQUEST).check_note(0, replace(GOOD[0], **changes))


@pytest.mark.parametrize(
    "notes",
    [
        (),
        (GOOD[0], replace(GOOD[1], start=480)),
        (GOOD[0], replace(GOOD[1], start=1000)),
        (replace(GOOD[0], start=3840, pitch=60),),
        tuple(TakeNote(0, 480 * i, 480, 64, 80, 1.0) for i in range(5)),
    ],
    ids=["empty", "two voices", "off the grid", "over a locked note", "too many in a bar"],
)
def test_takes_that_break_a_limit_as_a_whole_are_stopped(notes: tuple[TakeNote, ...]) -> None:
    with pytest.raises(BrokenOutput):
        Border(REQUEST).check_take(0, take(*notes))


def test_takes_that_nobody_asked_for_are_stopped() -> None:
    with pytest.raises(BrokenOutput, match="number"):
        Border(REQUEST).check_take(2, take(*GOOD))


def test_a_model_that_runs_wild_is_stopped_and_each_round_counts_anew() -> None:
    border = Border(REQUEST)
    most = MAX_NOTES_PER_BAR * REQUEST.bars
    for _ in range(2):
        border.start_over()
        for _ in range(most):
            border.check_note(0, GOOD[0])
    with pytest.raises(BrokenOutput, match="without coming to an end"):
        border.check_note(0, GOOD[0])
