"""From the session's board of takes to what the comparison view shows: rows, cells, figures in words."""

from __future__ import annotations

from itertools import groupby

from ml.music import Key
from ml.requests import GenerationRequest, TakeNote, ringing_notes
from studio.session.arranging import SortBy
from studio.session.mixture import Mixture
from studio.session.take_figures import TakeFigures
from studio.session.takes import AnswerState, ModelAnswer, TakesBoard, TakeSlot
from studio.ui.audition.cell_view import CellView, ComparisonView, Figure, RollFrame, RowView
from studio.ui.audition.mixture_strip import MixtureView, Piece
from studio.ui.roll.spelling import pitch_label

DIGITS = 9
STATE_TEXT = {
    AnswerState.WAITING: "waiting",
    AnswerState.LOADING: "reading…",
    AnswerState.WRITING: "writing…",
    AnswerState.DONE: "done",
    AnswerState.FAILED: "gave up",
    AnswerState.STOPPED: "stopped",
}
WIDE_OF_REGION = (48, 72)
"""Pitches to show while there is no note yet."""


class Comparison:
    """Makes the view of a board again and again; what does not change with each note is kept between times."""

    def __init__(self) -> None:
        self._request: GenerationRequest | None = None
        self._given: tuple[TakeNote, ...] = ()
        self._spans: dict[int, tuple[object, tuple[int, int] | None]] = {}
        self._frame: RollFrame | None = None

    def view_of(self, board: TakesBoard) -> ComparisonView:
        """Rows in the order in which the models were asked, cells in that of the board's arrangement."""
        if board.request is None or board.blind:
            self._request, self._frame = None, None
            return ComparisonView()
        frame = self._frame_of(board, board.request)
        shown, slots, digits = board.shown, board.slots, digits_of(board)
        numbers = {slot: number for number, slot in enumerate(slots)}
        rows = []
        for answer in board.answers:
            cells = tuple(
                _cell(answer, slot, numbers[slot], digits.get(slot), slot is board.auditioned, frame)
                for slot in shown
                if slot.model == answer.card.id
            )
            rows.append(
                RowView(
                    model=answer.card.id,
                    name=answer.card.name,
                    state=STATE_TEXT[answer.state],
                    chosen=answer.chosen,
                    speed=speed_text(answer.notes_per_s),
                    running=answer.writing,
                    cells=cells,
                    trouble=answer.sentence,
                    remarks=answer.remarks,
                )
            )
        return ComparisonView(tuple(rows), frame, len(slots) - len(shown))

    def _frame_of(self, board: TakesBoard, request: GenerationRequest) -> RollFrame:
        region, time_map = request.region, request.score.time_map
        drums = frozenset(track for track in region.tracks if request.score.tracks[track].drums)
        pitched = drums != frozenset(region.tracks)  # drums are no pitches, unless there is nothing else
        if request is not self._request:
            self._request, self._spans = request, {}
            self._given = staying_notes(request)
        strips = drums if pitched else frozenset()
        parts = [_span(self._given, strips)]
        for number, slot in enumerate(board.slots):
            known = self._spans.get(number)
            if known is None or known[0] is not slot.notes:
                known = self._spans[number] = (slot.notes, _span(slot.notes, strips))
            parts.append(known[1])
        spans = [span for span in parts if span is not None]
        pitches = (min(low for low, _ in spans), max(high for _, high in spans)) if spans else WIDE_OF_REGION
        ticks = (region.start_tick, region.end_tick)
        bars, first = tuple(time_map.bar_lines(*ticks)), time_map.bar_at(ticks[0])
        frame = RollFrame(ticks, bars, pitches, self._given, region.tracks, strips, first)
        if self._frame is None or frame.given is not self._frame.given or frame != self._frame:
            self._frame = frame
        return self._frame


def mixture_of(board: TakesBoard, frame: RollFrame | None) -> MixtureView:
    """The mixture as its row shows it."""
    mixture = board.mixture
    if not isinstance(mixture, Mixture) or frame is None:
        return MixtureView(frame)
    numbers = {slot: number for number, slot in enumerate(board.slots)}
    tracks, first = mixture.request.region.tracks, mixture.bars.start

    def taken(bar: int) -> list[TakeSlot | None]:
        return [mixture.cells.get((bar, track)) for track in tracks]

    pieces: list[Piece] = []
    for slots, same in groupby(mixture.bars, taken):
        bars = [bar - first for bar in same]
        ticks = frame.bars_ticks(bars[0], bars[-1])
        bands = slots[:1] if len(set(slots)) == 1 else slots  # of one take only: no need to tell the tracks apart
        for place, slot in enumerate(bands):
            if slot is not None:
                pieces.append(Piece(ticks, numbers.get(slot, 0), slot.title, place, len(bands)))
    sources = tuple(numbers.get(slot, 0) for slot in mixture.origins)
    heard = mixture is board.auditioned
    return MixtureView(frame, mixture.notes, sources, tuple(pieces), heard, mixture.title)


