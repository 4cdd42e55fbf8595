"""Hearing: what the transport plays, the document's score or that score with the complete bars of a take in it."""

from __future__ import annotations

from dataclasses import replace

from ml.music import Score
from ml.requests import score_with_notes
from studio.session.takes import TakesBoard, TakeSlot
from studio.session.transport import Transport


class Hearing:
    """Keeps the transport on the right score, and makes one only when something new is to be heard."""

    def __init__(self, transport: Transport, board: TakesBoard, score: Score) -> None:
        self._transport = transport
        self._board = board
        self._heard: tuple[Score, TakeSlot | None, int] = (score, None, 0)

    def hear(self, score: Score, *, at_loop: bool) -> None:
        """Let the document's `score` be heard, with the auditioned take in it."""
        slot = self._board.auditioned
        until_tick = 0 if slot is None else slot.complete_until_tick
        if score is self._heard[0] and (slot, until_tick) == self._heard[1:]:
            return  # other takes have got notes
        self._heard = (score, slot, until_tick)
        if slot is not None and self._board.tracks_found:
            follower = self._board.follower
            region = follower.region(slot.request.region)
            score = score_with_notes(follower.staged, region, follower.notes(slot.playable_notes))
            score = _joining_solo(score, self._board.new_tracks)
        self._transport.hear(score, at_loop=at_loop)


def _joining_solo(score: Score, new_tracks: int) -> Score:
    """New tracks are heard with the soloed ones: nobody could have soloed them yet."""
    if not new_tracks or not any(track.mixer.soloed for track in score.tracks):
        return score
    for index in range(len(score.tracks) - new_tracks, len(score.tracks)):
        track = score.tracks[index]
        score = score.with_track(index, replace(track, mixer=replace(track.mixer, soloed=True)))
    return score
