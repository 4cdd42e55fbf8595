"""Transport: play, stop, seek, loop, metronome and swapping of plans, handed to an Output ahead of time."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.music import TimeMap
from studio.audio.controllers import UNKNOWN, Item, Tracker, messages_to, pedals_down, state_before
from studio.audio.flights import CLICK, Flight, Flights
from studio.audio.metronome import CLICK_S, Click, clicks_between, count_in
from studio.audio.midi_message import (
    ALL_NOTES_OFF,
    ALL_SOUND_OFF,
    BEND,
    BEND_CENTRE,
    CONTROL,
    PEDAL,
    SOSTENUTO,
    VOLUME,
    Message,
    Timed,
    control,
    note_off,
    note_on,
)
from studio.audio.output import Output
from studio.audio.passes import Loop, Pass
from studio.audio.plan import PlaybackPlan, empty_plan
from studio.audio.slots import METRONOME_SLOT, SLOTS, is_drum_slot

START_DELAY_S = 0.015
"""Between the order to play and the first note, so that the first window is handed over in time."""
MIN_LOOP_S = 0.05
CHASE_S = 0.03
"""A note already under way where playback starts is struck again if at least this much of it is left."""
GLIDE_PER_S = 127 / 0.04
"""How fast a volume moves while notes sound: the full range in 40 ms, so that it never clicks."""

DRUM_SLOTS = np.array([is_drum_slot(slot) for slot in range(SLOTS)])

OFF, SET, ON = 0, 1, 2
"""The order of what falls on one moment: note-offs, controllers, note-ons."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where playback is. `counting_in` while the count-in clicks and the position waits."""

    position_s: float
    playing: bool
    counting_in: bool = False
    loop: Loop | None = None


