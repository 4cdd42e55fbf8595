"""PlaybackPlan: what is to be heard of a Score, as immutable columns in seconds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml.music import MUTED, Score, TimeMap, Track
from studio.audio.midi_message import BANK_MSB, CONTROL, KEY_PRESSURE, PAN, PROGRAM, VOLUME
from studio.audio.slots import allocate_slots, is_drum_slot

MIN_NOTE_S = 0.010
"""Shorter notes (drum files hold notes of length 0) are held this long, or until the next on their key."""

UNPLAYED_CONTROLS = frozenset({122, 124, 125, 126, 127})
"""Channel mode messages that would regroup the synth's channels: never played."""

MAX_SHARED = 2_000_000
"""Tracks times messages: beyond this they are not shared among tracks, so that no file can ask for billions."""

DRUM_BANK = 128
"""The bank in which sound fonts keep percussion kits."""


@dataclass(frozen=True, slots=True)
class Voice:
    """How one slot sounds at the start: instrument, volume and pan (0 to 127), and whether it is heard.

    `bank` counts 0 to 16383. A voice that is not audible (muted, or another track is soloed) has volume 0
    and no notes in the plan; un-muting tells it from a voice with nothing to play.
    """

    slot: int
    program: int = 0
    bank: int = 0
    volume: int = 100
    pan: int = 64
    audible: bool = True


@dataclass(frozen=True, eq=False)
class PlaybackPlan:
    """What is heard of a piece. Notes are sorted by onset and no two on one slot and key overlap.

    Note columns, shape (notes,): `on_s` and `off_s` seconds from the start of the piece, `start_tick`,
    `slot`, `key`, `velocity` (1 to 127), `release`. Controller columns, shape (controls,), in the order in
    which they are sent: `control_s`, and `control_bytes` of shape (controls, 4): slot, kind, data 1, data 2.
    `end_s` is the bar line after the last note: there playback stops by itself.
    """

    on_s: NDArray[np.float64]
    off_s: NDArray[np.float64]
    start_tick: NDArray[np.int64]
    slot: NDArray[np.uint8]
    key: NDArray[np.uint8]
    velocity: NDArray[np.uint8]
    release: NDArray[np.uint8]
    control_s: NDArray[np.float64]
    control_bytes: NDArray[np.uint8]
    voices: tuple[Voice, ...]
    time_map: TimeMap
    end_s: float

    @property
    def note_count(self) -> int:
        return len(self.on_s)

    def find(self, slot: int, key: int, start_tick: int) -> int | None:
        """Row of the note of a slot and key that starts at a tick of the score, None if there is none."""
        at_s = max(0.0, float(self.time_map.seconds(start_tick)))
        low, high = np.searchsorted(self.on_s, (at_s - 1e-7, at_s + 1e-7))
        for row in range(int(low), int(high)):
            if (self.slot[row], self.key[row], self.start_tick[row]) == (slot, key, start_tick):
                return row
        return None

    def presets(self) -> frozenset[tuple[int, int]]:
        """The (bank of the sound font, program) pairs that the plan uses anywhere."""
        msb = {voice.slot: voice.bank >> 7 for voice in self.voices}
        found = {_preset(voice.slot, voice.bank >> 7, voice.program) for voice in self.voices if voice.audible}
        kinds, numbers = self.control_bytes[:, 1], self.control_bytes[:, 2]
        chooses = (kinds == PROGRAM) | ((kinds == CONTROL) & (numbers == BANK_MSB))
        for slot, kind, data1, data2 in self.control_bytes[chooses].tolist():
            if kind == CONTROL:
                msb[slot] = data2
            else:
                found.add(_preset(slot, msb.get(slot, 0), data1))
        return frozenset(found)


def make_plan(score: Score) -> PlaybackPlan:
    """The plan of a whole score: solo, mute, volume and pan from each track's mixer, muted notes left out.

    Any number of tracks; see `slots` for how they share the synth. System exclusive messages are not
    played: a file could reset or retune every other track with them.
    """
    soloed = any(track.mixer.soloed for track in score.tracks)
    slots = allocate_slots(score.tracks)
    audible = [track.mixer.soloed if soloed else not track.mixer.muted for track in score.tracks]
    lead = [_lead_of(score.tracks, index) for index in range(len(score.tracks))]

    voices: dict[int, Voice] = {}
    for track, slot, heard, source in zip(score.tracks, slots, audible, lead, strict=True):
        if slot not in voices or (heard and not voices[slot].audible):
            volume, pan = (min(max(value, 0), 127) for value in (track.mixer.volume, track.mixer.pan))
            voices[slot] = Voice(slot, source.program or 0, source.bank or 0, volume if heard else 0, pan, heard)
    silent = frozenset(voice.slot for voice in voices.values() if not voice.audible)

    heard_tracks = [
        (track, slot)
        for track, slot, heard in zip(score.tracks, slots, audible, strict=True)
        if heard and len(track.notes)
    ]
    notes = _notes(heard_tracks, score.time_map)
    control_s, control_bytes = _controls(score, slots, lead, silent)
    end_s = score.time_map.seconds(score.end_bar_tick)
    return PlaybackPlan(
        **notes,
        control_s=control_s,
        control_bytes=control_bytes,
        voices=tuple(voices[slot] for slot in sorted(voices)),
        time_map=score.time_map,
        end_s=float(end_s),
    )


