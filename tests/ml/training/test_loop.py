"""Training learns, keeps the best model, and tells how it goes."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch

from ml.models.checkpoint import load_model
from ml.training import loop as loop_module
from ml.training.loop import Start
from ml.training.progress import learning_rate, time_left
from ml.training.run_checkpoint import UnusableRun
from ml.training.settings import TrainingConfig
from ml.training.validation import Bits
from tests.ml.training.runs import SETTINGS, parameters


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
