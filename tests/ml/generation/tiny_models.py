"""Untrained networks of every trunk: whatever they want, every note must obey."""

from __future__ import annotations

import torch

from ml.generation import LoadedModel, TakeItem, generate
from ml.models.event_model import EventModel, ModelConfig
from ml.requests import GenerationRequest, Take

SHAPES = {
    "rnn": ModelConfig("rnn", width=16, layers=1, hidden=16),
    "lstm": ModelConfig("lstm", width=16, layers=1, hidden=16),
    "gru": ModelConfig("gru", width=16, layers=1, hidden=16),
    "transformer": ModelConfig("transformer", width=64, layers=1, heads=2, feed_forward=32, recurrent_layers=1),
}


def untrained(trunk: str) -> LoadedModel:
    torch.manual_seed(11)
    return LoadedModel(trunk, EventModel(SHAPES[trunk]).eval(), {}, "0" * 64)


MODELS = {trunk: untrained(trunk) for trunk in SHAPES}


def takes_of(trunk: str, request: GenerationRequest, max_events: int = 1536) -> list[Take]:
    items = list(generate(MODELS[trunk], request, lambda: False, max_events=max_events))
    return [item.value for item in items if isinstance(item, TakeItem)]
