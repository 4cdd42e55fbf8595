"""Distributed data parallel under torchrun: every process draws the same batches and learns from its share of the rows.

Gradients are summed, not averaged, and the loss is divided by the notes of the whole batch, so that the steps are those
of one process with the same batch. A run can go on with another number of processes.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor, nn

from ml.training.batches import Batch

Result = TypeVar("Result")
PATIENCE = timedelta(hours=12)
"""How long processes wait for each other: one may have a large corpus to read."""


@dataclass(frozen=True)
class Ranks:
    """This process among `world` that train together: number `rank` of all, `local_rank` of those on its machine."""

    rank: int = 0
    world: int = 1
    local_rank: int = 0

    @property
    def first(self) -> bool:
        """Whether this process is the one that writes and reports."""
        return self.rank == 0

    def device(self) -> torch.device:
        """The accelerator of this process, or the processor."""
        return torch.device("cuda", self.local_rank) if torch.cuda.is_available() else torch.device("cpu")

    def in_turn(self, read: Callable[[], Result]) -> Result:
        """Let one process of each machine `read` (and write a cache), then the others."""
        if self.world == 1:
            return read()
        if self.local_rank:
            self.meet()
            return read()
        try:
            return read()
        finally:
            self.meet()

    def meet(self) -> None:
        """Wait until all processes are here."""
        if self.world > 1:
            dist.all_reduce(torch.zeros(1))

    def share(self, batch: Batch) -> Batch | None:
        """This process's rows of a batch, None when there are too few; `notes` stays that of the whole batch."""
        if self.world == 1:
            return batch
        columns: dict[str, Any] = {field.name: getattr(batch, field.name) for field in fields(batch)}
        own = {name: value[self.rank :: self.world] for name, value in columns.items() if isinstance(value, Tensor)}
        return Batch(**{**columns, **own}) if len(own["features"]) else None

    def add_up(self, parameters: Sequence[nn.Parameter], sums: Tensor) -> Tensor:
        """Add the gradients of all processes up, in place, and `sums`, which are returned."""
        if self.world == 1:
            return sums
        used = torch.tensor([float(parameter.grad is not None) for parameter in parameters], device=sums.device)
        gradients = [p.grad if p.grad is not None else torch.zeros_like(p) for p in parameters]
        flat = torch.cat([sums.float(), used, *(gradient.flatten() for gradient in gradients)])
        dist.all_reduce(flat)
        sizes = [len(sums), len(used), *(parameter.numel() for parameter in parameters)]
        total, used, *pieces = torch.split(flat, sizes)
        for parameter, piece, count in zip(parameters, pieces, used.tolist(), strict=True):
            # A parameter that no process used has no gradient, as with one process: it must not decay.
            parameter.grad = piece.view_as(parameter) if count else None
        return total

    def agree(self, seconds: float, worse: int, stop: bool) -> tuple[float, int, bool]:
        """What the first process's clock and validations say; to stop as soon as any process is asked to."""
        if self.world == 1:
            return seconds, worse, stop
        own = [seconds, float(worse)] if self.first else [-math.inf, -math.inf]
        said = torch.tensor([*own, float(stop)], dtype=torch.float64)
        dist.all_reduce(said, dist.ReduceOp.MAX)
        return float(said[0]), int(said[1]), bool(said[2])

    def agree_on(self, choice: bool) -> bool:
        """The first process's choice."""
        said = torch.tensor([float(choice)])
        if self.world > 1:
            dist.broadcast(said, 0)
        return bool(said[0])

    def random_states(self) -> list[Tensor]:
        """The states of all processes' random numbers, in order of rank; all must ask at once."""
        own = torch.get_rng_state()
        if self.world == 1:
            return [own]
        found = [torch.empty_like(own) for _ in range(self.world)]
        dist.all_gather(found, own)
        return found


ALONE = Ranks()


@contextmanager
def joined() -> Iterator[Ranks]:
    """The processes that torchrun started, or this one alone. Raises ValueError with a sentence where they cannot meet.

    Gradients travel by NCCL between GPUs; all else, and everything without a GPU, by gloo.
    """
    world = int(os.environ.get("WORLD_SIZE", "1"))
    if world == 1:
        yield ALONE
        return
    local_rank = int(os.environ.get("LOCAL_RANK", "0"))
    if torch.cuda.is_available():
        if local_rank >= torch.cuda.device_count():
            raise ValueError(
                f"There are {torch.cuda.device_count()} GPUs here and more processes: "
                f"give torchrun --nproc_per_node={torch.cuda.device_count()}."
            )
        torch.cuda.set_device(local_rank)
    dist.init_process_group("cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo", timeout=PATIENCE)
    try:
        yield Ranks(dist.get_rank(), world, local_rank)
    finally:
        dist.destroy_process_group()
