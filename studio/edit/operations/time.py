"""Tempo, metre, key signatures and markers along a piece."""

from __future__ import annotations

from dataclasses import replace

from ml.music import Key, KeySignature, Marker, Metre, Score, Tempo, TimeMap
from studio.edit.edited import Edited, EditRefused

SLOWEST_QPM = 4.0
FASTEST_QPM = 1000.0
MOST_BEATS = 64
NOTE_VALUES = (1, 2, 4, 8, 16, 32, 64)


def set_tempo(score: Score, tick: int, qpm: float) -> Edited:
    """From `tick` on, up to the next tempo change, `qpm` quarters a minute. Notes keep their ticks.

    Raises EditRefused outside 4 to 1000.
    """
    if not SLOWEST_QPM <= qpm <= FASTEST_QPM:
        raise EditRefused(f"A tempo of {qpm:g} cannot be played: choose {SLOWEST_QPM:g} to {FASTEST_QPM:g}.")
    remark = "This file counts time in film frames, so its tempo is only written down and changes nothing."
    edited = _with_time(score, score.time_map.with_tempo(Tempo.of_qpm(max(tick, 0), qpm)))
    return replace(edited, remarks=(remark,) if score.time_map.ticks_per_second is not None else ())


def set_metre(score: Score, tick: int, numerator: int, denominator: int) -> Edited:
    """From the bar that holds `tick` on, up to the next change, bars of numerator/denominator.

    Notes stay where they are and bar lines move around them. Raises EditRefused for a metre that cannot be
    written: 1 to 64 beats of a whole note's 1, 2, 4, ... 64th part.
    """
    if not 1 <= numerator <= MOST_BEATS:
        raise EditRefused(f"{numerator} beats do not make a bar: choose 1 to {MOST_BEATS}.")
    if denominator not in NOTE_VALUES:
        raise EditRefused(f"A beat cannot be a 1/{denominator} note: choose 1, 2, 4, 8, 16, 32 or 64.")
    if score.ticks_per_quarter * 4 * numerator < denominator:
        raise EditRefused(f"This song's clock is too coarse for bars of {numerator}/{denominator}: choose longer ones.")
    bar = score.time_map.bar_start(score.time_map.bar_at(max(tick, 0)))
    return _with_time(score, score.time_map.with_metre(Metre(bar, numerator, denominator)))


def set_key_signature(score: Score, tick: int, key: Key | None) -> Edited:
    """Write a key from the bar that holds `tick` on; None takes away the one written there."""
    bar = score.time_map.bar_start(score.time_map.bar_at(max(tick, 0)))
    kept = [signature for signature in score.key_signatures if signature.tick != bar]
    if key is not None:
        kept.append(KeySignature(bar, key))
    return _unless_same(score, replace(score, key_signatures=tuple(sorted(kept, key=lambda found: found.tick))))


def set_marker(score: Score, tick: int, text: str) -> Edited:
    """Write a marker at `tick`; an empty text takes away those that are there."""
    tick = max(tick, 0)
    kept = [marker for marker in score.markers if marker.tick != tick]
    if text.strip():
        kept.append(Marker(tick, text.strip()))
    return _unless_same(score, replace(score, markers=tuple(sorted(kept, key=lambda found: found.tick))))


def remove_tempo(score: Score, tick: int) -> Edited:
    """Take away the tempo change at `tick`; the one at the start stays, since a song has some tempo."""
    tempos = tuple(tempo for tempo in score.time_map.tempos if tempo.tick != tick or tick == 0)
    return _with_time(score, replace(score.time_map, tempos=tempos))


def remove_metre(score: Score, tick: int) -> Edited:
    """Take away the metre change at `tick`; the one at the start stays, since a song has some metre."""
    metres = tuple(metre for metre in score.time_map.metres if metre.tick != tick or tick == 0)
    return _with_time(score, replace(score.time_map, metres=metres))


def _with_time(score: Score, time_map: TimeMap) -> Edited:
    return Edited(score if time_map == score.time_map else score.with_time_map(time_map))


def _unless_same(before: Score, after: Score) -> Edited:
    return Edited(before if after == before else after)
