"""The engine on real networks, tiny and with random weights: the whole way from request to takes."""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import ml.generation
from ml.models.checkpoint import save_model
from ml.models.event_model import EventModel, ModelConfig
from ml.music import Key, Score
from ml.requests import Choosing, GenerationRequest, Limits, continue_region
from studio.engine import Chosen, Engine, EngineMessage, Failed, Finished, NoteMade, Shelf, TakeDone, Warmed
from studio.engine.speed import Speed
from studio.engine.torch_generator import TorchGenerator

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


def test_a_folder_is_checked_and_its_speed_measured_for_real(tiny_models: Path) -> None:
    generator = TorchGenerator(threads=1)
    generator.check(tiny_models / "lstm")
    speed = generator.speed(tiny_models / "lstm", {}, lambda: False)
    assert speed is not None and speed.notes_per_s > 1 and len(speed.checkpoint) == 64
    assert generator.speed(tiny_models / "lstm", {speed.checkpoint: 5.0}, lambda: False) == Speed(speed.checkpoint, 5.0)
    assert generator.loaded == (), "measuring keeps nothing in memory that was not there"


def test_a_chorale_model_is_checked_as_one(tmp_path: Path) -> None:
    from ml.models.chorale_checkpoint import save_chorale_model
    from ml.models.chorale_model import ChoraleConfig, ChoraleModel

    save_chorale_model(
        tmp_path / "choir", ChoraleModel(ChoraleConfig(width=32, layers=1, heads=1, head_width=16)), {"name": "Choir"}
    )
    (card,) = Shelf([tmp_path]).models()
    assert card.family == "chorale" and card.cannot
    generator = TorchGenerator(threads=1)
    generator.check(card.folder)
    config = card.folder / "config.json"
    config.write_text(config.read_text().replace('"version": 1', '"version": 999'))
    with pytest.raises(ValueError, match="another version"):
        generator.check(card.folder)


def test_models_that_were_not_used_for_long_are_forgotten_when_there_are_too_many(
    tiny_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = [Path(shutil.copytree(tiny_models / "lstm", tmp_path / str(number))) for number in range(3)]
    generator = TorchGenerator(threads=1)
    for folder in folders:
        generator.load(folder)
    assert generator.loaded == tuple(folders)
    monkeypatch.setattr("studio.engine.torch_generator.KEPT_BYTES", 1)
    generator.load(folders[0])
    assert generator.loaded == (folders[0],), "the one just asked for stays, whatever it needs"
    monkeypatch.undo()
    monkeypatch.setattr("studio.engine.torch_generator.KEPT_MODELS", 2)
    for folder in folders:
        generator.load(folder)
    assert generator.loaded == tuple(folders[1:])


def test_when_memory_is_short_the_other_models_make_room(tiny_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    generator = TorchGenerator(threads=1)
    generator.load(tiny_models / "lstm")
    real, calls = ml.generation.load_model, []

    def short_of_memory(folder: Path) -> Any:
        calls.append(folder)
        if len(calls) == 1:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")
        return real(folder)

    monkeypatch.setattr("ml.generation.load_model", short_of_memory)
    generator.load(tiny_models / "transformer")
    assert generator.loaded == (tiny_models / "transformer",) and len(calls) == 2


HOSTILE_MEMORY = """
import os, resource, sys
from pathlib import Path
from ml.models.checkpoint import load_model
from ml.models.model_folder import UnusableCheckpoint
import torch
folder = Path(sys.argv[1])
def peak_mb(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
before = peak_mb()
for name in sorted(path.name for path in folder.iterdir()):
    try:
        load_model(folder / name)
    except UnusableCheckpoint as refusal:
        assert name in str(refusal), refusal
    else:
        raise SystemExit(f"{name} was loaded")
assert peak_mb() - before < 60, (before, peak_mb())
"""


def test_loading_what_claims_gigabytes_costs_no_memory(tiny_models: Path, tmp_path: Path) -> None:
    def model(name: str) -> Path:
        return Path(shutil.copytree(tiny_models / "lstm", tmp_path / "hostile" / name))

    def weights(name: str, data: bytes, size: int) -> None:
        path = model(name) / "model.safetensors"
        path.write_bytes(data)
        os.truncate(path, size)

    weights("header-of-10-gb", struct.pack("<Q", 10 << 30), 1 << 20)
    weights("header-of-800-mb-that-is-there", struct.pack("<Q", 800 << 20), 900 << 20)
    weights("file-of-10-gb", b"\0" * 8, 10 << 30)
    tensor = {"w": {"dtype": "F32", "shape": [200 << 20], "data_offsets": [0, 800 << 20]}}
    header = json.dumps(tensor).encode()
    weights("other-shapes-of-800-mb", struct.pack("<Q", len(header)) + header, 8 + len(header) + (800 << 20))
    for name, changes in (
        ("config-of-a-billion", {"width": 1024, "hidden": 2048, "layers": 24}),
        ("config-beyond-limits", {"width": 1 << 40}),
        ("config-of-another-family", {"family": "diffusion"}),
    ):
        config = model(name) / "config.json"
        config.write_text(json.dumps({**json.loads(config.read_text()), **changes}))
    (model("card-of-half-a-gb") / "card.json").write_bytes(b"")
    os.truncate(tmp_path / "hostile" / "card-of-half-a-gb" / "card.json", 512 << 20)
    os.mkfifo(model("pipe") / "extra")
    (tmp_path / "hostile" / "pipe" / "config.json").unlink()
    (tmp_path / "hostile" / "pipe" / "extra").rename(tmp_path / "hostile" / "pipe" / "config.json")
    result = subprocess.run(
        [sys.executable, "-c", HOSTILE_MEMORY, str(tmp_path / "hostile")], timeout=90, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr


def test_takes_are_ranked_by_another_model_and_without_it_where_it_is_broken(
    tiny_models: Path, tmp_path: Path, request_2_bars: GenerationRequest
) -> None:
    place = tmp_path / "models"
    shutil.copytree(tiny_models, place)
    listening = Listening(place)
    try:
        listening.engine.submit(request_2_bars, ["lstm"], Choosing(pool=2))
        (chosen,) = [message for message in listening.until(Finished) if isinstance(message, Chosen)]
        assert "how likely Transformer finds them" in chosen.sentence and 1 <= len(chosen.takes) <= 2
        config = json.loads((place / "transformer" / "config.json").read_text()) | {"width": 128}
        (place / "transformer" / "config.json").write_text(json.dumps(config))
        listening.engine.submit(request_2_bars, ["lstm"], Choosing(pool=2))
        (chosen,) = [message for message in listening.until(Finished) if isinstance(message, Chosen)]
        assert "Transformer" not in chosen.sentence and chosen.takes
    finally:
        listening.engine.close()
