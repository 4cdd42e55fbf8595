"""Score and Track: an immutable piece of music."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

from ml.music.keys import Key
from ml.music.note_table import NoteTable
from ml.music.time_map import TimeMap

DRUM_CHANNEL = 9


@dataclass(frozen=True, slots=True)
class TrackEvent:
    """Anything in a MIDI track that is no note, kept to be played and written back.

    `data` holds the raw message: status byte and data bytes for channel messages; F0 or F7 and payload
    for system exclusive; FF, type and payload (without the length) for meta events.
    """

    tick: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Mixer:
    """How a track is heard in the studio. Volume and pan as MIDI controllers 7 and 10 (0 to 127)."""

    volume: int = 100
    pan: int = 64
    muted: bool = False
    soloed: bool = False


@dataclass(frozen=True)
class Track:
    """One part: its notes, its instrument, and everything else that its MIDI track held.

    `program` 0 to 127 and `bank` 0 to 16383 choose the instrument at the start (later program changes
    stay in `events`); None says that the file named none. `channel` 0 to 15 is the MIDI channel of the
    file and a wish for export; `drums` says that pitches are General MIDI percussion keys.
    `colour` is an index into the theme's palette, -1 for automatic.
    """

    name: str = ""
    notes: NoteTable = field(default_factory=NoteTable.empty)
    program: int | None = 0
    bank: int | None = None
    channel: int = 0
    drums: bool = False
    events: tuple[TrackEvent, ...] = ()
    mixer: Mixer = Mixer()
    colour: int = -1

    def with_notes(self, notes: NoteTable) -> Track:
        return replace(self, notes=notes)

    @cached_property
    def end_tick(self) -> int:
        return max(self.notes.end_tick, max((event.tick for event in self.events), default=0))


@dataclass(frozen=True, slots=True)
class KeySignature:
    """The written key from `tick` on."""

    tick: int
    key: Key


@dataclass(frozen=True, slots=True)
class Marker:
    tick: int
    text: str


@dataclass(frozen=True)
class Score:
    """A whole piece. `conductor` keeps what belongs to no track and is not understood otherwise.

    `smpte` holds the raw division word of a file with SMPTE timing, for writing it back; `end_tick_hint`
    the latest end-of-track of the file, so that trailing silence survives; `unknown_chunks` whole
    chunks of the file that are no tracks, kept to be written back.
    """

    tracks: tuple[Track, ...] = ()
    time_map: TimeMap = field(default_factory=TimeMap)
    key_signatures: tuple[KeySignature, ...] = ()
    markers: tuple[Marker, ...] = ()
    conductor: tuple[TrackEvent, ...] = ()
    title: str = ""
    smpte: int | None = None
    end_tick_hint: int = 0
    unknown_chunks: tuple[bytes, ...] = ()

    @property
    def ticks_per_quarter(self) -> int:
        return self.time_map.ticks_per_quarter

    @cached_property
    def note_count(self) -> int:
        return sum(len(track.notes) for track in self.tracks)

    @cached_property
    def end_tick(self) -> int:
        """Tick at which the last note ends; 0 for a piece without notes."""
        return max((track.notes.end_tick for track in self.tracks), default=0)

    @cached_property
    def end_bar_tick(self) -> int:
        """The first bar line at or after the end of the last note."""
        return self.time_map.ceil_bar(self.end_tick)

    def key_at(self, tick: int) -> Key | None:
        """The written key at `tick`, None when the piece states none."""
        found = None
        for signature in self.key_signatures:
            if signature.tick <= tick:
                found = signature.key
        return found

    def with_track(self, index: int, track: Track) -> Score:
        """The score with one track replaced."""
        return replace(self, tracks=(*self.tracks[:index], track, *self.tracks[index + 1 :]))

    def with_tracks(self, tracks: tuple[Track, ...]) -> Score:
        return replace(self, tracks=tracks)

    def with_time_map(self, time_map: TimeMap) -> Score:
        return replace(self, time_map=time_map)
