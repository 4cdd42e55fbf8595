"""What a worker can be given to do."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ml.requests import Choosing, GenerationRequest
from ml.requests.choosing import AS_WRITTEN
from studio.engine.card import ModelCard

if TYPE_CHECKING:
    from ml.generation import LoadedModel

StudyWork = Callable[["LoadedModel", Callable[[], bool]], object]
"""A question aside to a loaded model: gets it and `cancelled`, runs on the worker, and gives any frozen result."""


@dataclass(eq=False)
class Job:
    """A request put to some models. `over` is the cancel token: set once, read at every note.

    `choosing`: what is done with their takes; `judges` are models that can rank others' takes, the wished one first.
    `stopped`: models that were cancelled alone; `done`: those that came to an end by themselves.
    """

    number: int
    request: GenerationRequest
    models: tuple[ModelCard, ...]
    choosing: Choosing = AS_WRITTEN
    judges: tuple[ModelCard, ...] = ()
    over: threading.Event = field(default_factory=threading.Event)
    stopped: set[str] = field(default_factory=set)
    done: set[str] = field(default_factory=set)

    def is_over(self, model: str) -> bool:
        """Whether nobody waits for this model's answer any more."""
        return self.over.is_set() or model in self.stopped


@dataclass(eq=False)
class WarmUp:
    """Models to load ahead of need."""

    models: tuple[ModelCard, ...]


@dataclass(eq=False)
class Check:
    """A folder that may become a model on the shelf: load it, and forget it again."""

    folder: Path
    name: str


@dataclass(eq=False)
class Measure:
    """Find out how fast a model writes here, unless `known` has the speed of its weights. `over` as for jobs."""

    model: ModelCard
    known: Mapping[str, float]
    over: threading.Event = field(default_factory=threading.Event)


@dataclass(eq=False)
class Study:
    """A question aside. `over` interrupts it; the engine then asks it again from its beginning, while it is wanted."""

    number: int
    model: ModelCard
    work: StudyWork
    over: threading.Event = field(default_factory=threading.Event)


Task = Job | WarmUp | Check | Measure | Study
