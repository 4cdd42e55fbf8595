"""What a request gives: which tracks and notes the models hear, and what the song's own lines do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ml.generation.limits_mask import LimitTables
from ml.generation.places import places_of
from ml.music import MUTED, Score
from ml.requests import GenerationRequest, Verb
from ml.tensors import vocabulary as v
from ml.tensors.piece import Array, PieceEvents, to_steps

VOICE_NOTES = 8
"""From so many notes on, a part that never has two at once is taken for a single voice."""
WITH_FUTURE = (Verb.FILL, Verb.VARY, Verb.ACCOMPANY)
"""Verbs whose answer leads into what comes after."""


def other_tracks(request: GenerationRequest, remarks: list[str]) -> list[int]:
    """The tracks beside the asked ones that the models hear."""
    tracks, asked = request.score.tracks, request.region.tracks
    heard = {index: int(np.count_nonzero((track.notes.flags & MUTED) == 0)) for index, track in enumerate(tracks)}
    others = [index for index, count in heard.items() if count and index not in asked]
    room = v.PARTS - len(asked)
    if len(others) > room:
        others = sorted(sorted(others, key=lambda index: -heard[index])[: max(room, 0)])
        remarks.append(f"Models hear {v.PARTS} tracks at once: the emptiest others were left out.")
    return others


def given_rows(
    piece: PieceEvents, locked: NDArray[np.bool_], asked: tuple[int, ...], start: int, end: int, verb: Verb
) -> NDArray[np.bool_]:
    """Which notes of the piece the verb gives."""
    if verb is Verb.GENERATE:
        return locked
    own = np.isin(piece.part, asked)
    after = (piece.onset >= end) if verb in WITH_FUTURE else np.zeros(len(piece), bool)
    return ~own | locked | (piece.onset < start) | after


def known_line(piece: PieceEvents, asked: tuple[int, ...], start: int, end: int, verb: Verb) -> NDArray[np.bool_]:
    """Notes of the asked parts that tell how their lines go: those before, and where the verb gives them those after;
    what Vary replaces tells it too."""
    inside = (piece.onset >= start) & (piece.onset < end)
    after = piece.onset >= end
    known: NDArray[np.bool_] = np.isin(piece.part, asked) & (
        (piece.onset < start) | (after & (verb in WITH_FUTURE)) | (inside & (verb is Verb.VARY))
    )
    return known & (verb is not Verb.GENERATE)


def staying_rows(
    piece: PieceEvents, tables: LimitTables, start: int, end: int, ticks_per_quarter: int
) -> NDArray[np.bool_]:
    """Which notes of the piece start in the region and stay there."""
    stay = [
        places_of(to_steps(table.start, ticks_per_quarter), np.full(len(table), part), table.pitch.astype(np.int64))
        for part, table in tables.staying.items()
    ]
    inside = (piece.onset >= start) & (piece.onset < end)
    found: NDArray[np.bool_] = inside & np.isin(places_of(piece.onset, piece.part, piece.pitch), np.concatenate(stay))
    return found


def with_known_programs(score: Score, remarks: list[str]) -> Score:
    """The score with the piano in place of instruments that General MIDI does not have."""
    for index, track in enumerate(score.tracks):
        if track.program is not None and not 0 <= track.program < 128:
            score = score.with_track(index, replace(track, program=0))
            remarks.append(f"Track {index + 1} has an instrument that models do not know: they take it for a piano.")
    return score


def said_of_silence(request: GenerationRequest) -> str:
    """What to say when the models hear nothing."""
    if request.score.note_count and all(((track.notes.flags & MUTED) != 0).all() for track in request.score.tracks):
        return "All notes are muted: the models hear nothing and start from nothing."
    return "There is nothing for the models to go by: they start from nothing."


# --- what lines do


def is_one_voice(onsets: Array) -> bool:
    """Whether eight notes or more never start together."""
    return len(onsets) >= VOICE_NOTES and len(np.unique(onsets)) == len(onsets)


def longest_rest(onsets: Array, start: int, end: int, whole: bool) -> int | None:
    """Longest distance between onsets (steps) of a line that is long enough to judge by; None for others.

    Unless the `whole` line is known, the distance over the region from `start` to `end` does not count.
    """
    if len(onsets) < VOICE_NOTES:
        return None
    onsets = np.unique(onsets)
    known = np.ones(len(onsets) - 1, bool) if whole else (onsets[1:] < start) | (onsets[:-1] >= end)
    return int(np.diff(onsets)[known].max(initial=0))


def rest_limit(verb: Verb, longest: int | None, bar: int) -> int | None:
    """How many steps may pass between onsets: what the song's own line does, and a bar in any case.

    An accompaniment may wait for the others; of a line that is hardly there nothing is known.
    """
    if verb is Verb.ACCOMPANY or longest is None:
        return 2 * bar if verb is Verb.GENERATE else None
    return max(longest, bar)
