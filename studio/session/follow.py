"""Follows the tracks of a request through later edits, so that a take still finds the track it was written for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ml.music import LOCKED, MUTED, NoteTable, Score, Track
from ml.requests import GenerationRequest, Region, Take, TakeNote, Verb
from studio.edit.operations.tracks import on_free_channel


class TrackFollower:
    """Where each track of a score is now. Tracks carry no identity, so unchanged objects are recognised first.

    `score` is the document's when the request was made; `new` are the tracks that the request added at its end:
    they wait behind whatever tracks the document has.
    """

    def __init__(self, score: Score, new: tuple[Track, ...] = ()) -> None:
        self._known: list[Track] = list(score.tracks)
        self._count = len(score.tracks)
        self._new = new
        self._accepted: list[Track | None] = [None] * len(new)
        """The new tracks as they were last seen in the document, for those that an accepted part brought there."""
        self._there: list[int | None] = [None] * len(new)
        self._latest = score
        self._coming: Score | None = None
        self._accepted_notes: dict[int, list[NoteTable]] = {}
        self.staged = self._stage(score)
        """The latest score with the new tracks at its end, each on a channel that is free there."""
        self.places: list[int | None] = list(range(self._count + len(new)))
        """For each track of the request's score its index in `staged`, None while it is not there."""

    @property
    def new_tracks(self) -> int:
        """How many tracks wait behind those of the document."""
        return self._there.count(None)

    def accepting(self, score: Score) -> None:
        """The next state of the document is `score`, made of the `staged` one: its new tracks are no longer new."""
        self._coming = score
        for track, place in enumerate(self.places):
            if place is not None:
                self._accepted_notes.setdefault(track, []).append(score.tracks[place].notes)
        for number in range(len(self._new)):
            place = self.places[len(self._known) + number]
            assert place is not None
            self._accepted[number], self._there[number] = score.tracks[place], place

    def accepted_notes(self, track: int) -> Sequence[NoteTable]:
        """What a track of the request's score held each time after a part of a take was accepted."""
        return self._accepted_notes.get(track, ())

    def accepts(self, score: Score) -> bool:
        """Whether this is the state that `accepting` named."""
        return score is self._coming

    def follow(self, score: Score) -> None:
        """Take over the next state of the document."""
        if score is self._latest:
            return
        places: list[int | None] = [None] * len(self._known)
        free = set(range(len(score.tracks)))

        def settle(track: int, place: int) -> None:
            places[track] = place
            free.discard(place)

        for track, known in enumerate(self._known):
            same = [place for place in free if score.tracks[place] is known]
            if same:
                settle(track, self.places[track] if self.places[track] in same else same[0])  # type: ignore[arg-type]
        for track, known in enumerate(self._known):
            if places[track] is None:
                same = [place for place in free if len(known.notes) and score.tracks[place].notes is known.notes]
                if same:
                    settle(track, same[0])
        # A song of long before may differ by both: a name that nobody else has tells then.
        names, now = Counter(map(_name, self._known)), Counter(map(_name, score.tracks))
        for track, known in enumerate(self._known):
            name = _name(known)
            if places[track] is None and name[0] and names[name] == now[name] == 1:
                same = [place for place in free if _name(score.tracks[place]) == name]
                if same:
                    settle(track, same[0])
        for track, before in enumerate(self.places[: len(self._known)]):
            # An edited track stays where it was; when tracks went away, one that is not recognised is gone.
            if places[track] is None and before in free and len(score.tracks) >= self._count:
                settle(track, before)
        for track, place in enumerate(places):
            if place is not None:
                self._known[track] = score.tracks[place]
        for number, accepted in enumerate(self._accepted):
            self._there[number] = self._find(score, free, accepted, self._there[number])
            if (there := self._there[number]) is not None:
                self._accepted[number] = score.tracks[there]
                free.discard(there)
        self._count, self._latest, self.staged = len(score.tracks), score, self._stage(score)
        waiting = iter(range(self._count, self._count + self.new_tracks))
        self.places = [*places, *(next(waiting) if place is None else place for place in self._there)]

    @staticmethod
    def _find(score: Score, free: set[int], track: Track | None, before: int | None) -> int | None:
        """Where a new track that was accepted is now; one that undo took away waits again until redo brings it back."""
        if track is None:
            return None
        same = [place for place in free if score.tracks[place] is track]
        same += [place for place in free if len(track.notes) and score.tracks[place].notes is track.notes]
        return same[0] if same else before if before in free else None

    def _stage(self, score: Score) -> Score:
        for track, there in zip(self._new, self._there, strict=True):
            if there is None:
                score = score.with_tracks((*score.tracks, on_free_channel(score, track)))
        return score

    def found(self, tracks: tuple[int, ...]) -> bool:
        """Whether all these tracks of the first score are still there."""
        return all(self.places[track] is not None for track in tracks)

    def region(self, region: Region) -> Region:
        """The region on the tracks where they are now; they must be `found`."""
        kept = frozenset((self._place(track), note_id) for track, note_id in region.kept)
        return replace(region, tracks=tuple(self._place(track) for track in region.tracks), kept=kept)

    def notes(self, notes: tuple[TakeNote, ...]) -> tuple[TakeNote, ...]:
        """The notes on the tracks where they are now; those must be `found`."""
        return tuple(replace(note, track=self._place(note.track)) for note in notes)

    def take(self, take: Take) -> Take:
        """The take as if it had been asked of the staged score, on the tracks where they are now."""
        request = replace(take.request, score=self.staged, region=self.region(take.request.region))
        return replace(take, request=request, notes=self.notes(take.notes))

    def _place(self, track: int) -> int:
        place = self.places[track]
        if place is None:
            raise LookupError(f"track {track} of the request is not in the song")
        return place


