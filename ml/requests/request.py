"""GenerationRequest: a frozen score, an asked region, limits, sampling settings and a seed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ml.music import Score
from ml.requests.limits import Limits

STYLES = (
    "folk tune", "chorale", "lead sheet", "lied", "quartet", "piano", "organ",
    "guitar", "choir", "chamber", "orchestra", "drums", "band",
)  # fmt: skip
"""Styles that a model can be asked to lean to; they come from the corpora."""
DENSITY_LEVELS, LEAP_LEVELS = 7, 5
MAX_TAKES = 32
MAX_BARS = 64
MAX_TRACKS = 16
"""Models write so many tracks at once at most."""


Placed = tuple[int, int, int]
"""Track, start in ticks, MIDI pitch of a note."""


class Verb(Enum):
    """What the user pressed. A model sees given notes and an asked region; the verb decides what is given:

    CONTINUE what comes before (and other tracks); FILL also what comes after; VARY the same, and of the region's
    own notes what `Keep` says; ACCOMPANY like FILL, for tracks that go along with others; GENERATE nothing.
    """

    CONTINUE = "continue"
    FILL = "fill"
    VARY = "vary"
    ACCOMPANY = "accompany"
    GENERATE = "generate"


class RefusedRequest(ValueError):
    """A request that cannot be answered; its text is one plain sentence with the fix."""


@dataclass(frozen=True, slots=True)
class Region:
    """The asked ticks [start_tick, end_tick) of the asked tracks (indices into the score's tracks).

    `kept`: (track, note id) of notes of those tracks that stay as they are, as locked notes do; ids are unique
    within a track only. `ml.requests.staying` says which notes of a track stay.
    """

    start_tick: int
    end_tick: int
    tracks: tuple[int, ...]
    kept: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True, slots=True)
class Keep:
    """What Vary keeps of the notes that it writes anew (`ml.requests.replaced_notes`); other verbs keep nothing.

    `rhythm`: exactly their onsets and lengths, track by track. `contour`: the heard notes of each asked track, in
    order of onset, then pitch, and with those that stay between them, are as many as before, and each moves up, down
    or not at all from the one before it as before; the first follows the last note before the region. `harmony`:
    notes on strong beats belong to the chords that are heard in the region now (`ml.requests.kept_harmony`).
    """

    rhythm: bool = False
    contour: bool = False
    harmony: bool = False


@dataclass(frozen=True, slots=True)
class Leanings:
    """What a model is told and merely leans to; None leaves it to the music.

    `style` is one of the corpora's styles (`STYLES`). `density` 1 (sparse) to 7 (dense), `leaps` 1 (by step) to
    5 (by leap), each as the models' control events count them.
    """

    style: str | None = None
    density: int | None = None
    leaps: int | None = None


@dataclass(frozen=True, slots=True)
class Sampling:
    """How freely notes are drawn: softmax temperature and nucleus (top-p) for every field of a note.

    `surprise` -2 to 2: each step multiplies the temperature of pitches by 2^(1/4), of times by 2^(1/8).
    """

    temperature: float = 1.0
    top_p: float = 0.97
    surprise: float = 0.0


@dataclass(frozen=True)
class GenerationRequest:
    """Ask `takes` alternatives for `region` of `score`; take number k is drawn with the seed and k alone.

    `unlike` are earlier answers for the same place, as the notes that they place: a take that is the same as one of
    them is drawn again.
    """

    score: Score
    region: Region
    verb: Verb = Verb.CONTINUE
    limits: Limits = Limits()
    leanings: Leanings = Leanings()
    keep: Keep = Keep()
    sampling: Sampling = Sampling()
    takes: int = 4
    seed: int = 0
    unlike: frozenset[frozenset[Placed]] = frozenset()

    def check(self) -> None:
        """Raise RefusedRequest when the request has no room, contradicts itself or leaves nothing possible."""
        region, bars = self.region, self.bars
        if region.start_tick < 0:
            raise RefusedRequest("The asked region starts before the song: choose a place from bar 1 on.")
        if region.end_tick <= region.start_tick:
            raise RefusedRequest("The asked region is empty: choose at least one bar.")
        if bars > MAX_BARS:
            raise RefusedRequest(f"{bars} bars are too many at once: ask for {MAX_BARS} or fewer.")
        if not region.tracks:
            raise RefusedRequest("No track is asked: select the track that should be continued.")
        if len(region.tracks) > MAX_TRACKS:
            raise RefusedRequest(f"{len(region.tracks)} tracks are too many at once: select {MAX_TRACKS} or fewer.")
        if any(not 0 <= track < len(self.score.tracks) for track in region.tracks):
            raise RefusedRequest("The asked track is not in the song any more: select another one.")
        if not 1 <= self.takes <= MAX_TAKES:
            raise RefusedRequest(f"{self.takes} takes cannot be made: ask for 1 to {MAX_TAKES}.")
        if not 0.05 <= self.sampling.temperature <= 4.0:
            raise RefusedRequest("The temperature must lie between 0.05 and 4.")
        if not -2 <= self.sampling.surprise <= 2:
            raise RefusedRequest("Surprise must lie between -2 and 2.")
        if not 0.01 <= self.sampling.top_p <= 1.0:
            raise RefusedRequest("Top-p must lie between 0.01 and 1.")
        # Imported here: what contradicts itself is worked out from whole requests.
        from ml.requests.contradictions import contradiction

        if sentence := contradiction(self):
            raise RefusedRequest(sentence)

    @property
    def bars(self) -> int:
        """How many bars the region touches."""
        time_map = self.score.time_map
        return time_map.bar_at(max(self.region.end_tick - 1, 0)) - time_map.bar_at(self.region.start_tick) + 1


def continue_region(score: Score, track: int, bars: int, selection: tuple[int, int] | None = None) -> Region:
    """The region that Continue asks for: `bars` bars after the selection, or after the end of the piece.

    `selection` is a tick range; its end is rounded up to a bar line. Raises RefusedRequest for no bars.
    """
    if bars < 1:
        raise RefusedRequest("Continue needs room: ask for at least one bar.")
    end = selection[1] if selection else score.end_tick
    start = score.time_map.ceil_bar(end)
    first_bar = score.time_map.bar_at(start)
    return Region(start, score.time_map.bar_start(first_bar + bars), (track,))
