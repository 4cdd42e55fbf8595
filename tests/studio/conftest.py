"""Models without torch: folders that a shelf accepts, and a generator that answers with walks along the scale."""

from __future__ import annotations

import json
import random
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from ml.generation.items import GenerationItem, NoteItem, RemarkItem, TakeItem
from ml.generation.ranking import Candidate, Choice, choose
from ml.models.weights_file import weights_hash
from ml.music import Note, NoteTable, Score, TimeMap, Track
from ml.requests import Choosing, GenerationRequest, Keep, Provenance, Take, TakeNote, replaced_notes, ringing_notes
from ml.tensors.vocabulary import vocabulary_hash
from studio.engine import Engine, EngineMessage, Finished, ModelCard, Shelf, StudyWork
from studio.engine.speed import Speed

DEADLINE_S = 20.0


def write_model(folder: Path, *, name: str | None = None, **card: object) -> Path:
    """A complete model folder with two small tensors, as bytes."""
    folder.mkdir(parents=True)
    tensors = {
        "head.weight": {"dtype": "F16", "shape": [3, 4], "data_offsets": [0, 24]},
        "trunk.weight": {"dtype": "F16", "shape": [5], "data_offsets": [24, 34]},
    }
    header = json.dumps(tensors).encode()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + bytes(34))
    (folder / "config.json").write_text(json.dumps({"vocabulary": vocabulary_hash(), "trunk": "lstm"}))
    (folder / "card.json").write_text(json.dumps({"name": name or folder.name.title(), **card}))
    return folder


@dataclass
class ScaleWalker:
    """Implements `Generator`: each take is a seeded walk over permitted pitches, two notes to the quarter.

    `before_note[model](take, number)` is called before each note and may wait or raise;
    `twist[model](note)` may change a note; `remarks[model]` are told first.
    """

    before_note: dict[str, Callable[[int, int], None]] = field(default_factory=dict)
    twist: dict[str, Callable[[TakeNote], TakeNote]] = field(default_factory=dict)
    remarks: dict[str, str] = field(default_factory=dict)
    loaded: list[str] = field(default_factory=list)
    measured: list[str] = field(default_factory=list)
    quiet: bool = True
    threads: set[int] = field(default_factory=set)
    judges: list[str | None] = field(default_factory=list)

    def load(self, folder: Path) -> None:
        self.before_note.get(f"load {folder.name}", lambda take, number: None)(0, 0)
        self.loaded.append(folder.name)

    def check(self, folder: Path) -> None:
        self.before_note.get("check", lambda take, number: None)(0, 0)

    def speed(self, folder: Path, known: Mapping[str, float], stopped: Callable[[], bool]) -> Speed | None:
        checkpoint = weights_hash(folder)
        if checkpoint in known:
            return Speed(checkpoint, known[checkpoint])
        self.measured.append(folder.name)
        self.before_note.get(f"speed {folder.name}", lambda take, number: None)(0, 0)
        return None if stopped() else Speed(checkpoint, 420.0, self.quiet)

    def study(self, folder: Path, work: StudyWork, cancelled: Callable[[], bool]) -> object:
        self.threads.add(threading.get_ident())
        return work(folder.name, cancelled)  # type: ignore[arg-type]

    def choose(
        self,
        request: GenerationRequest,
        candidates: Sequence[Candidate],
        choosing: Choosing,
        judge: ModelCard | None,
        cancelled: Callable[[], bool],
    ) -> Choice:
        self.judges.append(None if judge is None else judge.id)
        return choose(request, candidates, choosing, None, "", cancelled)

    def generate(
        self, folder: Path, request: GenerationRequest, cancelled: Callable[[], bool]
    ) -> Iterator[GenerationItem]:
        self.threads.add(threading.get_ident())
        if folder.name in self.remarks:
            yield RemarkItem(self.remarks[folder.name])
        walks = [self._walk(folder.name, request, take) for take in range(request.takes)]
        before = self.before_note.get(folder.name, lambda take, number: None)
        for number in range(max(map(len, walks))):
            for take, walk in enumerate(walks):
                before(take, number)
                if cancelled():
                    return
                if number < len(walk):
                    yield NoteItem(take, walk[number])
        for take, walk in enumerate(walks):
            yield TakeItem(take, Take(request, tuple(walk), self._provenance(folder, request, take, walk)))

    def _walk(self, model: str, request: GenerationRequest, take: int) -> list[TakeNote]:
        """A walk for each asked track, in order of onset."""
        walks = [self._walk_of(model, request, take, track) for track in request.region.tracks]
        return sorted((note for walk in walks for note in walk), key=lambda note: note.start)

    def _walk_of(self, model: str, request: GenerationRequest, take: int, track: int) -> list[TakeNote]:
        region, step = request.region, request.score.ticks_per_quarter // 2
        draw = random.Random(f"{model} {request.seed} {take}" + (f" {track}" if track else ""))
        twist = self.twist.get(model, lambda note: note)
        mask = request.limits.pitch_mask(request.score.tracks[track].drums)
        pitches = [pitch for pitch in range(48, 84) if mask[pitch]] or [int(mask.argmax())]
        at = len(pitches) // 2
        if request.keep != Keep():  # whatever is kept of them, the same notes keep it
            same = replaced_notes(request.score, region, track)
            return [TakeNote(track, n.start, n.length, n.pitch, n.velocity, 2.0 + draw.random()) for n in same]
        notes = []
        for start in range(region.start_tick, region.end_tick, step):
            at = min(max(at + draw.choice((-2, -1, 1, 2)), 0), len(pitches) - 1)
            length = min(step, region.end_tick - start)
            notes.append(twist(TakeNote(track, start, length, pitches[at], 80, 2.0 + draw.random())))
        staying = ringing_notes(request.score, region, track)
        return [note for note in notes if not any(self._collide(note, other) for other in staying)]

    @staticmethod
    def _collide(note: TakeNote, staying: Note) -> bool:
        return note.pitch == staying.pitch and note.start < staying.end and staying.start < note.start + note.length

    def _provenance(self, folder: Path, request: GenerationRequest, take: int, notes: list[TakeNote]) -> Provenance:
        return Provenance.of(
            request,
            model=folder.name,
            checkpoint=weights_hash(folder),
            take=take,
            prompt_start_tick=0,
            prompt_end_tick=request.region.start_tick,
            bits_per_note=sum(note.bits for note in notes) / len(notes),
        )


