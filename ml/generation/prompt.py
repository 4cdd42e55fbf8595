"""A request in event terms: which tracks are parts, which bars are given, where the region lies on the grid."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ml.requests import GenerationRequest
from ml.tensors import vocabulary as v
from ml.tensors.bar_grid import BarGrid
from ml.tensors.piece import Array, PieceEvents, piece_events, to_steps
from ml.tensors.sequence import EventRow, event_row
from ml.tensors.window import Window

MAX_EVENTS = 1536
"""Rows are as long as those the models were trained on."""
PROMPT_SHARE, REFILL_SHARE = 0.7, 0.5
"""A prompt leaves the rest of the row for the answer; of a full row so much is given again as a new row's prompt."""


@dataclass(frozen=True)
class Prompt:
    """`piece` holds the given notes; `part_of_track` maps the asked tracks; region in steps and bars.

    `voices`: parts whose past has never more than one onset at a time; the answer keeps to that.
    """

    request: GenerationRequest
    piece: PieceEvents
    grid: BarGrid
    asked: tuple[int, ...]
    start_step: int
    end_step: int
    region_bar: int
    end_bar: int
    voices: frozenset[int]
    remarks: tuple[str, ...]

    def row(self, written: Array, max_events: int = MAX_EVENTS) -> tuple[EventRow, Window]:
        """The row to read before the next note: given notes, past, ASK and what is `written` (5, notes) so far.

        `max_events` is the row's full length; as many bars of the past are given as leave room, at least the last one.
        """
        piece = with_notes(self.piece, written)
        parts = len(piece.instruments)
        share = REFILL_SHARE if written.shape[1] else PROMPT_SHARE
        room = max(int(max_events * share) - v.FRAME_EVENTS - parts, 1)
        here = self.region_bar if not written.shape[1] else int(self.grid.locate(written[0, -1:])[0][0])
        given_after = int(np.count_nonzero((self.piece.onset >= self.start_step) & (self.piece.onset < self.end_step)))
        last = int(np.searchsorted(piece.onset, self.grid.start(here + 1) if written.shape[1] else self.start_step))
        first_note = max(0, last - max(room - given_after, room // 2))
        first_bar = 0
        if first_note:
            first_bar = min(int(self.grid.locate(piece.onset[first_note : first_note + 1])[0][0]) + 1, here)
        region_bar = max(self.region_bar, first_bar)
        window = Window(first_bar, region_bar, self.end_bar, self.end_bar, self.asked, style=False, tempo=True)
        row = event_row(piece, window, ask=bool(written.shape[1]))
        return row, window


def with_notes(piece: PieceEvents, written: Array) -> PieceEvents:
    """The piece with more notes (5, notes): onset, part, pitch, length, velocity."""
    if not written.shape[1]:
        return piece
    rows = np.concatenate([[piece.onset, piece.part, piece.pitch, piece.length, piece.velocity], written], axis=1)
    rows = rows[:, np.lexsort((rows[2], rows[1], rows[0]))]
    return replace(piece, onset=rows[0], part=rows[1], pitch=rows[2], length=rows[3], velocity=rows[4])


def make_prompt(request: GenerationRequest) -> Prompt:
    """Turn a checked request into a prompt. What the models cannot be told exactly is said in `remarks`."""
    score, region = request.score, request.region
    remarks: list[str] = []
    others = [i for i, track in enumerate(score.tracks) if i not in region.tracks and len(track.notes)]
    room = v.PARTS - len(region.tracks)
    if len(others) > room:
        others = sorted(sorted(others, key=lambda i: -len(score.tracks[i].notes))[: max(room, 0)])
        remarks.append(f"Models hear {v.PARTS} tracks at once: the emptiest others were left out.")
    piece = piece_events(score, tracks=sorted((*region.tracks[: v.PARTS], *others)), end_tick=region.end_tick)
    asked = tuple(part for part, track in enumerate(piece.tracks) if track in region.tracks)
    grid = BarGrid(piece.bar_starts)
    start_step, end_step = (
        int(step) for step in to_steps(np.array([region.start_tick, region.end_tick]), score.ticks_per_quarter)
    )
    free = np.isin(piece.part, asked) & (piece.onset >= start_step)
    kept = ~free
    piece = replace(
        piece, onset=piece.onset[kept], part=piece.part[kept], pitch=piece.pitch[kept], length=piece.length[kept],
        velocity=piece.velocity[kept], flat=False,
    )  # fmt: skip
    if request.limits.key is not None:
        piece = replace(piece, tonic=request.limits.key.tonic, minor=request.limits.key.is_minor)
    metre = str(score.time_map.metre_at(region.start_tick))
    if metre not in v.METRES:
        remarks.append(f"The models have hardly met {metre}: they take its bars as they are.")
    piece = replace(piece, metre=v.METRES.index(metre) if metre in v.METRES else 0)
    bars = [int(bar) for bar in grid.locate(np.array([start_step, max(end_step - 1, start_step)]))[0]]
    voices = frozenset(part for part in asked if is_one_voice(piece.onset[piece.part == part]))
    return Prompt(
        request, piece, grid, asked, start_step, max(end_step, start_step + 1), bars[0], bars[1] + 1, voices,
        tuple(remarks),
    )  # fmt: skip


def is_one_voice(onsets: Array) -> bool:
    """Whether eight notes or more never start together."""
    return len(onsets) >= 8 and len(np.unique(onsets)) == len(onsets)
