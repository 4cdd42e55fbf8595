"""Who plays where in an exported file: a port and a channel for each track, without quarrels over sound."""

from __future__ import annotations

from ml.music.midi.metas import PORT
from ml.music.score import DRUM_CHANNEL, Score, Track

CHANNELS = 16
MAX_PORT = 127

Place = tuple[int, int]
"""Port and channel."""


def stated_port(track: Track) -> int:
    """The first port other than 0 that the track's events name, else 0."""
    for event in track.events:
        if event.data[:2] == bytes((0xFF, PORT)) and len(event.data) > 2 and event.data[2]:
            return event.data[2]
    return 0


def places(score: Score) -> list[Place]:
    """Port and channel of each track.

    A track keeps its own channel; percussion plays on channel 10 and nothing else does. Tracks that want the
    same channel with a different instrument, volume or pan get a free channel, and when none is left, the same
    channel on another port.
    """
    wanted = [(stated_port(track), _wished_channel(track)) for track in score.tracks]
    reserved = set(wanted)
    taken: dict[Place, tuple[object, ...]] = {}
    result: list[Place] = []
    for track, wish in zip(score.tracks, wanted, strict=True):
        if is_silent(track):
            result.append(wish)
            continue
        sound = (track.program, track.bank, track.mixer.volume, track.mixer.pan)
        place = wish
        if (track.channel == DRUM_CHANNEL and not track.drums) or taken.get(wish, sound) != sound:
            place = _another(wish, sound, track.drums, taken, reserved)
        taken.setdefault(place, sound)
        result.append(place)
    return result


def is_silent(track: Track) -> bool:
    """Whether the track sends no channel message: it needs no channel then."""
    usual = Track().mixer
    return (
        not len(track.notes)
        and track.program is None
        and track.bank is None
        and (track.mixer.volume, track.mixer.pan) == (usual.volume, usual.pan)
        and not any(event.data[0] < 0xF0 for event in track.events)
    )


def _wished_channel(track: Track) -> int:
    return DRUM_CHANNEL if track.drums else track.channel & 15


def _another(
    wish: Place, sound: tuple[object, ...], drums: bool, taken: dict[Place, tuple[object, ...]], reserved: set[Place]
) -> Place:
    """A place with this sound or a free one: on the same port, then on later ones; the wish when all is full."""
    port, channel = wish
    for candidate in range(port, MAX_PORT + 1):
        if drums:
            options = [DRUM_CHANNEL]
        else:
            melodic = [c for c in range(CHANNELS) if c != DRUM_CHANNEL]
            options = melodic if candidate == port else sorted(melodic, key=lambda c: c != channel)
        for option in options:
            place = (candidate, option)
            if taken.get(place) == sound or (place not in taken and place not in reserved):
                return place
    return wish
