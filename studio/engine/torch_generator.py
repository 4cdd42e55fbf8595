"""The real generator: models of `ml.generation`, loaded once and kept. Only worker threads make one."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ml.requests import GenerationRequest

if TYPE_CHECKING:
    from ml.generation import LoadedModel
    from ml.generation.items import GenerationItem

KEPT_MODELS = 6
"""Loaded models beyond this number are forgotten, the longest unused first."""

Stamp = tuple[tuple[int, int], ...]


def spare_threads() -> int:
    """Cores less one, at least 1: torch on every core starves the window and collapses on a busy machine."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, cores - 1)


class TorchGenerator:
    """Implements `Generator`. Imports torch when made, on the thread that makes it."""

    def __init__(self, threads: int | None = None) -> None:
        # Idle OpenMP threads would otherwise spin and take the core that the player and the window need.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        import torch

        # OpenMP keeps this number per calling thread, so it must be set here and not at start-up.
        torch.set_num_threads(threads or spare_threads())
        self._models: OrderedDict[Path, tuple[Stamp, LoadedModel]] = OrderedDict()

    def load(self, folder: Path) -> None:
        self._model(folder)

    def generate(
        self, folder: Path, request: GenerationRequest, cancelled: Callable[[], bool]
    ) -> Iterator[GenerationItem]:
        from ml.generation import generate

        yield from generate(self._model(folder), request, cancelled)

    def _model(self, folder: Path) -> LoadedModel:
        """The loaded model; read again when its files changed on disk, as after training."""
        from ml.generation import load_model

        stamp = tuple(_stamp(folder / name) for name in ("card.json", "config.json", "model.safetensors"))
        known = self._models.get(folder)
        if known is None or known[0] != stamp:
            self._models.pop(folder, None)
            self._models[folder] = known = (stamp, load_model(folder))
        self._models.move_to_end(folder)
        while len(self._models) > KEPT_MODELS:
            self._models.popitem(last=False)
        return known[1]


def _stamp(path: Path) -> tuple[int, int]:
    """Modification time in nanoseconds and size in bytes; zeros for a missing file, which loading will report."""
    try:
        state = path.stat()
    except OSError:
        return (0, 0)
    return (state.st_mtime_ns, state.st_size)