def digits_of(board: TakesBoard) -> dict[TakeSlot, int]:
    """Which of the keys 1 to 9 hears which take, now.

    All takes in the order in which they show; of more than nine, those of the model that is heard, by column. Sorted
    takes are not counted by model: the digits then mean the first nine.
    """
    shown = tuple(slot for slot in board.shown if slot is not board.mixture)
    if len(shown) > DIGITS and board.arrangement.by is SortBy.MODEL:
        heard = board.auditioned if board.auditioned in shown else shown[0]
        shown = tuple(slot for slot in shown if heard is not None and slot.model == heard.model)
    return {slot: digit for digit, slot in enumerate(shown[:DIGITS], 1)}


def speed_text(notes_per_s: float | None) -> str:
    """ "12 notes/s", "" while it is not known."""
    if notes_per_s is None:
        return ""
    return f"{notes_per_s:.1f} notes/s" if notes_per_s < 10 else f"{round(notes_per_s)} notes/s"


def name_of(slot: TakeSlot) -> str:
    """The model's name and the take's number among those that show, whatever its label: "Blend 2"."""
    return f"{slot.model_name} {(slot.index if slot.place is None else slot.place) + 1}"


def figures_of(figures: TakeFigures | None) -> tuple[Figure, ...]:
    """Length, bits per note, in key, density, range and copying, in this order; nothing before they are known."""
    if figures is None:
        return ()
    key = str(figures.key) if figures.key is not None else "the key"
    found = [
        Figure(f"{figures.bars} bar{'s' if figures.bars > 1 else ''}", f"{figures.notes} notes"),
        Figure(
            f"{figures.bits_per_note:.1f} bits",
            "bits per note: how surprising it was to the model itself",
            short=f"{figures.bits_per_note:.1f} b",
        ),
    ]
    if figures.in_key is not None:
        share = f"{figures.in_key:.0%}"
        found.append(Figure(f"{share} key", f"of its notes belong to {key}", short=share))
    found.append(Figure(f"{figures.notes_per_bar:.1f}/bar", "notes in a bar", short=f"{figures.notes_per_bar:.1f}/b"))
    if figures.lowest is not None and figures.highest is not None:
        found.append(Figure(_range(figures.lowest, figures.highest, figures.key), "lowest and highest note"))
    if (copy := figures.copy) is not None:
        found.append(Figure(copy.short_text, copy.text, warns=copy.unusual, opens=True))
    return tuple(found)


def _range(lowest: int, highest: int, key: Key | None) -> str:
    return f"{pitch_label(lowest, key)}–{pitch_label(highest, key)}"


def _cell(
    answer: ModelAnswer, slot: TakeSlot, number: int, digit: int | None, heard: bool, frame: RollFrame
) -> CellView:
    mark = slot.mark
    copy = None if slot.figures is None else slot.figures.copy
    return CellView(
        number=number,
        slot=slot,
        name=name_of(slot),
        notes=slot.notes,
        frame=frame,
        digit=digit,
        done=slot.done,
        heard=heard,
        starred=mark.starred,
        discarded=mark.discarded,
        label=mark.label,
        note=mark.note,
        status="" if slot.done else _status(answer, slot),
        figures=figures_of(slot.figures),
        remarks=(*slot.reasons, *(slot.take.remarks if slot.take is not None else ())),
        copied=None if copy is None else copy.unusual_ticks,
    )


def _status(answer: ModelAnswer, slot: TakeSlot) -> str:
    if not slot.notes:
        return STATE_TEXT[answer.state]
    return f"{len(slot.notes)} note{'s' if len(slot.notes) > 1 else ''}…"


def _span(notes: tuple[TakeNote, ...], left_out: frozenset[int]) -> tuple[int, int] | None:
    pitches = [note.pitch for note in notes if note.track not in left_out]
    return (min(pitches), max(pitches)) if pitches else None


def staying_notes(request: GenerationRequest) -> tuple[TakeNote, ...]:
    """The notes of the asked bars that stay whatever is written, for showing a take among them."""
    region, found = request.region, []
    for track in region.tracks:
        table = ringing_notes(request.score, region, track)
        inside = table.take(table.starting(region.start_tick, region.end_tick))
        found += [TakeNote(track, n.start, n.length, n.pitch, n.velocity, 0.0) for n in inside]
    return tuple(found)
