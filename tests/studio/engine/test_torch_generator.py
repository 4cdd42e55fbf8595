"""The engine on real networks, tiny and with random weights: the whole way from request to takes."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ml.models.checkpoint import save_model
from ml.models.event_model import EventModel, ModelConfig
from ml.music import Key, Score
from ml.requests import GenerationRequest, Limits, continue_region
from studio.engine import Engine, EngineMessage, Failed, Finished, NoteMade, Shelf, TakeDone, Warmed

DEADLINE_S = 60.0


@pytest.fixture(scope="module")
def tiny_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch

    torch.manual_seed(1)
    place = tmp_path_factory.mktemp("models")
    for config in (
        ModelConfig("lstm", width=16, layers=1, hidden=16),
        ModelConfig("transformer", width=64, layers=1, heads=2, feed_forward=32),
    ):
        save_model(place / config.trunk, EventModel(config), {"name": config.trunk.title(), "trunk": config.trunk})
    return place


class Listening:
    """An engine with real generation, and its messages until a job ends."""

    def __init__(self, place: Path) -> None:
        self._woken = threading.Event()
        self.engine = Engine(Shelf([place]), patience_s=5.0, on_message=self._woken.set)

    def until(self, last: type) -> list[EngineMessage]:
        messages: list[EngineMessage] = []
        while not any(isinstance(message, last) for message in messages):
            assert self._woken.wait(DEADLINE_S)
            self._woken.clear()
            messages += self.engine.poll()
        return messages

    def takes(self, request: GenerationRequest, models: list[str]) -> dict[tuple[str, int], Any]:
        self.engine.submit(request, models)
        messages = self.until(Finished)
        assert not [message for message in messages if isinstance(message, Failed)]
        return {(m.model, m.index): m.take.notes for m in messages if isinstance(m, TakeDone)}


@pytest.fixture
def listening(tiny_models: Path) -> Iterator[Listening]:
    listening = Listening(tiny_models)
    yield listening
    listening.engine.close()


@pytest.fixture
def request_2_bars(tune: Score) -> GenerationRequest:
    return GenerationRequest(tune, continue_region(tune, 0, 2), limits=Limits(Key.parse("D:maj")), takes=2, seed=3)


def test_both_trunks_answer_side_by_side_within_the_limits(
    listening: Listening, request_2_bars: GenerationRequest
) -> None:
    takes = listening.takes(request_2_bars, ["transformer", "lstm"])
    assert {model for model, _ in takes} <= {"transformer", "lstm"} and takes
    region = request_2_bars.region
    for note in (note for notes in takes.values() for note in notes):
        assert region.start_tick <= note.start < note.start + note.length <= region.end_tick
        assert note.pitch % 12 in Key.parse("D:maj").pitch_classes


def test_the_same_seed_gives_the_same_notes_alone_or_beside_another_model(
    listening: Listening, request_2_bars: GenerationRequest
) -> None:
    together = listening.takes(request_2_bars, ["transformer", "lstm"])
    alone = listening.takes(request_2_bars, ["lstm"])
    assert alone == {place: notes for place, notes in together.items() if place[0] == "lstm"}


def test_cancel_in_the_middle_frees_the_worker_for_the_next_request(
    listening: Listening, request_2_bars: GenerationRequest
) -> None:
    job = listening.engine.submit(request_2_bars, ["transformer"])
    listening.until(NoteMade)
    listening.engine.cancel(job)
    assert listening.engine.poll()[-1] == Finished(job, cancelled=True)
    assert listening.takes(request_2_bars, ["lstm"])


def test_damaged_weights_are_told_in_a_sentence(tiny_models: Path, tmp_path: Path, tune: Score) -> None:
    import shutil

    shutil.copytree(tiny_models / "lstm", tmp_path / "models" / "lstm")
    weights = tmp_path / "models" / "lstm" / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-200:] = b"\xff" * 200  # numbers that are not finite
    weights.write_bytes(bytes(data))
    listening = Listening(tmp_path / "models")
    try:
        listening.engine.warm_up(["lstm"])
        (warmed,) = [m for m in listening.until(Warmed) if isinstance(m, Warmed)]
        assert warmed.sentence is not None and "not finite" in warmed.sentence
        listening.engine.submit(GenerationRequest(tune, continue_region(tune, 0, 1)), ["lstm"])
        (failed,) = [m for m in listening.until(Finished) if isinstance(m, Failed)]
        assert failed.sentence == warmed.sentence
    finally:
        listening.engine.close()


def test_torch_is_imported_on_the_worker_only_and_leaves_a_core_free(tiny_models: Path) -> None:
    code = f"""
import os, sys, threading
from pathlib import Path
from studio.engine import Engine, Shelf, Warmed
from studio.engine.machine import spare_threads
woken = threading.Event()
engine = Engine(Shelf([Path({str(tiny_models)!r})]), on_message=woken.set)
assert "torch" not in sys.modules
engine.warm_up(["lstm"])
woken.wait(60)
assert engine.poll() == [Warmed("lstm")]
import torch
assert os.environ["OMP_WAIT_POLICY"] == "PASSIVE"
assert spare_threads() == max(1, len(os.sched_getaffinity(0)) - 1)
engine.close()
"""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OMP_")}
    result = subprocess.run([sys.executable, "-c", code], timeout=90, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
