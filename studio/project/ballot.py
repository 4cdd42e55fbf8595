"""Ballot: one vote of a blind test, and how it is written as a line of JSON and read back without trust."""

from __future__ import annotations

import string
from dataclasses import dataclass
from typing import Any

from studio.project.checked import boolean, integer, mapping, sequence, text
from studio.project.troubles import Damaged

VERSION = 1
MOST_HEARD = 64
"""Takes that one ballot may rank; a test asks for nine at most."""
LONGEST_TEXT = 200
SEED_LIMIT = 1 << 63
LATEST_S = 1 << 37
"""Seconds since 1970, in the year 6325; a date beyond it is damage."""


@dataclass(frozen=True, slots=True, order=True)
class Entrant:
    """Who is voted on: a model by its name and its checkpoint, so that a retrained model is another one."""

    name: str
    checkpoint: str
    """SHA-256 of the weights file, hexadecimal; "" for what the song itself has there, which is nobody's model."""

    @property
    def is_song(self) -> bool:
        return not self.checkpoint


THE_SONG = Entrant("The song itself", "")
"""What stood in the asked bars before: a person's work as far as is known. Of every song the same entrant."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One take of a ballot. `take` is a hash of its notes; `place` counts from 0, the best; equal places are a tie."""

    entrant: Entrant
    take: str
    place: int


@dataclass(frozen=True, slots=True)
class Ballot:
    """One answer: which of two takes is better, or the order of several. `heard` is in the order of presentation.

    `test` is shared by all ballots of one test: they judge the same takes in the same bars, and hang together.
    """

    id: str
    test: str
    at_s: float
    """Seconds since 1970."""
    verb: str
    style: str
    """What the models were asked to lean to; "" where nothing was said."""
    ranking: bool
    heard: tuple[Heard, ...]
    loudness_matched: bool
    seed: int
    """Of the shuffle that drew the order."""
    chosen: bool = False
    """Whether models had written more, and the program picked their best: a vote on the picking too."""

    @property
    def entrants(self) -> tuple[Entrant, ...]:
        return tuple(heard.entrant for heard in self.heard)


def encode_ballot(ballot: Ballot) -> dict[str, Any]:
    """The ballot as values that JSON can hold."""
    return {
        "v": VERSION,
        "vote": ballot.id,
        "test": ballot.test,
        "at": round(ballot.at_s, 3),
        "verb": ballot.verb,
        "style": ballot.style,
        "ranking": ballot.ranking,
        "loudness_matched": ballot.loudness_matched,
        "seed": ballot.seed,
        "chosen": ballot.chosen,
        "heard": [
            {"model": h.entrant.name, "checkpoint": h.entrant.checkpoint, "take": h.take, "place": h.place}
            for h in ballot.heard
        ],
    }


def decode_ballot(value: Any) -> Ballot:
    """The ballot of a parsed line; raises Damaged for anything that `encode_ballot` could not have written."""
    row = mapping(value, "the vote")
    if row.get("v") != VERSION:
        raise Damaged("the vote is of another version")
    at_s = row.get("at")
    if isinstance(at_s, bool) or not isinstance(at_s, (int, float)) or not 0 <= at_s <= LATEST_S:
        raise Damaged("the time of the vote is missing")
    heard = tuple(_heard(entry) for entry in sequence(row.get("heard"), "the list of takes", MOST_HEARD))
    if len(heard) < 2:
        raise Damaged("the vote compares nothing")
    return Ballot(
        id=_hash(row.get("vote"), "the number of the vote"),
        test=_hash(row.get("test"), "the number of the test"),
        at_s=float(at_s),
        verb=_short(row.get("verb"), "the task"),
        style=_short(row.get("style"), "the style"),
        ranking=boolean(row.get("ranking"), "the kind of vote"),
        heard=heard,
        loudness_matched=boolean(row.get("loudness_matched"), "the loudness"),
        seed=integer(row.get("seed"), "the seed", 0, SEED_LIMIT),
        chosen=boolean(row.get("chosen", False), "the choosing"),
    )


def _heard(value: Any) -> Heard:
    row = mapping(value, "a take")
    of_song = row.get("checkpoint") == THE_SONG.checkpoint
    entrant = THE_SONG if of_song else model_entrant(row.get("model"), row.get("checkpoint"))
    return Heard(entrant, _hash(row.get("take"), "a take"), integer(row.get("place"), "a place", 0, MOST_HEARD - 1))


def model_entrant(name: Any, checkpoint: Any) -> Entrant:
    """The entrant whose take says that it is by this model; raises Damaged where no ballot can hold that."""
    found = _short(name, "the name of a model")
    if not found:
        raise Damaged("a model has no name")
    return Entrant(found, _hash(checkpoint, "a checkpoint"))


def _short(value: Any, what: str) -> str:
    found = text(value, what)
    if len(found) > LONGEST_TEXT or not found.isprintable():
        raise Damaged(f"{what} is no plain text")
    return found


def _hash(value: Any, what: str) -> str:
    found = text(value, what)
    if not found or len(found) > 64 or not set(found) <= set(string.hexdigits + "-"):
        raise Damaged(f"{what} is no number")
    return found
