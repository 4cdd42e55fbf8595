"""A request in event terms: which tracks are parts, what is given and told, where the region lies on the grid."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ml.generation.given import (
    WITH_FUTURE,
    given_rows,
    is_one_voice,
    known_line,
    longest_rest,
    other_tracks,
    rest_limit,
    said_of_silence,
    staying_rows,
    with_known_programs,
)  # fmt: skip
from ml.generation.limits_mask import LimitTables
from ml.generation.plan import Plan, make_plan
from ml.generation.row_layout import Layout, lay_out
from ml.music.harmony import QUALITIES, ChordTrack
from ml.requests import GenerationRequest, PermittedPitches, RefusedRequest, Verb, kept_harmony, ringing_notes
from ml.tensors import vocabulary as v
from ml.tensors.bar_grid import BarGrid
from ml.tensors.piece import Array, PieceEvents, piece_events, to_steps
from ml.tensors.sequence import EventRow, event_row
from ml.tensors.window import Hints, Window

MAX_EVENTS = 1536
"""Rows are as long as those the models were trained on."""
PROMPT_SHARE, REFILL_SHARE = 0.7, 0.5
"""A prompt leaves the rest of the row for the answer; of a full row so much is given again as a new row's prompt."""
SLOWEST_QPM, FASTEST_QPM = 36.0, 270.0
"""Beyond these tempos the models' slowest and fastest class says too little."""


@dataclass(frozen=True)
class Prompt:
    """`piece` holds the given notes, of the asked parts only those that the verb gives; `locked` (notes,) those of
    them in the region's bars. `asked` parts; the region in steps and bars. `chords` and `kept` as in `Hints`,
    over the whole song and region. `rest`: longest pause in steps that the answer may make, None for any.
    """

    request: GenerationRequest
    piece: PieceEvents
    locked: NDArray[np.bool_]
    grid: BarGrid
    asked: tuple[int, ...]
    start_step: int
    end_step: int
    region_bar: int
    end_bar: int
    style: bool
    chords: Array
    kept: Array
    density: int
    leaps: int
    tables: LimitTables
    plan: Plan | None
    rest: int | None
    remarks: tuple[str, ...]

    def row(self, written: Array, max_events: int = MAX_EVENTS) -> tuple[EventRow, Window]:
        """The row to read before the next note: given notes, past, ASK and what is `written` (5, notes) so far.

        `max_events` is the row's full length; as many bars of the past and future are given as leave room. Where the
        region itself holds too much, the row's window ends earlier: past it, another row must be read.
        """
        piece, locked = with_notes(self.piece, self.locked, written)
        layout = self.layout(piece.onset, piece.part, written, max_events)
        window = self.window(layout)
        if not layout.rows.all():
            piece, locked = only(piece, layout.rows), locked[layout.rows]
        return event_row(piece, window, ask=bool(written.shape[1]), hints=self.hints(window, locked)), window

    def window(self, layout: Layout) -> Window:
        """What a row of this layout covers."""
        region_bar = max(self.region_bar, layout.first_bar)
        return Window(layout.first_bar, region_bar, layout.end_bar, layout.given_end_bar, self.asked, style=self.style)

    def hints(self, window: Window, locked: NDArray[np.bool_]) -> Hints:
        """What a row of this window tells beside notes; `locked` marks notes of its piece."""
        first, region, end = (self.grid.start(bar) for bar in (window.first_bar, window.region_bar, window.end_bar))
        kept = self.kept[:, (self.kept[0] >= region) & (self.kept[0] < end)]
        return Hints(locked, chords_from(self.chords, first, end), kept, self.density, self.leaps)

    def layout(self, onset: Array, part: Array, written: Array, max_events: int = MAX_EVENTS) -> Layout:
        """What the next row shows, of notes with these onsets and parts, which hold those `written`."""
        share = REFILL_SHARE if written.shape[1] else PROMPT_SHARE
        room = max(int(max_events * share) - v.FRAME_EVENTS - len(self.piece.instruments), 1)
        here = self.region_bar if not written.shape[1] else self.grid.place(int(written[0, -1]))[0]
        verb = self.request.verb
        first_heard = self.grid.place(int(onset[0]))[0] if len(onset) else self.region_bar
        lowest = self.region_bar if verb is Verb.GENERATE else min(first_heard, self.region_bar)
        told = np.concatenate([self.chords[0], self.kept[0]])
        return lay_out(
            onset, np.isin(part, self.asked), told, self.grid, lowest, here, max(self.end_bar, here + 1),
            verb in WITH_FUTURE, room,
        )  # fmt: skip


