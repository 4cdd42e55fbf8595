"""Training goes on exactly where it was stopped, by whatever it was."""

from __future__ import annotations

import itertools
import json
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import torch

from ml.models.checkpoint import load_model
from ml.training import loop as loop_module
from ml.training.batches import RowSource
from ml.training.interruption import Interruption, Stopped
from ml.training.loop import Trainer
from ml.training.run_checkpoint import UnusableRun, load_run, save_run
from ml.training.validation import Bits
from tests.ml.training.runs import SETTINGS, SHAPES, PowerCut, losses, parameters, seconds
from tests.ml.training.tunes import opened, tunes


@pytest.mark.parametrize("trunk", sorted(SHAPES))
def test_a_run_that_was_cut_off_ends_with_the_same_weights(trainer, trunk):
    settings = {
        "trunk": trunk,
        "notes": 2200,
        "minutes": 40 / 60,
        "checkpoint_minutes": 7 / 60,
        "validate_minutes": 9 / 60,
    }
    whole = trainer("whole", **settings)
    whole.train()
    cut = trainer("cut", clock=seconds(until=17), **settings)
    with pytest.raises(PowerCut):
        cut.train()
    lines: list[str] = []
    resumed = trainer("cut", clock=seconds(first=1000), report=lines.append, **settings)
    assert lines == ["resumed at step 14"]
    resumed.train()
    assert resumed.progress == whole.progress
    assert resumed.log == whole.log
    assert losses(resumed) == pytest.approx(losses(whole), rel=1e-5)
    assert len(losses(whole)) == whole.progress.step > 14
    for name, tensor in parameters(whole).items():
        assert torch.allclose(tensor, parameters(resumed)[name], atol=1e-6), name


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_asked_to_end_goes_on_as_if_nothing_had_been(trainer, number):
    whole = trainer("whole")
    whole.train()

    def seconds_until_the_signal() -> Iterator[float]:
        for second in itertools.count():
            if second == 6:
                signal.raise_signal(number)
            yield float(second)

    with Interruption() as interruption:
        stopped = trainer("stopped", clock=seconds_until_the_signal().__next__, interruption=interruption)
        with pytest.raises(Stopped) as caught:
            stopped.train()
    assert caught.value.exit_code == 128 + number
    assert stopped.progress.step == 6
    resumed = trainer("stopped")
    assert resumed.progress.step == 6
    resumed.train()
    assert losses(resumed) == pytest.approx(losses(whole), rel=1e-5)


def test_a_signal_cuts_a_measurement_short_and_it_is_made_after_the_resume(trainer, monkeypatch):
    real = loop_module.model_bits

    def measured(*arguments: object) -> Bits:
        signal.raise_signal(signal.SIGINT)
        return real(*arguments)

    settings = {"validate_minutes": 4 / 60}
    with monkeypatch.context() as patch, Interruption() as interruption:
        patch.setattr(loop_module, "model_bits", measured)
        stopped = trainer(interruption=interruption, **settings)
        with pytest.raises(Stopped):
            stopped.train()
    assert stopped.log == []
    resumed = trainer(clock=seconds(), **settings)
    assert resumed.progress.step == 4
    resumed.train()
    assert resumed.log[0]["step"] == 5  # as soon as it goes on


def test_a_run_of_the_format_before_goes_on(trainer):
    whole = trainer("whole")
    whole.train()
    cut = trainer("cut", clock=seconds(until=8), checkpoint_minutes=5 / 60)
    with pytest.raises(PowerCut):
        cut.train()
    facts = json.loads((cut.run / "resume.json").read_text())
    for late in ("curve", "settings", "begun_from"):
        del facts[late]
    del facts["progress"]["validated_s"]
    (cut.run / "resume.json").write_text(json.dumps(facts))
    resumed = trainer("cut")
    resumed.train()
    for name, tensor in parameters(whole).items():
        assert torch.allclose(tensor, parameters(resumed)[name], atol=1e-6), name


def test_settings_that_changed_since_are_told(trainer):
    trainer().train()
    lines: list[str] = []
    trainer(report=lines.append, learning_rate=5e-4, notes=9000, seed=2)
    assert lines == [
        "resumed at step " + lines[0].split()[-1],
        "learning rate is now 0.0005; the run was begun with 0.002.",
        "seed is now 2; the run was begun with 1.",
    ]


