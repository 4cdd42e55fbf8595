"""Slots: the 256 channels of the synth, sixteen groups of sixteen, and which track plays on which."""

from __future__ import annotations

from collections.abc import Sequence

from ml.music.score import DRUM_CHANNEL, Track

CHANNELS = 16
SLOTS = 256
TRACK_SLOTS = 240
"""Tracks play on the slots below this one; the last group belongs to previews and the metronome."""

METRONOME_SLOT = 255
PREVIEW_DRUM_SLOT = TRACK_SLOTS + DRUM_CHANNEL
PREVIEW_SLOTS = tuple(s for s in range(TRACK_SLOTS, METRONOME_SLOT) if s != PREVIEW_DRUM_SLOT)

DRUM_TRACK_SLOTS = tuple(range(DRUM_CHANNEL, TRACK_SLOTS, CHANNELS))
MELODIC_TRACK_SLOTS = tuple(s for s in range(TRACK_SLOTS) if s % CHANNELS != DRUM_CHANNEL)


def is_drum_slot(slot: int) -> bool:
    """Whether the slot always plays percussion; fixed for good, so that no plan has to switch it."""
    return slot % CHANNELS == DRUM_CHANNEL or slot == METRONOME_SLOT


def allocate_slots(tracks: Sequence[Track]) -> list[int]:
    """A slot for each track, in order; the same tracks always get the same slots, muted or not.

    A melodic track gets the channel of its file if it is the first to ask, else the lowest free one; drum
    tracks get channel 10 of group after group. Tracks beyond 225 melodic and 15 drum ones share slots.
    """
    slots = [-1] * len(tracks)
    taken: set[int] = set()
    for index, track in enumerate(tracks):
        wish = track.channel
        if not track.drums and 0 <= wish < CHANNELS and wish != DRUM_CHANNEL and wish not in taken:
            slots[index] = wish
            taken.add(wish)
    melodic = [slot for slot in MELODIC_TRACK_SLOTS if slot not in taken]
    drums_seen = melodic_seen = 0
    for index, track in enumerate(tracks):
        if track.drums:
            slots[index] = DRUM_TRACK_SLOTS[drums_seen % len(DRUM_TRACK_SLOTS)]
            drums_seen += 1
        elif slots[index] < 0:
            pool = melodic if melodic_seen < len(melodic) else MELODIC_TRACK_SLOTS
            slots[index] = pool[(melodic_seen if pool is melodic else melodic_seen - len(melodic)) % len(pool)]
            melodic_seen += 1
    return slots
