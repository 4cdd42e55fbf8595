"""Chorales as grids: frames by voices. Reading the benchmark's JSON, and grid to Score and back."""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml.music.note_table import NoteTable
from ml.music.score import Score, Track
from ml.music.time_map import Tempo, TimeMap

Frames = NDArray[np.int64]
"""(frames, voices): MIDI pitches from the highest voice to the lowest; SILENT is a rest, or no further note."""
SILENT = -1
VOICE_NAMES = ("Soprano", "Alto", "Tenor", "Bass")
CHOIR_PROGRAM = 52
SPLITS = ("train", "valid", "test")
LARGEST_BYTES = 64 << 20
MOST_PIECES = 20_000
LONGEST_FRAMES = 20_000


class UnreadableChorales(ValueError):
    """A file that holds no chorales; the text is one plain sentence."""


@dataclass(frozen=True, slots=True)
class GridFormat:
    """What a frame is. `member` is the JSON file of `corpus` that holds the pieces, empty for its MIDI files. `lowest`
    to `highest` are the MIDI pitches that a voice may take.

    With `sets`, a frame is a set of pitches written from high to low and ended by SILENT; otherwise each column is a
    voice of its own. `beat` and `bar` are frames; `transposed` says that pieces stand in their own keys.
    `fingerprint` is the SHA-256 of the published file, None where there is none.
    """

    name: str
    corpus: str
    member: str
    voices: int
    lowest: int
    highest: int
    beat: int
    bar: int
    sets: bool
    transposed: bool
    fingerprint: str | None

    @property
    def silent(self) -> int:
        """The token of SILENT: the last one."""
        return self.highest - self.lowest + 1

    @property
    def tokens(self) -> int:
        return self.silent + 1

    def to_tokens(self, frames: Frames) -> Frames:
        """Pitches to tokens 0 to `tokens` - 1. Raises UnreadableChorales for a pitch outside the format."""
        sounding = frames != SILENT
        if bool(((frames < self.lowest) | (frames > self.highest))[sounding].any()):
            raise UnreadableChorales(
                f"A pitch lies outside {self.lowest} to {self.highest}, which {self.name} permits."
            )
        tokens: Frames = np.where(sounding, frames - self.lowest, self.silent)
        return tokens

    def to_pitches(self, tokens: Frames) -> Frames:
        pitches: Frames = np.where(tokens == self.silent, SILENT, tokens + self.lowest)
        return pitches


JSB_16 = GridFormat(
    "JSB-16", "jsb_chorales", "Jsb16thSeparated.json", voices=4, lowest=36, highest=81, beat=4, bar=16, sets=False,
    transposed=True, fingerprint="79294cc374f9252e95ef4b703161524c1c53dc1f712c236f00f1c1f5d54af5a7",
)  # fmt: skip
JSB_QUARTER = GridFormat(
    "JSB-quarter", "jsb_chorales", "jsb-chorales-quarter.json", voices=4, lowest=43, highest=96, beat=1, bar=4,
    sets=True, transposed=False, fingerprint="2db9329f1881a1d3f49703ec556bf1d6f84b4f6c1d702c156536e93cf31e1c91",
)  # fmt: skip
NOTTINGHAM_8 = GridFormat(
    "Nottingham-8",
    "nottingham",
    "",
    voices=8,
    lowest=33,
    highest=93,
    beat=2,
    bar=8,
    sets=True,
    transposed=True,
    fingerprint=None,
)
"""Eighths of tunes with chords, from MIDI files. Keys and splits are our own: not the published benchmark."""
FORMATS = {form.name: form for form in (JSB_16, JSB_QUARTER, NOTTINGHAM_8)}


@dataclass(frozen=True)
class Chorales:
    """Pieces by split, and the SHA-256 of the file that they come from."""

    form: GridFormat
    splits: dict[str, list[Frames]]
    data_hash: str


def read_chorales(source: Path, form: GridFormat) -> Chorales:
    """The pieces of a JSON file, or of the JSON file that a zip holds under the format's name.

    Raises UnreadableChorales with one plain sentence.
    """
    data = read_bytes(source, form)
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UnreadableChorales(f"{source.name} is not a JSON file of chorales: name the published one.") from error
    if not isinstance(document, dict) or not set(SPLITS) >= set(document) or not document.get("train"):
        raise UnreadableChorales(
            f"{source.name} does not name the splits {', '.join(SPLITS)}: name the published file."
        )
    splits = {split: [piece_in(piece, form) for piece in listed(document.get(split, []))] for split in SPLITS}
    return Chorales(form, splits, hashlib.sha256(data).hexdigest())


