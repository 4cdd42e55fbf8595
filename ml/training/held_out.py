"""What a corpus without splits of its own holds out: whole groups of pieces that share a melody, chosen by name."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict

import numpy as np
from numpy.typing import NDArray

from ml.tensors.piece import PieceEvents
from ml.tensors.vocabulary import DRUMS

SHINGLE = 10
"""Melodic intervals in a row that are compared: shorter ones turn up in unrelated tunes."""
SKETCH = 64
"""Shingles kept of each piece, those with the smallest hashes, so that like pieces keep like ones (Broder, 1997)."""
ALIKE = 0.2
"""Pieces are near-duplicates when they share more than this part of the smaller sketch."""
COMMON = 40
"""A shingle of more pieces than this is a scale or a drone and tells nothing."""
HELD_OUT = 10
"""One piece in so many is held out."""

Sketch = NDArray[np.uint64]


def melody_sketch(piece: PieceEvents) -> Sketch:
    """Hashes of runs of intervals of the piece's parts (drums: pitches and distances), the smallest of them."""
    multiplier = np.uint64(0x9E3779B97F4A7C15)
    found: list[Sketch] = []
    for part, instrument in enumerate(piece.instruments):
        rows = piece.part == part
        onset, pitch = piece.onset[rows], piece.pitch[rows]
        if instrument == DRUMS:
            steps = pitch[1:] * 512 + np.minimum(np.diff(onset), 511) + 65536
        else:
            # The highest note of each onset: the line that is heard; intervals do not change with the key.
            top = np.append(np.diff(onset) != 0, True)[: len(onset)]
            steps = np.diff(pitch[top]) + 128
        if len(steps) < SHINGLE:
            continue
        windows = np.lib.stride_tricks.sliding_window_view(steps.astype(np.uint64), SHINGLE)
        hashes = np.zeros(len(windows), np.uint64)
        for column in range(SHINGLE):
            hashes = (hashes ^ windows[:, column]) * multiplier
            hashes ^= hashes >> np.uint64(29)
        found.append(hashes)
    return np.unique(np.concatenate(found))[:SKETCH] if found else np.zeros(0, np.uint64)


def groups_of(sketches: list[Sketch]) -> list[int]:
    """For each piece the number of the first piece of its group; near-duplicates are in one group."""
    holders: dict[int, list[int]] = defaultdict(list)
    for number, sketch in enumerate(sketches):
        for value in sketch.tolist():
            holders[value].append(number)
    leader = list(range(len(sketches)))

    def first_of(number: int) -> int:
        while leader[number] != number:
            leader[number] = leader[leader[number]]
            number = leader[number]
        return number

    # Copies of one another, however many there are, make no pairs to count.
    same: dict[bytes, int] = {}
    for number, sketch in enumerate(sketches):
        if len(sketch):
            leader[number] = same.setdefault(sketch.tobytes(), number)
    shared: Counter[tuple[int, int]] = Counter()
    for numbers in holders.values():
        different = sorted({first_of(number) for number in numbers})
        if len(different) <= COMMON:
            shared.update((one, other) for at, one in enumerate(different) for other in different[at + 1 :])
    for (one, other), count in shared.items():
        if count > ALIKE * min(len(sketches[one]), len(sketches[other])):
            low, high = sorted((first_of(one), first_of(other)))
            leader[high] = low
    return [first_of(number) for number in range(len(sketches))]


def own_splits(names: list[str], sketches: list[Sketch]) -> list[str]:
    """The split ("train" or "valid") of each piece: about a tenth is held out, and of few pieces one of five.

    A group goes by the hash of its first name. One piece alone, or pieces that are all one tune, are learned from.
    """
    groups = groups_of(sketches)
    members: dict[int, list[int]] = defaultdict(list)
    for number, group in enumerate(groups):
        members[group].append(number)
    order = sorted(members, key=lambda group: name_hash(names[group]))
    chance = [group for group in order if name_hash(names[group]) % HELD_OUT == 0]
    most = max(len(names) // 5, 1) if len(names) > 1 else 0
    held_out: list[int] = []
    for group in dict.fromkeys([*chance, *order]):
        enough = group not in chance and len(held_out) >= min(5, most)
        if not enough and len(held_out) + len(members[group]) <= most:
            held_out.extend(members[group])
    smallest = min(members.values(), key=len, default=[])
    if not held_out and len(smallest) <= len(names) // 2:
        held_out = smallest  # few tunes, each in many variants
    kept_back = set(held_out)
    return ["valid" if number in kept_back else "train" for number in range(len(names))]


def name_hash(name: str) -> int:
    """The same number for a name on every machine."""
    return int(hashlib.sha256(name.encode(errors="surrogateescape")).hexdigest(), 16)
