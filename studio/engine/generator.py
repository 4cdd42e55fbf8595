"""The seam between the engine and whatever makes music."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ml.requests import Choosing, GenerationRequest
from studio.engine.card import ModelCard
from studio.engine.speed import Speed
from studio.engine.tasks import StudyWork

if TYPE_CHECKING:
    from ml.generation.items import GenerationItem
    from ml.generation.ranking import Candidate, Choice


class Generator(Protocol):
    """Answers requests with model folders. Made, used and forgotten on one worker thread."""

    def load(self, folder: Path) -> None:
        """Bring the model into memory ahead of its first request. Raises what `generate` would raise."""
        ...

    def check(self, folder: Path) -> None:
        """Load the model and forget it. Raises what `generate` would raise."""
        ...

    def speed(self, folder: Path, known: Mapping[str, float], stopped: Callable[[], bool]) -> Speed | None:
        """How fast the model writes here; not measured where `known` has its checkpoint. None when stopped."""
        ...

    def study(self, folder: Path, work: StudyWork, cancelled: Callable[[], bool]) -> object:
        """What `work` finds out about the model. Raises what `generate` or the work would raise."""
        ...

    def generate(
        self, folder: Path, request: GenerationRequest, cancelled: Callable[[], bool]
    ) -> Iterator[GenerationItem]:
        """Yield notes as they come, and each take when it is complete; ends early once `cancelled()` is true."""
        ...

    def choose(
        self,
        request: GenerationRequest,
        candidates: Sequence[Candidate],
        choosing: Choosing,
        judge: ModelCard | None,
        cancelled: Callable[[], bool],
    ) -> Choice:
        """Choose among what was written, `judge` being the second model; as `ml.generation.ranking.choose`."""
        ...


MakeGenerator = Callable[[], Generator]
"""Called once on each worker thread, so that slow imports happen there and not at start-up."""
