"""Switching takes: how far the first note of a take is from its time in the sound that comes out, and what is lost."""

from __future__ import annotations

import math
import os
import random
import tempfile
import threading
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ml.music import Metre, Score, Tempo, TimeMap, Track
from studio.audio import PlaybackPlan, Player, PlayerOptions, Status, SwitchWhen, default_sound_font, make_plan
from studio.audio.passes import Loop
from studio.audio.sequencer_output import SequencerOutput
from studio.audio.synth import Synth
from studio.audio.transport import NOTICE_S, Transport
from tests.perf.bench_audio import WOODBLOCK, against_a_grid, computing, row, until
from tests.perf.rows import Row
from tests.studio.audio import jack
from tests.studio.audio.pieces import SECOND, TPQ, track

QPM = 113
"""A tempo at which bar lines fall anywhere in the synth's blocks."""
BAR_S, STEP_S = 2 * 60 / QPM, 60 / QPM / 2
LOOP_BARS, STEPS = 2, 4
LIMIT_MS = 64 / 48 + 2
"""A block of the synth at 48 kHz, and two milliseconds."""
FEED_FRAMES = 960
"""Rendered between two turns of the transport: 20 ms, as the player process takes its turns."""


def benchmark(smoke: bool) -> list[Row]:
    """Takes with a note on each bar line, switched at random moments: in rendered sound, and by a sound server."""
    rows: list[Row] = []
    for when in (SwitchWhen.BAR, SwitchWhen.LOOP):
        rows += rendered(when, 4 if smoke else 100)
    if jack.AVAILABLE:
        with computing():
            rows += heard(4 if smoke else 60)
    return rows


def takes() -> tuple[PlaybackPlan, PlaybackPlan]:
    """Two takes on one drum: one strikes each eighth, the other each quarter."""

    def plan(every: int) -> PlaybackPlan:
        steps = range(0, LOOP_BARS * STEPS, every)
        notes: Track = track(*((step * TPQ / 2 / SECOND, 0.06, 64) for step in steps))
        time_map = TimeMap(TPQ, (Tempo.of_qpm(0, QPM),), (Metre(0, 2, 4),))
        return make_plan(Score((replace(notes, program=WOODBLOCK),), time_map))

    return plan(1), plan(2)


def rendered(when: SwitchWhen, switches: int) -> Iterable[Row]:
    """The real transport, sequencer and synth, rendered as fast as it goes: every sample is there."""
    draw = random.Random(1)
    synth = Synth()
    synth.load(default_sound_font())
    synth.pin(0, WOODBLOCK)
    transport = Transport(output := SequencerOutput(synth), start_delay_s=0.5)
    plans, seams_s, blocks, changes = takes(), [], [], []
    transport.set_plan(plans[0], 0)
    transport.set_loop(Loop(0.0, LOOP_BARS * BAR_S))
    transport.play(0.0)
    began_s = output.now_s() + 0.5

    def render(seconds: float) -> None:
        for _ in range(max(1, round(seconds * jack.RATE / FEED_FRAMES))):
            blocks.append(synth.render(FEED_FRAMES))
            transport.feed()

    render(1.5)
    for number in range(1, switches + 1):
        changes.append(elapsed_ms(transport, plans[number % 2], number, when))
        period_s = BAR_S if when is SwitchWhen.BAR else LOOP_BARS * BAR_S
        notice_s = NOTICE_S if when is SwitchWhen.BAR else 0.0
        seams_s.append(math.ceil((output.now_s() + notice_s - began_s) / period_s) * period_s)
        render(period_s + draw.uniform(0.05, 1.2))
        assert transport.heard_serial == number, "each take is heard before the next one is chosen"
    render(1.0)
    sound = np.concatenate(blocks).sum(axis=1).astype(np.float64)
    output.close()
    synth.close()
    onsets_s = jack.onsets(sound)
    # What the drum itself takes to be heard is the same for each stroke.
    onsets_s -= onsets_s[0]
    nearest = np.array([onsets_s[np.abs(onsets_s - seam_s).argmin()] for seam_s in seams_s])
    late_ms = np.abs(nearest - np.array(seams_s)) * 1e3
    there = late_ms < STEP_S / 2 * 1e3
    name = f"take switched at the {when.value}"
    note = f"{switches} switches at random moments, rendered by the synth"
    yield from lateness(f"{name}, first note off its time", late_ms[there], note)
    yield row(f"{name}, first notes missing", int((~there).sum()), "", "<= 0", "")
    off_ms = np.abs(onsets_s - np.round(onsets_s / STEP_S) * STEP_S) * 1e3
    yield row(f"{name}, any note off its time, max", float(off_ms.max()), "ms", f"<= {LIMIT_MS:.2f}", "")
    yield row(f"{name}, order taken", float(np.quantile(changes, 0.99)), "ms", "", "p99 in the player process")


def elapsed_ms(transport: Transport, plan: PlaybackPlan, serial: int, when: SwitchWhen) -> float:
    begin = time.perf_counter()
    transport.set_plan(plan, serial, when)
    return (time.perf_counter() - begin) * 1e3


def heard(seconds: int) -> Iterable[Row]:
    """Through the player process and a sound server, while another process computes; onsets on bar lines count."""
    draw, plans = random.Random(2), takes()
    with jack.jack_server(f"continuo-switch-{os.getpid()}"), tempfile.TemporaryDirectory() as folder:
        player = Player(PlayerOptions(driver="jack"))
        player.start()
        try:
            until(player, Status)
            player.set_plan(plans[0])
            player.set_loop(0.0, LOOP_BARS * BAR_S)
            recording = jack.Recording(Path(folder) / "x.wav", seconds)
            player.play(0.0)
            switches, end_s, pause = 0, time.perf_counter() + seconds - 1, threading.Event()
            while time.perf_counter() < end_s:
                pause.wait(draw.uniform(0.6, 1.8))
                player.poll()
                switches += 1
                player.set_plan(plans[switches % 2], when=draw.choice((SwitchWhen.BAR, SwitchWhen.LOOP)))
            heard_s = jack.onsets(recording.samples())
        finally:
            player.close()
    late_ms, dropped = against_a_grid(heard_s * 1e3, STEP_S * 1e3)
    on_bars = np.round((heard_s - heard_s[0]) / STEP_S) % STEPS == 0
    note = f"{switches} switches in {seconds} s, captured from a dummy sound server while another process computes"
    yield from lateness("take switched while it plays, notes on bar lines off their time", late_ms[on_bars], note)
    yield row("take switched while it plays, gaps where the server dropped periods", dropped, "", "", "")


def lateness(name: str, late_ms: NDArray[np.float64], note: str) -> Iterable[Row]:
    yield row(f"{name}, p50", float(np.quantile(late_ms, 0.5)), "ms", "", note)
    yield row(f"{name}, p99", float(np.quantile(late_ms, 0.99)), "ms", f"<= {LIMIT_MS:.2f}", "")
    yield row(f"{name}, max", float(late_ms.max()), "ms", "", "")
