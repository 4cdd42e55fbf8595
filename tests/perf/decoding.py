"""Three ways to write notes one by one, each timed step by step: the program's own, without a cache, Hugging Face's."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ml.generation.lane import Lane, last_note_rows
from ml.generation.prompt import PROMPT_SHARE, Prompt, make_prompt
from ml.generation.writer import Writer
from ml.models.event_model import EventModel
from ml.music import Note, NoteTable, Score, Track
from ml.requests import GenerationRequest, continue_region

READ_BYTES = 16 << 20
ANSWER_BARS = 64
"""So long that no take ends while it is measured."""


@dataclass(frozen=True)
class Timing:
    """One measured answer: seconds to the first step with the prompt read, and of the middle one of those after it.

    The middle one is hardly touched by what else the machine does in between.
    """

    first_s: float
    step_s: float

    @staticmethod
    def of(moments_s: list[float]) -> Timing:
        """From the moments of the start and of the end of each step."""
        steps_s = [after - before for before, after in pairwise(moments_s)]
        return Timing(steps_s[0], statistics.median(steps_s[1:]))


def long_prompt(events: int) -> tuple[Prompt, int]:
    """A prompt of about `events` events, a melody that wanders in C major, and the length of row that it needs."""
    draw = np.random.default_rng(4)
    degrees = np.clip(np.cumsum(draw.integers(-2, 3, 2 * events)), -7, 7)
    scale = np.array([0, 2, 4, 5, 7, 9, 11])
    pitches = 72 + 12 * (degrees // 7) + scale[degrees % 7]
    notes = [Note(i * 480, 480, int(pitch), 60 + i % 40) for i, pitch in enumerate(pitches)]
    score = Score((Track("Melody", NoteTable.of(notes)),))
    request = GenerationRequest(score, continue_region(score, 0, ANSWER_BARS))
    return make_prompt(request), round(events / PROMPT_SHARE)


class UncachedLane(Lane):
    """Reads the whole row again for every note, as a loop does that only knows how to run the network."""

    def __init__(self, model: EventModel, writers: list[Writer], max_events: int) -> None:
        super().__init__(model, writers, max_events)
        row, _ = writers[0].prompt.row(writers[0].written, max_events)
        self.features = torch.from_numpy(row.features)[None].repeat(len(writers), 1, 1)
        self.places = torch.from_numpy(row.places)[None].repeat(len(writers), 1, 1)

    def _read(self) -> None:
        features, places = last_note_rows(self.writers, self.window, self.tonic, self.minor)
        self.features = torch.cat([self.features, torch.from_numpy(features)[:, None]], 1)
        self.places = torch.cat([self.places, torch.from_numpy(places)[:, None]], 1)
        self.output = self.model.trunk(self.model.embedding(self.features), self.places)[:, -1]
        self.events += 1


@torch.inference_mode()
def written_by(
    lane: type[Lane], model: EventModel, prompt: Prompt, row_events: int, takes: int, steps: int
) -> tuple[Timing, list[Writer]]:
    """Write `steps` notes after the first for each of `takes` takes."""
    writers = [Writer(prompt, take) for take in range(takes)]
    moments_s = [time.perf_counter()]
    at = lane(model, writers, row_events)
    for _ in range(1 + steps):
        list(at.step())
        moments_s.append(time.perf_counter())
    if any(writer.done for writer in writers):
        raise RuntimeError("a take ended while it was measured")
    return Timing.of(moments_s), writers


def llama(like: EventModel, positions: int) -> Any:
    """A random Llama of the same width, layers and number of parameters (its feed-forward layers fill up)."""
    from transformers import LlamaConfig, LlamaForCausalLM

    vocabulary, width, layers = 512, like.config.width, like.config.layers
    fixed = 2 * vocabulary * width + layers * 4 * width**2
    config = LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=width,
        num_hidden_layers=layers,
        num_attention_heads=max(1, width // 48),
        intermediate_size=max(8, round((like.parameter_count - fixed) / (3 * layers * width))),
        max_position_embeddings=positions,
        bos_token_id=None,
        eos_token_id=None,
        pad_token_id=0,
    )
    return LlamaForCausalLM(config).eval()


@torch.inference_mode()
def written_by_hugging_face(network: Any, prompt_tokens: int, steps: int) -> Timing:
    """As `written_by`, for one row: `generate` with sampling and its cache."""
    prompt = torch.randint(1, network.config.vocab_size, (1, prompt_tokens))
    moments_s: list[float] = []

    def after_each_token(tokens: Tensor, scores: object, **_: object) -> Tensor:
        moments_s.append(time.perf_counter())
        return torch.zeros(len(tokens), dtype=torch.bool)

    moments_s.append(time.perf_counter())
    network.generate(
        prompt, attention_mask=torch.ones_like(prompt), do_sample=True, top_p=0.97, top_k=0,
        min_new_tokens=1 + steps, max_new_tokens=1 + steps, stopping_criteria=[after_each_token],
    )  # fmt: skip
    if len(moments_s) != 2 + steps:
        raise RuntimeError("the compared model wrote another number of tokens")
    return Timing.of(moments_s)


def bytes_read_per_step(model: EventModel) -> int:
    """Bytes of the weights that one step multiplies with; of embedding tables only single rows are read."""
    tables = {id(m.weight) for m in model.modules() if isinstance(m, torch.nn.EmbeddingBag)}
    return sum(p.numel() * p.element_size() for p in model.parameters() if id(p) not in tables)


def read_bandwidth(megabytes: int) -> float:
    """Bytes a second at which this machine reads memory in a row, with torch's threads.

    The best of many short reads, each of memory that no cache holds any more.
    """
    values = torch.ones(megabytes * (1 << 20) // 4)
    seconds: list[float] = []
    blocks = values.split(READ_BYTES // 4)
    for _ in range(3):
        for block in blocks:
            began_s = time.perf_counter()
            block.max()
            seconds.append(time.perf_counter() - began_s)
    return READ_BYTES / min(seconds)
