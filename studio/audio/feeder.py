"""Feeder: hands the events of passes to an Output ahead of time, and knows what sounds and what is set there."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from studio.audio.controllers import UNKNOWN, Item, Tracker, messages_to, pedals_down, state_before
from studio.audio.flights import CLICK, Flight, Flights
from studio.audio.metronome import CLICK_S, Click, clicks_between
from studio.audio.midi_message import CONTROL, VOLUME, Message, Timed, control, note_off, note_on
from studio.audio.output import Output
from studio.audio.passes import Pass
from studio.audio.plan import PlaybackPlan
from studio.audio.slots import METRONOME_SLOT, SLOTS, is_drum_slot

CHASE_S = 0.03
"""A note already under way where playback starts is struck again if at least this much of it is left."""
GLIDE_PER_S = 127 / 0.04
"""How fast a volume moves while notes sound: the full range in 40 ms, so that it never clicks."""
SEAM_S = 1e-6
"""A note that would end so shortly after the place where another plan goes on ends there: times are rounded."""
KEEP_S = 0.05
"""How long a note that is over is still remembered, beyond what the output is unsure about."""

OFF, SET, ON = 0, 1, 2
"""The order of what falls on one moment: note-offs, controllers, note-ons."""

_DRUM_SLOTS = np.array([is_drum_slot(slot) for slot in range(SLOTS)])


class Feeder:
    """What one output was given. `metronome` is the volume of its clicks, 0 for none.

    Invariant: every note-on handed over is in flight until its note-off has surely been sent, so that each
    change can end exactly the notes that no longer belong.
    """

    def __init__(self, output: Output) -> None:
        self.output = output
        self.metronome = 0
        self._flights = Flights()
        self._receiver = Tracker()
        self._recent: deque[tuple[float, Item]] = deque()
        # What was handed out since the last flush.
        self._batch: list[tuple[float, int, Message]] = []
        self._struck: list[Flight] = []
        self._released: list[Flight] = []
        self._touched: list[tuple[float, Item]] = []
        self._glides: dict[int, int] = {}
        self._glided_s = 0.0

    # --- handing out

    def begin(self, current: Pass) -> None:
        """Bring the receiver to the state of the place where the pass starts, and strike what is held there."""
        plan, at_s = current.plan, current.out_s
        current.begun = True
        current.next_control = int(np.searchsorted(plan.control_s, current.song_s, "left"))
        current.next_note = int(np.searchsorted(plan.on_s, current.song_s, "left"))
        current.next_click_s = current.song_s
        self._glides.clear()
        for message in messages_to(state_before(plan, current.next_control), self._receiver.state):
            self._set(at_s, message)
        self._strike(current, np.flatnonzero(_held(plan, current.song_s)), at_s)

    def hand_out(self, current: Pass, until_s: float) -> None:
        """Everything of the pass that falls before `until_s` of the output and was not handed out yet."""
        plan = current.plan
        limit_s = current.song_end_s if until_s >= current.out_end_s else current.song_at(until_s)
        for click in current.count_in[current.next_count_in :]:
            if click.at_s < until_s:
                self._put_click(click, click.at_s)
                current.next_count_in += 1
        if self.metronome:
            for click in clicks_between(plan.time_map, current.next_click_s, limit_s):
                if (at_s := current.out_at(click.at_s)) > current.sent_s:
                    self._put_click(click, at_s)
        current.next_click_s = max(current.next_click_s, limit_s)

        stop = max(int(np.searchsorted(plan.control_s, limit_s, "left")), current.next_control)
        rows = slice(current.next_control, stop)
        for at_s, data in zip(plan.control_s[rows].tolist(), plan.control_bytes[rows].tolist(), strict=True):
            self._set(current.out_at(at_s), Message(*data))
        current.next_control = stop

        stop = max(int(np.searchsorted(plan.on_s, limit_s, "left")), current.next_note)
        self._strike(current, np.arange(current.next_note, stop), None)
        current.next_note = stop
        self._put_offs(self._flights.due(until_s))

    def finish(self, current: Pass) -> None:
        """End the notes that last to the end of the pass, and lift the pedals there: the next one starts afresh."""
        end_s = current.out_end_s
        self._put_offs(self._flights.due(end_s, inclusive=True))
        for slot, _, number in pedals_down(self._receiver.state):
            self._set(end_s, control(slot, number, 0))

    def join(self, current: Pass, fresh: Pass) -> None:
        """Go on in the middle of the piece by another plan, from where `current` ends and `fresh` starts.

        Notes in both plans sound on, those that are gone end there. What the new plan sets differently is set there,
        and what is held on voices that it un-mutes is struck.
        """
        seam_s, plan = fresh.out_s, fresh.plan
        fresh.begun = True
        fresh.next_control = int(np.searchsorted(plan.control_s, fresh.song_s, "left"))
        fresh.next_note = int(np.searchsorted(plan.on_s, fresh.song_s, "left"))
        fresh.next_click_s = fresh.song_s
        for flight in self._flights.unended():
            end_s = _end_of(flight, fresh)
            flight.off_s = seam_s if end_s is None or end_s < seam_s + SEAM_S else end_s
        self._put_offs(self._flights.due(seam_s, inclusive=True))
        self._glides.clear()
        for message in messages_to(state_before(plan, fresh.next_control), self._receiver.state):
            self._set(seam_s, message)
        self._strike(fresh, self._unmuted(fresh, current.plan, fresh.song_s), seam_s)

    def flush(self) -> None:
        """Give the output what was handed out, in order of time."""
        if self._batch:
            self._batch.sort(key=lambda entry: entry[:2])
            self.output.schedule([Timed(at_s, message) for at_s, _, message in self._batch])
            self._batch.clear()
            # What came too late for its time counts from now: it was not sent before.
            now_s = self.output.now_s()
            for flight in self._struck:
                flight.on_s = max(flight.on_s, now_s)
            for flight in self._released:
                flight.off_s = max(flight.off_s, now_s)
            self._recent.extend((max(at_s, now_s), item) for at_s, item in self._touched)
            for done in (self._struck, self._released, self._touched):
                done.clear()

    def forget(self, now_s: float) -> None:
        """Drop from memory what is surely over at `now_s`."""
        sure_s = now_s - self.output.jitter_s - KEEP_S
        self._flights.prune(sure_s)
        while self._recent and self._recent[0][0] < sure_s:
            self._recent.popleft()

    def _strike(self, current: Pass, rows: NDArray[np.int64], at_s: float | None) -> None:
        """Hand out these notes of the plan at their onset, or at `at_s` when they are already under way."""
        plan = current.plan
        columns = (plan.on_s, plan.off_s, plan.start_tick, plan.slot, plan.key, plan.velocity, plan.release)
        notes = zip(*(column[rows].tolist() for column in columns), strict=True)
        for on_s, off_s, start_tick, slot, key, velocity, release in notes:
            on_out_s = current.out_at(on_s) if at_s is None else at_s
            off_out_s = min(current.out_at(off_s), current.out_end_s)
            self._put_on(Flight(slot, key, start_tick, on_out_s, off_out_s, release), velocity)

    def _put_click(self, click: Click, at_s: float) -> None:
        key, velocity = click.note(self.metronome or 100)
        self._put_on(Flight(METRONOME_SLOT, key, CLICK, at_s, at_s + CLICK_S), velocity)

    def _put_on(self, flight: Flight, velocity: int) -> None:
        self._flights.add(flight)
        self._struck.append(flight)
        self._batch.append((flight.on_s, ON, note_on(flight.slot, flight.key, velocity)))

    def _put_offs(self, flights: Iterable[Flight]) -> None:
        for flight in flights:
            self._released.append(flight)
            self._batch.append((flight.off_s, OFF, note_off(flight.slot, flight.key, flight.release)))

    def _set(self, at_s: float, message: Message) -> None:
        self._batch.append((at_s, SET, message))
        self._touched.extend((at_s, item) for item in self._receiver.follow(message))

    # --- taking back and changing

    def take_back(self) -> tuple[float, float]:
        """Drop what is pending; returns the output's time, and the time by which everything was surely sent."""
        sure_s = self.output.now_s() - self.output.jitter_s
        self.output.drop_pending()
        for at_s, item in self._recent:
            if at_s > sure_s:
                self._receiver.state[item] = UNKNOWN
        self._recent.clear()
        return self.output.now_s(), sure_s

    def silence(self) -> None:
        """Take back what is pending, end every note that may sound and lift the pedals."""
        now_s, sure_s = self.take_back()
        messages = [note_off(f.slot, f.key, f.release) for f in self._flights.take_sounding(now_s, sure_s)]
        messages += [control(slot, number, 0) for slot, _, number in pedals_down(self._receiver.state)]
        self._glides.clear()
        self._send(messages)

    def keep_or_end(self, fresh: Pass, now_s: float, sure_s: float) -> None:
        """After `take_back`: notes that the pass still holds sound on to their (new) end, the others end now."""
        ended: list[Message] = []
        for flight in self._flights.take_sounding(now_s, sure_s):
            # What may not have been sent yet is handed out again, so it is ended here in case it was.
            off_s = None if flight.on_s > sure_s else _end_of(flight, fresh)
            if off_s is None or off_s <= now_s:
                ended.append(note_off(flight.slot, flight.key, flight.release))
            else:
                flight.off_s, flight.off_sent = off_s, False
                self._flights.add(flight)
        self._send(ended)

    def synchronise(self, fresh: Pass, before: PlaybackPlan, now_s: float) -> None:
        """Set what the new plan sets differently, volumes gliding, and strike what is held on voices un-muted."""
        desired = state_before(fresh.plan, fresh.next_control)
        self._glides.clear()
        for item, value in desired.items():
            stands = self._receiver.state.get(item, UNKNOWN)
            if item[1:] == (CONTROL, VOLUME) and value != stands != UNKNOWN and stands[0] > 0:
                self._glides[item[0]] = value[0]
                desired[item] = stands
        self._glided_s = now_s
        self._send(messages_to(desired, self._receiver.state))

        self._strike(fresh, self._unmuted(fresh, before, fresh.song_at(now_s)), now_s)

    @staticmethod
    def _unmuted(fresh: Pass, before: PlaybackPlan, song_s: float) -> NDArray[np.int64]:
        """Rows of notes that are held at a place on voices that another plan had muted."""
        were_silent = {voice.slot for voice in before.voices if not voice.audible}
        unmuted = [voice.slot for voice in fresh.plan.voices if voice.audible and voice.slot in were_silent]
        if not unmuted:
            return np.zeros(0, np.int64)
        held = _held(fresh.plan, song_s) & np.isin(fresh.plan.slot, unmuted)
        held[fresh.next_note :] = False
        return np.flatnonzero(held)

    @property
    def gliding(self) -> bool:
        """Whether a volume is on its way; call `glide` every few milliseconds then."""
        return bool(self._glides)

    def glide(self, now_s: float) -> None:
        """Move each volume that is on its way a step further."""
        step = max(1, int(GLIDE_PER_S * (now_s - self._glided_s)))
        self._glided_s = now_s
        for slot, target in list(self._glides.items()):
            value = self._receiver.state[(slot, CONTROL, VOLUME)][0]
            value = min(value + step, target) if value < target else max(value - step, target)
            self._send([control(slot, VOLUME, value)])
            if value == target:
                del self._glides[slot]

    def _send(self, messages: list[Message]) -> None:
        self.output.send(messages)
        for message in messages:
            self._receiver.follow(message)


def _end_of(flight: Flight, fresh: Pass) -> float | None:
    """The output's time at which a sounding note ends in a pass; None if it is not in its plan."""
    if flight.start_tick == CLICK:
        return flight.off_s
    if not fresh.begun:
        return None
    row = fresh.plan.find(flight.slot, flight.key, flight.start_tick)
    return None if row is None else min(fresh.out_at(float(fresh.plan.off_s[row])), fresh.out_end_s)


def _held(plan: PlaybackPlan, song_s: float) -> NDArray[np.bool_]:
    """Which notes of the plan are under way at a place, and worth striking there; no percussion."""
    held: NDArray[np.bool_] = (plan.on_s < song_s) & (plan.off_s > song_s + CHASE_S) & ~_DRUM_SLOTS[plan.slot]
    return held
