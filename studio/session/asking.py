"""Wishes: how the user wants to be answered; and the request that is made of them."""

from __future__ import annotations

from dataclasses import dataclass

from ml.music import Key, Score
from ml.music.keys import DetectedKey, detect_key
from ml.requests import GenerationRequest, Limits, RefusedRequest, Sampling, Verb, continue_region

BAR_CHOICES = (2, 4, 8, 16)
SEED_LIMIT = 1 << 31


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the model panel sets. `models` empty means all on the shelf; `seed` None draws a fresh one.

    `key`, `lowest` and `highest` are limits that every note obeys; pitches are MIDI numbers, both included.
    """

    bars: int = 4
    takes: int = 4
    models: tuple[str, ...] = ()
    key: Key | None = None
    lowest: int = 0
    highest: int = 127
    temperature: float = Sampling().temperature
    top_p: float = Sampling().top_p
    seed: int | None = None


def continue_request(
    score: Score, track: int, wishes: Wishes, seed: int, selection: tuple[int, int] | None
) -> GenerationRequest:
    """The request for `wishes.bars` bars of `track` after the selected ticks, or after the end of the piece.

    Raises RefusedRequest with a sentence when there is no music to go on from or no room.
    """
    if not score.note_count:
        raise RefusedRequest("The song is empty: write, play or open a few notes first, then press Continue.")
    if not 0 <= track < len(score.tracks):
        raise RefusedRequest(f"There is no track {track + 1}: the song has {len(score.tracks)}.")
    if selection is not None and selection[0] >= score.end_tick:
        last = score.time_map.bar_at(max(score.end_tick - 1, 0)) + 1
        raise RefusedRequest(f"The selected region lies past the end of the piece: select something up to bar {last}.")
    region = continue_region(score, track, wishes.bars, selection)
    if not any(len(t.notes) and t.notes.start[0] < region.start_tick for t in score.tracks):
        raise RefusedRequest("There are no notes before the selected place: select something that can be continued.")
    request = GenerationRequest(
        score=score,
        region=region,
        verb=Verb.CONTINUE,
        limits=Limits(wishes.key, wishes.lowest, wishes.highest),
        sampling=Sampling(wishes.temperature, wishes.top_p),
        takes=wishes.takes,
        seed=seed,
    )
    request.check()
    return request


def key_leaning(score: Score, selection: tuple[int, int] | None = None) -> DetectedKey | None:
    """The key that the notes up to the end of the selection, or all, suggest; a leaning and never a limit."""
    end_tick = selection[1] if selection else score.end_tick + 1
    return detect_key([track.notes for track in score.tracks if not track.drums], 0, end_tick)
