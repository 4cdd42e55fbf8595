"""TakeTree: every request of the piece with its takes and what became of them; kept in project and journal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from ml.music import Score
from ml.requests import GenerationRequest
from studio.engine.machine import machine_text
from studio.project import Acceptance, RequestRecord, TakeRecord, TakeRef, TakeState, TreeRecord
from studio.project.tree_bounds import BOUNDS, TreeBounds, within
from studio.project.tree_records import gone_record, request_record, take_record, with_take
from studio.session.take_figures import TakeMark
from studio.session.take_record import accepted_notes, by_source, in_order, recorded
from studio.session.takes import TakesBoard, TakeSlot

Keep = Callable[[str, Mapping[str, Any], Score | None], None]
"""Writes a record into the journal: name, value, and the score that belongs to it."""


class TakeTree:
    """Follows the board: what shows there is written down as it is completed, marked, accepted, put away.

    Requests have numbers from 1 in the order in which they were asked. `clock` gives seconds since 1970; `machine`
    says what writes takes here; it is asked with the first request. For one thread.
    """

    def __init__(
        self,
        keep: Keep,
        *,
        clock: Callable[[], float] = time.time,
        machine: Callable[[], str] = machine_text,
        bounds: TreeBounds = BOUNDS,
    ) -> None:
        self.machine = cache(machine)
        """What writes takes here: processor, threads and versions."""
        self.cut = ""
        """A sentence when the tree has grown past what is kept, since `begin`."""
        self._keep, self._clock, self._bounds = keep, clock, bounds
        self._requests: dict[int, RequestRecord] = {}
        self._open: int | None = None
        self._asked: GenerationRequest | None = None
        self._fresh = False
        self._seen: dict[tuple[str, int], tuple[object, ...]] = {}
        self._unsaved_marks = self._unsaved_takes = False
        self._listeners: list[Callable[[], None]] = []

    # --- what there is

    @property
    def record(self) -> TreeRecord:
        """All of it, as a project keeps it."""
        return TreeRecord(tuple(self._requests.values()))

    @property
    def requests(self) -> tuple[RequestRecord, ...]:
        """The requests, oldest first."""
        return tuple(self._requests.values())

    @property
    def open_request(self) -> int | None:
        """The number of the request whose takes show on the board."""
        return self._open if self._asked is not None else None

    @property
    def unsaved_marks(self) -> bool:
        """Whether the user has starred or described takes since the piece was saved."""
        return self._unsaved_marks

    @property
    def unsaved_takes(self) -> bool:
        """Whether there are takes, or news of them, that no project file holds."""
        return self._unsaved_takes

    def request(self, number: int) -> RequestRecord | None:
        return self._requests.get(number)

    def find(self, ref: TakeRef) -> tuple[RequestRecord, TakeRecord] | None:
        """The take of this name with its request, None when it is not kept any more."""
        record = self._requests.get(ref.request)
        take = record.take(ref) if record is not None else None
        return (record, take) if record is not None and take is not None else None

    def by_source(self) -> dict[int, tuple[RequestRecord, TakeRecord, Acceptance]]:
        """The takes by the numbers of their notes' `source` column in the song."""
        return by_source(self._requests.values())

    def parent_of(self, score: Score) -> TakeRef | None:
        """The take that was accepted last of those whose notes are in the score; None when there is none."""
        known = self.by_source()
        sources = {int(s) for track in score.tracks for s in np.unique(track.notes.source)} & known.keys()
        if not sources:
            return None
        record, take, _ = known[max(sources)]
        return record.ref(take)

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` after each change; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    # --- another piece

    def begin(self, record: TreeRecord, *, saved: bool = True) -> None:
        """Take over the tree of a piece that was opened; what still showed when it was saved shows no more.

        `saved` False says that no project file holds all of it.
        """
        self._requests = {}
        for request in record.requests:
            takes = tuple(
                replace(take, state=TakeState.REJECTED) if take.state is TakeState.SHOWING else take
                for take in request.takes
            )
            if takes:  # a crash or a save may have come before the first take
                self._requests[request.number] = in_order(replace(request, takes=takes))
        self._open, self._asked, self._seen, self.cut = None, None, {}, ""
        self._unsaved_marks = not saved and any(take.marked for one in record.requests for take in one.takes)
        self._unsaved_takes = not saved and bool(self._requests)
        self._tell()

    def saved(self) -> None:
        """All of it lies in the project file."""
        self._unsaved_marks = self._unsaved_takes = False
        self._tell()

    # --- following the board

    def asked(
        self,
        request: GenerationRequest,
        models: Iterable[tuple[str, str]],
        *,
        choosing: Mapping[str, Any] | None = None,
        new_tracks: int = 0,
        parent: TakeRef | None = None,
    ) -> int:
        """A request was put to models (id, name); returns its number. Without `parent` the song's notes tell it."""
        self._forget_empty()
        number = max(self._requests, default=0) + 1
        record = RequestRecord(
            number,
            replace(request, unlike=frozenset()),  # the takes of earlier requests, which the tree has anyway
            tuple(models),
            self._clock(),
            parent=parent or self.parent_of(request.score),
            machine=self.machine(),
            choosing=dict(choosing or {}),
            new_tracks=new_tracks,
        )
        self._open, self._asked, self._seen, self._fresh = number, request, {}, True
        self._put(record)
        self._make_room()
        self._tell()
        return number

    def reopened(self, number: int, request: GenerationRequest) -> None:
        """The takes of an earlier request show on the board again, as those of `request`."""
        self._forget_empty()
        self._open, self._asked, self._seen, self._fresh = number, request, {}, False

    def follow(self, board: TakesBoard) -> None:
        """Write down what is new on the board; when it has been closed, what was undecided is rejected."""
        if self._asked is None or self._open is None:
            return
        if board.request is not self._asked:
            self._close()
            return
        changed = False
        slots = {(slot.model, slot.index): slot for slot in board.slots if slot.done}
        for key, slot in slots.items():
            seen = (slot.take, slot.mark, slot.written, slot.place)
            known = self._seen.get(key)
            if known is None or known[0] is not seen[0] or known[1:] != seen[1:]:
                self._seen[key] = seen
                changed = self._write(slot) or changed
        if self._fresh and not any(answer.writing for answer in board.answers):
            changed = self._leave_out(set(slots)) or changed
        if changed:
            self._tell()

    def accepted(self, slots: Iterable[TakeSlot], score: Score, *, whole: bool) -> None:
        """Notes of these takes have come into the song, which is `score` now, under `slot.source`.

        `whole` says that all of the one take was meant; else what came in tells.
        """
        for slot in slots:
            record = self._requests.get(self._open or 0)
            if record is None or slot.source is None or slot.take is None:
                continue
            take = record.take(TakeRef(record.number, slot.model, slot.index)) or recorded(slot, record)
            one = Acceptance(slot.source, accepted_notes(score, slot.source, take.notes), score.ticks_per_quarter)
            part = not whole and len(one.notes) < len(take.notes)
            take = replace(take, state=TakeState.PARTLY_ACCEPTED if part else TakeState.ACCEPTED)
            self._put_take(record.number, _with_acceptance(take, one))
        self.settle(score)
        self._tell()

    def accepted_mixture(self, mixture: TakeSlot, *, whole: bool) -> None:
        """A mixture, or a part of it, has come into the song: its notes are there as those of its takes."""
        found = self.find(TakeRef(self._open or 0, mixture.model, mixture.index))
        if found is not None:
            state = TakeState.ACCEPTED if whole else TakeState.PARTLY_ACCEPTED
            self._put_take(found[0].number, replace(found[1], state=state))
            self._tell()

    def entered(self, ref: TakeRef, source: int, score: Score) -> None:
        """Notes of a take have this number in `score`, which the song is now, or may become with those of another."""
        found = self.find(ref)
        if found is None:
            return
        record, take = found
        one = Acceptance(source, accepted_notes(score, source, take.notes), score.ticks_per_quarter)
        self._put_take(record.number, _with_acceptance(take, one))
        self._tell()

    def settle(self, score: Score) -> None:
        """Takes whose notes the song has, which is `score` now, are accepted: those that others were continued from
        come in with them."""
        there = {int(source) for track in score.tracks for source in np.unique(track.notes.source)}
        known = self.by_source()
        for source in sorted(there & known.keys()):
            record, take, _ = known[source]
            if not take.state.kept:
                self._put_take(record.number, replace(take, state=TakeState.ACCEPTED))
                self._tell()

    def mark(self, ref: TakeRef, mark: TakeMark) -> None:
        """Star, name or describe a take that does not show on the board."""
        found = self.find(ref)
        if found is None:
            return
        record, take = found
        marked = with_mark(take, mark)
        if marked != take:
            self._unsaved_marks = True
            self._put_take(record.number, marked)
            self._tell()

    # --- inside

    def _write(self, slot: TakeSlot) -> bool:
        record = self._requests[self._open or 0]
        before = record.take(TakeRef(record.number, slot.model, slot.index))
        take = recorded(slot, record, before)
        if take == before:
            return False
        if before is None or mark_of(before) != mark_of(take):
            self._unsaved_marks = self._unsaved_marks or take.marked or before is not None
        self._put_take(record.number, take)
        return True

    def _leave_out(self, showing: set[tuple[str, int]]) -> bool:
        """Takes that choosing left out are no takes of the request; accepted ones stay whatever the board shows."""
        record = self._requests[self._open or 0]
        gone = [t for t in record.takes if (t.model, t.index) not in showing and not t.precious]
        if not gone:
            return False
        for take in gone:
            self._seen.pop((take.model, take.index), None)
            name, value = gone_record(record.number, take.model, take.index)
            self._keep(name, value, None)
        self._requests[record.number] = replace(record, takes=tuple(t for t in record.takes if t not in gone))
        return True

    def _close(self) -> None:
        """The board shows other takes or none: what was not accepted is rejected."""
        record = self._requests.get(self._open or 0)
        self._asked, self._seen = None, {}
        unsaved = self._unsaved_takes
        if record is not None:
            for take in record.takes:
                if take.state is TakeState.SHOWING:
                    self._put_take(record.number, replace(take, state=TakeState.REJECTED))
        self._unsaved_takes = unsaved  # what shows in a file is rejected when that is opened
        self._forget_empty()
        self._tell()

    def _forget_empty(self) -> None:
        """A request that brought no take is not kept."""
        record = self._requests.get(self._open or 0)
        if record is not None and not record.takes:
            del self._requests[record.number]

    def _put_take(self, number: int, take: TakeRecord) -> None:
        self._unsaved_takes = True
        self._requests[number] = in_order(with_take(self._requests[number], take))
        name, value = take_record(number, take)
        self._keep(name, value, None)

    def _put(self, record: RequestRecord) -> None:
        self._requests[record.number] = record
        name, value = request_record(record)
        self._keep(name, value, record.request.score)

    def _make_room(self) -> None:
        """Keep within the bounds, and say so when something had to go."""
        cut = within(self.record, self._bounds)
        gone = len(self._requests) - len(cut.requests)
        bare = sum(not record.has_prompt for record in cut.requests)
        if gone or bare > sum(not record.has_prompt for record in self._requests.values()):
            self.cut = (
                "The tree of takes has grown large: "
                + (
                    f"the oldest {gone} requests were dropped, "
                    if gone > 1
                    else "the oldest request was dropped, " * gone
                )
                + f"{bare} of the oldest requests cannot be replayed any more; starred takes stay longest."
            )
            self._requests = {record.number: record for record in cut.requests}

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()


def _with_acceptance(take: TakeRecord, one: Acceptance) -> TakeRecord:
    return replace(take, accepted=(*(other for other in take.accepted if other.source != one.source), one))


def mark_of(take: TakeRecord) -> TakeMark:
    """What the user said of a take."""
    return TakeMark(take.starred, take.label, take.note, take.discarded)


def with_mark(take: TakeRecord, mark: TakeMark) -> TakeRecord:
    """The take with what the user says of it."""
    return replace(take, starred=mark.starred, label=mark.label, note=mark.note, discarded=mark.discarded)
