"""Playing: how late notes are while another process computes, how fast WAV files are made, what plans cost."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ml.music import NoteTable, Score, TimeMap, Track
from studio.audio import Crashed, Player, PlayerOptions, Status, default_sound_font, make_plan, render_wav
from studio.audio.external_output import ExternalOutput
from studio.audio.messages import SILENT
from studio.audio.midi_message import NOTE_ON, Timed, note_on
from studio.audio.output import SilentOutput
from studio.audio.passes import Loop
from studio.audio.player_process import hurry
from studio.audio.transport import Transport
from tests.perf.rows import Row
from tests.studio.audio import jack
from tests.studio.audio.pieces import scale, score

LOAD = """
import numpy as np
a = np.random.rand(512, 512).astype(np.float32)
while True:
    for _ in range(4):
        a = a @ a
        a /= np.abs(a).max()
    sum(i * i for i in range(40_000))
"""
WOODBLOCK = 115
DROPPED_MS = 30
"""The test's sound server has periods of 43 ms: a jump this large is one that it lost, not a late note."""


def benchmark(smoke: bool) -> list[Row]:
    """Lateness is measured beside one process that computes as generation does, by arrays and by plain Python."""
    rows = [*plans(3 if smoke else 15), *rendering(4 if smoke else 60), back_after_a_crash()]
    with computing():
        hurry()  # as the player process does; not before, or the load would inherit it
        rows += external_lateness(1 if smoke else 30)
        rows.append(feeding_margin(1 if smoke else 20))
        rows += heard_lateness(2 if smoke else 30)
    return rows


@contextmanager
def computing() -> Iterator[None]:
    """A busy process beside this one, with one thread fewer than there are cores, as the engine has."""
    threads = str(max(1, (os.cpu_count() or 2) - 1))
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    busy = subprocess.Popen([sys.executable, "-c", LOAD], env={**os.environ, **dict.fromkeys(names, threads)})
    try:
        yield
    finally:
        busy.kill()
        busy.wait()


def crowded(notes: int, tracks: int = 1, every_ticks: int = 60) -> Score:
    """`notes` notes in all, spread over some tracks, where four start together."""
    count = notes // tracks
    start = np.arange(count) // 4 * every_ticks
    pitch = 36 + (np.arange(count) * 7) % 60
    table = NoteTable.from_columns(start=start, length=np.full(count, 200), pitch=pitch)
    return Score(tuple(Track("", table, channel=index % 9, program=index) for index in range(tracks)), TimeMap(480))


# --- plans


def plans(repeats: int) -> Iterable[Row]:
    piece = crowded(100_000)
    making = [elapsed_ms(lambda: make_plan(piece)) for _ in range(repeats)]
    yield row("plan of 100,000 notes", statistics.median(making), "ms", "<= 50", f"slowest {max(making):.1f}")
    plan = make_plan(piece)
    transport = Transport(SilentOutput(time.perf_counter))
    transport.set_plan(plan, 0)
    transport.play(100.0)
    swaps = [elapsed_ms(lambda serial=serial: transport.set_plan(plan, serial)) for serial in range(1, repeats + 1)]
    note = "in the player process, while playing"
    yield row("swap of a plan of 100,000 notes", statistics.median(swaps), "ms", "<= 20", note)


# --- WAV files


def rendering(seconds: int) -> Iterable[Row]:
    piece = crowded(seconds * 64, tracks=8, every_ticks=480)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.wav"
        begin = time.perf_counter()
        result = render_wav(piece, path, default_sound_font())
        took = time.perf_counter() - begin
    assert result is not None
    note = f"{result.seconds:.0f} s of 8 tracks, 64 notes a second, with start and file"
    yield row("WAV rendering", result.seconds / took, "x real time", "", note)


# --- the player process


def back_after_a_crash() -> Row:
    player = Player(PlayerOptions(driver=SILENT))
    player.start()
    try:
        until(player, Status)
        player.set_plan(make_plan(score(scale(60))))
        player.play(0.0)
        assert player.pid is not None
        begin = time.perf_counter()
        os.kill(player.pid, signal.SIGKILL)
        until(player, Crashed)
        until(player, Status)
        return row("player process killed: playing again", time.perf_counter() - begin, "s", "<= 3", "")
    finally:
        player.close()


def until(player: Player, kind: type) -> None:
    while not any(isinstance(message, kind) for message in player.poll()):
        time.sleep(0.005)