def make_prompt(request: GenerationRequest) -> Prompt:
    """Turn a checked request into a prompt. What the models cannot be told exactly is said in `remarks`.

    Raises RefusedRequest where the limits, the notes that stay and what is kept leave no place for a note.
    """
    region, verb, limits = request.region, request.verb, request.limits
    remarks: list[str] = []
    score = with_known_programs(request.score, remarks)
    others = [] if verb is Verb.GENERATE else other_tracks(request, remarks)
    style = request.leanings.style
    piece = piece_events(
        score, v.STYLES.index(style) if style else 0, sorted({*region.tracks, *others}), end_tick=region.end_tick
    )
    asked = tuple(part for part, track in enumerate(piece.tracks) if track in region.tracks)
    grid = BarGrid(piece.bar_starts)
    start_step, end_step = (
        int(step) for step in to_steps(np.array([region.start_tick, region.end_tick]), score.ticks_per_quarter)
    )
    end_step = max(end_step, start_step + 1)
    permitted = PermittedPitches(request)
    tracks = {part: piece.tracks[part] for part in asked}
    own = known_line(piece, asked, start_step, end_step, verb)
    voices = frozenset(part for part in asked if is_one_voice(piece.onset[own & (piece.part == part)]))
    if verb is Verb.VARY and (request.keep.rhythm or request.keep.contour):
        # What is kept must stay possible beside notes that stay.
        voices = frozenset(part for part in voices if not len(ringing_notes(score, region, piece.tracks[part])))
    tables = LimitTables(request, permitted, tracks, grid, start_step, end_step, voices)
    plan = make_plan(tables)
    if plan is None and not tables.open.any():
        raise RefusedRequest(
            "The limits and the notes that stay leave no place for a new note here: "
            "widen the limits, unlock notes or choose other bars."
        )
    stay = staying_rows(piece, tables, start_step, end_step, score.ticks_per_quarter)
    given = given_rows(piece, stay, asked, start_step, end_step, verb)
    longest = longest_rest(piece.onset[own], start_step, end_step, verb is Verb.VARY)
    if not given.any() and verb is not Verb.GENERATE:
        remarks.append(said_of_silence(request))
    piece = with_heading(only(piece, given), request, remarks)
    bars = [int(bar) for bar in grid.locate(np.array([start_step, max(end_step - 1, start_step)]))[0]]
    # Rows ask for whole bars: what is given of the region's own bars is shown as locked notes are.
    locked = np.isin(piece.part, asked) & (piece.onset >= grid.start(bars[0])) & (piece.onset < grid.start(bars[1] + 1))
    leanings, kept = request.leanings, plan.hint() if plan else np.zeros((4, 0), np.int64)
    # A contour alone says nothing of the rhythm: that it should be about as lively must be told.
    density = leanings.density or (plan.density if plan and not plan.rhythm else 0)
    bar = max(grid.start(bars[0] + 1) - grid.start(bars[0]), 1)
    prompt = Prompt(
        request, piece, locked, grid, asked, start_step, end_step, bars[0], bars[1] + 1, style is not None,
        chord_events(limits.chords or kept_harmony(request), score.ticks_per_quarter), kept, density,
        leanings.leaps or 0, tables, plan, rest_limit(verb, longest, bar), tuple(remarks),
    )  # fmt: skip
    if prompt.layout(piece.onset, piece.part, np.zeros((5, 0), np.int64)).cut:
        said = "The music here is denser than models can read: they heard some of its notes only."
        return replace(prompt, remarks=(*prompt.remarks, said))
    return prompt


def with_heading(piece: PieceEvents, request: GenerationRequest, remarks: list[str]) -> PieceEvents:
    """The piece with what the row says of it as a whole: key, metre and tempo where the region starts."""
    score, limits, tick = request.score, request.limits, request.region.start_tick
    tonic, minor = piece.tonic, piece.minor
    if limits.key is not None:
        tonic, minor = limits.key.tonic, limits.key.is_minor
    elif request.verb is Verb.GENERATE:
        tonic, minor = -1, False
    metre = str(score.time_map.metre_at(tick))
    if metre not in v.METRES:
        remarks.append(f"The models have hardly met {metre}: they take its bars as they are.")
    qpm = score.time_map.tempo_at(tick).qpm
    if not SLOWEST_QPM <= qpm <= FASTEST_QPM:
        extreme = "fastest" if qpm > FASTEST_QPM else "slowest"
        remarks.append(f"A tempo of {qpm:.0f} is beyond what the models know: they take it as their {extreme}.")
    return replace(
        piece, tonic=tonic, minor=minor, metre=v.METRES.index(metre) if metre in v.METRES else 0,
        tempo=v.tempo_class(qpm), flat=False,
    )  # fmt: skip


# --- what is told


def chord_events(chords: ChordTrack, ticks_per_quarter: int) -> Array:
    """A chord track as `Hints.chords`."""
    rows = [(span.start_tick, span.chord.root, QUALITIES.index(span.chord.quality)) for span in chords.spans]
    events = np.array(rows, np.int64).reshape(-1, 3).T
    events[0] = to_steps(events[0], ticks_per_quarter)
    return events


def chords_from(chords: Array, first: int, end: int) -> Array:
    """The chords of the steps [first, end); one that began before `first` begins there."""
    begin = max(int(np.searchsorted(chords[0], first, "right")) - 1, 0)
    shown = chords[:, begin : int(np.searchsorted(chords[0], end, "left"))].copy()
    shown[0] = np.maximum(shown[0], first)
    return shown


# --- pieces


def only(piece: PieceEvents, rows: NDArray[np.bool_]) -> PieceEvents:
    """The piece with these notes alone."""
    return replace(
        piece, onset=piece.onset[rows], part=piece.part[rows], pitch=piece.pitch[rows], length=piece.length[rows],
        velocity=piece.velocity[rows],
    )  # fmt: skip


def with_notes(piece: PieceEvents, locked: NDArray[np.bool_], written: Array) -> tuple[PieceEvents, NDArray[np.bool_]]:
    """The piece with more notes (5, notes): onset, part, pitch, length, velocity; and its locked notes marked."""
    if not written.shape[1]:
        return piece, locked
    rows = np.concatenate([[piece.onset, piece.part, piece.pitch, piece.length, piece.velocity], written], axis=1)
    order = np.lexsort((rows[2], rows[1], rows[0]))
    onset, part, pitch, length, velocity = rows[:, order]
    marks = np.concatenate([locked, np.zeros(written.shape[1], bool)])[order]
    return replace(piece, onset=onset, part=part, pitch=pitch, length=length, velocity=velocity), marks