def empty_plan() -> PlaybackPlan:
    """The plan of a piece without tracks, at 120 quarters a minute in 4/4."""
    return make_plan(Score())


def _preset(slot: int, bank_msb: int, program: int) -> tuple[int, int]:
    return (DRUM_BANK if is_drum_slot(slot) else bank_msb, program)


def _lead_of(tracks: tuple[Track, ...], index: int) -> Track:
    """The track whose instrument this one plays.

    A track whose file named no program plays that of the first track on its channel that has one: files
    split one instrument over several tracks (left hand, right hand) and set it up in one of them.
    """
    track = tracks[index]
    if track.program is not None:
        return track
    return next(
        (t for t in tracks if t.program is not None and t.channel == track.channel and t.drums == track.drums), track
    )


def _notes(tracks: list[tuple[Track, int]], time_map: TimeMap) -> dict[str, NDArray[Any]]:
    """The note columns of these tracks, clipped and sorted."""
    tables = [track.notes for track, _ in tracks]
    start = _joined([table.start for table in tables], np.int64)
    end = _joined([table.end for table in tables], np.int64)
    key = _joined([table.pitch for table in tables], np.uint8)
    velocity = np.clip(_joined([table.velocity for table in tables], np.uint8), 1, 127)
    release = np.minimum(_joined([table.release for table in tables], np.uint8), 127)
    flags = _joined([table.flags for table in tables], np.uint8)
    slot = np.repeat(np.array([slot for _, slot in tracks], np.uint8), [len(table) for table in tables])

    on_s = np.maximum(np.asarray(time_map.seconds(start), np.float64), 0.0)
    off_s = np.maximum(np.asarray(time_map.seconds(end), np.float64), on_s + MIN_NOTE_S)
    playable = np.flatnonzero(((flags & MUTED) == 0) & (key < 128))
    voice_key = slot[playable].astype(np.int64) * 128 + key[playable]

    # Per slot and key: of notes with one onset the longest stays, and each ends where the next begins.
    order = playable[np.lexsort((-off_s[playable], on_s[playable], voice_key))]
    same = np.diff(slot[order].astype(np.int64) * 128 + key[order]) == 0
    first = np.ones(len(order), bool)
    first[1:] = ~(same & (np.diff(on_s[order]) == 0))
    order = order[first]
    same = np.diff(slot[order].astype(np.int64) * 128 + key[order]) == 0
    off = off_s[order]
    off[:-1] = np.where(same, np.minimum(off[:-1], on_s[order][1:]), off[:-1])

    by_onset = np.lexsort((key[order], slot[order], on_s[order]))
    rows = order[by_onset]
    return {
        "on_s": on_s[rows],
        "off_s": off[by_onset],
        "start_tick": start[rows],
        "slot": slot[rows],
        "key": key[rows],
        "velocity": velocity[rows],
        "release": release[rows],
    }


def _controls(
    score: Score, slots: list[int], lead: list[Track], silent: frozenset[int]
) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """Times and bytes of all controller, program, pressure and bend messages, in the order of sending.

    Tracks with one channel and one instrument share their messages, as on a MIDI channel: files keep the
    pedal of both hands in one of two tracks, or the set-up in a track without notes. Volume and pan are
    each track's own.
    """
    parts: dict[tuple[int, bool, int | None, int | None], list[Track]] = {}
    keys = [
        (track.channel, track.drums, source.program, source.bank)
        for track, source in zip(score.tracks, lead, strict=True)
    ]
    for key, track in zip(keys, score.tracks, strict=True):
        if track.events:
            parts.setdefault(key, []).append(track)
    rows: list[tuple[int, int, int, int, int]] = []
    for track, slot, key in zip(score.tracks, slots, keys, strict=True):
        if not len(track.notes):
            continue
        sharing = parts.get(key, [])
        if len(score.tracks) * sum(len(part.events) for part in sharing) > MAX_SHARED:
            sharing = [track]
        for part in sharing:
            rows += _channel_messages(part, slot, part is track, slot in silent)
    rows.sort(key=lambda row: row[0])
    table = np.array(rows, np.int64).reshape(-1, 5)
    seconds = np.asarray(score.time_map.seconds(table[:, 0]), np.float64)
    return seconds, table[:, 1:].astype(np.uint8)


def _channel_messages(track: Track, slot: int, own: bool, silent: bool) -> list[tuple[int, int, int, int, int]]:
    """Rows of tick, slot, kind, data 1, data 2 of what a track's events do to a slot."""
    rows: list[tuple[int, int, int, int, int]] = []
    for event in track.events:
        data = event.data
        if len(data) < 2 or not KEY_PRESSURE <= data[0] < 0xF0 or max(data[1:3]) > 127:
            continue
        kind, number = data[0] & 0xF0, data[1]
        if kind == CONTROL and (
            number in UNPLAYED_CONTROLS or (number == VOLUME and (silent or not own)) or (number == PAN and not own)
        ):
            continue
        rows.append((max(event.tick, 0), slot, kind, number, data[2] if len(data) > 2 else 0))
    return rows


def _joined(columns: Iterable[NDArray[Any]], dtype: Any) -> NDArray[Any]:
    parts = list(columns)
    return np.concatenate(parts) if parts else np.zeros(0, dtype)
