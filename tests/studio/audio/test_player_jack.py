"""The real player process heard through a real sound server: what is captured is what a user would hear."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ml.music import Track
from studio.audio import Crashed, PlayerOptions, Position, Status, make_plan
from tests.studio.audio import jack
from tests.studio.audio.pieces import scale, score, track
from tests.studio.audio.players import Listener

pytestmark = pytest.mark.skipif(not jack.AVAILABLE, reason=jack.WHY_NOT)

WOODBLOCK, ORGAN = 115, 19
STEP_S = 0.25


@pytest.fixture(scope="module", autouse=True)
def server() -> Iterator[None]:
    with jack.jack_server(f"continuo-{os.getpid()}"):
        yield


@pytest.fixture
def live() -> Iterator[Listener]:
    listener = Listener(PlayerOptions(driver="jack"))
    listener.until(listener.heard(Status))
    assert listener.player.status.driver == "jack", listener.player.status.text
    yield listener
    listener.player.close()


def ticking(count: int) -> Track:
    return replace(scale(count, STEP_S, 0.1, first=60), program=WOODBLOCK)


def wait(listener: Listener, seconds: float) -> None:
    """Let it play so long by its own clock."""
    start_s = listener.player.position_s()
    listener.until(lambda: listener.player.position_s() >= start_s + seconds)


def test_the_loop_is_seamless_in_the_sound_itself(live: Listener, tmp_path: Path) -> None:
    live.player.set_plan(make_plan(score(ticking(4))))
    live.player.set_loop(0.0, 1.0)
    recording = jack.Recording(tmp_path / "loop.wav", 4)
    live.player.play(0.0)
    heard = jack.onsets(recording.samples())
    assert len(heard) >= 8
    # Blocks of 64 frames and a clock of milliseconds: 3 ms. The machine that tests may drop periods: the median.
    gaps = np.diff(heard)
    assert abs(np.median(gaps) - STEP_S) < 0.003
    assert np.quantile(np.abs(gaps - STEP_S), 0.75) < 0.006


def test_stop_is_heard(live: Listener, tmp_path: Path) -> None:
    held = replace(track((0, 30, 60), (0, 30, 64)), program=ORGAN)
    live.player.set_plan(make_plan(score(held)))
    recording = jack.Recording(tmp_path / "stop.wav", 4)
    live.player.play(0.0)
    wait(live, 1.0)
    live.player.stop()
    samples = recording.samples()
    sounding = np.flatnonzero(np.abs(samples) > 0.02) / jack.RATE
    assert 0.9 < sounding[-1] - sounding[0] < 2.5
    assert np.abs(samples[-jack.RATE // 2 :]).max() < 0.005


def test_a_take_chosen_while_looping_comes_in_at_the_loop_point_without_a_gap(live: Listener, tmp_path: Path) -> None:
    live.player.set_plan(make_plan(score(ticking(4))))
    live.player.set_loop(0.0, 1.0)
    recording = jack.Recording(tmp_path / "swap.wav", 4)
    live.player.play(0.0)
    wait(live, 0.6)
    live.player.set_plan(make_plan(score(replace(scale(2, 0.5, 0.1, first=72), program=WOODBLOCK))), at_loop=True)
    heard = jack.onsets(recording.samples())
    gaps = np.diff(heard).round(2)
    assert len(heard) >= 6
    switch = int(np.argmax(gaps > 0.4))
    assert set(gaps[:switch]) <= {0.24, 0.25, 0.26} and switch == 4
    assert set(gaps[switch:]) <= {0.49, 0.5, 0.51}


def test_after_a_crash_sound_is_back_within_three_seconds(live: Listener, tmp_path: Path) -> None:
    live.player.set_plan(make_plan(score(ticking(4))))
    live.player.set_loop(0.0, 1.0)
    live.player.play(0.0)
    live.until(lambda: len(live.of(Position)) > 10)
    assert live.player.pid is not None
    recording = jack.Recording(tmp_path / "before.wav", 1)
    assert len(jack.onsets(recording.samples())) >= 1
    os.kill(live.player.pid, signal.SIGKILL)
    live.until(live.heard(Crashed))
    live.until(live.heard(Status), deadline_s=3.0)
    assert live.player.status.driver == "jack"
    recording = jack.Recording(tmp_path / "after.wav", 2)
    assert len(jack.onsets(recording.samples())) >= 4


def test_a_preview_sounds_while_nothing_plays(live: Listener, tmp_path: Path) -> None:
    recording = jack.Recording(tmp_path / "preview.wav", 2)
    live.player.preview_on(60, 110, program=ORGAN)
    threading.Event().wait(0.5)
    live.player.preview_off(60)
    samples = recording.samples()
    loud = np.flatnonzero(np.abs(samples) > 0.01) / jack.RATE
    assert len(loud) and loud[-1] - loud[0] < 1.4


def test_when_the_sound_server_goes_playback_goes_on_silently(tmp_path: Path) -> None:
    with jack.jack_server(f"continuo-short-{os.getpid()}"):
        listener = Listener(PlayerOptions())
        listener.until(listener.heard(Status))
    try:
        if listener.player.status.driver != "jack":
            pytest.skip(f"this machine has sound by {listener.player.status.driver}")
        listener.player.set_plan(make_plan(score(ticking(60))))
        listener.player.play(0.0)
        listener.until(lambda: listener.player.status.silent)
        assert listener.player.status.text.startswith("No sound device was found")
        wait(listener, 0.5)
    finally:
        listener.player.close()
