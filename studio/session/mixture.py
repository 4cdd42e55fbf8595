"""Mixture: one more take on the board, put together from bars, voices and notes of several takes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ml.requests import GenerationRequest, Provenance, Region, Take, TakeNote
from studio.session.take_figures import figures_of, judging_key
from studio.session.takes import TakeSlot

MIXTURE = "mixture"
"""Stands for a model's id where a mixture is written like a take."""
Cell = tuple[int, int]
"""A bar of the song, from 0, and a track of the request."""
Picked = tuple[TakeSlot, int]
"""A take and the number of one of its notes."""


@dataclass(eq=False)
class Mixture(TakeSlot):
    """A take whose notes come from others: `origins` says for each of `notes` from which.

    `cells` are bars of tracks that are taken over whole; those without a take leave the song as it is there. `picked`
    are single notes, laid over what is there in the order in which they were picked: what one would sound over gives
    way. A note ends where its take's bars end. Values are replaced, never changed, so that whoever holds `notes` can
    see by identity whether they are the same.
    """

    cells: dict[Cell, TakeSlot] = field(default_factory=dict)
    picked: tuple[Picked, ...] = ()
    origins: tuple[TakeSlot, ...] = ()
    loose: frozenset[int] = frozenset()
    """Which of `notes`, by number, were picked one by one."""
    runs: tuple[tuple[Region, TakeSlot], ...] = ()
    """The cells as stretches of one track from one take, in order of track and time."""

    @staticmethod
    def of(request: GenerationRequest) -> Mixture:
        """An empty one."""
        return Mixture(MIXTURE, "Mixture", 0, request)

    @property
    def title(self) -> str:
        return self.mark.label or self.model_name

    @property
    def bars(self) -> range:
        """The bars of the song, from 0, that can be taken over."""
        time_map, region = self.request.score.time_map, self.request.region
        return range(time_map.bar_at(region.start_tick), time_map.bar_at(max(region.end_tick - 1, 0)) + 1)

    @property
    def empty(self) -> bool:
        return not self.cells and not self.picked

    @property
    def sources(self) -> tuple[TakeSlot, ...]:
        """The takes that it is made of, in order of their first use."""
        return tuple(dict.fromkeys([*(slot for _, slot in self.runs), *(slot for slot, _ in self.picked)]))

    def origin_of(self, row: int) -> TakeSlot:
        return self.origins[row]

    def part(self, bars: range, tracks: tuple[int, ...]) -> Mixture:
        """What it has in these bars of these tracks, as a mixture of its own."""
        time_map = self.request.score.time_map

        def meant(slot: TakeSlot, index: int) -> bool:
            return time_map.bar_at(slot.notes[index].start) in bars and slot.notes[index].track in tracks

        found = Mixture.of(self.request)
        cells = {(bar, track): slot for (bar, track), slot in self.cells.items() if bar in bars and track in tracks}
        found.fill(cells, tuple(pick for pick in self.picked if meant(*pick)))
        return found

    # --- the session's side

    def put(self, bars: Iterable[int], tracks: Iterable[int], slot: TakeSlot | None) -> None:
        """Let bars of tracks have a take's notes, or with None the song's own."""
        cells = dict(self.cells)
        for cell in [(bar, track) for bar in bars for track in tracks]:
            cells.pop(cell, None)
            if slot is not None:
                cells[cell] = slot
        self.fill(cells, self.picked)

    def pick(self, slot: TakeSlot, notes: Iterable[int]) -> None:
        """Add single notes of a take, or take those out again that were picked before."""
        chosen = [(slot, index) for index in notes]
        kept = tuple(pick for pick in self.picked if pick not in chosen)
        self.fill(self.cells, (*kept, *(pick for pick in chosen if pick not in self.picked)))

    def rebuild(self, rewritten: TakeSlot, before: tuple[TakeNote, ...]) -> None:
        """One of the takes has got other notes than `before`: its picked ones stay picked, whatever their number is."""
        now = _numbers_now(before, rewritten.notes)
        picked = [(slot, now.get(note) if slot is rewritten else note) for slot, note in self.picked]
        self.fill(self.cells, tuple((slot, note) for slot, note in picked if note is not None))

    def fill(self, cells: dict[Cell, TakeSlot], picked: tuple[Picked, ...]) -> None:
        """Let it consist of just this."""
        self.cells, self.picked = cells, picked
        self.runs = tuple(self._runs())
        found = [
            _Laid(_ending(note, region.end_tick), slot)
            for region, slot in self.runs
            for note in slot.notes
            if inside(note, region)
        ]
        for slot, index in picked:
            found = [*_giving_way(found, slot.notes[index]), _Laid(slot.notes[index], slot, loose=True)]
        found.sort(key=lambda laid: (laid.note.start, laid.note.track, laid.note.pitch))
        self.notes = tuple(laid.note for laid in found)
        self.origins = tuple(laid.slot for laid in found)
        self.loose = frozenset(row for row, laid in enumerate(found) if laid.loose)
        bits = sum(note.bits for note in self.notes) / max(len(self.notes), 1)
        # No model wrote it: what is accepted of it names the takes that it was made of.
        provenance = Provenance.of(
            self.request, model=MIXTURE, checkpoint="", take=0, bits_per_note=bits,
            prompt_start_tick=self.request.region.start_tick, prompt_end_tick=self.request.region.start_tick,
        )  # fmt: skip
        self.take = Take(self.request, self.notes, provenance)
        self.figures = figures_of(self.take, judging_key(self.take)) if self.notes else None

    def _runs(self) -> Iterable[tuple[Region, TakeSlot]]:
        """Stretches of bars of one track that one take fills."""
        for track in self.request.region.tracks:
            first = None
            for bar in (*self.bars, self.bars.stop):
                slot, before = self.cells.get((bar, track)), self.cells.get((bar - 1, track))
                if first is not None and before is not None and slot is not before:
                    yield self._region(first, bar, track), before
                    first = None
                if slot is not None and first is None:
                    first = bar

    def _region(self, first: int, end: int, track: int) -> Region:
        """Bars [first, end) of a track, as far as they were asked for."""
        time_map, asked = self.request.score.time_map, self.request.region
        start_tick = max(time_map.bar_start(first), asked.start_tick)
        return replace(
            asked, start_tick=start_tick, end_tick=min(time_map.bar_start(end), asked.end_tick), tracks=(track,)
        )


