"""Training goes on exactly where it was stopped, keeps the best model, and learns."""

from __future__ import annotations

import itertools
import json
import math
import resource
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from ml.models.checkpoint import load_model
from ml.models.event_model import ModelConfig
from ml.training import loop as loop_module
from ml.training.augmentation import Augmentation
from ml.training.batches import RowSource
from ml.training.cache import CachedCorpus
from ml.training.interruption import Interruption, Stopped
from ml.training.loop import Start, Trainer
from ml.training.progress import learning_rate, time_left
from ml.training.run_checkpoint import UnusableRun, load_run, save_run
from ml.training.settings import TrainingConfig
from ml.training.validation import Bits, validation_rows
from tests.ml.training.tunes import opened, tunes

SHAPES = {
    "lstm": ModelConfig("lstm", width=16, layers=2, hidden=16, dropout=0.2),
    "transformer": ModelConfig(
        "transformer", width=64, layers=1, heads=2, feed_forward=32, recurrent_layers=1, dropout=0.2
    ),
}
SETTINGS = TrainingConfig(
    notes=1200, batch_events=256, max_events=128, warmup=4, validate_minutes=100, checkpoint_minutes=100, half=False
)


class PowerCut(Exception):
    """The machine goes off."""


def seconds(first: float = 0.0, until: float = math.inf) -> Callable[[], float]:
    """A clock that goes on by a second at each look; it ends the run at `until`."""
    ticks = itertools.count(first)

    def clock() -> float:
        now = next(ticks)
        if now >= until:
            raise PowerCut
        return now

    return clock


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> CachedCorpus:
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "splits").mkdir()
    lists = {"train": [f"tune {number}" for number in range(3, 20)], "valid": ["tune 0", "tune 1", "tune 2"]}
    (folder / "splits" / "songs.json").write_text(json.dumps(lists))
    return opened(folder, tunes(20, bars=6))


@pytest.fixture
def trainer(corpus: CachedCorpus, tmp_path: Path) -> Callable[..., Trainer]:
    """Makes a trainer of a run folder, as the command does."""

    def make(
        run: str = "run",
        trunk: str = "lstm",
        clock: Callable[[], float] | None = None,
        report: Callable[[str], None] = lambda text: None,
        start: Start | None = None,
        interruption: Interruption | None = None,
        **settings: object,
    ) -> Trainer:
        config = replace(SETTINGS, **settings)
        source = RowSource([(corpus, 1.0)], config.max_events, Augmentation(), config.seed)
        held_out = {corpus.name: validation_rows(corpus, pieces=3)}
        card = {"name": "Tiny", "training": {"hardware": "none to speak of"}}
        return Trainer(
            tmp_path / run, SHAPES[trunk], config, source, held_out, card, report, clock or seconds(),
            start=start, interruption=interruption,
        )  # fmt: skip

    return make


def parameters(trainer: Trainer) -> dict[str, torch.Tensor]:
    return trainer.model.state_dict()


def losses(trainer: Trainer) -> list[float]:
    """Bits per note of every step."""
    rows = json.loads((trainer.run / "train.json").read_text())
    assert [row["step"] for row in rows] == list(range(1, trainer.progress.step + 1))
    return [row["bits_per_note"] for row in rows]


# --- going on


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
def test_a_run_that_is_asked_to_end_goes_on_as_if_nothing_had_been(trainer, monkeypatch, number):
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


# --- learning


def test_the_loss_falls(trainer):
    tiny = trainer(notes=9000, learning_rate=2e-2, warmup=5, validate_minutes=10 / 60)
    tiny.train()
    bits = [entry["bits_per_note"]["songs"] for entry in tiny.log]
    assert bits[-1] < 0.6 * bits[0]
    assert json.loads((tiny.run / "log.json").read_text()) == tiny.log
    assert [entry["step"] for entry in tiny.log] == sorted({entry["step"] for entry in tiny.log})


def test_the_learning_rate_warms_up_and_falls_to_a_twentieth(trainer):
    at = trainer(notes=1000, warmup=10, learning_rate=1.0)
    rates = []
    for step in range(10):
        at.progress.step = step
        rates.append(learning_rate(at.config, at.progress))
    assert rates == pytest.approx([(step + 1) / 10 for step in range(10)])
    at.progress.step = 100
    for notes, rate in ((0, 1.0), (500, 0.525), (1000, 0.05), (5000, 0.05)):
        at.progress.notes = notes
        assert learning_rate(at.config, at.progress) == pytest.approx(rate)


def test_the_budget_is_notes_or_minutes_whichever_is_first(trainer):
    by_notes = trainer("notes", notes=1000)
    by_notes.train()
    assert 1000 <= by_notes.progress.notes < 1400
    by_time = trainer("time", notes=10**9, minutes=5 / 60)
    by_time.train()
    assert by_time.progress.step == 5


def test_matrices_decay_and_tables_norms_and_biases_do_not(trainer):
    decayed, others = trainer(trunk="transformer").optimiser.param_groups
    assert decayed["weight_decay"] > 0
    assert others["weight_decay"] == 0
    assert all(parameter.ndim >= 2 for parameter in decayed["params"])
    tables = trainer(trunk="transformer").model.embedding.table.weight.shape
    assert tables in {parameter.shape for parameter in others["params"]}


@pytest.mark.filterwarnings("ignore:Mismatch dtype")
def test_half_precision_learns_as_well(trainer):
    half = trainer(half=True)
    half.train()
    assert all(torch.isfinite(tensor).all() for tensor in parameters(half).values())