class TimedPort:
    """An external port that notes when each note-on was sent."""

    def __init__(self) -> None:
        self.sent_s: list[float] = []

    def send(self, data: Sequence[int]) -> None:
        if data[0] & 0xF0 == NOTE_ON:
            self.sent_s.append(time.perf_counter())

    def close(self) -> None:
        """Nothing to close."""


def external_lateness(seconds: int) -> Iterable[Row]:
    """A note every 10 ms, as the player process sends them: its own thread, and nothing else to do here."""
    port = TimedPort()
    output = ExternalOutput(port, time.perf_counter)
    due_s = output.now_s() + 0.1 + 0.01 * np.arange(seconds * 100)
    output.schedule(Timed(float(at_s), note_on(0, 60, 90)) for at_s in due_s)
    while len(port.sent_s) < len(due_s):
        time.sleep(0.02)
    output.close()
    late_ms = (np.array(port.sent_s) - due_s) * 1e3
    return lateness_rows("external MIDI, note lateness", late_ms, f"{len(due_s)} notes while another process computes")


def feeding_margin(seconds: int) -> Row:
    """How long before its time the transport hands a note over, at the worst."""

    class Margins(SilentOutput):
        smallest_s = 1.0

        def schedule(self, messages: Iterable[Timed]) -> None:
            now_s = self.now_s()
            self.smallest_s = min([self.smallest_s, *(at_s - now_s for at_s, _ in messages)])

    output = Margins(time.perf_counter)
    transport = Transport(output)
    transport.set_plan(make_plan(crowded(20_000, tracks=8)), 1)
    transport.set_loop(Loop(0.0, 2.0))
    transport.play(0.0)
    output.smallest_s = 1.0
    end_s = time.perf_counter() + seconds
    while time.perf_counter() < end_s:
        time.sleep(0.02)
        transport.feed()
    note = "the least by which a note was handed to the synth before it was due"
    return row("notes handed over ahead", output.smallest_s * 1e3, "ms", ">= 100", note)


def heard_lateness(seconds: int) -> Iterable[Row]:
    """Onsets in the captured sound against a straight line: what is left is the synth's block and clock grid."""
    if not jack.AVAILABLE:
        return []
    name = f"continuo-bench-{os.getpid()}"
    with jack.jack_server(name), tempfile.TemporaryDirectory() as folder:
        player = Player(PlayerOptions(driver="jack"))
        player.start()
        try:
            until(player, Status)
            ticks = replace(scale(8, 0.125, 0.06), program=WOODBLOCK)
            player.set_plan(make_plan(score(ticks)))
            player.set_loop(0.0, 1.0)
            player.play(0.0)
            recording = jack.Recording(Path(folder) / "x.wav", seconds)
            heard_ms = jack.onsets(recording.samples()) * 1e3
        finally:
            player.close()
    late_ms, dropped = against_a_grid(heard_ms, 125.0)
    note = f"{len(heard_ms)} notes looping, captured from a dummy sound server, while another process computes"
    lost = row("sound, gaps where the server dropped periods", dropped, "", "", "it runs without real-time priority")
    return [*lateness_rows("sound, note off its time", late_ms, note), lost]


def against_a_grid(heard_ms: NDArray[np.float64], step_ms: float) -> tuple[NDArray[np.float64], int]:
    """How far each onset is from an even grid, and how often all that follows came a period of the server later."""
    offsets = heard_ms - np.round((heard_ms - heard_ms[0]) / step_ms) * step_ms
    shifts = np.flatnonzero(np.abs(np.diff(offsets)) > DROPPED_MS) + 1
    parts = np.split(offsets, shifts)
    return np.concatenate([np.abs(part - np.median(part)) for part in parts]), len(shifts)


def lateness_rows(name: str, late_ms: NDArray[np.float64], note: str) -> list[Row]:
    return [
        row(f"{name}, p50", float(np.quantile(late_ms, 0.5)), "ms", "", note),
        row(f"{name}, p99", float(np.quantile(late_ms, 0.99)), "ms", "<= 2", ""),
        row(f"{name}, max", float(late_ms.max()), "ms", "<= 10", ""),
    ]


def elapsed_ms(do: Callable[[], object]) -> float:
    begin = time.perf_counter()
    do()
    return (time.perf_counter() - begin) * 1e3


def row(name: str, value: float, unit: str, hold: str, note: str) -> Row:
    return Row(name=name, value=value, unit=unit, hold=hold, note=note)
