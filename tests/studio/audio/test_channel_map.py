"""Slots onto the sixteen channels of a port: programs follow whoever plays, and every note ends."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from studio.audio.channel_map import ChannelMap
from studio.audio.midi_message import CHANNEL_PRESSURE, PROGRAM, VOLUME, Message, control, note_off, note_on

FIRST, SHARING, OTHER = 2, 18, 3
"""Slots 2 and 18 are both channel 2."""


def test_one_slot_on_a_channel_passes_straight_through() -> None:
    channels = ChannelMap()
    assert channels.translate(Message(FIRST, PROGRAM, 40)) == [b"\xc2\x28"]
    assert channels.translate(Message(FIRST, CHANNEL_PRESSURE, 9)) == [b"\xd2\x09"]
    assert channels.translate(note_on(FIRST, 60, 100)) == [b"\x92\x3c\x64"]
    assert channels.translate(note_off(FIRST, 60)) == [b"\x82\x3c\x40"]


def test_slots_that_share_a_channel_bring_their_own_instrument() -> None:
    channels = ChannelMap()
    for slot, program, volume in ((FIRST, 10, 90), (SHARING, 20, 50)):
        channels.translate(Message(slot, PROGRAM, program))
        channels.translate(control(slot, VOLUME, volume))
    channels.translate(note_on(FIRST, 60, 100))
    taken_over = channels.translate(note_on(SHARING, 64, 100))
    assert taken_over[-1] == b"\x92\x40\x64"
    assert b"\xc2\x14" in taken_over and b"\xb2\x07\x32" in taken_over
    back = channels.translate(note_on(FIRST, 62, 100))
    assert b"\xc2\x0a" in back and b"\xb2\x07\x5a" in back
    assert channels.translate(note_on(FIRST, 65, 100)) == [b"\x92\x41\x64"], "no need to set it up again"


def test_what_a_slot_sets_while_another_plays_waits_for_its_turn() -> None:
    channels = ChannelMap()
    channels.translate(note_on(FIRST, 60, 100))
    assert channels.translate(control(SHARING, VOLUME, 30)) == []
    assert b"\xb2\x07\x1e" in channels.translate(note_on(SHARING, 64, 100))


def test_one_key_struck_by_two_slots_sounds_until_both_let_go() -> None:
    channels = ChannelMap()
    channels.translate(note_on(FIRST, 60, 100))
    struck_again = channels.translate(note_on(SHARING, 60, 90))
    assert struck_again[-2:] == [b"\x82\x3c\x40", b"\x92\x3c\x5a"]
    assert channels.translate(note_off(FIRST, 60)) == []
    assert channels.translate(note_off(SHARING, 60)) == [b"\x82\x3c\x40"]
    assert channels.sounding() == []


@given(st.lists(st.tuples(st.sampled_from([FIRST, SHARING, OTHER]), st.integers(60, 62), st.booleans()), max_size=60))
def test_sounding_lists_exactly_what_a_receiver_still_plays(steps: list[tuple[int, int, bool]]) -> None:
    channels, held = ChannelMap(), Counter[tuple[int, int]]()
    receiver: set[tuple[int, int]] = set()
    for slot, key, on in steps:
        if not on and not held[(slot, key)]:
            continue
        if on and held[(slot, key)]:
            continue  # the plan clips unisons of one slot
        held[(slot, key)] += 1 if on else -1
        for data in channels.translate(note_on(slot, key, 90) if on else note_off(slot, key)):
            voice = (data[0] & 15, data[1])
            if data[0] & 0xF0 == 0x90:
                receiver.add(voice)
            elif data[0] & 0xF0 == 0x80:
                receiver.discard(voice)
    wanted = {(slot % 16, key) for (slot, key), count in held.items() if count}
    assert receiver == wanted
    assert {(data[0] & 15, data[1]) for data in channels.sounding()} == wanted
