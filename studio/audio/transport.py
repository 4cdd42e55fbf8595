"""Transport: play, stop, seek, loop, metronome and swapping of plans, on any Output."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.audio.feeder import Feeder
from studio.audio.metronome import Click, count_in
from studio.audio.midi_message import (
    ALL_NOTES_OFF,
    ALL_SOUND_OFF,
    BEND,
    BEND_CENTRE,
    PEDAL,
    SOSTENUTO,
    Message,
    control,
)
from studio.audio.output import Output
from studio.audio.passes import Loop, Pass, SwitchWhen, Waiting, moved
from studio.audio.plan import PlaybackPlan, empty_plan
from studio.audio.slots import SLOTS

START_DELAY_S = 0.02
"""Between the order to play and the first note, so that the first window is handed over in time."""
MIN_LOOP_S = 0.05
LATE_S = 0.1
"""Feeding later than this after the last event handed over counts as having been held up."""
NOTICE_S = 0.02
"""A bar line nearer than this is let pass: what starts on it could not be handed over in time."""
TOLERANCE_S = 1e-6
"""More than the rounding errors of going from the output's time to the piece's and back."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where playback is. `counting_in` while the count-in clicks and the position waits."""

    position_s: float
    playing: bool
    counting_in: bool = False
    loop: Loop | None = None


