"""The head's order rule, and its likelihood as a probability."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ml.models.event_model import EventModel, ModelConfig
from ml.models.note_head import BLOCKED, Situation
from ml.tensors import vocabulary as v

WIDTH = 32


@pytest.fixture
def head():
    torch.manual_seed(1)
    return EventModel(ModelConfig("lstm", width=WIDTH, layers=1, hidden=16)).eval().head


def situation(**changes) -> Situation:
    facts = {
        "cursor_position": torch.tensor([48]),
        "cursor_bar": torch.tensor([96]),
        "last_part": torch.tensor([1]),
        "last_pitch": torch.tensor([64]),
        "end_allowed": torch.tensor([True]),
        "tonic": torch.tensor([2]),
        "minor": torch.tensor([False]),
        "asked": torch.tensor([[True, True, True] + [False] * 13]),
        "instruments": torch.zeros(1, 16, dtype=torch.long),
    }
    return Situation(**{**facts, **changes})


@torch.inference_mode()
def test_notes_at_one_onset_rise_in_part_and_pitch(head):
    state, zero = torch.randn(1, WIDTH), torch.tensor([0])
    parts = head.part_logits(state, zero, situation())[0]
    assert (parts > BLOCKED / 2).nonzero().flatten().tolist() == [1, 2]
    pitches = head.pitch_logits(state, zero, torch.tensor([1]), torch.tensor([64]), situation())[0]
    assert (pitches > BLOCKED / 2).nonzero().flatten().tolist() == list(range(65, 128))
    later = head.pitch_logits(state, torch.tensor([12]), torch.tensor([1]), torch.tensor([64]), situation())[0]
    assert (later > BLOCKED / 2).all()


@torch.inference_mode()
def test_end_is_impossible_before_the_region(head):
    logits = head.onset_logits(torch.randn(1, WIDTH), situation(end_allowed=torch.tensor([False])))
    assert logits[0, v.END] <= BLOCKED / 2
    assert (logits[0, : v.END] > BLOCKED / 2).all()


@torch.inference_mode()
def test_the_loss_of_a_note_is_its_negative_log_likelihood_field_by_field(head):
    """Summed over all pitches, the probability of the pitch field is one, and the loss reads it off."""
    state, at = torch.randn(1, WIDTH), situation()
    targets = {
        "onset": 12, "part": 1, "pitch": 60, "length": 5, "velocity": 9, "position": 60, "previous_pitch": 64,
    }  # fmt: skip
    total = 0.0
    for pitch in range(128):
        columns = {name: torch.tensor([value]) for name, value in {**targets, "pitch": pitch}.items()}
        total += float(np.exp(-head.losses(state, columns, at)["pitch"].item()))
    assert total == pytest.approx(1.0, abs=1e-4)


@torch.inference_mode()
def test_end_has_an_onset_and_nothing_else(head):
    columns = {
        name: torch.tensor([-1]) for name in ("part", "pitch", "length", "velocity", "position", "previous_pitch")
    }
    losses = head.losses(torch.randn(1, WIDTH), {"onset": torch.tensor([v.END]), **columns}, situation())
    assert losses["onset"] > 0
    assert all(float(losses[name]) == 0 for name in ("part", "pitch", "length", "velocity"))
