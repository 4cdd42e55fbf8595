"""From the session's board of takes to the rows that the panel shows and the layers that the roll shows."""

from __future__ import annotations

from ml.music import Note, NoteTable
from ml.requests import Region
from studio.session.takes import AnswerState, ModelAnswer, TakesBoard, TakeSlot
from studio.ui.audition.comparison import digits_of, staying_notes
from studio.ui.models.take_row import TakeView
from studio.ui.models.takes_view import ModelGroup
from studio.ui.roll.takes import MIXED, TakeLayer

WAITING_TEXT = {
    AnswerState.WAITING: "waiting",
    AnswerState.LOADING: "reading…",
    AnswerState.WRITING: "writing…",
}

BLIND_TEXT = "Blind test: names come at the end"


def groups_of(board: TakesBoard, *, heard_alone: bool = False) -> tuple[ModelGroup, ...]:
    """The board as rows; all rows share one range of pitches so that they can be compared by eye.

    `heard_alone` leaves out all but the take that is heard, and what models that gave up have to say.
    While a blind test runs there are none: names, pictures, figures and order would each give a take away.
    """
    if board.request is None:
        return ()
    if board.blind:
        return (ModelGroup("", BLIND_TEXT, ()),)
    request = board.request
    region, time_map = request.region, request.score.time_map
    drums = frozenset(track for track in region.tracks if request.score.tracks[track].drums)
    given = staying_notes(request)
    ticks = (region.start_tick, region.end_tick)
    bar_ticks = time_map.bar_lines(*ticks)
    pitched = drums != frozenset(region.tracks)  # the rows of drums are no pitches, unless there is nothing else
    heard = board.auditioned
    meant = [slot for slot in board.slots if not heard_alone or slot is heard]
    notes = (note for shown in (given, *(slot.notes for slot in meant)) for note in shown)
    pitches = [note.pitch for note in notes if not pitched or note.track not in drums]
    span = (min(pitches), max(pitches)) if pitches else (60, 72)
    numbers, digits = {slot: number for number, slot in enumerate(board.slots)}, digits_of(board)

    def row(slot: TakeSlot, state: AnswerState, remarks: tuple[str, ...] = ()) -> TakeView:
        return TakeView(
            number=numbers[slot],
            colour=MIXED if slot is board.mixture else numbers[slot],
            model=slot.model_name,
            notes=slot.notes,
            given=given,
            tracks=region.tracks,
            drums=drums if pitched else frozenset(),
            ticks=ticks,
            bar_ticks=bar_ticks,
            pitches=span,
            done=slot.done,
            caption=caption(slot, state),
            digit=digits.get(slot),
            remarks=(*copy_lines(slot), *(slot.take.remarks if slot.take is not None else ()), *remarks),
        )

    groups = []
    for answer in board.answers:
        rows = tuple(row(slot, answer.state, answer.remarks) for slot in answer.slots if slot in meant)
        trouble = trouble_of(answer)
        if rows or trouble or not heard_alone:
            groups.append(ModelGroup(answer.card.id, answer.card.name, rows, trouble))
    if (mixture := board.mixture) is not None and mixture in meant:
        groups.append(ModelGroup(mixture.model, mixture.model_name, (row(mixture, AnswerState.DONE),)))
    return tuple(groups)


def trouble_of(answer: ModelAnswer) -> str:
    """Why a model has fewer takes than were asked for, "" when all is well."""
    if answer.state is AnswerState.FAILED:
        return answer.sentence
    return "Stopped." if answer.state is AnswerState.STOPPED and not answer.slots else ""


def caption(slot: TakeSlot, state: AnswerState) -> str:
    """How far a take is, or what is in it: "14 notes", "4.2 bits", and "copy 31" where that is unusual."""
    if not slot.notes:
        return "" if slot.done else WAITING_TEXT.get(state, "")
    count = f"{len(slot.notes)} note{'s' if len(slot.notes) > 1 else ''}"
    if not slot.done or slot.bits_per_note is None:
        return f"{count}\nwriting…"
    copy = None if slot.figures is None else slot.figures.copy
    marked = f"\n{copy.short_text}" if copy is not None and copy.unusual else ""
    return f"{count}\n{slot.bits_per_note:.1f} bits{marked}"


def copy_lines(slot: TakeSlot) -> tuple[str, ...]:
    """What the copy check has found, in sentences; nothing while it is not known."""
    copy = None if slot.figures is None else slot.figures.copy
    return () if copy is None else tuple(copy.text.splitlines())


class LayerCache:
    """The board as ghost notes for the roll, each track's notes on the track where it is now.

    Makes a table of notes only for a take that got new ones since the last time.
    """

    def __init__(self) -> None:
        self._tables: dict[tuple[int, int], tuple[object, tuple[int, ...], NoteTable]] = {}

    def layers_of(self, board: TakesBoard) -> tuple[TakeLayer, ...]:
        if board.request is None or not board.tracks_found:
            self._tables.clear()
            return ()
        asked = board.request.region
        region = board.follower.region(asked)
        layers = []
        if board.blind:
            return tuple(self._covering(region, track) for track in region.tracks)
        shown = board.shown
        numbers = {slot: number for number, slot in enumerate(board.slots)}
        for number, slot in enumerate(board.slots):
            if slot not in shown and slot is not board.auditioned:
                continue
            colours = tuple(numbers.get(source, 0) for source in slot.sources)
            for before, now in zip(asked.tracks, region.tracks, strict=True):
                layers.append(
                    TakeLayer(
                        track=now,
                        notes=self._table(number, before, slot, colours),
                        colour=MIXED if slot is board.mixture else number,
                        active=slot is board.auditioned,
                        region=(region.start_tick, region.end_tick),
                        label=slot.title,
                        kept=frozenset(note_id for track, note_id in region.kept if track == now),
                    )
                )
        return tuple(layers)

    @staticmethod
    def _covering(region: Region, track: int) -> TakeLayer:
        """Hides what the song has in the asked bars: who saw it sound would know which entrant is the song."""
        kept = frozenset(note_id for kept_track, note_id in region.kept if kept_track == track)
        ticks = (region.start_tick, region.end_tick)
        return TakeLayer(track, NoteTable.of(()), active=True, region=ticks, label="Blind test", kept=kept, covers=True)

    def _table(self, number: int, track: int, slot: TakeSlot, colours: tuple[int, ...]) -> NoteTable:
        """The take's notes on a track; `colours` are those of the takes that they come from."""
        known = self._tables.get((number, track))
        if known is not None and known[0] is slot.notes and known[1] == colours:
            return known[2]
        of_source = dict(zip(slot.sources, colours, strict=True))
        table = NoteTable.of(
            Note(n.start, n.length, n.pitch, n.velocity, source=of_source[slot.origin_of(row)])
            for row, n in enumerate(slot.notes)
            if n.track == track
        )
        self._tables[number, track] = (slot.notes, colours, table)
        return table
