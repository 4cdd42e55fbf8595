"""Wishes: how the user wants to be answered; Place: what the user points at; Partner: who accompanies."""

from __future__ import annotations

from dataclasses import dataclass, field

from ml.music import Score
from ml.music.general_midi import instrument_name
from ml.requests import Choosing, Keep, Leanings, Limits, Sampling
from ml.requests.choosing import AS_WRITTEN
from studio.edit.selection import Selection, select_starting

Ticks = tuple[int, int]
BAR_CHOICES = (2, 4, 8, 16)


@dataclass(frozen=True, slots=True)
class Partner:
    """Who accompanies: a track of the song by its index, or, with `track` None, a new one with this instrument."""

    name: str = "Bass"
    program: int = 33
    drums: bool = False
    track: int | None = None

    @staticmethod
    def instrument(program: int) -> Partner:
        """A new track with a General MIDI instrument, 0 to 127, and its name."""
        return Partner(instrument_name(program), program)

    @staticmethod
    def of_track(index: int) -> Partner:
        return Partner("", 0, False, index)


BASS, CHORDS, DRUMS = Partner("Bass", 33), Partner("Chords", 0), Partner("Drums", 0, True)
PARTNERS = (BASS, CHORDS, DRUMS)
"""What is offered first."""


@dataclass(frozen=True, slots=True)
class Place:
    """What the user points at: the current track, selected notes on it, marked ticks, the loop, the playhead.

    Selected notes come before `marked` ticks, and these before the loop, which only Fill and Vary look at. `tracks`
    names several tracks outright, as commands do; empty, the wishes say whether the current one or all are asked.
    """

    track: int = 0
    ids: frozenset[int] = frozenset()
    marked: Ticks | None = None
    loop: Ticks | None = None
    cursor_tick: int = 0
    tracks: tuple[int, ...] = ()

    @staticmethod
    def pointed(
        score: Score, selection: Selection, marked: Ticks | None, loop: Ticks | None = None, cursor_tick: int = 0
    ) -> Place:
        """Marking ticks also selects the notes in them: as long as just those are selected, the ticks are meant."""
        ids = selection.ids
        if marked is not None and ids == select_starting(score, selection.track, *marked).ids:
            ids = frozenset()
        return Place(selection.track, ids, marked, loop, cursor_tick)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the model panel sets, for every verb.

    `models` empty means the first two of the shelf; `seed` None draws a fresh one. `bars`: for Continue, Generate.
    `all_tracks`: ask all tracks at once and not only the current one. `limits` are guarantees; `song_key` adds the
    key that the song states where models write; `chords` is a line such as "C | Am F" that holds from the first
    asked bar on, round and round. `amount`, above 0 to 1, is the share of the notes that Vary writes anew.
    `choosing`: how the takes that are shown come from more of them.
    """

    bars: int = 4
    takes: int = 4
    models: tuple[str, ...] = ()
    all_tracks: bool = False
    limits: Limits = field(default_factory=Limits)
    song_key: bool = False
    chords: str = ""
    leanings: Leanings = field(default_factory=Leanings)
    keep: Keep = field(default_factory=Keep)
    amount: float = 1.0
    partner: Partner = BASS
    sampling: Sampling = field(default_factory=Sampling)
    choosing: Choosing = AS_WRITTEN
    seed: int | None = None