class Transport:
    """Plays one plan on one output. Single-threaded; call `feed` at least every `lead_s` / 2.

    What is heard is a row of passes (see `passes`): one for each time around the loop, and one up to the bar line at
    which another plan goes on. Any change while playing takes back what has not sounded, replaces the passes from now
    on, and feeds again (`_revise`); a plan that waits for a place not yet fed disturbs nothing.
    """

    def __init__(self, output: Output, lead_s: float = 0.4, start_delay_s: float = START_DELAY_S) -> None:
        self._feeder = Feeder(output)
        self._lead_s = lead_s
        self._start_delay_s = start_delay_s
        self._plan = empty_plan()
        self._serial = 0
        self._next: Waiting | None = None
        self._loop: Loop | None = None
        self._passes: list[Pass] = []
        self._fed_s = 0.0
        self._position_s = 0.0
        self._ended = False

    # --- reading it

    @property
    def playing(self) -> bool:
        return bool(self._passes)

    @property
    def plan(self) -> PlaybackPlan:
        """The plan that is played, or would be."""
        return self._plan

    @property
    def gliding(self) -> bool:
        """Whether a volume is on its way; feed every few milliseconds then."""
        return self._feeder.gliding

    @property
    def heard_serial(self) -> int:
        """Serial number of the plan heard now."""
        return self._pass_at(self._now_s()).serial if self.playing else self._serial

    def place(self, at_s: float | None = None) -> Place:
        """Where playback is at `at_s` of the output's clock (now, when None)."""
        if not self.playing:
            return Place(self._position_s, False, loop=self._loop)
        at_s = self._now_s() if at_s is None else at_s
        current = self._pass_at(at_s)
        loop = Loop(self._loop.start_s, current.song_end_s) if current.wraps and self._loop else None
        if current.joins and self._loop and current.song_s < self._loop.end_s:
            loop = self._loop
        return Place(current.song_at(at_s), True, bool(current.count_in) and at_s < current.out_s, loop)

    def take_ended(self) -> bool:
        """Whether playback has reached the end of the piece since the last call."""
        ended, self._ended = self._ended, False
        return ended

    # --- commands

    def play(self, position_s: float, count_in_bars: int = 0) -> None:
        """Play from a place of the piece, after a count-in of so many bars."""
        self._feeder.silence()
        self._adopt_next()
        start_s = self._now_s() + self._start_delay_s
        position_s = max(0.0, position_s)
        length_s, clicks = count_in(self._plan.time_map, position_s, count_in_bars) if count_in_bars > 0 else (0.0, [])
        first = self._new_pass(start_s + length_s, position_s, self._plan, self._serial, self._loop)
        first.count_in = tuple(Click(start_s + click.at_s, click.accent) for click in clicks)
        self._passes = [first]
        self._fed_s = start_s
        self.feed()

    def stop(self) -> None:
        """Stop where it is; every sounding note is released and the pedals lifted."""
        self._position_s = self.place().position_s
        self._feeder.silence()
        # Notes were ended one by one; this is for receivers on a line that loses messages.
        self._feeder.output.send([control(voice.slot, ALL_NOTES_OFF, 0) for voice in self._plan.voices])
        self._passes = []
        self._adopt_next()

    def seek(self, position_s: float) -> None:
        """Go on from another place, playing or not."""
        if self.playing:
            self.play(position_s)
        else:
            self._position_s = max(0.0, position_s)

    def set_loop(self, loop: Loop | None) -> None:
        """Repeat a stretch (at least 50 ms; shorter is no loop). Taken when playback is before its end."""
        if loop is not None:
            loop = Loop(max(0.0, loop.start_s), loop.end_s)
            loop = loop if loop.end_s - loop.start_s >= MIN_LOOP_S else None
        self._settle()
        self._loop = loop
        self._revise(self._plan, self._serial)

    def set_metronome(self, volume: int) -> None:
        """Click on each beat at a volume of 0 (off) to 127."""
        self._settle()
        self._feeder.metronome = min(max(volume, 0), 127)
        self._revise(self._plan, self._serial)

    def set_plan(self, plan: PlaybackPlan, serial: int, when: SwitchWhen = SwitchWhen.NOW) -> None:
        """Play another plan: at once, from the next bar line, or from the next time the loop starts over.

        At once and at a bar line: notes that are in both go on sounding, those that are gone end, the rest follows
        the new plan. Where no bar line or loop point comes it is at once. When the tempo changed while playing,
        position and loop stay at their musical place; while stopped they stay as they are, in seconds.
        """
        self._settle()
        if when is not SwitchWhen.NOW and self.playing:
            waiting = Waiting(plan, serial, self._next_bar_s() if when is SwitchWhen.BAR else None)
            current = self._pass_at(self._now_s())
            if any(self._pass_end(current.song_s, self._plan, self._loop, waiting)[1:]):
                self._await(waiting)
                return
        self._next = None
        if self.playing:
            self._revise(plan, serial)
        else:
            self._plan, self._serial = plan, serial

    def set_output(self, output: Output) -> None:
        """Go on through another output, whose receiver is in an unknown state."""
        place = self.place()
        self._feeder.silence()
        metronome = self._feeder.metronome
        self._feeder = Feeder(output)
        self._feeder.metronome = metronome
        if place.playing:
            self.play(place.position_s)

    def panic(self) -> None:
        """Stop, and silence every channel by all means that MIDI knows."""
        self.stop()
        output, metronome = self._feeder.output, self._feeder.metronome
        output.send(panic_messages(range(SLOTS)))
        self._feeder = Feeder(output)
        self._feeder.metronome = metronome

    def feed(self) -> None:
        """Hand over what falls into the next `lead_s` seconds."""
        now_s = self._now_s()
        self._feeder.glide(now_s)
        if not self.playing:
            return
        self._settle()
        last = self._passes[-1]
        if not (last.wraps or last.joins) and now_s >= last.out_end_s:
            self._position_s, self._ended = last.song_end_s, True
            self._feeder.silence()
            self._passes = []
            self._adopt_next()
            return
        if now_s - self._fed_s > LATE_S:
            self._catch_up(now_s)
            return
        horizon_s = now_s + self._lead_s
        while self._fed_s < horizon_s:
            current = self._passes[-1]
            if not current.begun:
                self._feeder.begin(current)
            self._fed_s = min(horizon_s, current.out_end_s)
            self._feeder.hand_out(current, self._fed_s)
            if self._fed_s >= current.out_end_s:
                if current.joins:
                    self._passes.append(self._joined_pass(current))
                    self._feeder.join(current, self._passes[-1])
                    continue
                self._feeder.finish(current)
                if not current.wraps:
                    self._fed_s = math.inf
                    break
                self._passes.append(self._next_pass(current))
        self._feeder.flush()
        self._feeder.forget(now_s)
        while len(self._passes) > 1 and self._passes[1].out_s < now_s - 1.0:
            self._passes.pop(0)

    def _catch_up(self, now_s: float) -> None:
        """Start over where playback would be, after the process was held up: no burst of all that was missed."""
        current = self._passes[-1]
        song_s = max(current.song_s, current.song_s + now_s - current.out_s)
        loop = self._loop
        if loop and current.song_s < loop.end_s <= song_s:
            song_s = loop.start_s + (song_s - loop.end_s) % (loop.end_s - loop.start_s)
        self.play(song_s)

    # --- passes

    def _now_s(self) -> float:
        return self._feeder.output.now_s()

    def _pass_at(self, at_s: float) -> Pass:
        """The pass heard at a time of the output; the first one before it begins."""
        return next((p for p in reversed(self._passes) if p.out_s <= at_s), self._passes[0])

    def _next_bar_s(self) -> float:
        """The place in the piece of the next bar line that can still be prepared, by the plan of now."""
        song_s = self._pass_at(now_s := self._now_s()).song_at(now_s) + NOTICE_S
        time_map = self._plan.time_map
        return float(time_map.seconds(time_map.bar_start(time_map.bar_at(int(time_map.tick(song_s))) + 1)))

    def _pass_end(
        self, song_s: float, plan: PlaybackPlan, loop: Loop | None, waiting: Waiting | None
    ) -> tuple[float, bool, bool]:
        """Where a pass from `song_s` on ends, and whether the loop follows (`wraps`) or a waiting plan (`joins`).

        It ends with the loop if it starts before the loop's end, else with the piece, else never.
        """
        wraps = loop is not None and song_s < loop.end_s
        end_s = loop.end_s if loop and wraps else plan.end_s if song_s < plan.end_s else math.inf
        seam_s = waiting.song_s if waiting else None
        if seam_s is not None and song_s < seam_s and (seam_s < end_s or (seam_s == end_s and not wraps)):
            return seam_s, False, True
        return end_s, wraps, False

    def _new_pass(self, out_s: float, song_s: float, plan: PlaybackPlan, serial: int, loop: Loop | None) -> Pass:
        """A pass by the plan of now or by one that has its place already: no other waits within it."""
        end_s, wraps, _ = self._pass_end(song_s, plan, loop, None)
        return Pass(out_s, song_s, end_s, wraps, plan, serial)

    def _present_pass(self, out_s: float, song_s: float) -> Pass:
        """A pass by the plan of now, up to where the one that waits goes on."""
        end_s, wraps, joins = self._pass_end(song_s, self._plan, self._loop, self._next)
        return Pass(out_s, song_s, end_s, wraps, self._plan, self._serial, joins)

    def _next_pass(self, current: Pass) -> Pass:
        """The pass that follows one that wraps, with the plan that waits, if any: it waits no longer than this."""
        plan, serial = (self._next.plan, self._next.serial) if self._next else (current.plan, current.serial)
        assert self._loop is not None
        loop = self._loop.moved(self._plan.time_map, plan.time_map)
        return self._new_pass(current.out_end_s, loop.start_s, plan, serial, loop)

    def _joined_pass(self, current: Pass) -> Pass:
        """The pass by the waiting plan that goes on where `current` ends, in the middle of the piece."""
        assert self._next is not None
        before, plan = self._plan.time_map, self._next.plan
        loop = self._loop.moved(before, plan.time_map) if self._loop else None
        song_s = moved(current.song_end_s, before, plan.time_map)
        fresh = self._new_pass(current.out_end_s, song_s, plan, self._next.serial, loop)
        if math.isinf(fresh.song_end_s) and current.song_s < current.plan.end_s:
            fresh.song_end_s = song_s  # the song that ran on to here is no longer than this
        return fresh

    def _await(self, waiting: Waiting) -> None:
        """Let a plan wait for its place; what was handed over already and is after that place is taken back."""
        self._next = waiting
        last = self._passes[-1]
        if last.serial == self._serial and self._pass_at(self._now_s()) is last:
            end_s, wraps, joins = self._pass_end(last.song_s, last.plan, self._loop, waiting)
            if end_s <= last.song_end_s and self._fed_s < last.out_at(end_s):
                last.song_end_s, last.wraps, last.joins = end_s, wraps, joins
                return
        self._revise(self._plan, self._serial)

    def _adopt(self, plan: PlaybackPlan, serial: int) -> None:
        if self._loop:
            self._loop = self._loop.moved(self._plan.time_map, plan.time_map)
        self._plan, self._serial = plan, serial

    def _adopt_next(self) -> None:
        if self._next:
            self._adopt(self._next.plan, self._next.serial)
            self._next = None

    def _settle(self) -> None:
        """Once the plan that waited is heard, it is the plan."""
        if self._next and self.playing and self._pass_at(self._now_s()).serial == self._next.serial:
            self._adopt_next()

    # --- changing what was handed over

    def _revise(self, plan: PlaybackPlan, serial: int) -> None:
        """Take back what has not sounded yet and feed again from here, by another plan, loop or metronome."""
        if not self.playing:
            return
        now_s, sure_s = self._feeder.take_back()
        current = self._pass_at(now_s)
        if self._next and current.serial == self._next.serial:  # it came in this very moment
            plan, serial, self._next = self._next.plan, self._next.serial, None
        self._adopt(plan, serial)
        fresh = self._started_over(current, sure_s) if sure_s < current.out_s else self._continued(current, sure_s)
        self._passes = [fresh]
        self._fed_s = now_s
        self._feeder.keep_or_end(fresh, now_s, sure_s)
        if fresh.begun:
            self._feeder.synchronise(fresh, current.plan, now_s)
        if self._next and not (fresh.wraps or fresh.joins):
            waiting, self._next = self._next, None
            self._revise(waiting.plan, waiting.serial)
        else:
            self.feed()

    def _started_over(self, current: Pass, sure_s: float) -> Pass:
        """The same pass by the plan of now, handed out again from its start, which is still to come."""
        song_s = moved(current.song_s, current.plan.time_map, self._plan.time_map)
        fresh = self._present_pass(current.out_s, song_s)
        fresh.count_in = current.count_in
        fresh.next_count_in = sum(click.at_s <= sure_s for click in current.count_in)
        return fresh

    def _continued(self, current: Pass, sure_s: float) -> Pass:
        """The rest of a pass under way by the plan of now, on the same time line unless the tempo changed."""
        plan, song_s = self._plan, current.song_at(sure_s)
        if plan.time_map == current.plan.time_map:
            fresh = self._present_pass(current.out_s, song_s)
            fresh.song_s = current.song_s
        else:
            song_s = moved(song_s, current.plan.time_map, plan.time_map)
            fresh = self._present_pass(sure_s, song_s)
        fresh.begun, fresh.sent_s = True, sure_s
        fresh.next_note = _first_unsent(plan.on_s, fresh, song_s)
        fresh.next_control = _first_unsent(plan.control_s, fresh, song_s)
        fresh.next_click_s = song_s - TOLERANCE_S
        return fresh


def _first_unsent(times_s: NDArray[np.float64], fresh: Pass, song_s: float) -> int:
    """The first row at or after a place of the piece that was not sent yet, judged by the output's time."""
    row = int(np.searchsorted(times_s, song_s - TOLERANCE_S, "left"))
    while row < len(times_s) and fresh.out_at(float(times_s[row])) <= fresh.sent_s:
        row += 1
    return row


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
