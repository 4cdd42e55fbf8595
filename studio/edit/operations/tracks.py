"""Adding, deleting, ordering and naming tracks, their instruments and their mixer strips."""

from __future__ import annotations

from dataclasses import replace

from ml.music import Score, Track
from ml.music.score import DRUM_CHANNEL
from studio.edit.edited import Edited, EditRefused, check_track
from studio.edit.new_song import piano_track
from studio.edit.selection import Selection

CHANNELS = 16
PROGRAM_CHANGE = 0xC0


def add_track(
    score: Score, name: str = "", program: int = 0, bank: int | None = None, drums: bool = False, at: int | None = None
) -> Edited:
    """A new empty track before index `at` (None: at the end); it becomes the current one."""
    index = len(score.tracks) if at is None else min(max(at, 0), len(score.tracks))
    _check_instrument(program, bank)
    channel = DRUM_CHANNEL if drums else free_channel(score)
    track = Track(name=name or ("Drums" if drums else ""), program=program, bank=bank, channel=channel, drums=drums)
    return Edited(score.with_tracks((*score.tracks[:index], track, *score.tracks[index:])), Selection(index))


def duplicate_track(score: Score, index: int) -> Edited:
    """A copy of a track right after it, with a channel of its own; it becomes the current one."""
    check_track(score, index)
    track = score.tracks[index]
    channel = track.channel if track.drums else free_channel(score)
    copy = _on_channel(replace(track, name=f"{track.name} copy" if track.name else ""), channel)
    tracks = (*score.tracks[: index + 1], copy, *score.tracks[index + 1 :])
    return Edited(score.with_tracks(tracks), Selection(index + 1))


def delete_track(score: Score, index: int) -> Edited:
    """The score without a track; the one after it (or the last) becomes the current one.

    Deleting the only track leaves an empty piano, so that there is always somewhere to write.
    """
    check_track(score, index)
    tracks = (*score.tracks[:index], *score.tracks[index + 1 :]) or (piano_track(),)
    return Edited(score.with_tracks(tracks), Selection(min(index, len(tracks) - 1)))


def move_track(score: Score, index: int, to: int) -> Edited:
    """Put a track at another place in the list; it becomes the current one."""
    check_track(score, index)
    to = min(max(to, 0), len(score.tracks) - 1)
    others = (*score.tracks[:index], *score.tracks[index + 1 :])
    return Edited(score.with_tracks((*others[:to], score.tracks[index], *others[to:])), Selection(to))


def rename_track(score: Score, index: int, name: str) -> Edited:
    check_track(score, index)
    return Edited(score.with_track(index, replace(score.tracks[index], name=name.strip())))


def set_instrument(
    score: Score, index: int, program: int | None, bank: int | None = None, drums: bool = False
) -> Edited:
    """Choose the instrument from the start on: General MIDI program 0 to 127 (None: unstated), bank 0 to 16383.

    A drum track is on channel 10 and any other one is not, so the channel follows. Later program changes
    in the track stay; a remark says so. Raises EditRefused for numbers that MIDI does not have.
    """
    check_track(score, index)
    _check_instrument(program, bank)
    track = score.tracks[index]
    channel = track.channel
    if drums:
        channel = DRUM_CHANNEL
    elif channel == DRUM_CHANNEL:
        channel = free_channel(score)
    changed = replace(_on_channel(track, channel), program=program, bank=bank, drums=drums)
    later = any(event.tick > 0 and event.data[:1] and event.data[0] & 0xF0 == PROGRAM_CHANGE for event in track.events)
    remark = "The track changes its instrument again later in the song: only the beginning is new."
    return Edited(score.with_track(index, changed), None, (remark,) if later else ())


def set_mixer(
    score: Score,
    index: int,
    *,
    volume: int | None = None,
    pan: int | None = None,
    muted: bool | None = None,
    soloed: bool | None = None,
) -> Edited:
    """Set what is given of a track's volume and pan (0 to 127, brought into range), mute and solo."""
    check_track(score, index)
    track = score.tracks[index]
    old = track.mixer
    mixer = replace(
        old,
        volume=old.volume if volume is None else min(max(volume, 0), 127),
        pan=old.pan if pan is None else min(max(pan, 0), 127),
        muted=old.muted if muted is None else muted,
        soloed=old.soloed if soloed is None else soloed,
    )
    return Edited(score if mixer == old else score.with_track(index, replace(track, mixer=mixer)))


def set_colour(score: Score, index: int, colour: int) -> Edited:
    """Choose a colour of the theme's palette by index, -1 for automatic."""
    check_track(score, index)
    return Edited(score.with_track(index, replace(score.tracks[index], colour=max(colour, -1))))


def free_channel(score: Score) -> int:
    """The first melodic MIDI channel (0 to 15) that no track uses; when all are taken, one that the fewest use."""
    used = [track.channel for track in score.tracks]
    return min((c for c in range(CHANNELS) if c != DRUM_CHANNEL), key=lambda channel: (used.count(channel), channel))


def on_free_channel(score: Score, track: Track) -> Track:
    """A track as it would join the score: drums on channel 10, anything else on a channel that no track uses."""
    return _on_channel(track, DRUM_CHANNEL if track.drums else free_channel(score))


def _on_channel(track: Track, channel: int) -> Track:
    """The track on another channel, its controllers and other channel messages with it."""
    if channel == track.channel:
        return track
    events = tuple(
        replace(event, data=bytes([event.data[0] & 0xF0 | channel]) + event.data[1:])
        if event.data and 0x80 <= event.data[0] < 0xF0
        else event
        for event in track.events
    )
    return replace(track, channel=channel, events=events)


def _check_instrument(program: int | None, bank: int | None) -> None:
    if program is not None and not 0 <= program <= 127:
        raise EditRefused(f"Instrument {program} does not exist: General MIDI numbers them from 0 to 127.")
    if bank is not None and not 0 <= bank <= 16383:
        raise EditRefused(f"Bank {bank} does not exist: MIDI numbers them from 0 to 16383.")
