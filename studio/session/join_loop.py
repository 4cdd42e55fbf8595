"""The loop over the join between the song and its takes, and the user's own loop before and after it."""

from __future__ import annotations

from ml.requests import GenerationRequest, Verb
from studio.session.transport import Transport


def join_span(request: GenerationRequest) -> tuple[int, int]:
    """The ticks to loop: from a bar before the join to the end of the asked bars.

    Where the song goes on after them, a bar of that is heard too, unless the asked bars are new at the end or alone.
    """
    score, region, time_map = request.score, request.region, request.score.time_map
    first = max(0, time_map.bar_at(region.start_tick) - 1)
    if request.verb is Verb.GENERATE:
        first = time_map.bar_at(region.start_tick)
    goes_on = request.verb in (Verb.FILL, Verb.VARY) and score.end_tick > region.end_tick
    last = time_map.bar_at(max(region.end_tick - 1, 0)) + 1
    return time_map.bar_start(first), time_map.bar_start(last + goes_on)


class JoinLoop:
    """Sets the transport's loop while takes show and gives the one of before back."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._before: tuple[int, int] | None = None
        self._span: tuple[int, int] | None = None

    @property
    def own(self) -> tuple[int, int] | None:
        """The loop that the user has set, whether or not it is set aside now."""
        loop = self._transport.loop
        return self._before if self._span is not None and loop == self._span else loop

    def open(self, request: GenerationRequest) -> None:
        """Loop over the join of these takes; a playhead that stands elsewhere comes to the loop's start.

        Music that plays before the loop runs on into it; after it, it could never come round.
        """
        self._before, self._span = self._transport.loop, join_span(request)
        self._transport.set_loop(self._span)
        start, end = self._span
        position = self._transport.position_tick
        if position >= end or (position < start and not self._transport.playing):
            self._transport.seek(start)

    def close(self) -> None:
        """Give the loop of before back, unless the user has set another one meanwhile."""
        if self._transport.loop == self._span:
            self._transport.set_loop(self._before)
        self._span = None
