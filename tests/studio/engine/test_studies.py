"""Questions aside to a model wait for requests, give way to them, and are asked again until they are dropped."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from ml.requests import GenerationRequest
from studio.engine import Finished, Measured, Studied, UnknownModel


class Held:
    """A study that waits to be let go each time it runs, and tells how often and on which thread it ran."""

    def __init__(self) -> None:
        self.reached, self.open = threading.Event(), threading.Event()
        self.runs: list[bool] = []
        self.threads: set[int] = set()

    def __call__(self, model: Any, cancelled: Callable[[], bool]) -> object:
        self.threads.add(threading.get_ident())
        self.reached.set()
        self.open.wait(30)
        self.runs.append(cancelled())
        return f"of {model}"


def studied(rig: Any, number: int) -> Studied:
    messages = rig.until(lambda message: isinstance(message, Studied) and message.number == number)
    return next(message for message in messages if isinstance(message, Studied) and message.number == number)


def test_a_study_gets_the_model_on_the_worker_and_its_result_comes_back(rig: Any) -> None:
    study = Held()
    study.open.set()
    number = rig.engine.study("alpha", study)
    assert studied(rig, number) == Studied(number, "of alpha")
    assert threading.get_ident() not in study.threads and not rig.engine.busy
    with pytest.raises(UnknownModel):
        rig.engine.study("gamma", study)


def test_a_request_interrupts_a_study_which_is_asked_again_after_it(rig: Any, request_1_bar: GenerationRequest) -> None:
    study = Held()
    number = rig.engine.study("alpha", study)
    assert study.reached.wait(10) and not rig.engine.busy
    job = rig.engine.submit(request_1_bar, ["beta"])
    study.open.set()
    messages = rig.until(lambda message: isinstance(message, Studied))
    kinds = [message for message in messages if isinstance(message, Studied | Finished)]
    assert kinds == [Finished(job, cancelled=False), Studied(number, "of alpha")]
    assert study.runs == [True, False]


def test_studies_wait_in_turn_and_before_the_measuring_of_speeds(rig: Any) -> None:
    first = Held()
    rig.engine.study("alpha", first)
    assert first.reached.wait(10)
    rig.engine.measure("alpha", {})
    numbers = [rig.engine.study("beta", lambda model, cancelled, k=k: k) for k in range(3)]
    first.open.set()
    messages = rig.until(lambda message: isinstance(message, Measured))
    assert [m.number for m in messages if isinstance(m, Studied)][1:] == numbers
    assert isinstance(messages[-1], Measured)


def test_a_dropped_study_is_stopped_and_nothing_is_told_of_it(rig: Any) -> None:
    study = Held()
    dropped = rig.engine.study("alpha", study)
    assert study.reached.wait(10)
    waiting = rig.engine.study("alpha", study)
    rig.engine.drop_study(dropped)
    rig.engine.drop_study(waiting)
    study.open.set()
    number = rig.engine.study("beta", lambda model, cancelled: 7)
    assert studied(rig, number) == Studied(number, 7)
    assert study.runs == [True], "the one that waited was not begun"
    rig.engine.drop_study(number)
    assert rig.engine.poll() == []


def test_an_answer_that_nobody_has_read_yet_can_be_dropped(rig: Any) -> None:
    study = Held()
    study.open.set()
    number = rig.engine.study("alpha", study)
    assert rig.woken.wait(10), "the answer is there"
    rig.engine.drop_study(number)
    assert rig.engine.poll() == []


def test_a_study_that_fails_says_so_in_a_sentence(rig: Any) -> None:
    def fail(model: object, cancelled: Callable[[], bool]) -> object:
        raise MemoryError

    number = rig.engine.study("alpha", fail)
    found = studied(rig, number)
    assert found.result is None and found.sentence is not None and "Alpha ran out of memory" in found.sentence


def test_a_study_that_does_not_stop_for_a_request_is_left_behind(rig: Any, request_1_bar: GenerationRequest) -> None:
    study = Held()
    number = rig.engine.study("alpha", study)
    assert study.reached.wait(10)
    messages = rig.finished(rig.engine.submit(request_1_bar, ["beta"]))
    (told,) = [message for message in messages if isinstance(message, Studied)]
    assert told == Studied(number, None, "Alpha took too long to answer: ask again.")
    study.open.set()


def test_closing_in_the_middle_of_a_study_ends_the_worker(rig: Any) -> None:
    study = Held()
    rig.engine.study("alpha", study)
    assert study.reached.wait(10)
    study.open.set()
    rig.engine.close()
    assert rig.engine.poll() == []
    with pytest.raises(RuntimeError):
        rig.engine.study("alpha", study)
