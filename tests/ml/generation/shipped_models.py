"""The shipped models, each loaded once, and songs for them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from ml.generation import LoadedModel, NoteItem, TakeItem, generate, load_model
from ml.music import Note, NoteTable, Score, TimeMap, Track
from ml.music.midi import read_midi_file
from ml.requests import GenerationRequest, Take, TakeNote

RESOURCES = Path(__file__).resolve().parents[3] / "resources"
SHIPPED = ("blend", "transformer", "lstm")


@cache
def shipped(name: str) -> LoadedModel:
    return load_model(RESOURCES / "models" / name)


@cache
def example(name: str) -> Score:
    return read_midi_file(RESOURCES / "examples" / f"{name}.mid").score


def band(bars: int = 8) -> Score:
    """A melody, chords and drums that start together; one melody note is muted, one doubled."""
    quarter = 480
    melody = [Note(i * quarter, quarter, 72 + (i * 3) % 8, 70 + i % 5 * 8) for i in range(4 * bars)]
    melody[2] = Note(2 * quarter, quarter, 90, 80, flags=1)
    melody.append(Note(0, quarter // 2, melody[0].pitch, 60))
    chords = [
        Note(bar * 4 * quarter, 4 * quarter, pitch + bar % 3 * 2, 64) for bar in range(bars) for pitch in (48, 52, 55)
    ]
    drums = [Note(i * quarter // 2, quarter // 4, 36 if i % 4 == 0 else 42, 90) for i in range(8 * bars)]
    return Score(
        (
            Track("Melody", NoteTable.of(melody)),
            Track("Chords", NoteTable.of(chords), program=32),
            Track("Empty", NoteTable.empty()),
            Track("Drums", NoteTable.of(drums), channel=9, drums=True),
        ),
        TimeMap(quarter),
    )


def written_by(name: str, request: GenerationRequest) -> list[Take]:
    items = generate(shipped(name), request, never)
    return [item.value for item in items if isinstance(item, TakeItem)]


def streamed_by(name: str, request: GenerationRequest) -> list[list[TakeNote]]:
    """The notes of each take as they came, before it was tidied."""
    found: list[list[TakeNote]] = [[] for _ in range(request.takes)]
    for item in generate(shipped(name), request, never):
        if isinstance(item, NoteItem):
            found[item.take].append(item.note)
    return found


def never() -> bool:
    return False
