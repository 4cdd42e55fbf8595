"""Scalar features of a passage, defined as MusPy 0.5 defines them (Dong et al., ISMIR 2020)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ml.measures.passage import Passage

SCALES = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10)}


def muspy_features(passage: Passage) -> dict[str, float]:
    """Features by name; NaN where MusPy has none (no pitched notes, less than two bars).

    `pitch_range`, `pitches`, `pitch_classes`: semitones and counts. `pitch_entropy`, `pitch_class_entropy`: bits, each
    note counted once. `scale_consistency`: the largest share of notes in one of 24 major and natural minor scales.
    `polyphony`: mean number of pitches while any sounds; `polyphony_rate`: share of ticks with two pitches or more.
    `empty_beat_rate`: share of beats that no note touches. `groove_consistency`: 1 - the mean share of ticks that
    differ in having an onset, over neighbouring bars. Drums count in the last two only.
    """
    pitched = passage.pitched()
    pitches = np.bincount(pitched.pitch, minlength=128)
    classes = np.bincount(pitched.pitch % 12, minlength=12)
    mean, rate = polyphony(pitched)
    return {
        "pitch_range": float(np.ptp(pitched.pitch)) if len(pitched) else float("nan"),
        "pitches": float((pitches > 0).sum()),
        "pitch_classes": float((classes > 0).sum()),
        "pitch_entropy": entropy(pitches),
        "pitch_class_entropy": entropy(classes),
        "scale_consistency": scale_consistency(classes),
        "polyphony": mean,
        "polyphony_rate": rate,
        "empty_beat_rate": empty_beat_rate(passage),
        "groove_consistency": groove_consistency(passage),
    }


def entropy(counts: NDArray[np.integer]) -> float:
    """Shannon entropy of a histogram in bits; NaN for an empty one."""
    if not counts.any():
        return float("nan")
    chance = counts[counts > 0] / counts.sum()
    # Minus zero, of a single value, would be printed.
    return float(-(chance * np.log2(chance)).sum()) + 0.0


def scale_consistency(classes: NDArray[np.integer]) -> float:
    """The largest share of `classes` (12,), notes by pitch class, that one scale holds."""
    if not classes.any():
        return float("nan")
    inside = [classes[[(root + step) % 12 for step in scale]].sum() for scale in SCALES.values() for root in range(12)]
    return float(max(inside) / classes.sum())


def polyphony(pitched: Passage) -> tuple[float, float]:
    """Mean number of pitches over sounding ticks, and the share of all ticks up to the last end with at least two.

    Unisons count once, as on a piano roll; worked out from starts and ends, without the roll.
    """
    if not len(pitched):
        return float("nan"), float("nan")
    starts, ends = [], []
    for pitch in np.unique(pitched.pitch):
        rows = np.flatnonzero(pitched.pitch == pitch)
        start, end = pitched.start[rows], pitched.start[rows] + pitched.length[rows]
        reach = np.maximum.accumulate(end)
        # A pitch begins anew only where all of its notes so far have ended.
        fresh = np.concatenate([[True], start[1:] > reach[:-1]])
        starts.append(start[fresh])
        ends.append(reach[np.append(fresh[1:], True)])
    times = np.concatenate([*starts, *ends])
    change = np.repeat([1, -1], [sum(map(len, starts)), sum(map(len, ends))])
    order = np.argsort(times, kind="stable")
    ticks = np.diff(times[order], append=pitched.end)
    sounding = np.cumsum(change[order])
    heard = int(ticks[sounding > 0].sum())
    mean = float((ticks * sounding).sum() / heard) if heard else float("nan")
    return mean, float(ticks[sounding >= 2].sum() / max(pitched.end, 1))


def empty_beat_rate(passage: Passage) -> float:
    """Share of the quarters up to the last end that no note touches; a note touches the beat on which it ends."""
    beats = passage.end // passage.quarter + 1
    change = np.zeros(beats + 1, np.int64)
    np.add.at(change, passage.start // passage.quarter, 1)
    np.add.at(change, (passage.start + passage.length) // passage.quarter + 1, -1)
    return float((np.cumsum(change)[:-1] == 0).mean())


def groove_consistency(passage: Passage) -> float:
    """1 - the mean XOR of the onset patterns of neighbouring bars, at the resolution of ticks.

    As MusPy has it, a bar begins where the last note ends on a bar line. NaN for a single bar.
    """
    bars = passage.end // passage.bar + 1
    if bars < 2:
        return float("nan")
    # Only ticks with an onset can differ: pairs (bar, place), and whether the neighbour has the same place.
    onsets = np.unique(passage.start)
    after, before = np.isin(onsets + passage.bar, onsets), np.isin(onsets - passage.bar, onsets)
    bar = onsets // passage.bar
    differing = int((~after & (bar < bars - 1)).sum() + (~before & (bar > 0)).sum())
    return 1 - differing / (passage.bar * (bars - 1))
