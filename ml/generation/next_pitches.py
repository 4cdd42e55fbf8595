"""How likely each pitch is for a note that starts at a given tick: what a musician sees while writing by hand."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import torch
from torch import Tensor

from ml.generation.field_bits import Floats
from ml.generation.moment import GONE_TRACK, TOO_DENSE, probabilities
from ml.generation.song_rows import DENSEST, fullest_tracks, song_piece
from ml.models.checkpoint import LoadedModel
from ml.models.note_head import Situation
from ml.models.trunk import State
from ml.music import Score
from ml.requests import NextPitches, Unexplained
from ml.tensors import vocabulary as v
from ml.tensors.bar_grid import BarGrid
from ml.tensors.event_features import COLUMN
from ml.tensors.piece import Array, PieceEvents, to_steps
from ml.tensors.sequence import EventRow, event_row, onset_class
from ml.tensors.window import Window

MAX_EVENTS = 640
"""What is read again after an edit: enough to know the music, little enough not to be waited for."""
BLOCK_BARS = (16, 8, 4, 2, 1)
"""A row asks for the block of bars that the tick lies in, so that another tick in it costs next to nothing."""
BLOCK_SHARE = 0.5
"""Most of a row that the block may take: the rest is for what comes before it."""
KEPT = 4


@dataclass(frozen=True)
class Context:
    """A row that was read. Of the track's own notes `onset` and `pitch` (n,), in order; `past` of them lie before ASK.
    `states` (1 + asked, width): after ASK and after each note that follows it."""

    score: Score
    row: EventRow
    grid: BarGrid
    window: Window
    part: int
    states: Tensor
    onset: Array
    pitch: Array
    past: int


class PitchMemory:
    """The last few contexts, and what came before their blocks, which edits in a block leave as it was.

    Whoever asks again and again keeps one. Belongs to one thread.
    """

    def __init__(self) -> None:
        self._contexts: OrderedDict[tuple[str, int, int], Context] = OrderedDict()
        self._openings: OrderedDict[tuple[str, bytes], tuple[Tensor, State]] = OrderedDict()

    def find(self, model: LoadedModel, score: Score, track: int, step: int) -> Context | None:
        """The context of this very score in which the step lies."""
        for key, context in self._contexts.items():
            window, grid = context.window, context.grid
            here = grid.start(window.region_bar) <= step < grid.start(window.end_bar)
            if here and key[:2] == (model.checkpoint, track) and context.score is score:
                self._contexts.move_to_end(key)
                return context
        return None

    def keep(self, model: LoadedModel, track: int, context: Context) -> None:
        self._contexts[model.checkpoint, track, context.window.region_bar] = context
        while len(self._contexts) > KEPT:
            self._contexts.popitem(last=False)

    def opening(self, model: LoadedModel, row: EventRow, events: int) -> tuple[Tensor, State]:
        """The last output (1, width) and the trunk's state after the first events of a row."""
        features, places = row.features[:events], row.places[:events]
        key = model.checkpoint, sha256(features.tobytes() + places.tobytes()).digest()
        if key not in self._openings:
            network = model.network
            vectors = network.embedding(torch.from_numpy(features)[None])
            self._openings[key] = network.reader.prefill(vectors, torch.from_numpy(places)[None])
            while len(self._openings) > KEPT:
                self._openings.popitem(last=False)
        self._openings.move_to_end(key)
        return self._openings[key]


@torch.inference_mode()
def next_pitches(
    model: LoadedModel, score: Score, track: int, tick: int, cancelled: Callable[[], bool], *,
    memory: PitchMemory | None = None,
) -> NextPitches | Unexplained | None:  # fmt: skip
    """The probability of each MIDI pitch for the next note of a track, given that it starts at `tick`.

    The model knows the track's notes before the tick, and the other tracks up to the end of the bars around it, also
    what sounds at and after the tick. Temperature, nucleus and limits are left out of account. None once cancelled.
    """
    if not 0 <= track < len(score.tracks) or tick < 0:
        return Unexplained(GONE_TRACK)
    step = int(to_steps(np.array([tick]), score.ticks_per_quarter)[0])
    memory = memory or PitchMemory()
    context = memory.find(model, score, track, step)
    if context is None:
        if cancelled():
            return None
        context = read_context(model, score, track, tick, step, memory)
        if context is None:
            return Unexplained(TOO_DENSE)
        memory.keep(model, track, context)
    return NextPitches(track, tick, chances(model, context, step))