def test_a_loss_that_is_no_number_ends_the_run_with_advice(trainer):
    with pytest.raises(FloatingPointError, match="lower the learning rate"):
        trainer(learning_rate=1e30, warmup=1).train()


def test_the_report_says_speed_and_what_is_left(trainer):
    lines: list[str] = []
    trainer(minutes=1, notes=10**9, report=lines.append).train()
    progress = [line for line in lines if line.startswith("step")]
    assert len(progress) == 3
    assert "bits a note" in progress[0]
    assert progress[0].endswith("40 s left")


def test_time_left_is_said_in_fitting_units():
    assert [time_left(seconds) for seconds in (5, 100, 7100, 7300)] == ["5 s", "2 min", "118 min", "2 h 2 min"]


# --- keeping the best


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> Callable[[list[float]], None]:
    """Lets validations give these bits per note, one after the other."""

    def give(values: list[float]) -> None:
        given = iter(values)

        def bits(*_: object) -> Bits:
            return Bits(1, {"pitch": next(given)})

        monkeypatch.setattr(loop_module, "model_bits", bits)

    return give


def test_patience_stops_early_and_the_best_stays(trainer, measured):
    measured([5.0, 4.0, 4.5, 4.4])
    impatient = trainer(notes=10**9, validate_minutes=3 / 60, patience=2)
    best = impatient.train()
    assert impatient.progress.step == 12
    assert load_model(best).card["training"]["steps"] == 6
    again = trainer(notes=10**9, validate_minutes=3 / 60, patience=2)
    again.train()
    assert again.progress.step == 12


def test_without_patience_worse_validations_are_waited_through(trainer, measured):
    measured([4.0, 5.0, 5.0, 5.0, 3.0])
    patient = trainer(notes=10**9, minutes=15 / 60, validate_minutes=3 / 60)
    assert load_model(patient.train()).card["training"]["steps"] == 15


def test_without_held_out_pieces_the_last_model_is_kept(trainer):
    blind = trainer()
    blind.held_out = {}
    assert load_model(blind.train()).card["training"]["steps"] == blind.progress.step


def test_the_best_folder_is_a_model_whose_card_tells_how_it_was_made(trainer):
    done = trainer(minutes=0.5, notes=10**9)
    model = load_model(done.train())
    assert model.card["name"] == "Tiny"
    training = model.card["training"]
    assert training["hardware"] == "none to speak of"
    assert training["notes_seen"] == done.progress.notes
    assert training["steps"] == done.progress.step == 30
    assert training["minutes"] == 0.5
    assert training["settings"]["batch_events"] == SETTINGS.batch_events
    assert training["settings"]["seed"] == SETTINGS.seed
    assert training["curve"] == [
        {key: entry[key] for key in ("minutes", "notes", "bits_per_note")} for entry in done.log
    ]
    for name, tensor in parameters(done).items():
        assert torch.allclose(tensor, model.network.state_dict()[name], atol=1e-3), name


def test_the_card_shows_the_whole_curve_also_what_came_after_the_best(trainer, measured):
    measured([5.0, 4.0, 4.5, 4.4])
    best = trainer(notes=10**9, validate_minutes=3 / 60, patience=2).train()
    training = load_model(best).card["training"]
    assert [entry["bits_per_note"]["songs"] for entry in training["curve"]] == [5.0, 4.0, 4.5, 4.4]
    assert training["steps"] == 6
    assert training["curve"][-1]["minutes"] == 0.2


def test_a_card_of_many_validations_stays_small(trainer):
    long = trainer()
    long.record.log = [{"minutes": i, "notes": i, "bits_per_note": {}, "step": i} for i in range(1001)]
    minutes = [entry["minutes"] for entry in long.record.card_curve()]
    assert 100 <= len(minutes) <= 120
    assert minutes[-1] == 1000


def test_weights_that_give_no_numbers_end_the_run(trainer, measured):
    measured([math.nan])
    with pytest.raises(FloatingPointError, match="lower learning rate"):
        trainer(validate_minutes=3 / 60).train()


# --- beginning from weights


def test_what_the_weights_to_begin_from_know_is_measured_first_and_kept_if_nothing_is_better(trainer, measured):
    first = trainer("first")
    first.train()
    start = Start("First", "0" * 64, load_model(first.run / "best").network.state_dict())
    measured([4.0, 5.0, 6.0])
    tuned = trainer("tuned", start=start, notes=10**9, validate_minutes=3 / 60, patience=2)
    best = load_model(tuned.train())
    assert [entry["step"] for entry in tuned.log] == [0, 3, 6]
    for name, tensor in start.weights.items():
        assert torch.equal(best.network.state_dict()[name], tensor), name
    assert best.card["figures"]["bits per note of First on the same pieces"] == {"songs": 4.0}
    assert best.card["figures"]["bits per note, held out"] == {"songs": 4.0}


def test_a_run_begun_from_other_weights_is_refused(trainer):
    first = trainer("first")
    first.train()
    start = Start("First", "0" * 64, load_model(first.run / "best").network.state_dict())
    trainer("tuned", start=start).train()
    for other in (None, replace(start, checkpoint="1" * 64)):
        with pytest.raises(UnusableRun, match="other weights"):
            trainer("tuned", start=other)
    assert trainer("tuned", start=start).progress.step


@pytest.mark.parametrize(
    ("setting", "value"),
    [("notes", 0), ("batch_events", -1), ("learning_rate", math.nan), ("minutes", -1), ("patience", -2)],
)
def test_settings_that_make_no_sense_are_refused_by_name(setting, value):
    with pytest.raises(ValueError, match=setting.replace("_", " ")):
        TrainingConfig(**{setting: value})
