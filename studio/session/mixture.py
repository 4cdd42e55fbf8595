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
    are single notes, added to what is there. A note ends where its take's bars end. Values are replaced, never
    changed, so that whoever holds `notes` can see by identity whether they are the same.
    """

    cells: dict[Cell, TakeSlot] = field(default_factory=dict)
    picked: tuple[Picked, ...] = ()
    origins: tuple[TakeSlot, ...] = ()
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

    def taken(self, bar: int, track: int) -> TakeSlot | None:
        """The take whose notes a bar of a track has, None for the song's own."""
        return self.cells.get((bar, track))

    # --- the session's side

    def put(self, bars: Iterable[int], tracks: Iterable[int], slot: TakeSlot | None) -> None:
        """Let bars of tracks have a take's notes, or with None the song's own."""
        cells = dict(self.cells)
        for cell in [(bar, track) for bar in bars for track in tracks]:
            cells.pop(cell, None)
            if slot is not None:
                cells[cell] = slot
        self._build(cells, self.picked)

    def pick(self, slot: TakeSlot, notes: Iterable[int]) -> None:
        """Add single notes of a take, or take those out again that were picked before."""
        chosen = [(slot, index) for index in notes]
        kept = tuple(pick for pick in self.picked if pick not in chosen)
        self._build(self.cells, (*kept, *(pick for pick in chosen if pick not in self.picked)))

    def forget(self, slot: TakeSlot) -> None:
        """Take everything out that came from a take."""
        cells = {cell: taken for cell, taken in self.cells.items() if taken is not slot}
        self._build(cells, tuple(pick for pick in self.picked if pick[0] is not slot))

    def rebuild(self) -> None:
        """One of the takes has got other notes."""
        self._build(self.cells, tuple((slot, note) for slot, note in self.picked if note < len(slot.notes)))

    def _build(self, cells: dict[Cell, TakeSlot], picked: tuple[Picked, ...]) -> None:
        self.cells, self.picked = cells, picked
        self.runs = tuple(self._runs())
        found: list[tuple[TakeNote, TakeSlot]] = []
        for region, slot in self.runs:
            found += [(note, slot) for note in slot.notes if inside(note, region)]
        found = [(_ending(note, self._end_of(note)), slot) for note, slot in found]
        there = {(note.track, note.start, note.pitch) for note, _ in found}
        for slot, index in picked:
            note = slot.notes[index]
            if (note.track, note.start, note.pitch) not in there:
                there.add((note.track, note.start, note.pitch))
                found.append((note, slot))
        found.sort(key=lambda pair: (pair[0].start, pair[0].track, pair[0].pitch))
        self.notes = tuple(note for note, _ in found)
        self.origins = tuple(slot for _, slot in found)
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

    def _end_of(self, note: TakeNote) -> int:
        """Where the stretch ends in which a note of the cells starts."""
        return next(region.end_tick for region, _ in self.runs if inside(note, region))


def inside(note: TakeNote, region: Region) -> bool:
    """Whether a note starts in a region and is on one of its tracks."""
    return note.track in region.tracks and region.start_tick <= note.start < region.end_tick


def _ending(note: TakeNote, tick: int) -> TakeNote:
    return note if note.start + note.length <= tick else replace(note, length=tick - note.start)
