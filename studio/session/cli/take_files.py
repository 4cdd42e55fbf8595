"""Writes takes as MIDI files, and beside them a JSON file that says where each came from."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ml.music import Score
from ml.music.midi import write_midi_file
from ml.requests import Take, score_with_take, take_alone
from studio.session.takes import ModelAnswer, TakeSlot


def write_takes(
    name: str, source: str | None, slots: list[TakeSlot], answers: tuple[ModelAnswer, ...], folder: Path, *, alone: bool
) -> list[str]:
    """Write all takes and the JSON file into the folder; the names of the files, the JSON file's last.

    `name` begins every file name; `source` is the input's file name, None without one.
    """
    names = [_write(slot, name, folder, alone=alone) for slot in slots]
    takes = [slot.take for slot in slots if slot.take is not None]
    origins = {
        "program": "continuo",
        "input": source,
        "alone": alone,
        "ticks_per_quarter": takes[0].request.score.ticks_per_quarter,
        "takes": [
            {**_origin(take, file), "copies": _copies(slot)}
            for slot, take, file in zip(slots, takes, names, strict=True)
        ],
        "failures": {answer.card.id: answer.sentence for answer in answers if answer.sentence},
    }
    summary = f"{safe(name)}-takes.json"
    (folder / summary).write_text(json.dumps(origins, indent=2) + "\n", "utf-8")
    return [*names, summary]


def in_the_song(take: Take) -> Score:
    """The song with the take in it, and with the new track of an accompaniment."""
    return score_with_take(take.request.score, take)


def _write(slot: TakeSlot, name: str, folder: Path, *, alone: bool) -> str:
    take = slot.take
    assert take is not None
    file = f"{safe(name)}-{safe(slot.model)}-{slot.index + 1}.mid"
    write_midi_file(take_alone(take) if alone else in_the_song(take), folder / file)
    return file


def _origin(take: Take, name: str) -> dict[str, Any]:
    """Ticks are those of the song; bars and tracks count from 1."""
    time_map, origin = take.request.score.time_map, take.provenance

    def bars(start_tick: int, end_tick: int) -> list[int]:
        return [time_map.bar_at(start_tick) + 1, time_map.bar_at(max(end_tick - 1, start_tick)) + 1]

    return {
        "file": name,
        **asdict(origin),
        "tracks": [track + 1 for track in origin.tracks],
        "prompt_bars": bars(origin.prompt_start_tick, origin.prompt_end_tick),
        "region_bars": bars(origin.region_start_tick, origin.region_end_tick),
        "notes": len(take.notes),
        "remarks": list(take.remarks),
    }


def _copies(slot: TakeSlot) -> dict[str, Any] | None:
    """What the copy check found, None where nobody checked."""
    copy = None if slot.figures is None else slot.figures.copy
    return None if copy is None else copy.as_data()


def safe(name: str) -> str:
    """A part of a file name without anything that a system or shell could take for more."""
    return re.sub(r"[^\w.-]+", "_", name).strip("._")[:60] or "piece"
