"""Which track plays on which of the 256 slots."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ml.music import Track
from studio.audio.slots import (
    METRONOME_SLOT,
    PREVIEW_DRUM_SLOT,
    PREVIEW_SLOTS,
    TRACK_SLOTS,
    allocate_slots,
    is_drum_slot,
)


def test_a_few_tracks_keep_the_channels_of_their_file() -> None:
    tracks = [Track(channel=3), Track(channel=9, drums=True), Track(channel=0)]
    assert allocate_slots(tracks) == [3, 9, 0]


def test_a_second_track_on_a_channel_gets_a_free_one() -> None:
    """So that each track has its own volume, and is heard by its own instrument on an external port."""
    assert allocate_slots([Track(channel=0), Track(channel=0), Track(channel=1)]) == [0, 2, 1]


def test_a_melodic_track_never_lands_on_the_drum_channel() -> None:
    assert allocate_slots([Track(channel=9)]) == [0]
    assert allocate_slots([Track(channel=9, drums=True), Track(channel=9, drums=True)]) == [9, 25]


def test_previews_and_metronome_have_slots_of_their_own() -> None:
    own = {METRONOME_SLOT, PREVIEW_DRUM_SLOT, *PREVIEW_SLOTS}
    assert len(own) == 16 and min(own) >= TRACK_SLOTS
    assert is_drum_slot(METRONOME_SLOT) and is_drum_slot(PREVIEW_DRUM_SLOT)
    assert not any(map(is_drum_slot, PREVIEW_SLOTS))


@given(st.lists(st.tuples(st.integers(0, 15), st.booleans()), max_size=300))
def test_every_track_gets_a_slot_of_its_kind_and_its_own_while_there_are_any(kinds: list[tuple[int, bool]]) -> None:
    tracks = [Track(channel=channel, drums=drums) for channel, drums in kinds]
    slots = allocate_slots(tracks)
    assert all(0 <= slot < TRACK_SLOTS and is_drum_slot(slot) == t.drums for slot, t in zip(slots, tracks, strict=True))
    melodic = [slot for slot, t in zip(slots, tracks, strict=True) if not t.drums]
    drums = [slot for slot, t in zip(slots, tracks, strict=True) if t.drums]
    assert len(set(melodic)) == min(len(melodic), 225)
    assert len(set(drums)) == min(len(drums), 15)
