"""Small pieces, and folders and zips of them, as a musician's own corpus would be."""

from __future__ import annotations

import zipfile
from pathlib import Path

from ml.music import Metre, Note, NoteTable, Score, TimeMap, Track
from ml.music.midi import write_midi
from ml.training.cache import CachedCorpus, open_corpus

QUARTER = 480
SCALE = (0, 2, 4, 5, 7, 9, 11, 12)


def tune(seed: int = 0, bars: int = 8, parts: int = 2, metre: Metre = Metre(0, 4, 4)) -> Score:
    """A melody that walks up and down a scale over basses; another for each seed."""
    time_map = TimeMap(QUARTER, metres=(metre,))
    bar = time_map.bar_ticks(metre)
    beats = bar // QUARTER
    melody = [
        Note(i * QUARTER, QUARTER, 60 + seed % 5 + SCALE[abs((i * (1 + seed % 3)) % 14 - 7)], 70 + (i * 7 + seed) % 30)
        for i in range(bars * beats)
    ]
    bass = [Note(i * bar, bar, 36 + seed % 5 + SCALE[i * 3 % 8], 64 + seed % 8) for i in range(bars)]
    tracks = (Track("Melody", NoteTable.of(melody)), Track("Bass", NoteTable.of(bass), program=32))
    return Score(tracks[:parts], time_map)


def fill(folder: Path, scores: dict[str, Score]) -> Path:
    """Write scores into a folder as MIDI files; names may hold slashes."""
    for name, score in scores.items():
        path = folder / f"{name}.mid"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(write_midi(score))
    return folder


def packed(path: Path, scores: dict[str, Score], **texts: str) -> Path:
    """A zip as the known corpora are: midi/NAME.mid, and texts by file name such as metadata.csv."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, score in scores.items():
            archive.writestr(f"midi/{name}.mid", write_midi(score))
        for name, text in texts.items():
            archive.writestr(name.replace("_csv", ".csv"), text)
    return path


def tunes(count: int, **shape: int) -> dict[str, Score]:
    return {f"tune {number}": tune(number, **shape) for number in range(count)}


def opened(tmp_path: Path, scores: dict[str, Score], name: str = "songs") -> CachedCorpus:
    """A corpus of these scores in a folder called `name`."""
    return open_corpus(fill(tmp_path / name, scores), tmp_path / "cache")


def split_of(corpus: CachedCorpus) -> dict[str, str]:
    """Split of each piece by its name."""
    return {corpus.names[number]: split for split, numbers in corpus.splits.items() for number in numbers}
