"""How surprising notes are to a model: any notes of a song, or those of takes that anyone may have written."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch

from ml.generation.field_bits import Floats, row_bits, tail_bits
from ml.generation.places import places_of
from ml.generation.prompt import MAX_EVENTS, make_prompt
from ml.generation.replay import Stretch, as_written, free_writer, stretches
from ml.generation.song_rows import SongPiece, SongRow, fullest_tracks, song_piece
from ml.models.checkpoint import LoadedModel
from ml.music import MUTED, Score
from ml.requests import GenerationRequest, Surprise, TakeNote, TakeSurprise
from ml.tensors import vocabulary as v
from ml.tensors.piece import Array, to_steps

BESIDE = v.PARTS // 2
"""Beyond sixteen tracks, so many are judged at a time, beside as many of the fullest others."""


def surprise_of(
    model: LoadedModel, score: Score, cancelled: Callable[[], bool], *, tracks: Sequence[int] | None = None,
    start_tick: int = 0, end_tick: int | None = None,
) -> Surprise | None:  # fmt: skip
    """Bits of the notes of a song: of `tracks` (default all) that start in [start_tick, end_tick); None once cancelled.

    A note is judged by all that comes before it in the whole song, and at its onset by the tracks before its own
    (they go from high to low, drums last), however much of the song is asked about. Long songs are read in
    overlapping rows (`ml.tensors.sliding`), just as models are evaluated.
    """
    wanted = set(range(len(score.tracks)) if tracks is None else tracks)
    found: list[tuple[Array, Array, Floats]] = []
    for read, judged in readings(score, wanted):
        song = song_piece(score, read)
        steps = [to_steps(np.array([tick]), score.ticks_per_quarter)[0] for tick in (start_tick, end_tick or 0)]
        rows = list(song.rows(int(steps[0]), None if end_tick is None else int(steps[1]) + 1))
        bits = row_bits(model.network, [(row.row, row.events) for row in rows], cancelled)
        if bits is None:
            return None
        found.append(of_notes(score, song, judged, rows, bits))
    track = np.concatenate([np.zeros(0, np.int64), *(part[0] for part in found)])
    note_id = np.concatenate([np.zeros(0, np.int64), *(part[1] for part in found)])
    fields = np.concatenate([np.zeros((len(v.FIELDS), 0)), *(part[2] for part in found)], axis=1)
    start = starts_of(score, track, note_id)
    inside = (start >= start_tick) & (start < (start.max(initial=0) + 1 if end_tick is None else end_tick))
    return Surprise(track[inside], note_id[inside], fields[:, inside])


def surprise_of_takes(
    model: LoadedModel, request: GenerationRequest, takes: Sequence[Sequence[TakeNote]],
    cancelled: Callable[[], bool], *, max_events: int = MAX_EVENTS,
) -> tuple[TakeSurprise, ...] | None:  # fmt: skip
    """Bits of the notes of each take of a request under a model that need not have written them; None once cancelled.

    The model is told what it would have been told had it been asked. For takes that it wrote itself these are the bits
    that it reported, but for notes that limits or the region's end cut short: they count as if written so. The request
    is read once for all takes. Raises RefusedRequest as `generate` does.
    """
    with torch.inference_mode():
        prompt = make_prompt(request)
        first_row = prompt.row(np.zeros((5, 0), np.int64), max_events)
    numbers: list[list[int]] = []
    plans: list[list[Stretch]] = []
    for notes in takes:
        if cancelled():
            return None
        written, number = as_written(prompt, notes)
        numbers.append(number)
        plans.append(list(stretches(free_writer(prompt), written, None, max_events, first_row)))
    bits = tail_bits(model.network, first_row[0], [plan[0].tail for plan in plans], cancelled)
    if bits is None:
        return None
    found: list[TakeSurprise] = []
    for number, plan, of_first in zip(numbers, plans, bits, strict=True):
        parts = [of_first]
        for stretch in plan[1:]:
            more = tail_bits(model.network, stretch.row, [stretch.tail], cancelled)
            if more is None:
                return None
            parts += more
        whole = np.concatenate(parts, axis=1)
        # The last one is END; a note that was not asked for takes the place after it.
        fields = np.concatenate([whole[:, :-1], np.full((len(v.FIELDS), 1), np.nan)], axis=1)
        found.append(TakeSurprise(fields[:, number], float(whole[0, -1])))
    return tuple(found)


def readings(score: Score, wanted: set[int]) -> list[tuple[list[int], set[int]]]:
    """Which tracks to read together, and which of them are judged so.

    The sixteen fullest tracks belong together, so that a figure does not depend on what else is asked about.
    """
    together = fullest_tracks(score, [])
    groups = [(together, wanted & set(together))]
    others = sorted(index for index in wanted - set(together) if ((score.tracks[index].notes.flags & MUTED) == 0).any())
    for first in range(0, len(others), BESIDE):
        mine = others[first : first + BESIDE]
        groups.append((fullest_tracks(score, mine), set(mine)))
    return [group for group in groups if group[1]]


def of_notes(
    score: Score, song: SongPiece, judged: set[int], rows: list[SongRow], bits: list[Floats]
) -> tuple[Array, Array, Floats]:
    """Track, note id and bits (5, n) of the notes of the `judged` tracks that the rows ask for."""
    piece, names = song.piece, song.names
    of_piece = np.full((len(v.FIELDS), len(piece)), np.nan)
    for row, fields in zip(rows, bits, strict=True):
        of_piece[:, row.first : row.first + fields.shape[1]] = fields
    own = places_of(piece.onset, piece.part, piece.pitch)
    at = np.searchsorted(own, names.places)
    fields = of_piece[:, np.minimum(at, max(len(own) - 1, 0))] if len(own) else np.zeros((len(v.FIELDS), 0))
    known = ~np.isnan(fields[0]) & np.isin(names.track, list(judged))
    return names.track[known], names.note_id[known], fields[:, known]


def starts_of(score: Score, track: Array, note_id: Array) -> Array:
    """Start ticks of notes of a song, (n,)."""
    starts = np.zeros(len(track), np.int64)
    for index in np.unique(track).tolist():
        notes = score.tracks[index].notes
        order = np.argsort(notes.id)
        mine = track == index
        starts[mine] = notes.start[order][np.searchsorted(notes.id[order], note_id[mine])]
    return starts
