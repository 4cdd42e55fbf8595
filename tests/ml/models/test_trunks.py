"""What a trunk may see of a row, and which configurations make one."""

from __future__ import annotations

import pytest
import torch

from ml.models.event_model import EventModel, ModelConfig
from ml.tensors.vocabulary import COLUMNS

SMALL = {
    "rnn": ModelConfig("rnn", width=32, layers=2, hidden=40),
    "gru": ModelConfig("gru", width=32, layers=2, hidden=40),
    "lstm": ModelConfig("lstm", width=32, layers=2, hidden=40),
    "transformer": ModelConfig("transformer", width=64, layers=2, heads=2, feed_forward=48, recurrent_layers=1),
    "transformer without recurrence": ModelConfig("transformer", width=64, layers=2, heads=2, feed_forward=48),
}


@pytest.fixture(params=SMALL)
def model(request) -> EventModel:
    torch.manual_seed(3)
    return EventModel(SMALL[request.param]).eval()


def events(count: int) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(5)
    features = torch.stack([torch.randint(0, size, (1, count), generator=generator) for size in COLUMNS.values()], -1)
    return features, torch.rand(1, count, 3, generator=generator) * 20


@torch.inference_mode()
def test_a_prompt_ends_where_one_pass_does(model):
    features, places = events(24)
    vectors = model.embedding(features)
    whole = model.trunk(vectors, places)
    output, _ = model.reader.prefill(vectors[:, :9], places[:, :9])
    assert torch.allclose(output, whole[:, 8], atol=1e-5)


@torch.inference_mode()
def test_no_event_sees_a_later_one(model):
    features, places = events(16)
    changed = features.clone()
    changed[:, 10:] = 0
    before, after = model.states(features, places), model.states(changed, places)
    assert torch.allclose(before[:, :10], after[:, :10], atol=1e-6)
    assert not torch.allclose(before[:, 10:], after[:, 10:], atol=1e-3)


@pytest.mark.parametrize(
    "config",
    [
        {"trunk": "lstm", "width": 32, "layers": 2},
        {"trunk": "psychic", "width": 32, "layers": 2},
        {"trunk": "lstm", "width": 10**9, "layers": 2, "hidden": 8},
        {"trunk": "lstm", "width": 32, "layers": 2, "hidden": 8, "run": "rm"},
        {"trunk": "lstm", "width": "32", "layers": 2, "hidden": 8},
        {"trunk": "gru", "width": 32, "layers": 2, "hidden": 8, "head": "hydra"},
        ["lstm"],
    ],
)
def test_a_configuration_that_makes_no_sense_is_refused_in_words(config):
    with pytest.raises(ValueError, match=r"[a-z ]+"):
        ModelConfig.from_json(config)


def test_a_configuration_survives_json():
    for config in SMALL.values():
        assert ModelConfig.from_json(config.to_json()) == config


@torch.inference_mode()
def test_rows_go_on_from_a_prompt_as_if_each_had_been_read_whole(model):
    features, places = events(24)
    vectors = model.embedding(features)
    other = torch.cat([vectors[:, :9], vectors[:, 9:].flip(1)], 1)
    _, state = model.reader.prefill(vectors[:, :9], places[:, :9])
    tails = torch.cat([vectors[:, 9:], other[:, 9:]])
    together = model.reader.extend(tails, places[:, 9:].expand(2, -1, -1), state)
    for row, whole in enumerate((vectors, other)):
        assert torch.allclose(together[row], model.trunk(whole, places)[0, 9:], atol=1e-5)


@torch.inference_mode()
def test_attention_that_is_shown_is_causal_and_the_one_that_is_used():
    torch.manual_seed(3)
    trunk = EventModel(SMALL["transformer"]).eval().trunk
    vectors, places = torch.randn(1, 12, 64), torch.rand(1, 12, 3) * 20
    looks = list(trunk.attention(vectors, places))
    assert [tuple(look.shape) for look in looks] == [(1, 2, 12, 12)] * 2
    for look in looks:
        assert torch.allclose(look.sum(-1), torch.ones(1, 2, 12), atol=1e-6)
        assert not look.triu(1).any()
    x = vectors + trunk.gru(vectors)[0]
    cosine, sine = trunk.rotary(places, 0)
    for block, look in zip(trunk.stack, looks, strict=True):
        x = block.finish(x, look @ block.project(x, cosine, sine)[2])
    assert torch.allclose(x, trunk(vectors, places), atol=1e-5)
