"""Writing note by note must be the network that was trained: every field's likelihood as `EventModel.losses` has it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ml.models.decoding import layers
from ml.models.decoding.decoder import Decoder, Reading
from ml.models.decoding.head import Standing
from ml.models.event_model import EventModel, ModelConfig
from ml.tensors import vocabulary as v
from ml.tensors.sequence import TARGETS, EventRow

SHAPES = {
    "rnn": ModelConfig("rnn", width=32, layers=2, hidden=24),
    "lstm": ModelConfig("lstm", width=32, layers=2, hidden=40),
    "gru": ModelConfig("gru", width=32, layers=2, hidden=40),
    "transformer": ModelConfig("transformer", width=96, layers=2, heads=2, feed_forward=48, recurrent_layers=1),
    "transformer without recurrence": ModelConfig("transformer", width=66, layers=2, heads=2, feed_forward=48),
    "fields that do not see each other": ModelConfig("gru", width=32, layers=1, hidden=24, head="independent"),
}
GIVEN, EVENTS, TAKES = 20, 44, 3
ASKED = np.arange(v.PARTS) < 3
INSTRUMENTS = np.array([0, 4, v.DRUMS] + [0] * 13)


@pytest.fixture(params=SHAPES)
def model(request) -> EventModel:
    return trained(SHAPES[request.param])


def trained(config: ModelConfig) -> EventModel:
    """A network whose weights are all as large as training makes them, biases and gains too."""
    torch.manual_seed(3)
    model = EventModel(config).eval()
    with torch.no_grad():
        for weight in model.parameters():
            weight += torch.randn_like(weight) * 0.05
    return model


class Takes:
    """Rows of random events that are the same up to GIVEN, and random notes to write at each of the others."""

    def __init__(self, seed: int, tonic: int = 7) -> None:
        random = np.random.default_rng(seed)
        self.features = np.stack([random.integers(0, n, (TAKES, EVENTS)) for n in v.COLUMNS.values()], -1)
        self.places = (random.random((TAKES, EVENTS, 3)) * [200, 50, 100]).astype(np.float32)
        for rows in (self.features, self.places):
            rows[:, :GIVEN] = rows[:1, :GIVEN]
        self.tonic = tonic
        self.targets = np.full((TAKES, EVENTS, len(TARGETS)), -1)
        for take in range(TAKES):
            for event in range(GIVEN - 1, EVENTS):
                self.targets[take, event] = random_note(random)

    def prompt(self) -> EventRow:
        return EventRow(
            self.features[0, :GIVEN], self.targets[0, :GIVEN], self.places[0, :GIVEN], ASKED, INSTRUMENTS, self.tonic,
            minor=True,
        )  # fmt: skip

    @torch.inference_mode()
    def losses(self, model: EventModel) -> dict[str, np.ndarray]:
        """Nats of each field as training counts them, (takes, notes)."""
        losses, _ = model.losses(
            torch.from_numpy(self.features), torch.from_numpy(self.places), torch.from_numpy(self.targets),
            torch.full((TAKES,), self.tonic), torch.ones(TAKES, dtype=torch.bool),
            torch.from_numpy(ASKED).expand(TAKES, -1), torch.from_numpy(INSTRUMENTS).expand(TAKES, -1),
        )  # fmt: skip
        return {field: values.reshape(TAKES, -1).numpy() for field, values in losses.items()}

    def read_by(self, model: EventModel, rows: slice = slice(0, TAKES)) -> dict[str, np.ndarray]:
        """The same, written note by note."""
        takes = len(range(*rows.indices(TAKES)))
        reading = Decoder(model).read(self.prompt(), takes, EVENTS)
        found: list[dict[str, list[float]]] = []
        for event in range(GIVEN - 1, EVENTS):
            found.append(field_nats(reading, self.targets[rows, event]))
            if event + 1 < EVENTS:
                reading.step(self.features[rows, event + 1], self.places[rows, event + 1])
        return {field: np.array([nats[field] for nats in found]).T for field in v.FIELDS}


def random_note(random: np.random.Generator) -> list[int]:
    """Targets of a note that the order of notes permits, at one onset with the note before it or later."""
    last_part, last_pitch = (int(random.integers(-1, 3)), int(random.integers(30, 90)))
    last_pitch = last_pitch if last_part >= 0 else -1
    onset = int(random.choice([0, random.integers(1, v.DELTAS)]))
    part = int(random.integers(max(last_part, 0) if onset == 0 else 0, 3))
    low = last_pitch + 1 if onset == 0 and part == last_part else 0
    bar = int(random.choice([36, 72, 96, 288]))
    chosen = {
        "onset": onset, "part": part, "pitch": int(random.integers(low, 128)),
        "length": int(random.integers(len(v.LENGTHS))), "velocity": int(random.integers(v.VELOCITIES)),
        "position": int(random.integers(v.POSITIONS)), "cursor_position": int(random.integers(min(bar, v.POSITIONS))),
        "cursor_bar": bar, "previous_pitch": int(random.integers(-1, 128)), "last_part": last_part,
        "last_pitch": last_pitch, "end_allowed": 1,
    }  # fmt: skip
    return [chosen[name] for name in TARGETS]


def field_nats(reading: Reading, targets: np.ndarray) -> dict[str, list[float]]:
    at = {name: targets[:, index].tolist() for index, name in enumerate(TARGETS)}
    standings = [
        Standing(*values)
        for values in zip(at["cursor_position"], at["cursor_bar"], at["last_part"], at["last_pitch"], strict=True)
    ]
    head, state = reading.head, reading.state()
    logits = {"onset": head.onset(state, standings)}
    head.after_onset(state, at["onset"], at["position"])
    logits["part"] = head.part(state, at["onset"], standings)
    head.after_part(state, at["part"], at["position"])
    logits["pitch"] = head.pitch(state, at["onset"], at["part"], at["previous_pitch"], standings)
    head.after_pitch(state, at["part"], at["pitch"], at["previous_pitch"])
    logits["length"] = head.length(state)
    head.after_length(state, at["length"])
    logits["velocity"] = head.velocity(state)
    return {field: nats(values.astype(np.float64), at[field]) for field, values in logits.items()}


def nats(logits: np.ndarray, chosen: list[int]) -> list[float]:
    top = logits.max(axis=1, keepdims=True)
    whole = np.log(np.exp(logits - top).sum(axis=1)) + top[:, 0]
    return [float(total - row[index]) for total, row, index in zip(whole, logits, chosen, strict=True)]


def assert_alike(found: dict[str, np.ndarray], expected: dict[str, np.ndarray], tolerance: float = 1e-4) -> None:
    for field in v.FIELDS:
        np.testing.assert_allclose(found[field], expected[field], rtol=tolerance, atol=tolerance, err_msg=field)


@pytest.mark.parametrize("tonic", [7, -1])
def test_every_field_of_every_note_is_as_likely_as_in_training(model, tonic):
    takes = Takes(seed=1, tonic=tonic)
    assert_alike(takes.read_by(model), takes.losses(model))


def test_a_take_alone_is_what_it_is_among_others(model):
    takes = Takes(seed=2)
    together = takes.read_by(model)
    for take in range(TAKES):
        alone = takes.read_by(model, slice(take, take + 1))
        assert_alike(alone, {field: values[take : take + 1] for field, values in together.items()}, 1e-5)


def test_reading_again_gives_the_same_to_the_last_bit(model):
    takes = Takes(seed=3)
    first, again = takes.read_by(model), takes.read_by(model)
    assert all(np.array_equal(first[field], again[field]) for field in v.FIELDS)


def test_large_products_in_blocks_give_what_one_gives(monkeypatch):
    model, takes = trained(SHAPES["transformer"]), Takes(seed=4)
    whole = takes.read_by(model, slice(0, 1))
    monkeypatch.setattr(layers, "SINGLE_THREADED", 1000)
    assert_alike(takes.read_by(model, slice(0, 1)), whole, 1e-5)


def test_a_decoder_keeps_the_weights_it_was_made_of():
    model, takes = trained(SHAPES["lstm"]), Takes(seed=5)
    decoder = Decoder(model)
    with torch.no_grad():
        before = {name: weight.clone() for name, weight in model.head.named_parameters()}
        reading = decoder.read(takes.prompt(), 1, EVENTS)
        logits = reading.head.velocity(reading.state())
        for weight in model.head.parameters():
            weight.zero_()
        assert np.array_equal(reading.head.velocity(reading.state()), logits)
        assert any(weight.any() for weight in before.values())