def _name(track: Track) -> tuple[str, int | None, bool]:
    return track.name, track.program, track.drums


def prompt_changed(request: GenerationRequest, now: Score, follower: TrackFollower) -> bool:
    """Whether what was given to the models differs from the song now.

    What counts is what they hear: notes, instruments, tempo, metre and key; not the mixer, names or colours, and
    not the notes that they were asked to replace. Generate gives nothing of the song but its time and its key.
    """
    asked_score, region = request.score, request.region
    if now.time_map != asked_score.time_map or now.key_signatures != asked_score.key_signatures:
        return True
    for index, before in enumerate(asked_score.tracks):
        place = follower.places[index]
        asked = index in region.tracks
        if request.verb is Verb.GENERATE and not asked:
            continue
        if place is None:
            if len(before.notes):
                return True
            continue
        after = follower.staged.tracks[place]
        if (before.program, before.drums) != (after.program, after.drums):
            return True
        if before.notes is after.notes:
            continue
        if not asked:
            changed = not _same_notes(before.notes, after.notes)
        else:
            kept = frozenset(note_id for track, note_id in region.kept if track == index)
            changed = not _same_notes(*(_given(table, request, kept) for table in (before.notes, after.notes)))
            changed = changed or (_is_varied(request) and not _holds_own(after.notes, index, request, follower))
        if changed:
            return True
    if request.verb is Verb.GENERATE:
        return False
    added = set(range(len(follower.staged.tracks))) - set(follower.places)
    return any(len(follower.staged.tracks[place].notes) for place in added)


def _given(table: NoteTable, request: GenerationRequest, kept: frozenset[int]) -> NoteTable:
    """The notes of an asked track that the models were given: those around the region, and those that stay in it.

    One that sounds into the region counts up to there: whatever is accepted cuts it so.
    """
    region = request.region
    stays = (table.flags & LOCKED != 0) | np.isin(table.id, np.fromiter(kept, np.int64, len(kept)))
    inside = (table.start >= region.start_tick) & (table.start < region.end_tick)
    if request.verb is Verb.GENERATE:
        return table.take(np.flatnonzero(inside & stays))
    ringing = ~stays & (table.start < region.start_tick) & (table.end > region.start_tick)
    length = np.where(ringing, region.start_tick - table.start, table.length)
    return table.replaced(slice(None), length=length).take(np.flatnonzero(~inside | stays))


def _is_varied(request: GenerationRequest) -> bool:
    """Whether the models also know the notes that they write anew: those of a Vary that keeps something of them."""
    keep = request.keep
    return request.verb is Verb.VARY and (keep.rhythm or keep.contour or keep.harmony)


def _holds_own(now: NoteTable, index: int, request: GenerationRequest, follower: TrackFollower) -> bool:
    """Whether the region holds what it held when it was asked about, or after some of these takes was accepted."""
    region, held = request.region, (request.score.tracks[index].notes, *follower.accepted_notes(index))
    tables = (table.take(table.starting(region.start_tick, region.end_tick)) for table in (now, *held))
    inside = next(tables)
    return any(_same_notes(inside, other) for other in tables)


def _same_notes(old: NoteTable, new: NoteTable) -> bool:
    if len(old) != len(new) or ((old.flags ^ new.flags) & MUTED).any():
        return False
    return all((getattr(old, c) == getattr(new, c)).all() for c in ("start", "length", "pitch", "velocity"))