def read_bytes(source: Path, form: GridFormat) -> bytes:
    """The JSON's bytes, at most LARGEST_BYTES; raises UnreadableChorales."""
    absent = f"{source} holds no {form.member}: name the zip of the chorales or that file."
    too_large = f"{source.name} is larger than {LARGEST_BYTES >> 20} MB: name the published file."
    try:
        if not zipfile.is_zipfile(source):
            if source.stat().st_size > LARGEST_BYTES:
                raise UnreadableChorales(too_large)
            return source.read_bytes()
        with zipfile.ZipFile(source) as archive:
            found = [info for info in archive.infolist() if PurePosixPath(info.filename).name == form.member]
            if not found:
                raise UnreadableChorales(absent)
            if found[0].file_size > LARGEST_BYTES:
                raise UnreadableChorales(too_large)
            return archive.read(found[0])
    except (OSError, RuntimeError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise UnreadableChorales(absent) from error


def listed(value: Any) -> list[Any]:
    if not isinstance(value, list) or len(value) > MOST_PIECES:
        raise UnreadableChorales(f"A split is not a list of at most {MOST_PIECES:,} pieces.")
    return value


def piece_in(value: Any, form: GridFormat) -> Frames:
    """One piece as (frames, voices); raises UnreadableChorales."""
    wrong = UnreadableChorales(
        f"A piece is not a list of 1 to {LONGEST_FRAMES:,} frames of at most {form.voices} pitches."
    )
    if not isinstance(value, list) or not 1 <= len(value) <= LONGEST_FRAMES:
        raise wrong
    frames = np.full((len(value), form.voices), SILENT, np.int64)
    for row, frame in zip(frames, value, strict=True):
        if not isinstance(frame, list) or len(frame) > form.voices or (not form.sets and len(frame) != form.voices):
            raise wrong
        if any(type(pitch) is not int or not SILENT <= pitch <= 127 for pitch in frame):
            raise wrong
        row[: len(frame)] = sorted(frame, reverse=True) if form.sets else frame
    form.to_tokens(frames)
    return frames


def to_score(frames: Frames, form: GridFormat, quarters_per_minute: float = 84.0, title: str = "") -> Score:
    """A score of one track for each voice. Equal pitches that follow each other are one note: the grid cannot tell."""
    ticks = TimeMap().ticks_per_quarter
    frame_ticks = ticks // form.beat
    tracks = []
    for voice, pitches in enumerate(frames.T):
        edges = np.flatnonzero(np.diff(pitches, prepend=-2, append=-2))
        starts, ends = edges[:-1], edges[1:]
        sounding = pitches[starts] != SILENT
        starts, ends = starts[sounding], ends[sounding]
        notes = NoteTable.from_columns(
            start=starts * frame_ticks, length=(ends - starts) * frame_ticks, pitch=pitches[starts]
        )
        name = VOICE_NAMES[voice] if form.voices == len(VOICE_NAMES) else f"Voice {voice + 1}"
        tracks.append(Track(name=name, notes=notes, program=CHOIR_PROGRAM, channel=voice))
    time_map = TimeMap(tempos=(Tempo.of_qpm(0, quarters_per_minute),))
    return Score(tuple(tracks), time_map, title=title, end_tick_hint=len(frames) * frame_ticks)


def from_score(score: Score, form: GridFormat) -> Frames:
    """The grid of a score: each track a voice, each frame the pitch that sounds at its start (the highest if several).

    For sets, all pitches that sound there, whatever their track. Raises UnreadableChorales when the tracks or pitches
    are more than the format holds or a pitch lies outside it.
    """
    if not form.sets and len(score.tracks) != form.voices:
        raise UnreadableChorales(f"A chorale has {form.voices} tracks, not {len(score.tracks)}.")
    frame_ticks = score.ticks_per_quarter / form.beat
    count = int(np.ceil(max(score.end_tick, score.end_tick_hint) / frame_ticks))
    if not 1 <= count <= LONGEST_FRAMES:
        raise UnreadableChorales(f"A chorale has 1 to {LONGEST_FRAMES:,} frames, not {count:,}.")
    frames = np.full((count, form.voices), SILENT, np.int64)
    roll = np.zeros((count, 128), bool)
    for voice, track in enumerate(score.tracks):
        notes = track.notes
        for start, end, pitch in zip(notes.start, notes.end, notes.pitch, strict=True):
            rows = slice(int(np.ceil(start / frame_ticks)), int(np.ceil(end / frame_ticks)))
            roll[rows, pitch] = True
            if not form.sets:
                np.maximum(frames[rows, voice], int(pitch), out=frames[rows, voice])
    if form.sets:
        for frame, keys in zip(frames, roll, strict=True):
            pitches = np.flatnonzero(keys)[::-1]
            if len(pitches) > form.voices:
                raise UnreadableChorales(
                    f"{len(pitches)} notes sound at once, more than the {form.voices} of {form.name}."
                )
            frame[: len(pitches)] = pitches
    form.to_tokens(frames)
    return frames
