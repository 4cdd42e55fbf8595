"""Transport: plays, stops, loops and seeks in ticks, and keeps the player on the music that should be heard."""

from __future__ import annotations

import time
from collections.abc import Callable

from ml.music import Score
from studio.audio import Ended, PlanHeard, PlaybackPlan, Position, SwitchWhen
from studio.session.player_seam import PlayerSeam

MakePlan = Callable[[Score], PlaybackPlan]


class Transport:
    """Ticks outside, seconds inside. A new plan is made only when it is about to be heard.

    So edits cost nothing while the music stands, and many edits between two ticks of the window cost one plan.
    """

    def __init__(
        self, player: PlayerSeam, make_plan: MakePlan, score: Score, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self.player = player
        self._make_plan = make_plan
        self._clock = clock
        self._score = score
        self._stale = True
        self._when = SwitchWhen.NOW
        self._waiting: tuple[int, SwitchWhen] | None = None
        """Serial number of a plan that waits for its moment, and for which, until it is heard."""
        self._sent_map = score.time_map
        self._last = Position(0.0, False, 0.0)
        self._loop: tuple[int, int] | None = None
        self._metronome = False

    # --- what is so

    @property
    def playing(self) -> bool:
        return self._last.playing

    @property
    def position_s(self) -> float:
        """Seconds from the start of the piece, now: moved on since the player last told."""
        return self._last.at(self._clock())

    @property
    def position_tick(self) -> float:
        """The (fractional) tick of the playhead, now."""
        return float(self._score.time_map.tick(self.position_s))

    @property
    def cursor_tick(self) -> int:
        """The tick of the playhead as a place in the song: whole, and not before its start."""
        return max(0, round(self.position_tick))

    @property
    def switching(self) -> bool:
        """Whether what was last asked to be heard waits for a bar line or the loop point."""
        return self._waiting is not None

    @property
    def loop(self) -> tuple[int, int] | None:
        """The looped ticks [start, end), None when the music runs on."""
        return self._loop

    @property
    def metronome(self) -> bool:
        return self._metronome

    @property
    def heard(self) -> Score:
        """The score that is to be heard: the document's, or the document's with a take in it."""
        return self._score

    # --- what to do

    def hear(self, score: Score, *, when: SwitchWhen = SwitchWhen.NOW) -> None:
        """Let this score be heard from the next `flush` on, or then from the next bar or loop point."""
        if score is self._score:
            return
        tick = self.position_tick
        moved = score.time_map != self._score.time_map
        if when is SwitchWhen.NOW and self._waiting is not None:
            when = self._waiting[1]  # a switch that waits goes on waiting while more bars of the same take arrive
        if when is SwitchWhen.LOOP and self._loop is None:
            when = SwitchWhen.BAR
        self._when = when if self.playing else SwitchWhen.NOW
        self._score, self._stale = score, True
        if moved and not self.playing:
            self.seek(tick)

    def flush(self) -> None:
        """Hand the player a new plan if one is due and would be heard."""
        if self._stale and self.playing:
            self._send_plan()

    def play(self, tick: float | None = None) -> None:
        """Play from a tick, or from where the playhead stands."""
        position_s = self.position_s if tick is None else self._seconds(tick)
        if self._stale:
            self._when = SwitchWhen.NOW
            self._send_plan()
        self._last = Position(position_s, True, self._clock())
        self.player.play(position_s)

    def stop(self) -> None:
        """Stop where the playhead stands."""
        self._last = Position(self.position_s, False, self._clock())
        self._waiting = None
        self.player.stop()

    def toggle(self) -> None:
        """Play if the music stands, stop if it plays."""
        if self.playing:
            self.stop()
        else:
            self.play()

    def seek(self, tick: float) -> None:
        """Put the playhead somewhere, playing or not."""
        self._last = Position(self._seconds(tick), self.playing, self._clock())
        self.player.seek(self._last.position_s)

    def set_loop(self, loop: tuple[int, int] | None) -> None:
        """Repeat the ticks [start, end), or run on with None; an empty range is none."""
        self._loop = loop if loop is not None and loop[1] > loop[0] >= 0 else None
        self._send_loop()

    def set_metronome(self, on: bool) -> None:
        self._metronome = on
        self.player.set_metronome(on)

    def panic(self) -> None:
        """Silence everything that sounds."""
        self.player.panic()

    def receive(self, message: object) -> bool:
        """Take over what the player tells; whether the playhead or what is heard changed."""
        match message:
            case Position():
                self._last = message
            case Ended(position_s=position_s):
                self._last = Position(position_s, False, self._clock())
            case PlanHeard(serial=serial):
                if self._waiting is not None and serial >= self._waiting[0]:
                    self._waiting = None
            case _:
                return False
        return True

    def _seconds(self, tick: float) -> float:
        return float(self._score.time_map.seconds(max(0.0, tick)))

    def _send_plan(self) -> None:
        serial = self.player.set_plan(self._make_plan(self._score), when=self._when)
        self._waiting = None if self._when is SwitchWhen.NOW else (serial, self._when)
        self._stale, self._when = False, SwitchWhen.NOW
        if self._score.time_map != self._sent_map:
            self._sent_map = self._score.time_map
            self._send_loop()

    def _send_loop(self) -> None:
        if self._loop is None:
            self.player.set_loop(None, None)
        else:
            self.player.set_loop(self._seconds(self._loop[0]), self._seconds(self._loop[1]))
