"""Parts of takes: bars that are marked on the ruler, single notes picked in the roll, voices; kept, or mixed."""

from __future__ import annotations

from studio.session.audition import TakePart
from studio.session.mixture import Mixture
from studio.session.studio import Studio
from studio.session.takes import TakeSlot
from studio.ui.audition.cell_view import Ticks
from studio.ui.roll.context import RollContext

Bars = tuple[int, int]
"""Bars [first, end) of the song, counted from 0."""


class TakeParts:
    """What is marked in the roll, as parts of a take; each method raises RefusedRequest where nothing comes of it."""

    def __init__(self, studio: Studio, context: RollContext) -> None:
        self._studio = studio
        self._context = context

    # --- what is meant

    def bars_of(self, slot: TakeSlot, ticks: Ticks) -> Bars | None:
        """The asked bars that these ticks touch, None where they touch none."""
        region, time_map = slot.request.region, slot.request.score.time_map
        start, end = max(ticks[0], region.start_tick), min(ticks[1], region.end_tick)
        return (time_map.bar_at(start), time_map.bar_at(end - 1) + 1) if end > start else None

    def marked_bars(self, slot: TakeSlot) -> Bars | None:
        """The asked bars that are marked on the ruler."""
        marked = self._context.time_selection
        return None if marked is None else self.bars_of(slot, marked)

    def picked_notes(self, slot: TakeSlot) -> frozenset[int]:
        """The numbers of the take's notes that are picked in the roll."""
        picked, board = self._context.picked, self._studio.takes
        if not picked or slot is not board.auditioned or not board.tracks_found:
            return frozenset()
        notes = board.follower.notes(slot.notes)
        return frozenset(n for n, note in enumerate(notes) if (note.track, note.start, note.pitch) in picked)

    def part_of(self, slot: TakeSlot) -> TakePart | None:
        """Picked notes, or else marked bars; None while nothing is marked there."""
        if notes := self.picked_notes(slot):
            return TakePart(notes=notes)
        bars = self.marked_bars(slot)
        return None if bars is None else TakePart(bars=bars)

    def says(self, slot: TakeSlot) -> str:
        """ "2 notes", "bar 5", "bars 5–6"; "" while nothing is marked."""
        part = self.part_of(slot)
        if part is None:
            return ""
        if part.notes is not None:
            return f"{len(part.notes)} note{'s' if len(part.notes) > 1 else ''}"
        assert part.bars is not None
        first, end = part.bars
        return f"bar {first + 1}" if end - first == 1 else f"bars {first + 1}–{end}"

    # --- what is done

    def keep(self, slot: TakeSlot) -> None:
        """Put what is marked of a take into the song, as one step."""
        if (part := self.part_of(slot)) is not None:
            self._studio.accept_part(slot, part)
            self._context.picked = frozenset()

    def keep_voice(self, slot: TakeSlot, track: int) -> None:
        """Put one asked track of a take into the song: of the marked bars, or all of it."""
        self._studio.accept_part(slot, TakePart(bars=self.marked_bars(slot), tracks=(track,)))

    def keep_bars(self, slot: TakeSlot, bars: Bars) -> None:
        """Put these bars of a take into the song, as one step."""
        self._studio.accept_part(slot, TakePart(bars=bars))

    def mix(self, slot: TakeSlot) -> None:
        """Put what is marked of a take into the mixture."""
        part = self.part_of(slot)
        if part is not None and part.notes is not None:
            self._studio.auditioning.mix_notes(slot, part.notes)
        elif part is not None and part.bars is not None:
            self.mix_bars(slot, part.bars)

    def mix_ticks(self, slot: TakeSlot, ticks: Ticks) -> None:
        """Put the bars that these ticks touch into the mixture."""
        if (bars := self.bars_of(slot, ticks)) is not None:
            self.mix_bars(slot, bars)

    def mix_bars(self, slot: TakeSlot | None, bars: Bars, tracks: tuple[int, ...] | None = None) -> None:
        """Let the mixture have a take's bars, or with None the song's own."""
        self._studio.auditioning.mix(range(*bars), slot, tracks)

    def mix_all(self, slot: TakeSlot, tracks: tuple[int, ...] | None = None) -> None:
        """Let the mixture have all bars of a take, or of some of its tracks."""
        region = slot.request.region
        if (bars := self.bars_of(slot, (region.start_tick, region.end_tick))) is not None:
            self.mix_bars(slot, bars, tracks)

    def empty_mixture(self) -> None:
        """Take everything out of the mixture; the takes stay."""
        mixture = self._studio.takes.mixture
        if isinstance(mixture, Mixture):
            for slot in mixture.sources:
                notes = [index for picked, index in mixture.picked if picked is slot]
                if notes:
                    self._studio.auditioning.mix_notes(slot, notes)
            region = mixture.request.region
            if (bars := self.bars_of(mixture, (region.start_tick, region.end_tick))) is not None:
                self.mix_bars(None, bars)