class Transport:
    """Plays one plan on one output. Single-threaded; call `feed` at least every `lead_s` / 2.

    Invariant: every note-on handed to the output is in `_flights` until its note-off has surely been sent,
    so that each command can end exactly the notes that no longer belong.
    """

    def __init__(self, output: Output, lead_s: float = 0.4, start_delay_s: float = START_DELAY_S) -> None:
        self._output = output
        self._lead_s = lead_s
        self._start_delay_s = start_delay_s
        self._plan = empty_plan()
        self._serial = 0
        self._next: tuple[PlaybackPlan, int] | None = None
        self._loop: Loop | None = None
        self._metronome = 0
        self._playing = False
        self._ended = False
        self._position_s = 0.0
        self._passes: list[Pass] = []
        self._fed_s = 0.0
        self._flights = Flights()
        self._receiver = Tracker()
        self._recent: deque[tuple[float, Item]] = deque()
        self._glides: dict[int, int] = {}
        self._glided_s = 0.0
        self._batch: list[tuple[float, int, Message]] = []

    # --- reading it

    @property
    def playing(self) -> bool:
        return self._playing

    @property
    def plan(self) -> PlaybackPlan:
        """The plan that is played, or would be."""
        return self._plan

    @property
    def gliding(self) -> bool:
        """Whether a volume is on its way; feed every few milliseconds then."""
        return bool(self._glides)

    @property
    def heard_serial(self) -> int:
        """Serial number of the plan heard now."""
        return self._pass_at(self._output.now_s()).serial if self._playing else self._serial

    def place(self, at_s: float | None = None) -> Place:
        """Where playback is at `at_s` of the output's clock (now, when None)."""
        if not self._playing:
            return Place(self._position_s, False, loop=self._loop)
        at_s = self._output.now_s() if at_s is None else at_s
        current = self._pass_at(at_s)
        loop = Loop(self._loop.start_s, current.song_end_s) if current.wraps and self._loop else None
        return Place(current.song_at(at_s), True, bool(current.count_in) and at_s < current.out_s, loop)

    def take_ended(self) -> bool:
        """Whether playback has reached the end of the piece since the last call."""
        ended, self._ended = self._ended, False
        return ended

    # --- commands

    def play(self, position_s: float, count_in_bars: int = 0) -> None:
        """Play from a place of the piece, after a count-in of so many bars."""
        self._silence()
        if self._next:
            self._adopt(*self._next)
            self._next = None
        start_s = self._output.now_s() + self._start_delay_s
        position_s = max(0.0, position_s)
        length_s, clicks = count_in(self._plan.time_map, position_s, count_in_bars) if count_in_bars > 0 else (0.0, [])
        first = self._new_pass(start_s + length_s, position_s, self._plan, self._serial, self._loop)
        first.count_in = tuple(Click(start_s + click.at_s, click.accent) for click in clicks)
        self._passes = [first]
        self._playing = True
        self.feed()

    def stop(self) -> None:
        """Stop where it is; every sounding note is released and the pedals lifted."""
        self._position_s = self.place().position_s
        self._silence()
        self._playing = False
        self._passes = []
        if self._next:
            self._adopt(*self._next)
            self._next = None

    def seek(self, position_s: float) -> None:
        """Go on from another place, playing or not."""
        if self._playing:
            self.play(position_s)
        else:
            self._position_s = max(0.0, position_s)

    def set_loop(self, loop: Loop | None) -> None:
        """Repeat a stretch (at least 50 ms; shorter is no loop). Taken when playback is before its end."""
        usable = loop is not None and loop.end_s - max(0.0, loop.start_s) >= MIN_LOOP_S
        self._loop = Loop(max(0.0, loop.start_s), loop.end_s) if loop and usable else None
        self._revise(self._current_plan())

    def set_metronome(self, volume: int) -> None:
        """Click on each beat at a volume of 0 (off) to 127."""
        self._metronome = min(max(volume, 0), 127)
        self._revise(self._current_plan())

    def set_plan(self, plan: PlaybackPlan, serial: int, at_loop: bool = False) -> None:
        """Play another plan: at once, or from the next time the loop starts over.

        At once: notes that are in both go on sounding, those that are gone end, the rest follows the new
        plan. The musical place is kept when the tempo changed. Without a loop under way it is at once.
        """
        if at_loop and self._playing and self._pass_at(self._output.now_s()).wraps:
            self._next = (plan, serial)
            self._revise(self._current_plan())
            return
        self._next = None
        if self._playing:
            self._revise((plan, serial))
        else:
            self._position_s = _moved(self._position_s, self._plan.time_map, plan.time_map)
            self._adopt(plan, serial)

    def set_output(self, output: Output) -> None:
        """Go on through another output, whose receiver is in an unknown state."""
        place = self.place()
        self._silence()
        self._output = output
        self._receiver = Tracker()
        if place.playing:
            self.play(place.position_s)

    def panic(self) -> None:
        """Stop, and silence every channel by all means that MIDI knows."""
        self.stop()
        self._output.send(panic_messages(range(SLOTS)))
        self._receiver = Tracker()

    # --- handing out ahead of time

    def feed(self) -> None:
        """Hand over what falls into the next `lead_s` seconds."""
        now_s = self._output.now_s()
        self._glide(now_s)
        if not self._playing:
            return
        self._promote_next(now_s)
        last = self._passes[-1]
        if not last.wraps and now_s >= last.out_end_s:
            self._position_s, self._ended = last.song_end_s, True
            self._silence()
            self._playing = False
            self._passes = []
            return
        horizon_s = now_s + self._lead_s
        while self._fed_s < horizon_s:
            current = self._passes[-1]
            if not current.begun:
                self._begin(current)
            until_s = min(horizon_s, current.out_end_s)
            self._hand_out(current, until_s)
            self._fed_s = until_s
            if until_s >= current.out_end_s:
                self._finish(current)
                if not current.wraps:
                    self._fed_s = math.inf
                    break
                self._passes.append(self._next_pass(current))
        self._flush()
        sure_s = now_s - self._output.jitter_s - 0.05
        self._flights.prune(sure_s)
        while self._recent and self._recent[0][0] < sure_s:
            self._recent.popleft()
        while len(self._passes) > 1 and self._passes[1].out_s < sure_s:
            self._passes.pop(0)

    def _begin(self, current: Pass) -> None:
        """Bring the receiver to the state of the place where the pass starts, and strike what is held there."""
        current.begun = True
        plan, at_s = current.plan, current.out_s
        current.next_control = int(np.searchsorted(plan.control_s, current.song_s, "left"))
        for message in messages_to(state_before(plan, current.next_control), self._receiver.state):
            self._put(at_s, SET, message)
        self._glides.clear()
        current.next_note = int(np.searchsorted(plan.on_s, current.song_s, "left"))
        current.next_click_s = current.song_s
        self._strike(current, np.flatnonzero(_held(plan, current.song_s)), at_s)

    def _hand_out(self, current: Pass, until_s: float) -> None:
        """Everything of the pass that falls before `until_s` of the output."""
        plan = current.plan
        limit_s = current.song_end_s if until_s >= current.out_end_s else current.song_at(until_s)
        for click in current.count_in[current.next_count_in :]:
            if click.at_s < until_s:
                self._put_click(click, click.at_s)
                current.next_count_in += 1
        if self._metronome:
            for click in clicks_between(plan.time_map, current.next_click_s, limit_s):
                self._put_click(click, current.out_at(click.at_s))
        current.next_click_s = max(current.next_click_s, limit_s)

        stop = int(np.searchsorted(plan.control_s, limit_s, "left"))
        rows = slice(current.next_control, max(stop, current.next_control))
        for at_s, data in zip(plan.control_s[rows].tolist(), plan.control_bytes[rows].tolist(), strict=True):
            self._put(current.out_at(at_s), SET, Message(*data))
        current.next_control = rows.stop

        stop = max(int(np.searchsorted(plan.on_s, limit_s, "left")), current.next_note)
        self._strike(current, np.arange(current.next_note, stop), None)
        current.next_note = stop
        self._put_offs(self._flights.due(until_s))

    def _strike(self, current: Pass, rows: NDArray[np.int64], at_s: float | None) -> None:
        """Hand out these notes of the plan at their onset, or at `at_s` when they are already under way."""
        plan = current.plan
        columns = (plan.on_s, plan.off_s, plan.start_tick, plan.slot, plan.key, plan.velocity, plan.release)
        for on_s, off_s, start_tick, slot, key, velocity, release in zip(
            *(c[rows].tolist() for c in columns), strict=True
        ):
            on_out_s = current.out_at(on_s) if at_s is None else at_s
            off_out_s = min(current.out_at(off_s), current.out_end_s)
            self._flights.add(Flight(slot, key, start_tick, on_out_s, off_out_s, release))
            self._put(on_out_s, ON, note_on(slot, key, velocity))

    def _put_click(self, click: Click, at_s: float) -> None:
        message = click.note_on(self._metronome or 100)
        self._flights.add(Flight(METRONOME_SLOT, message.data1, CLICK, at_s, at_s + CLICK_S))
        self._put(at_s, ON, message)

    def _put_offs(self, flights: Iterable[Flight]) -> None:
        for flight in flights:
            self._put(flight.off_s, OFF, note_off(flight.slot, flight.key, flight.release))

    def _finish(self, current: Pass) -> None:
        """End every note and lift the pedals where the pass ends."""
        end_s = current.out_end_s
        self._flights.end_all_at(end_s)
        self._put_offs(self._flights.due(end_s, inclusive=True))
        for slot, _, number in pedals_down(self._receiver.state):
            self._put(end_s, SET, control(slot, number, 0))

    def _put(self, at_s: float, rank: int, message: Message) -> None:
        self._batch.append((at_s, rank, message))
        if rank == SET:
            for item in self._receiver.follow(message):
                self._recent.append((at_s, item))

    def _flush(self) -> None:
        self._batch.sort(key=lambda entry: entry[:2])
        if self._batch:
            self._output.schedule([Timed(at_s, message) for at_s, _, message in self._batch])
            self._batch.clear()

    # --- passes

    def _pass_at(self, at_s: float) -> Pass:
        """The pass heard at a time of the output; the first one before it begins."""
        return next((p for p in reversed(self._passes) if p.out_s <= at_s), self._passes[0])

    def _new_pass(self, out_s: float, song_s: float, plan: PlaybackPlan, serial: int, loop: Loop | None) -> Pass:
        if loop and song_s < loop.end_s:
            return Pass(out_s, song_s, loop.end_s, True, plan, serial)
        return Pass(out_s, song_s, plan.end_s if song_s < plan.end_s else math.inf, False, plan, serial)

    def _next_pass(self, current: Pass) -> Pass:
        """The pass that follows one that wraps, with the plan that waits for the loop point, if any."""
        plan, serial = self._next or (current.plan, current.serial)
        loop = self._loop and _moved_loop(self._loop, current.plan.time_map, plan.time_map)
        return self._new_pass(current.out_end_s, loop.start_s if loop else 0.0, plan, serial, loop)

    def _promote_next(self, now_s: float) -> None:
        """Once the plan that waited for the loop point is heard, it is the plan."""
        if self._next and self._pass_at(now_s).serial == self._next[1]:
            self._adopt(*self._next)
            self._next = None

    def _adopt(self, plan: PlaybackPlan, serial: int) -> None:
        if self._loop:
            self._loop = _moved_loop(self._loop, self._plan.time_map, plan.time_map)
        self._plan, self._serial = plan, serial

    # --- changing what was handed over

    def _current_plan(self) -> tuple[PlaybackPlan, int]:
        if self._playing:
            self._promote_next(self._output.now_s())
        return self._plan, self._serial

    def _revise(self, heard: tuple[PlaybackPlan, int]) -> None:
        """Take back what has not sounded yet and feed again from here, by another plan, loop or metronome."""
        if not self._playing:
            return
        now_s, sure_s = self._take_back()
        current = self._pass_at(now_s)
        self._adopt(*heard)
        fresh = self._started_over(current, sure_s) if sure_s < current.out_s else self._continued(current, sure_s)
        self._passes = [fresh]
        self._keep_or_end(fresh, now_s, sure_s)
        if fresh.begun:
            self._synchronise(fresh, current.plan, now_s)
        self._fed_s = now_s
        if self._next and not fresh.wraps:
            heard, self._next = self._next, None
            self._revise(heard)
        else:
            self.feed()

    def _take_back(self) -> tuple[float, float]:
        """Drop what is pending; returns the output's time, and the time by which everything has surely been sent."""
        sure_s = self._output.now_s() - self._output.jitter_s
        self._output.drop_pending()
        for at_s, item in self._recent:
            if at_s > sure_s:
                self._receiver.state[item] = UNKNOWN
        self._recent.clear()
        return self._output.now_s(), sure_s

    def _started_over(self, current: Pass, sure_s: float) -> Pass:
        """The same pass by the plan of now, handed out again from its start, which is still to come."""
        song_s = _moved(current.song_s, current.plan.time_map, self._plan.time_map)
        fresh = self._new_pass(current.out_s, song_s, self._plan, self._serial, self._loop)
        fresh.count_in = current.count_in
        fresh.next_count_in = sum(click.at_s <= sure_s for click in current.count_in)
        return fresh

    def _continued(self, current: Pass, sure_s: float) -> Pass:
        """The rest of a pass under way by the plan of now, on the same time line unless the tempo changed."""
        plan, song_s = self._plan, current.song_at(sure_s)
        if plan.time_map == current.plan.time_map:
            fresh = self._new_pass(current.out_s, song_s, plan, self._serial, self._loop)
            fresh.song_s = current.song_s
        else:
            song_s = _moved(song_s, current.plan.time_map, plan.time_map)
            fresh = self._new_pass(sure_s, song_s, plan, self._serial, self._loop)
        fresh.begun = True
        # Half a microsecond of tolerance, so that what was sent at `sure_s` itself is not sent again.
        after_s = song_s + 5e-7
        fresh.next_note = int(np.searchsorted(plan.on_s, after_s, "right"))
        fresh.next_control = int(np.searchsorted(plan.control_s, after_s, "right"))
        fresh.next_click_s = after_s
        return fresh

    def _keep_or_end(self, fresh: Pass, now_s: float, sure_s: float) -> None:
        """Let notes that the plan still holds sound on to their (new) end; end the others now."""
        ended: list[Message] = []
        for flight in self._flights.take_sounding(now_s, sure_s):
            # What may not have been sent yet is handed out again, so it is ended here in case it was.
            off_s = None if flight.on_s > sure_s else self._end_of(flight, fresh)
            if off_s is None or off_s <= now_s:
                ended.append(note_off(flight.slot, flight.key, flight.release))
            else:
                flight.off_s, flight.off_sent = off_s, False
                self._flights.add(flight)
        self._output.send(ended)

    def _end_of(self, flight: Flight, fresh: Pass) -> float | None:
        """The output's time at which a sounding note ends in the pass; None if it is not in its plan."""
        if flight.start_tick == CLICK:
            return flight.off_s
        if not fresh.begun:
            return None
        row = fresh.plan.find(flight.slot, flight.key, flight.start_tick)
        return None if row is None else min(fresh.out_at(float(fresh.plan.off_s[row])), fresh.out_end_s)

    def _synchronise(self, fresh: Pass, before: PlaybackPlan, now_s: float) -> None:
        """Set what the new plan sets differently, volumes gliding, and strike what held on voices now un-muted."""
        desired = state_before(fresh.plan, fresh.next_control)
        self._glides.clear()
        for item, value in desired.items():
            stands = self._receiver.state.get(item, UNKNOWN)
            if item[1:] == (CONTROL, VOLUME) and value != stands != UNKNOWN and stands[0] > 0:
                self._glides[item[0]] = value[0]
                desired[item] = stands
        self._glided_s = now_s
        messages = messages_to(desired, self._receiver.state)
        self._output.send(messages)
        for message in messages:
            self._receiver.follow(message)

        were_audible = {voice.slot for voice in before.voices if voice.audible}
        were_silent = {voice.slot for voice in before.voices} - were_audible
        unmuted = [voice.slot for voice in fresh.plan.voices if voice.audible and voice.slot in were_silent]
        if unmuted:
            song_s = fresh.song_at(now_s)
            held = _held(fresh.plan, song_s) & np.isin(fresh.plan.slot, unmuted)
            held[fresh.next_note :] = False
            self._strike(fresh, np.flatnonzero(held), now_s)

    def _silence(self) -> None:
        """Take back what is pending, end every note that may sound and lift the pedals."""
        now_s, sure_s = self._take_back()
        messages = [note_off(f.slot, f.key, f.release) for f in self._flights.take_sounding(now_s, sure_s)]
        for slot, _, number in pedals_down(self._receiver.state):
            messages.append(control(slot, number, 0))
        self._output.send(messages)
        for message in messages:
            self._receiver.follow(message)
        self._glides.clear()

    def _glide(self, now_s: float) -> None:
        """Move each volume on its way a step further."""
        step = max(1, int(GLIDE_PER_S * (now_s - self._glided_s)))
        self._glided_s = now_s
        for slot, target in list(self._glides.items()):
            value = self._receiver.state[(slot, CONTROL, VOLUME)][0]
            value = min(value + step, target) if value < target else max(value - step, target)
            message = control(slot, VOLUME, value)
            self._receiver.follow(message)
            self._output.send([message])
            if value == target:
                del self._glides[slot]


def panic_messages(slots: Iterable[int]) -> list[Message]:
    """Pedals up, all notes off, all sound off, bend centre, for each slot."""
    return [
        message
        for slot in slots
        for message in (
            control(slot, PEDAL, 0),
            control(slot, SOSTENUTO, 0),
            control(slot, ALL_NOTES_OFF, 0),
            control(slot, ALL_SOUND_OFF, 0),
            Message(slot, BEND, BEND_CENTRE & 127, BEND_CENTRE >> 7),
        )
    ]


def _held(plan: PlaybackPlan, song_s: float) -> NDArray[np.bool_]:
    """Which notes of the plan are under way at a place, and worth striking there; no percussion."""
    held: NDArray[np.bool_] = (plan.on_s < song_s) & (plan.off_s > song_s + CHASE_S) & ~DRUM_SLOTS[plan.slot]
    return held


def _moved(song_s: float, before: TimeMap, after: TimeMap) -> float:
    """The same musical place in seconds of another time map."""
    return song_s if before == after else float(after.seconds(before.tick(song_s)))


def _moved_loop(loop: Loop, before: TimeMap, after: TimeMap) -> Loop:
    return Loop(_moved(loop.start_s, before, after), _moved(loop.end_s, before, after))
