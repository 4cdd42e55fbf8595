"""NextFlow: how likely each pitch is at the playhead, as bars on the keys, while the song is being written by hand."""

from __future__ import annotations

from studio.session.studio import Studio
from studio.session.why import WhyDesk
from studio.ui.roll.context import RollContext
from studio.ui.why.resting import SETTLED_MS, resting

HOW = "Bars on the keys: how likely a model holds each pitch for a note at the playhead, before any limit."


class NextFlow:
    """Asks when playhead and notes rest; shows nothing while music plays, models write or a blind test runs."""

    def __init__(self, studio: Studio, desk: WhyDesk, context: RollContext) -> None:
        self._studio = studio
        self._desk = desk
        self._context = context
        self._on = False
        self._moved = resting(context, "next notes", SETTLED_MS, self.ask)
        desk.on_next = self._show
        context.playheadMoved.connect(self._on_playhead)

    def close(self) -> None:
        self._moved.stop()

    @property
    def on(self) -> bool:
        return self._on

    def toggle(self) -> None:
        self._on = not self._on
        if self._on:
            self._studio.say(HOW)
            self.ask()
        else:
            self._moved.stop()
            self._desk.forget_next()
            self._context.insight.heat = None

    def on_news(self) -> None:
        """Notes, track, transport or takes have changed."""
        if not self._on:
            return
        if self._must_rest:
            self._moved.stop()
            self._context.insight.heat = None
            return
        self._moved.start()
        shown = self._desk.next_pitches
        if shown is not None and shown.track != self._studio.document.current_track:
            self._context.insight.heat = None  # the keys mean another instrument now

    @property
    def _must_rest(self) -> bool:
        """In a blind test the bars would say what stands in the notes that are hidden."""
        return self._studio.transport.playing or self._studio.takes.running or self._studio.takes.blind

    def _on_playhead(self, _old_x: float, _new_x: float) -> None:
        self.on_news()

    def ask(self) -> None:
        """Ask for the place of the playhead, unless it moves or models write."""
        if not self._on:
            return
        if self._must_rest:
            self._context.insight.heat = None
            return
        self._desk.ask_next(self._studio.document.current_track, self._studio.transport.cursor_tick)
        self._show()

    def _show(self) -> None:
        if not self._on or self._must_rest:
            return
        found = self._desk.next_pitches
        if found is not None:
            self._context.insight.heat = found.probability
        elif sentence := self._desk.next_sentence:
            self._context.insight.heat = None
            self._studio.say(sentence)
