"""Models share the worker by time, each can be cancelled alone, and each one's speed is told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ml.generation.items import GenerationItem, NoteItem, TakeItem
from ml.requests import GenerationRequest, Provenance, Take, TakeNote
from studio.engine import Engine, Failed, Finished, ModelCard, ModelDone, NoteMade, Progress, Shelf, TakeDone
from studio.engine.answer import Answer
from studio.engine.progress import ProgressMeter
from studio.engine.tasks import Job
from studio.engine.turns import HEAD_START_S, next_turn


@dataclass
class Paced:
    """Writes one take a request, a note to the eighth, and needs `pace[model]` seconds a note by its own clock."""

    pace: dict[str, float]
    now_s: float = 0.0
    written: list[str] = field(default_factory=list)

    def generate(
        self, folder: Path, request: GenerationRequest, cancelled: Callable[[], bool]
    ) -> Iterator[GenerationItem]:
        region, notes = request.region, []
        for start in range(region.start_tick, region.end_tick, 240):
            self.now_s += self.pace[folder.name]
            self.written.append(folder.name)
            notes.append(TakeNote(0, start, 240, 60 + start // 240 % 5, 80, 2.0))
            yield NoteItem(0, notes[-1])
        facts = {"model": folder.name, "checkpoint": "", "take": 0, "prompt_start_tick": 0, "prompt_end_tick": 1}
        yield TakeItem(0, Take(request, tuple(notes), Provenance.of(request, bits_per_note=2.0, **facts)))


def answers(paced: Paced, request: GenerationRequest, cards: list[ModelCard]) -> list[Answer]:
    job = Job(1, request, tuple(cards))
    return [Answer(job, card, lambda: paced.now_s) for card in cards]


def all_turns(paced: Any, open_ones: list[Answer], until: Callable[[], bool] = lambda: False) -> list[Any]:
    first, messages = open_ones[0], []
    while open_ones and not until():
        answer = next_turn(open_ones, first)
        told = answer.advance(paced)
        messages += told or [answer.end()]
        if told is None:
            open_ones.remove(answer)
    return messages


def cards_of(rig: Any) -> list[ModelCard]:
    return [rig.engine.shelf.find(model) for model in ("alpha", "beta")]


def test_a_slow_model_gets_as_much_time_as_a_fast_one_and_no_more(rig: Any, request_4_bars: GenerationRequest) -> None:
    paced = Paced({"alpha": 0.1, "beta": 0.01})
    open_ones = answers(paced, request_4_bars, cards_of(rig))
    all_turns(paced, open_ones, lambda: len(open_ones) < 2)
    assert paced.written.count("beta") == 32, "the fast one is done"
    alone = HEAD_START_S + 0.1
    assert paced.written.count("alpha") * 0.1 <= alone + 0.32 + 0.1, "and was not held to the pace of the slow one"


def test_the_first_bar_of_the_first_model_is_written_before_others_begin(
    rig: Any, request_4_bars: GenerationRequest
) -> None:
    paced = Paced({"alpha": 0.02, "beta": 0.01})
    all_turns(paced, answers(paced, request_4_bars, cards_of(rig)))
    assert paced.written[:9] == ["alpha"] * 9, "eight eighths are a bar, the ninth completes it"
    assert "beta" in paced.written[9:12]


def test_a_first_model_that_is_very_slow_loses_its_head_start(rig: Any, request_4_bars: GenerationRequest) -> None:
    paced = Paced({"alpha": 1.0, "beta": 0.01})
    all_turns(paced, answers(paced, request_4_bars, cards_of(rig)))
    assert paced.written[:2] == ["alpha", "beta"]


def test_the_speed_of_each_model_is_told_without_the_time_of_others(
    rig: Any, request_4_bars: GenerationRequest
) -> None:
    paced = Paced({"alpha": 0.02, "beta": 0.01})
    found = answers(paced, request_4_bars, cards_of(rig))
    meter = ProgressMeter(1, found)
    done = [message for message in all_turns(paced, list(found)) if isinstance(message, ModelDone)]
    speeds = {message.model: message.notes_per_s for message in done}
    assert speeds == {"alpha": pytest.approx(50), "beta": pytest.approx(100)}
    assert meter.news() == [Progress(1, 1.0, speeds)]


# --- one model is cancelled


class Gate:
    """Holds a model at a note until it is opened."""

    def __init__(self, take: int, number: int) -> None:
        self.at, self.reached, self.open = (take, number), threading.Event(), threading.Event()

    def __call__(self, take: int, number: int) -> None:
        if (take, number) == self.at:
            self.reached.set()
            self.open.wait(30)


def test_one_model_is_cancelled_and_the_others_go_on(rig: Any, request_4_bars: GenerationRequest) -> None:
    gate = rig.walker.before_note["alpha"] = Gate(0, 5)
    job = rig.engine.submit(request_4_bars, ["alpha", "beta"])
    assert gate.reached.wait(10)
    rig.engine.cancel_model(job, "alpha")
    told = rig.engine.poll()
    assert ModelDone(job, "alpha", cancelled=True) in told
    assert not [m for m in told if isinstance(m, NoteMade) and m.model == "alpha"], "what was unread is dropped"
    gate.open.set()
    messages = rig.finished(job)
    assert {m.model for m in messages if not isinstance(m, Finished | Progress)} == {"beta"}
    assert len([m for m in messages if isinstance(m, TakeDone)]) == 2
    assert messages[-1] == Finished(job, cancelled=False)


def test_cancelling_one_model_changes_no_note_of_the_others(rig: Any, request_4_bars: GenerationRequest) -> None:
    def takes_of(messages: list[Any], model: str) -> list[Any]:
        return [m.take.notes for m in messages if isinstance(m, TakeDone) and m.model == model]

    whole = rig.finished(rig.engine.submit(request_4_bars, ["alpha", "beta"]))
    gate = rig.walker.before_note["alpha"] = Gate(1, 7)
    job = rig.engine.submit(request_4_bars, ["alpha", "beta"])
    assert gate.reached.wait(10)
    rig.engine.cancel_model(job, "alpha")
    gate.open.set()
    assert takes_of(rig.finished(job), "beta") == takes_of(whole, "beta")
    again = rig.finished(rig.engine.submit(request_4_bars, ["alpha"]))
    assert takes_of(again, "alpha") == takes_of(whole, "alpha")


@dataclass
class OneAfterTheOther(Paced):
    """Completes its first take, and holds at a gate before it writes the second."""

    gate: Gate = field(default_factory=lambda: Gate(1, 0))

    def generate(
        self, folder: Path, request: GenerationRequest, cancelled: Callable[[], bool]
    ) -> Iterator[GenerationItem]:
        yield from super().generate(folder, request, cancelled)
        self.gate(1, 0)
        if not cancelled():
            yield NoteItem(1, TakeNote(0, request.region.start_tick, 240, 60, 80, 2.0))


def test_takes_that_are_complete_stay_when_their_model_is_cancelled(
    models: Path, request_4_bars: GenerationRequest
) -> None:
    writer, woken = OneAfterTheOther({"alpha": 0.01}), threading.Event()
    engine = Engine(Shelf([models]), lambda: writer, on_message=woken.set)  # type: ignore[arg-type, return-value]
    job = engine.submit(request_4_bars, ["alpha"])
    assert writer.gate.reached.wait(10)
    engine.cancel_model(job, "alpha")
    writer.gate.open.set()
    messages: list[Any] = []
    while Finished(job, False) not in messages:
        assert woken.wait(10)
        woken.clear()
        messages += engine.poll()
    engine.close()
    assert [m.index for m in messages if isinstance(m, TakeDone)] == [0], "nobody had read of it yet"
    assert not [m for m in messages if isinstance(m, NoteMade)]
    assert [m for m in messages if isinstance(m, ModelDone)] == [ModelDone(job, "alpha", cancelled=True)]


def test_a_job_whose_models_are_all_cancelled_is_over(rig: Any, request_4_bars: GenerationRequest) -> None:
    gate = rig.walker.before_note["alpha"] = Gate(0, 3)
    job = rig.engine.submit(request_4_bars, ["alpha", "beta"])
    assert gate.reached.wait(10)
    rig.engine.cancel_model(job, "beta")
    rig.engine.cancel_model(job, "alpha")
    rig.engine.cancel_model(job, "alpha")
    rig.engine.cancel_model(job, "gamma")
    rig.engine.cancel_model(99, "alpha")
    gate.open.set()
    messages = rig.finished(job)
    assert [m for m in messages if isinstance(m, ModelDone)] == [
        ModelDone(job, "beta", cancelled=True),
        ModelDone(job, "alpha", cancelled=True),
    ]
    assert not [m for m in messages if isinstance(m, Failed | TakeDone)] and not rig.engine.busy


def test_when_the_last_model_that_is_cancelled_hangs_the_job_is_over_all_the_same(
    rig: Any, request_4_bars: GenerationRequest
) -> None:
    gate = rig.walker.before_note["alpha"] = Gate(0, 3)
    job = rig.engine.submit(request_4_bars, ["alpha"])
    assert gate.reached.wait(10)
    rig.engine.cancel_model(job, "alpha")
    assert rig.finished(job)[-1] == Finished(job, cancelled=False)
    assert not rig.engine.busy
    gate.open.set()
