"""Hearing: what the transport plays, the document's score or that score with the complete bars of a take in it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ml.music import Score
from studio.audio import SwitchWhen
from studio.edit.operations.take_parts import with_excerpts
from studio.session.laying import excerpts_of
from studio.session.loudness import as_loud_as, board_velocity
from studio.session.takes import TakesBoard, TakeSlot
from studio.session.transport import Transport


@dataclass(frozen=True, slots=True)
class HowHeard:
    """How takes are heard: `matched` equally loud, `alone` without the other tracks of the song."""

    matched: bool = True
    alone: bool = False


class Hearing:
    """Keeps the transport on the right score, and makes one only when something new is to be heard."""

    def __init__(self, transport: Transport, board: TakesBoard, score: Score) -> None:
        self._transport = transport
        self._board = board
        self._heard: tuple[Score, TakeSlot | None, object, HowHeard] = (score, None, 0, HowHeard())
        self._level: tuple[object, float] = (None, 0.0)

    def hear(self, score: Score, how: HowHeard, when: SwitchWhen = SwitchWhen.NOW) -> None:
        """Let the document's `score` be heard, with the auditioned take in it."""
        slot = self._board.auditioned
        # Of takes that are being written only whole bars count.
        state: object = self._board.request if slot is None else (slot.complete_until_tick, slot.done and slot.notes)
        if score is self._heard[0] and slot is self._heard[1] and (state, how) == self._heard[2:]:
            return  # other takes have got notes
        self._heard = (score, slot, state, how)
        if slot is not None and self._board.tracks_found:
            score = self._with_take(slot, how)
        elif how.alone and self._board.showing and self._board.tracks_found:
            follower, request = self._board.follower, self._board.request
            assert request is not None
            score = _soloing(score, tuple(t for t in follower.region(request.region).tracks if t < len(score.tracks)))
        self._transport.hear(score, when=when)

    def _with_take(self, slot: TakeSlot, how: HowHeard) -> Score:
        follower = self._board.follower
        notes = as_loud_as(slot.playable_notes, self._level_of(slot)) if how.matched else None
        score = with_excerpts(follower.staged, excerpts_of(slot, follower, notes))
        if how.alone:
            return _soloing(score, follower.region(slot.request.region).tracks)
        return _joining_solo(score, self._board.new_tracks)

    def _level_of(self, slot: TakeSlot) -> float:
        """The mean velocity at which the takes of a board are heard; worked out once for each request."""
        if self._level[0] is not slot.request:
            self._level = (slot.request, board_velocity(slot.request))
        return self._level[1]


def _joining_solo(score: Score, new_tracks: int) -> Score:
    """New tracks are heard with the soloed ones: nobody could have soloed them yet."""
    if not new_tracks or not any(track.mixer.soloed for track in score.tracks):
        return score
    for index in range(len(score.tracks) - new_tracks, len(score.tracks)):
        track = score.tracks[index]
        score = score.with_track(index, replace(track, mixer=replace(track.mixer, soloed=True)))
    return score


def _soloing(score: Score, tracks: tuple[int, ...]) -> Score:
    """Only these tracks, whatever is soloed or muted."""
    for index, track in enumerate(score.tracks):
        if track.mixer.soloed != (index in tracks):
            score = score.with_track(index, replace(track, mixer=replace(track.mixer, soloed=index in tracks)))
    return score