@dataclass
class EngineRig:
    """An engine on scale-walking models, with what a test needs to wait for its messages."""

    engine: Engine
    walker: ScaleWalker
    woken: threading.Event

    def until(self, found: Callable[[EngineMessage], bool]) -> list[EngineMessage]:
        """All messages up to and with the first that is wanted (and what came along with it)."""
        messages: list[EngineMessage] = []
        deadline_s = time.monotonic() + DEADLINE_S
        while not any(map(found, messages)):
            assert time.monotonic() < deadline_s, f"waited in vain; came: {messages[-3:]}"
            self.woken.wait(0.5)
            self.woken.clear()
            messages += self.engine.poll()
        return messages

    def finished(self, job: int) -> list[EngineMessage]:
        return self.until(lambda message: isinstance(message, Finished) and message.job == job)


@pytest.fixture
def walker() -> ScaleWalker:
    return ScaleWalker()


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A folder with two models, "alpha" and "beta"."""
    write_model(tmp_path / "models" / "alpha", good_at="scales")
    write_model(tmp_path / "models" / "beta")
    return tmp_path / "models"


@pytest.fixture
def rig(models: Path, walker: ScaleWalker) -> Iterator[EngineRig]:
    woken = threading.Event()
    engine = Engine(Shelf([models]), lambda: walker, patience_s=0.2, on_message=woken.set)
    yield EngineRig(engine, walker, woken)
    engine.close()


@pytest.fixture
def tune() -> Score:
    """Four bars of quarters in C major on one track, and an empty bass track."""
    pitches = (60, 62, 64, 65, 67, 69, 71, 72) * 2
    notes = NoteTable.of(Note(480 * index, 480, pitch) for index, pitch in enumerate(pitches))
    return Score((Track("Lead", notes), Track("Bass", program=32)), TimeMap(480))


@pytest.fixture
def make_model() -> Callable[..., Path]:
    return write_model


@pytest.fixture
def shifted() -> Callable[..., Callable[[TakeNote], TakeNote]]:
    """A twist that changes every note in the same way."""

    def make(**changes: int | float) -> Callable[[TakeNote], TakeNote]:
        return lambda note: replace(note, **changes)  # type: ignore[arg-type]

    return make
