"""What the engine tells: frozen messages, in the order in which things happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ml.requests import Take, TakeNote
from ml.requests.choosing import RankedTake


@dataclass(frozen=True, slots=True)
class Started:
    """The model begins to answer; it may have to be loaded first."""

    job: int
    model: str


@dataclass(frozen=True, slots=True)
class NoteMade:
    """One note of take number `take` (from 0), in order of onset within its take."""

    job: int
    model: str
    take: int
    note: TakeNote


@dataclass(frozen=True, slots=True)
class TakeDone:
    """A take is complete and has passed all guards. Its notes replace those that streamed in as `index`."""

    job: int
    model: str
    take: Take
    index: int


@dataclass(frozen=True, slots=True)
class Remarked:
    """A plain sentence on something that the model could not honour exactly."""

    job: int
    model: str
    text: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of the whole job is done, 0 to 1, judged by how far the notes have come in the region.

    `notes_per_s`: how fast each model that has written a few notes works at them, by its id; the time in which it
    waits for the others does not count.
    """

    job: int
    fraction: float
    notes_per_s: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a model's answer comes down to, after all of its candidates were written; comes before its `ModelDone`.

    `takes`, best first, take the places of those that streamed: show them as takes 0, 1, 2 ... A ranked take whose
    `number` is below the request's `takes` is one of those (told by `TakeDone` with that index), perhaps with fewer
    notes; the others are new. Streamed takes that are not among them were left out: a musician who is listening to
    one, or has starred it, should keep it. There may be fewer than were asked for, never more, and at least one as
    long as any candidate had a note. `sentence` says in plain words what was done.
    """

    job: int
    model: str
    takes: tuple[RankedTake, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class ModelDone:
    """The model has no more takes to give for this job. `notes_per_s` as in `Progress`, None where it wrote too little.

    `cancelled`: it was stopped alone, by `Engine.cancel_model`; the takes that it finished before remain good.
    """

    job: int
    model: str
    notes_per_s: float | None = None
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """The model gave up; `sentence` says why and what to do. Takes that it finished before remain good."""

    job: int
    model: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The last message of a job."""

    job: int
    cancelled: bool


@dataclass(frozen=True, slots=True)
class Warmed:
    """A model asked for by `warm_up` is loaded, or could not be: then `sentence` says why."""

    model: str
    sentence: str | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """A folder asked for by `check` can be loaded, or cannot: then `sentence` says why."""

    folder: Path
    sentence: str | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """How fast a model writes here. `notes_per_s` is None when it was interrupted, or failed: then `sentence`.

    `checkpoint` is the SHA-256 of the weights that were measured, hexadecimal; `quiet` says whether the machine had
    little else to do, so that the figure is worth remembering.
    """

    model: str
    checkpoint: str = ""
    notes_per_s: float | None = None
    quiet: bool = True
    sentence: str | None = None


@dataclass(frozen=True, slots=True)
class Studied:
    """What a `study` found: whatever its function returned, or None where it failed: then `sentence` says why."""

    number: int
    result: object = None
    sentence: str | None = None


JobMessage = Started | NoteMade | TakeDone | Remarked | Progress | Chosen | ModelDone | Failed | Finished
EngineMessage = JobMessage | Warmed | Checked | Measured | Studied
