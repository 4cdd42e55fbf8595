"""Follows the tracks of a request through later edits, so that a take still finds the track it was written for."""

from __future__ import annotations

from dataclasses import replace

from ml.music import Score, Track
from ml.requests import Region, Take, TakeNote


class TrackFollower:
    """Where each track of a score is now. Tracks carry no identity, so unchanged objects are recognised first."""

    def __init__(self, score: Score) -> None:
        self._known: list[Track] = list(score.tracks)
        self._count = len(score.tracks)
        self._latest = score
        self.places: list[int | None] = list(range(self._count))
        """For each track of the first score its index in the latest one, None while it is not there."""

    def follow(self, score: Score) -> None:
        """Take over the next state of the document."""
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
        for track, before in enumerate(self.places):
            # An edited track stays where it was; when tracks went away, one that is not recognised is gone.
            if places[track] is None and before in free and len(score.tracks) >= self._count:
                settle(track, before)
        for track, place in enumerate(places):
            if place is not None:
                self._known[track] = score.tracks[place]
        self.places, self._count, self._latest = places, len(score.tracks), score

    def found(self, tracks: tuple[int, ...]) -> bool:
        """Whether all these tracks of the first score are still there."""
        return all(self.places[track] is not None for track in tracks)

    def region(self, region: Region) -> Region:
        """The region on the tracks where they are now; they must be `found`."""
        return replace(region, tracks=tuple(self._place(track) for track in region.tracks))

    def notes(self, notes: tuple[TakeNote, ...]) -> tuple[TakeNote, ...]:
        """The notes on the tracks where they are now; those must be `found`."""
        return tuple(replace(note, track=self._place(note.track)) for note in notes)

    def take(self, take: Take) -> Take:
        """The take as if it had been asked of the latest score, on the tracks where they are now."""
        request = replace(take.request, score=self._latest, region=self.region(take.request.region))
        return replace(take, request=request, notes=self.notes(take.notes))

    def _place(self, track: int) -> int:
        place = self.places[track]
        if place is None:
            raise LookupError(f"track {track} of the request is not in the song")
        return place


def prompt_changed(request_score: Score, region: Region, now: Score, follower: TrackFollower) -> bool:
    """Whether what was given to the models differs from the song now.

    What counts is what they hear: notes, instruments, tempo, metre and key; not the mixer, names or colours,
    and not notes that start in the asked region itself.
    """
    if now is request_score:
        return False
    if now.time_map != request_score.time_map or now.key_signatures != request_score.key_signatures:
        return True
    for index, before in enumerate(request_score.tracks):
        place = follower.places[index]
        if place is None:
            if len(before.notes):
                return True
            continue
        after = now.tracks[place]
        if (before.program, before.drums) != (after.program, after.drums):
            return True
        if not _same_music(before, after, region if index in region.tracks else None):
            return True
    added = set(range(len(now.tracks))) - set(follower.places)
    return any(len(now.tracks[place].notes) for place in added)


def _same_music(before: Track, after: Track, asked: Region | None) -> bool:
    if before.notes is after.notes:
        return True
    old, new = before.notes, after.notes
    if asked is not None:
        old, new = (t.without(t.starting(asked.start_tick, asked.end_tick)) for t in (old, new))
    columns = ("start", "length", "pitch", "velocity", "flags")
    return len(old) == len(new) and all((getattr(old, c) == getattr(new, c)).all() for c in columns)