def inside(note: TakeNote, region: Region) -> bool:
    """Whether a note starts in a region and is on one of its tracks."""
    return note.track in region.tracks and region.start_tick <= note.start < region.end_tick


def _numbers_now(before: tuple[TakeNote, ...], after: tuple[TakeNote, ...]) -> dict[int, int]:
    """The number that each note of a take has since some were changed: another pitch or onset moves it in the order.

    Those that are nowhere any more are taken, in order, to be the ones that are new.
    """
    places = {(note.track, note.start, note.pitch): row for row, note in enumerate(after)}
    found = {row: places.get((note.track, note.start, note.pitch)) for row, note in enumerate(before)}
    now = {row: there for row, there in found.items() if there is not None}
    new = sorted(set(places.values()) - set(now.values()))
    return now | dict(zip((row for row in found if row not in now), new, strict=False))


def _ending(note: TakeNote, tick: int) -> TakeNote:
    return note if note.start + note.length <= tick else replace(note, length=tick - note.start)


@dataclass(frozen=True, slots=True)
class _Laid:
    """A note of the mixture, the take that it comes from, and whether it was picked alone."""

    note: TakeNote
    slot: TakeSlot
    loose: bool = False


def _giving_way(found: list[_Laid], new: TakeNote) -> list[_Laid]:
    """The notes but for those that the new one would sound over; one that sounds into it ends there."""
    left = []
    for laid in found:
        note = laid.note
        if (note.track, note.pitch) != (new.track, new.pitch) or note.start >= new.start + new.length:
            left.append(laid)
        elif note.start < new.start:
            left.append(replace(laid, note=_ending(note, new.start)))
    return left