def test_going_on_with_a_finished_run_changes_nothing(trainer):
    first = trainer()
    first.train()
    again = trainer()
    best = again.train()
    assert again.progress == first.progress
    assert again.log == first.log
    assert best == again.run / "best"


def test_a_finished_run_goes_on_with_a_larger_budget(trainer):
    trainer().train()
    more = trainer(notes=2000)
    more.train()
    assert more.progress.notes >= 2000


def test_a_run_of_another_shape_is_refused_and_stays_whole(trainer):
    first = trainer()
    first.train()
    before = {path.name: path.read_bytes() for path in first.run.iterdir() if path.is_file()}
    with pytest.raises(UnusableRun, match="another trunk or shape"):
        trainer(trunk="transformer")
    assert {path.name: path.read_bytes() for path in first.run.iterdir() if path.is_file()} == before


def test_a_run_with_other_corpora_is_refused(trainer, tmp_path):
    first = trainer()
    first.train()
    other = opened(tmp_path, tunes(5), "others")
    source = RowSource([(other, 1.0)], 128, None, 1)
    with pytest.raises(UnusableRun, match="other corpora"):
        Trainer(first.run, SHAPES["lstm"], SETTINGS, source, {}, {}, lambda text: None, seconds())


@pytest.mark.parametrize("damage", ["facts", "tensors", "gone"])
def test_a_damaged_run_is_refused_with_a_sentence(trainer, damage):
    first = trainer()
    first.train()
    (tensors,) = first.run.glob("resume*.safetensors")
    if damage == "facts":
        (first.run / "resume.json").write_text("{")
    elif damage == "tensors":
        tensors.write_bytes(tensors.read_bytes()[:-10])
    else:
        tensors.unlink()
    with pytest.raises(UnusableRun, match="choose another run folder"):
        trainer()


def test_a_checkpoint_that_was_cut_off_leaves_the_one_before(tmp_path):
    model = torch.nn.Linear(2, 2)
    optimiser = torch.optim.AdamW(model.parameters())
    save_run(tmp_path, "1", model, optimiser, {"step": 1})
    old = model.weight.detach().clone()
    with torch.no_grad():
        model.weight += 1
    with pytest.raises(TypeError):
        save_run(tmp_path, "2", model, optimiser, {"step": object()})
    assert load_run(tmp_path, model, optimiser)["step"] == 1
    assert torch.equal(model.weight, old)
    save_run(tmp_path, "3", model, optimiser, {"step": 3})
    assert [path.name for path in tmp_path.glob("*.safetensors")] == ["resume-3.safetensors"]


# --- a full disk


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """The system refuses to let a file grow further, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_costs_checkpoints_and_not_the_run(trainer):
    lines: list[str] = []
    settings = {"checkpoint_minutes": 3 / 60, "validate_minutes": 4 / 60, "report": lines.append}
    cut = trainer(clock=seconds(until=5), **settings)
    with pytest.raises(PowerCut):
        cut.train()
    kept = {path.name for path in cut.run.rglob("*") if path.is_file()}
    with files_up_to(20_000):
        going_on = trainer(clock=seconds(until=8), **settings)
        with pytest.raises(PowerCut):
            going_on.train()
    assert any(line.startswith("The checkpoint could not be written (") for line in lines)
    assert any(line.startswith("The best model could not be written (") for line in lines)
    assert {path.name for path in cut.run.rglob("*") if path.is_file()} == kept
    resumed = trainer(**settings)
    assert resumed.progress.step == 3
    resumed.train()
    assert load_model(resumed.run / "best").card["training"]["steps"] > 3


def test_a_disk_that_is_full_in_the_end_is_an_error_and_the_checkpoint_before_is_kept(trainer):
    cut = trainer(clock=seconds(until=8), checkpoint_minutes=5 / 60)
    with pytest.raises(PowerCut):
        cut.train()
    resumed = trainer()
    with files_up_to(20_000), pytest.raises(OSError):
        resumed.train()
    assert trainer().progress.step == 5