def read_context(
    model: LoadedModel, score: Score, track: int, tick: int, step: int, memory: PitchMemory
) -> Context | None:
    """Read the bars around a tick; None where a single bar is too much."""
    time_map = score.time_map
    song = song_piece(score, fullest_tracks(score, [track]), time_map.bar_start(time_map.bar_at(tick) + 1))
    piece, grid = song.piece, song.grid
    part = piece.tracks.index(track)
    window = window_at(piece, grid, grid.place(step)[0], part)
    start, region, end = (grid.start(bar) for bar in (window.first_bar, window.region_bar, window.end_bar))
    if np.diff(np.searchsorted(piece.onset, (start, end)))[0] > DENSEST:
        return None
    row = event_row(piece, window)
    ask = int(np.flatnonzero(row.features[:, COLUMN["kind"]] == v.ASK)[0])
    network = model.network
    outputs, state = memory.opening(model, row, ask + 1)
    if len(row) > ask + 1:
        vectors = network.embedding(torch.from_numpy(row.features[ask + 1 :])[None])
        read = network.reader.extend(vectors, torch.from_numpy(row.places[ask + 1 :])[None], state)
        outputs = torch.cat([outputs, read[0]])
    own = (piece.part == part) & (piece.onset >= start) & (piece.onset < end)
    onset, pitch = piece.onset[own], piece.pitch[own]
    past = int(np.searchsorted(onset, region))
    return Context(score, row, grid, window, part, network.norm(outputs), onset, pitch, past)


def window_at(piece: PieceEvents, grid: BarGrid, bar: int, part: int) -> Window:
    """The block of bars around a bar, and as many bars before it as there is room for."""

    def count(first: int, end: int) -> int:
        return int(np.diff(np.searchsorted(piece.onset, (grid.start(first), grid.start(end))))[0])

    room = MAX_EVENTS - v.FRAME_EVENTS - len(piece.instruments)
    for bars in BLOCK_BARS:
        region = bar // bars * bars
        if count(region, region + bars) <= room * BLOCK_SHARE:
            break
    first = region
    while first > 0 and region - first < 8 * BLOCK_BARS[0] and count(first - 1, region + bars) <= room:
        first -= 1
    return Window(first, region, region + bars, region + bars, (part,))


def chances(model: LoadedModel, context: Context, step: int) -> Floats:
    """Probabilities (128,) of the pitch of a note at `step`."""
    row, grid = context.row, context.grid
    before = int(np.searchsorted(context.onset, step))
    written = before - context.past
    onset = int(context.onset[before - 1]) if before else -1
    cursor = onset if written > 0 else grid.start(context.window.region_bar)
    state = context.states[max(written, 0)][None]
    _, place, bar = grid.place(cursor)
    delta = int(onset_class(np.array([step - cursor]), np.array([bar]))[0])
    last = int(context.pitch[before - 1]) if before else -1

    def one(value: int) -> Tensor:
        return torch.tensor([value])

    at = Situation(
        one(place % v.POSITIONS), one(bar), one(context.part if written > 0 else -1), one(last if written > 0 else -1),
        torch.tensor([True]), one(row.tonic), torch.tensor([row.minor]), torch.from_numpy(row.asked)[None],
        torch.from_numpy(row.instruments)[None],
    )  # fmt: skip
    head, position, part = model.network.head, one(grid.place(step)[1] % v.POSITIONS), one(context.part)
    state = head.after_onset(state, one(delta), position)
    state = head.after_part(state, part, position, at)
    return probabilities(head.pitch_logits(state, one(delta), part, one(last), at))
