"""Three ways to write notes one by one, each timed step by step: the program's own, without a cache, Hugging Face's."""

from __future__ import annotations

import statistics
import time
import warnings
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ml.generation.lane import Lane
from ml.generation.prompt import PROMPT_SHARE, Prompt, make_prompt
from ml.generation.writer import Writer
from ml.models.decoding.decoder import Decoder, Reading
from ml.models.decoding.layers import Product
from ml.models.event_model import EventModel
from ml.music import Note, NoteTable, Score, Track
from ml.requests import GenerationRequest, continue_region
from ml.tensors.sequence import EventRow

READ_BYTES = 16 << 20
PART_ROWS = 256
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
    # Rows reach back so many bars and no further: more notes must be shorter ones.
    ticks = 480 if events <= 512 else 120
    notes = [Note(i * ticks, ticks, int(pitch), 60 + i % 40) for i, pitch in enumerate(pitches)]
    score = Score((Track("Melody", NoteTable.of(notes)),))
    request = GenerationRequest(score, continue_region(score, 0, ANSWER_BARS))
    return make_prompt(request), round(events / PROMPT_SHARE)


class UncachedReading(Reading):
    """Reads the whole row again for every note, as a loop does that only knows how to run the network."""

    def __init__(self, decoder: Decoder, row: EventRow, takes: int, capacity: int) -> None:
        super().__init__(decoder, row, takes, capacity)
        self.model = decoder.model
        self.features = torch.from_numpy(row.features)[None].repeat(takes, 1, 1)
        self.places = torch.from_numpy(row.places)[None].repeat(takes, 1, 1)

    def step(self, features: NDArray[np.int64], places: NDArray[np.float32]) -> None:
        self.features = torch.cat([self.features, torch.from_numpy(features)[:, None]], 1)
        self.places = torch.cat([self.places, torch.from_numpy(places)[:, None]], 1)
        self.output = self.model.trunk(self.model.embedding(self.features), self.places)[:, -1].numpy()


class UncachedDecoder(Decoder):
    """A decoder whose readings remember nothing."""

    def read(self, row: EventRow, takes: int, capacity: int) -> Reading:
        return UncachedReading(self, row, takes, capacity)


@torch.inference_mode()
def written_by(
    decoder: Decoder, prompt: Prompt, row_events: int, takes: int, steps: int
) -> tuple[Timing, list[Writer]]:
    """Write `steps` notes after the first for each of `takes` takes."""
    writers = [Writer(prompt, take) for take in range(takes)]
    moments_s = [time.perf_counter()]
    lane = Lane(decoder, writers, row_events)
    for _ in range(1 + steps):
        lane.step()
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
        num_attention_heads=like.config.heads or max(1, width // 48),
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


def products(model: EventModel) -> list[tuple[int, int]]:
    """Inputs and outputs of every product of weights that one step of the network takes."""
    found = [(layer.in_features, layer.out_features) for layer in model.modules() if isinstance(layer, nn.Linear)]
    for layer in model.modules():
        if isinstance(layer, nn.RNNBase):
            found += [
                (matrix.shape[1], matrix.shape[0]) for weights in layer.all_weights for matrix in weights[:2]
            ]  # fmt: skip
    return found


@torch.inference_mode()
def in_int8(shapes: list[tuple[int, int]], rounds: int) -> tuple[float, float]:
    """Seconds of one pass over products of these shapes by our float32 and by torch's dynamic int8, one row."""
    random = np.random.default_rng(1)
    ours, theirs, rows = [], [], []
    for inputs, outputs in shapes:
        ours.append(Product(random.standard_normal((inputs, outputs), np.float32)))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it announces its removal
            linear = nn.Sequential(nn.Linear(inputs, outputs))
            theirs.append(torch.ao.quantization.quantize_dynamic(linear, {nn.Linear}, dtype=torch.qint8)[0])
        rows.append(random.standard_normal((1, inputs), np.float32))
    tensors = [torch.from_numpy(row) for row in rows]
    fastest = [float("inf"), float("inf")]
    for _ in range(rounds):
        moments_s = [time.perf_counter()]
        for product, row in zip(ours, rows, strict=True):
            product(row)
        moments_s.append(time.perf_counter())
        for layer, tensor in zip(theirs, tensors, strict=True):
            layer(tensor)
        moments_s.append(time.perf_counter())
        fastest = [
            min(best, after - before) for best, (before, after) in zip(fastest, pairwise(moments_s), strict=True)
        ]
    return fastest[0], fastest[1]


def bytes_read_per_step(model: EventModel) -> int:
    """Bytes of the weights that one step multiplies with; of embedding tables only single rows are read."""
    tables = {id(m.weight) for m in model.modules() if isinstance(m, torch.nn.EmbeddingBag)}
    return sum(p.numel() * p.element_size() for p in model.parameters() if id(p) not in tables)


def read_bandwidth(megabytes: int) -> float:
    """Bytes a second at which one core of this machine reads memory in a row while it multiplies with it.

    The best of many short reads, each of memory that no cache of the core holds any more.
    """
    width = 1024
    values = np.ones((megabytes * (1 << 20) // 4 // width, width), np.float32)
    rows = READ_BYTES // 4 // width
    vector = np.ones(rows, np.float32)
    seconds: list[float] = []
    for _ in range(3):
        for first in range(0, len(values), rows):
            began_s = time.perf_counter()
            # Small enough products stay on one core.
            for part in range(first, first + rows, PART_ROWS):
                np.dot(vector[:PART_ROWS], values[part : part + PART_ROWS])
            seconds.append(time.perf_counter() - began_s)
    return READ_BYTES / min(seconds)
