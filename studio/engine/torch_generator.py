"""The real generator: models of `ml.generation`, loaded once and kept. Only worker threads make one."""

from __future__ import annotations

import logging
import os
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ml.models.weights_file import weights_hash
from ml.requests import Choosing, GenerationRequest
from studio.engine.card import MODEL_FILES, ModelCard, read_card
from studio.engine.failures import is_out_of_memory
from studio.engine.families import CHORALE
from studio.engine.machine import spare_threads
from studio.engine.shelf import file_stamp
from studio.engine.speed import Speed, notes_per_second
from studio.engine.tasks import StudyWork

if TYPE_CHECKING:
    from ml.generation import LoadedModel
    from ml.generation.items import GenerationItem
    from ml.generation.ranking import Candidate, Choice

log = logging.getLogger(__name__)

KEPT_MODELS = 8
KEPT_BYTES = 512 << 20
"""Loaded models beyond this number, or this much memory in all, are forgotten, the longest unused first."""

Stamp = tuple[tuple[int, int], ...]


class TorchGenerator:
    """Implements `Generator`. Imports torch when made, on the thread that makes it."""

    def __init__(self, threads: int | None = None) -> None:
        # Idle OpenMP threads would otherwise spin and take the core that the player and the window need.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        import torch

        # OpenMP keeps this number per calling thread, so it must be set here and not at start-up.
        torch.set_num_threads(threads or spare_threads())
        self._models: OrderedDict[Path, tuple[Stamp, LoadedModel]] = OrderedDict()

    @property
    def loaded(self) -> tuple[Path, ...]:
        """Folders of the models in memory, the longest unused first."""
        return tuple(self._models)

    def load(self, folder: Path) -> None:
        self._model(folder)

    def generate(
        self, folder: Path, request: GenerationRequest, cancelled: Callable[[], bool]
    ) -> Iterator[GenerationItem]:
        from ml.generation import generate

        yield from generate(self._model(folder), request, cancelled)

    def choose(
        self,
        request: GenerationRequest,
        candidates: Sequence[Candidate],
        choosing: Choosing,
        judge: ModelCard | None,
        cancelled: Callable[[], bool],
    ) -> Choice:
        from ml.generation.ranking import choose

        second = None
        if judge is not None and choosing.by_surprise:
            try:
                second = self._model(judge.folder)
            except Exception as error:
                # The others still say much: a judge that is broken costs one reason only.
                log.warning("model %s cannot judge", judge.id, exc_info=error)
        name = judge.name if judge is not None and second is not None else ""
        return choose(request, candidates, choosing, second, name, cancelled)

    def check(self, folder: Path) -> None:
        from ml.generation import load_model
        from ml.models.chorale_checkpoint import load_chorale_model

        if read_card(folder).family == CHORALE:
            load_chorale_model(folder)
        else:
            load_model(folder)

    def speed(self, folder: Path, known: Mapping[str, float], stopped: Callable[[], bool]) -> Speed | None:
        checkpoint = weights_hash(folder)
        if checkpoint in known:
            return Speed(checkpoint, known[checkpoint])
        was_loaded = folder in self._models
        model = self._model(folder)
        try:
            found = notes_per_second(lambda request, cancelled: self.generate(folder, request, cancelled), stopped)
        finally:
            if not was_loaded:
                self._models.pop(folder, None)
        return None if found is None else Speed(model.checkpoint, *found)

    def study(self, folder: Path, work: StudyWork, cancelled: Callable[[], bool]) -> object:
        return work(self._model(folder), cancelled)

    def _model(self, folder: Path) -> LoadedModel:
        """The loaded model; read again when its files changed on disk, as after training."""
        stamp = tuple(file_stamp(folder / name) for name in MODEL_FILES)
        known = self._models.get(folder)
        if known is None or known[0] != stamp:
            self._models.pop(folder, None)
            known = (stamp, self._load(folder))
            self._models[folder] = known
        self._models.move_to_end(folder)
        # The one just asked for always stays: a request may need more than there should be.
        while len(self._models) > 1 and (len(self._models) > KEPT_MODELS or self._bytes() > KEPT_BYTES):
            self._models.popitem(last=False)
        return known[1]

    def _load(self, folder: Path) -> LoadedModel:
        """Load a model; when memory is short, once more after forgetting all others."""
        from ml.generation import load_model

        try:
            return load_model(folder)
        except (MemoryError, RuntimeError) as error:
            if not self._models or not is_out_of_memory(error):
                raise
        self._models.clear()
        return load_model(folder)

    def _bytes(self) -> int:
        """Memory that the weights of all loaded models take: those of the network, and the decoder's copy of them."""
        return 2 * sum(
            tensor.numel() * tensor.element_size()
            for _, model in self._models.values()
            for tensor in (*model.network.parameters(), *model.network.buffers())
        )
