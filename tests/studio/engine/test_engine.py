"""Several models answer one request side by side; whatever they do, the engine stays alive and tells it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ml.music import Key, Score
from ml.requests import GenerationRequest, Limits, RefusedRequest, Region, TakeNote, continue_region
from studio.engine import (
    Engine,
    EngineMessage,
    Failed,
    Finished,
    ModelDone,
    NoteMade,
    Progress,
    Remarked,
    Shelf,
    Started,
    TakeDone,
    UnknownModel,
    Warmed,
)
from studio.engine.worker import LONGEST_REST_S


@pytest.fixture
def request_4_bars(tune: Score) -> GenerationRequest:
    return GenerationRequest(tune, continue_region(tune, 0, 4), takes=3, seed=7)


def of_type(kind: type, messages: list[EngineMessage]) -> list[Any]:
    return [message for message in messages if isinstance(message, kind)]


class Gate:
    """Lets a model write up to a note and holds it there until it is opened."""

    def __init__(self, at_number: int) -> None:
        self.at_number = at_number
        self.reached = threading.Event()
        self.open = threading.Event()

    def __call__(self, take: int, number: int) -> None:
        if number == self.at_number:
            self.reached.set()
            self.open.wait(30)


def test_two_models_answer_side_by_side_note_by_note(rig: Any, request_4_bars: GenerationRequest) -> None:
    job = rig.engine.submit(request_4_bars, ["alpha", "beta"])
    messages = rig.finished(job)
    assert [m.model for m in of_type(Started, messages)] == ["alpha", "beta"]
    whose = [model for model, _ in groupby(note.model for note in of_type(NoteMade, messages))]
    assert len(whose) > 2, "neither waits until the other is done"
    assert {(m.model, m.index) for m in of_type(TakeDone, messages)} == {
        (model, take) for model in ("alpha", "beta") for take in range(3)
    }
    assert {m.model for m in of_type(ModelDone, messages)} == {"alpha", "beta"}
    assert messages[-1] == Finished(job, cancelled=False)


@pytest.mark.parametrize("rest", [0.0, 1.0])
def test_a_worker_that_should_rest_does_so_after_every_item_and_never_for_long(
    rest: float, models: Path, walker: Any, request_4_bars: GenerationRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    rests: list[float] = []
    clock = SimpleNamespace(sleep=rests.append, perf_counter=time.perf_counter)
    monkeypatch.setattr("studio.engine.worker.time", clock)
    over = threading.Event()
    engine = Engine(Shelf([models]), lambda: walker, on_message=lambda: None if engine.busy else over.set(), rest=rest)
    engine.submit(request_4_bars, ["alpha"])
    assert over.wait(30)
    written = len(of_type(NoteMade, engine.poll()))
    engine.close()
    assert written
    assert (len(rests) >= written) if rest else not rests
    assert all(0 <= seconds <= LONGEST_REST_S for seconds in rests)


def test_notes_stream_before_takes_are_complete_and_make_up_the_take(
    rig: Any, request_4_bars: GenerationRequest
) -> None:
    messages = rig.finished(rig.engine.submit(request_4_bars, ["alpha"]))
    for done in of_type(TakeDone, messages):
        streamed = tuple(m.note for m in of_type(NoteMade, messages) if m.take == done.index)
        assert streamed == done.take.notes


def test_progress_only_grows_and_ends_at_one(rig: Any, request_4_bars: GenerationRequest) -> None:
    fractions = [m.fraction for m in of_type(Progress, rig.finished(rig.engine.submit(request_4_bars, ["alpha"])))]
    assert fractions == sorted(fractions) and fractions[-1] == 1.0 and len(fractions) > 3


def test_jobs_are_answered_in_turn_on_one_thread(rig: Any, request_4_bars: GenerationRequest) -> None:
    first = rig.engine.submit(request_4_bars, ["alpha"])
    second = rig.engine.submit(replace(request_4_bars, seed=8), ["beta"])
    messages = rig.finished(second)
    jobs = [job for job, _ in groupby(m.job for m in messages)]
    assert jobs == [first, second]
    assert len(rig.walker.threads) == 1 and threading.get_ident() not in rig.walker.threads


def test_a_request_with_no_room_is_refused_before_any_work(rig: Any, tune: Score) -> None:
    with pytest.raises(RefusedRequest, match="at least one bar"):
        rig.engine.submit(GenerationRequest(tune, Region(7680, 7680, (0,))), ["alpha"])
    with pytest.raises(RefusedRequest, match="No model is chosen"):
        rig.engine.submit(GenerationRequest(tune, Region(7680, 9600, (0,))), [])
    with pytest.raises(UnknownModel, match="alpha, beta"):
        rig.engine.submit(GenerationRequest(tune, Region(7680, 9600, (0,))), ["gamma"])
    assert not rig.engine.busy


def test_cancel_is_the_last_word_of_a_job(rig: Any, request_4_bars: GenerationRequest) -> None:
    gate = rig.walker.before_note["alpha"] = Gate(5)
    job = rig.engine.submit(request_4_bars, ["alpha", "beta"])
    assert gate.reached.wait(10)
    rig.engine.cancel(job)
    assert rig.engine.poll() == [Finished(job, cancelled=True)], "at once, and without what was still unread"
    gate.open.set()
    follow_up = rig.finished(rig.engine.submit(request_4_bars, ["beta"]))
    assert not [m for m in follow_up if m.job == job]
    rig.engine.cancel(job)
    assert rig.engine.poll() == [], "cancelling what is over does nothing"


def test_a_job_that_waits_can_be_cancelled_before_it_begins(rig: Any, request_4_bars: GenerationRequest) -> None:
    gate = rig.walker.before_note["alpha"] = Gate(0)
    running = rig.engine.submit(request_4_bars, ["alpha"])
    assert gate.reached.wait(10)
    waiting = rig.engine.submit(request_4_bars, ["beta"])
    rig.engine.cancel(waiting)
    gate.open.set()
    messages = rig.finished(running)
    assert Finished(waiting, cancelled=True) in messages
    assert not [m for m in of_type(Started, messages) if m.job == waiting]


def test_a_model_that_ignores_cancel_is_abandoned_and_another_worker_goes_on(
    rig: Any, request_4_bars: GenerationRequest
) -> None:
    gate = rig.walker.before_note["alpha"] = Gate(2)
    stuck = rig.engine.submit(request_4_bars, ["alpha"])
    assert gate.reached.wait(10)
    rig.engine.cancel(stuck)
    job = rig.engine.submit(request_4_bars, ["beta"])
    messages = rig.finished(job)
    assert len(of_type(TakeDone, messages)) == 3, "answered although the first worker still hangs"
    assert len(rig.walker.threads) == 2
    gate.open.set()
    assert not [m for m in rig.engine.poll() if getattr(m, "job", None) == stuck]


def no_memory(take: int, number: int) -> None:
    if number == 3:
        raise MemoryError


def torch_without_memory(take: int, number: int) -> None:
    raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes")


def not_a_number(take: int, number: int) -> None:
    raise RuntimeError("probability tensor contains either `inf`, `nan` or element < 0")


def missing_file(take: int, number: int) -> None:
    raise FileNotFoundError(2, "No such file or directory", "model.safetensors")


def unreadable(take: int, number: int) -> None:
    raise PermissionError(13, "Permission denied")


def own_words(take: int, number: int) -> None:
    raise RefusedRequest("The prompt is too long: select fewer bars.")


def a_bug(take: int, number: int) -> None:
    raise KeyError("trunk")


def leaves_the_program(take: int, number: int) -> None:
    raise SystemExit(1)


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (no_memory, "ran out of memory"),
        (torch_without_memory, "ran out of memory"),
        (not_a_number, "not finite"),
        (missing_file, "a file of it is missing"),
        (unreadable, "Permission denied"),
        (own_words, "The prompt is too long"),
        (a_bug, "KeyError"),
        (leaves_the_program, "SystemExit"),
    ],
)
def test_a_model_that_fails_says_so_in_a_sentence_and_the_others_go_on(
    rig: Any, request_4_bars: GenerationRequest, trouble: Callable[[int, int], None], words: str
) -> None:
    rig.walker.before_note["alpha"] = trouble
    job = rig.engine.submit(request_4_bars, ["alpha", "beta"])
    messages = rig.finished(job)
    (failed,) = of_type(Failed, messages)
    assert failed.model == "alpha" and words in failed.sentence
    assert "\n" not in failed.sentence and failed.sentence.endswith(".")
    assert {m.model for m in of_type(TakeDone, messages)} == {"beta"}
    assert messages[-1] == Finished(job, cancelled=False)
    assert of_type(TakeDone, rig.finished(rig.engine.submit(request_4_bars, ["beta"]))), "the engine still works"


@pytest.mark.parametrize(
    "changes",
    [
        {"pitch": 128},
        {"pitch": -1},
        {"velocity": 0},
        {"velocity": 300},
        {"bits": float("nan")},
        {"start": 0},
        {"start": 10**9},
        {"length": 0},
        {"length": 10**9},
        {"track": 1},
        {"pitch": 61},
    ],
)
def test_no_impossible_or_forbidden_note_gets_through(
    rig: Any,
    request_4_bars: GenerationRequest,
    shifted: Callable[..., Callable[[TakeNote], TakeNote]],
    changes: dict[str, float],
) -> None:
    rig.walker.twist["alpha"] = shifted(**changes)
    request = replace(request_4_bars, limits=Limits(Key.parse("C:maj")))
    messages = rig.finished(rig.engine.submit(request, ["alpha"]))
    assert not of_type(NoteMade, messages) and not of_type(TakeDone, messages)
    (failed,) = of_type(Failed, messages)
    assert "Alpha was stopped because it wrote" in failed.sentence


def test_remarks_are_handed_on(rig: Any, request_4_bars: GenerationRequest) -> None:
    rig.walker.remarks["alpha"] = "The metre changes; bars are counted in quarters."
    messages = rig.finished(rig.engine.submit(request_4_bars, ["alpha"]))
    assert [m.text for m in of_type(Remarked, messages)] == ["The metre changes; bars are counted in quarters."]


def test_models_can_be_loaded_ahead_of_need(rig: Any) -> None:
    def broken(take: int, number: int) -> None:
        raise ValueError("The weights of the model are damaged: install the model again.")

    rig.walker.before_note["load beta"] = broken
    rig.engine.warm_up(["alpha", "beta"])
    messages = rig.until(lambda m: isinstance(m, Warmed) and m.model == "beta")
    assert messages == [
        Warmed("alpha"),
        Warmed("beta", "The weights of the model are damaged: install the model again."),
    ]
    assert rig.walker.loaded == ["alpha"]


def test_when_no_generator_can_be_made_every_model_says_so(models: Any, request_4_bars: GenerationRequest) -> None:
    def no_torch() -> Any:
        raise ImportError("libtorch_cpu.so: cannot open shared object file")

    woken = threading.Event()
    engine = Engine(Shelf([models]), no_torch, on_message=woken.set)
    try:
        job = engine.submit(request_4_bars, ["alpha", "beta"])
        messages: list[EngineMessage] = []
        while Finished(job, False) not in messages:
            assert woken.wait(10)
            woken.clear()
            messages += engine.poll()
        assert [m.model for m in of_type(Failed, messages)] == ["alpha", "beta"]
    finally:
        engine.close()


def test_closing_in_the_middle_ends_the_worker(rig: Any, request_4_bars: GenerationRequest) -> None:
    gate = rig.walker.before_note["alpha"] = Gate(4)
    rig.engine.submit(request_4_bars, ["alpha"])
    assert gate.reached.wait(10)
    gate.open.set()
    rig.engine.close()
    assert rig.engine.poll() == [] and not rig.engine.busy
    with pytest.raises(RuntimeError):
        rig.engine.submit(request_4_bars, ["alpha"])
