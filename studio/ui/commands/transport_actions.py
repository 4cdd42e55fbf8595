"""The Transport menu: playing, looping, and moving the playhead."""

from __future__ import annotations

from collections.abc import Callable

from studio.ui.actions import Action
from studio.ui.commands.desk import Desk

VOLUME_STEP = 0.05


class LoopSwitch:
    """Loop on and off: off remembers the range, on takes it back, or four bars when there is none yet."""

    BARS = 4

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._last: tuple[int, int] | None = None

    @property
    def on(self) -> bool:
        return self._desk.studio.transport.loop is not None

    def set(self, ticks: tuple[int, int] | None) -> None:
        """Loop these ticks, or nothing."""
        self._last = ticks or self._last
        self._desk.studio.transport.set_loop(ticks)
        self._desk.context.loop = self._desk.studio.transport.loop

    def toggle(self) -> None:
        if self.on:
            self._last = self._desk.studio.transport.loop
            self.set(None)
        else:
            self.set(self._fitting() or self._bars_at_playhead())

    def _fitting(self) -> tuple[int, int] | None:
        """The marked range, or the loop that was on before."""
        return self._desk.context.time_selection or self._last

    def _bars_at_playhead(self) -> tuple[int, int]:
        time_map = self._desk.score.time_map
        bar = time_map.bar_at(self._desk.playhead_tick)
        return time_map.bar_start(bar), time_map.bar_start(bar + self.BARS)

    def forget(self) -> None:
        """Another piece was opened."""
        self._last = None


def transport_actions(
    desk: Desk,
    loop: LoopSwitch,
    set_metronome: Callable[[bool], None],
    step_volume: Callable[[float], None],
    edit_tempo: Callable[[], None],
) -> list[Action]:
    """`step_volume` turns everything up or down (0 to 1); `edit_tempo` puts the keyboard into the tempo field."""
    transport = desk.studio.transport

    def marked() -> tuple[int, int] | None:
        return desk.document.selection.span(desk.score) or desk.context.time_selection

    def seek(tick: int) -> None:
        transport.seek(tick)
        desk.context.playhead_tick = transport.position_tick
        desk.context.viewport = desk.context.viewport.revealing(transport.position_tick)

    def stop() -> None:
        """Stop; when standing already, back to the start of the loop or of the song."""
        if transport.playing:
            transport.stop()
        else:
            seek(transport.loop[0] if transport.loop else 0)

    def play_marked() -> None:
        ticks = marked()
        if ticks is not None:
            loop.set(ticks)
            transport.play(ticks[0])

    def loop_marked() -> None:
        ticks = marked()
        if ticks is not None:
            time_map = desk.score.time_map
            start = time_map.bar_start(time_map.bar_at(ticks[0]))
            loop.set((start, time_map.ceil_bar(ticks[1])))

    def by_grid(step: int) -> Callable[[], None]:
        def run() -> None:
            grid, here = desk.context.grid, desk.playhead_tick
            seek(grid.next(here) if step > 0 else grid.previous(here))

        return run

    def by_bar(step: int) -> Callable[[], None]:
        def run() -> None:
            time_map, here = desk.score.time_map, desk.playhead_tick
            bar = time_map.bar_at(here)
            inside = here > time_map.bar_start(bar)
            seek(time_map.bar_start(max(0, bar + step + (1 if step < 0 and inside else 0))))

        return run

    def metronome() -> None:
        set_metronome(not transport.metronome)

    def no_selection() -> bool:
        return not desk.has_selection

    return [
        Action("transport.play", "Play or pause", transport.toggle, "Space", "Transport", "play",
               checked_when=lambda: transport.playing, tooltip="Play from the playhead, or pause", icon="play"),
        Action("transport.stop", "Stop", stop, ".", "Transport", "play",
               tooltip="Stop; once more to go back to the start of the loop or song", icon="stop"),
        Action("transport.play_selection", "Play the selection", play_marked, "Shift+Space", "Transport", "play",
               lambda: marked() is not None, tooltip="Play what is selected, round and round"),
        Action("transport.to_start", "To the start", lambda: seek(0), "Home", "Transport", "move",
               tooltip="Put the playhead at the start of the song", icon="to-start"),
        Action("transport.to_end", "To the end", lambda: seek(desk.score.end_bar_tick), "End", "Transport", "move",
               tooltip="Put the playhead behind the last note"),
        Action("transport.forward", "Playhead forward", by_grid(1), "Right", "Transport", "move", no_selection,
               tooltip="Move the playhead by a grid step, when no note is selected"),
        Action("transport.back", "Playhead back", by_grid(-1), "Left", "Transport", "move", no_selection,
               tooltip="Move the playhead back by a grid step, when no note is selected"),
        Action("transport.bar_forward", "Next bar", by_bar(1), "Ctrl+Right", "Transport", "move", no_selection,
               tooltip="Move the playhead to the next bar, when no note is selected"),
        Action("transport.bar_back", "Previous bar", by_bar(-1), "Ctrl+Left", "Transport", "move", no_selection,
               tooltip="Move the playhead to the previous bar, when no note is selected"),
        Action("transport.loop", "Loop", loop.toggle, "L", "Transport", "loop", checked_when=lambda: loop.on,
               tooltip="Repeat the loop: drag on the ruler to choose it", icon="loop"),
        Action("transport.loop_selection", "Loop the selection", loop_marked, "Ctrl+L", "Transport", "loop",
               lambda: marked() is not None, tooltip="Repeat the bars of the selected notes"),
        Action("transport.metronome", "Metronome", metronome, "K", "Transport", "loop",
               checked_when=lambda: transport.metronome, tooltip="Click on every beat", icon="metronome"),
        Action("transport.tempo", "Tempo…", edit_tempo, "Ctrl+Shift+T", "Transport", "time",
               tooltip="Type another tempo"),
        Action("transport.louder", "Everything louder", lambda: step_volume(VOLUME_STEP), "Ctrl+Shift+PgUp",
               "Transport", "volume", tooltip="Turn up everything that is heard"),
        Action("transport.softer", "Everything softer", lambda: step_volume(-VOLUME_STEP), "Ctrl+Shift+PgDown",
               "Transport", "volume", tooltip="Turn down everything that is heard"),
        Action("transport.panic", "All notes off", transport.panic, "Ctrl+`", "Transport", "volume",
               tooltip="Silence everything that hangs", icon="panic"),
    ]  # fmt: skip
