"""The real player process heard through a real sound server: what is captured is what a user would hear."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ml.music import Metre, TimeMap, Track
from studio.audio import Crashed, PlayerOptions, Position, Status, make_plan
from studio.audio.messages import SILENT
from studio.audio.passes import SwitchWhen
from tests.studio.audio import jack
from tests.studio.audio.pieces import TPQ, scale, score, track
from tests.studio.audio.players import Listener

pytestmark = pytest.mark.skipif(not jack.AVAILABLE, reason=jack.WHY_NOT)

WOODBLOCK, ORGAN = 115, 19
STEP_S = 0.25
TRIES = 2
"""A busy machine may drop periods of sound, which is neither the player's fault nor what is tested."""


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


def played(live: Listener, path: Path, seconds: int, meanwhile: Callable[[], None]) -> NDArray[np.float64]:
    """Onsets of what sounds when played from the start, while the test does something else; in seconds."""
    recording = jack.Recording(path, seconds)
    live.player.play(0.0)
    meanwhile()
    heard = jack.onsets(recording.samples())
    live.player.stop()
    return heard


def test_the_loop_is_seamless_in_the_sound_itself(live: Listener, tmp_path: Path) -> None:
    live.player.set_plan(make_plan(score(ticking(4))))
    live.player.set_loop(0.0, 1.0)
    for attempt in range(TRIES):
        gaps = np.diff(played(live, tmp_path / f"{attempt}.wav", 4, lambda: None))
        # Blocks of 64 frames and a clock of milliseconds: some 3 ms.
        if len(gaps) >= 7 and np.abs(gaps - STEP_S).max() < 0.004:
            return
    jack.give_up(f"the gaps are {gaps}")


def test_stop_is_heard(live: Listener, tmp_path: Path) -> None:
    held = replace(track((0, 30, 60), (0, 30, 64)), program=ORGAN)
    live.player.set_plan(make_plan(score(held)))
    recording = jack.Recording(tmp_path / "stop.wav", 4)
    live.player.play(0.0)
    wait(live, 1.0)
    live.player.stop()
    samples = recording.samples()
    sounding = np.flatnonzero(np.abs(samples) > 0.02) / jack.RATE
    assert 0.5 < sounding[-1] - sounding[0] < 3.0
    assert np.abs(samples[-jack.RATE // 2 :]).max() < 0.005


def test_a_take_chosen_while_looping_comes_in_at_the_loop_point_without_a_gap(live: Listener, tmp_path: Path) -> None:
    first = make_plan(score(ticking(4)))
    second = make_plan(score(replace(scale(2, 0.5, 0.1, first=72), program=WOODBLOCK)))
    live.player.set_loop(0.0, 1.0)

    def choose() -> None:
        wait(live, 0.6)
        live.player.set_plan(second, when=SwitchWhen.LOOP)

    for attempt in range(TRIES):
        live.player.set_plan(first)
        gaps = np.diff(played(live, tmp_path / f"{attempt}.wav", 4, choose)).round(2).tolist()
        switch = next((index for index, gap in enumerate(gaps) if gap > 0.4), 0)
        old, new = set(gaps[:switch]), set(gaps[switch:])
        if switch and switch % 4 == 0 and old <= {0.24, 0.25, 0.26} and new <= {0.49, 0.5, 0.51}:
            return
    jack.give_up(f"the gaps are {gaps}")


def test_a_take_chosen_while_playing_comes_in_at_the_next_bar_without_a_gap(live: Listener, tmp_path: Path) -> None:
    bars_of_a_second = TimeMap(TPQ, metres=(Metre(0, 2, 4),))
    first = make_plan(score(ticking(16), time_map=bars_of_a_second))
    every_other = replace(scale(8, 0.5, 0.1, first=72), program=WOODBLOCK)
    second = make_plan(score(every_other, time_map=bars_of_a_second))

    def choose() -> None:
        wait(live, 1.4)
        live.player.set_plan(second, when=SwitchWhen.BAR)

    for attempt in range(TRIES):
        live.player.set_plan(first)
        gaps = np.diff(played(live, tmp_path / f"{attempt}.wav", 5, choose)).round(2).tolist()
        switch = next((index for index, gap in enumerate(gaps) if gap > 0.4), 0)
        old, new = set(gaps[:switch]), set(gaps[switch:])
        if switch and switch % 4 == 0 and old <= {0.24, 0.25, 0.26} and new <= {0.49, 0.5, 0.51}:
            return
    jack.give_up(f"the gaps are {gaps}")


def test_after_a_crash_sound_is_back(live: Listener, tmp_path: Path) -> None:
    live.player.set_plan(make_plan(score(ticking(4))))
    live.player.set_loop(0.0, 1.0)
    live.player.play(0.0)
    live.until(lambda: len(live.of(Position)) > 10)
    assert live.player.pid is not None
    os.kill(live.player.pid, signal.SIGKILL)
    live.until(live.heard(Crashed))
    live.until(live.heard(Status))
    assert live.player.status.driver == "jack"
    recording = jack.Recording(tmp_path / "after.wav", 2)
    assert len(jack.onsets(recording.samples())) >= 3


def test_a_preview_sounds_while_nothing_plays(live: Listener, tmp_path: Path) -> None:
    recording = jack.Recording(tmp_path / "preview.wav", 2)
    live.player.preview_on(60, 110, program=ORGAN)
    threading.Event().wait(0.5)
    live.player.preview_off(60)
    samples = recording.samples()
    loud = np.flatnonzero(np.abs(samples) > 0.01) / jack.RATE
    assert len(loud) and loud[-1] - loud[0] < 1.4


def test_sound_can_be_switched_off_and_on_while_playing(live: Listener, tmp_path: Path) -> None:
    live.player.set_plan(make_plan(score(ticking(60))))
    live.player.play(0.0)
    live.player.set_driver(SILENT)
    live.until(lambda: live.player.status.silent)
    assert live.player.status.text == "Sound is switched off."
    live.player.set_driver("jack")
    live.until(lambda: not live.player.status.silent)
    assert live.player.playing
    assert len(jack.onsets(jack.Recording(tmp_path / "on.wav", 2).samples())) >= 4


def test_sound_that_was_off_from_the_start_can_be_switched_on(tmp_path: Path) -> None:
    listener = Listener(PlayerOptions(driver=SILENT))
    try:
        listener.player.set_plan(make_plan(score(ticking(60))))
        listener.until(listener.heard(Status))
        listener.player.set_driver("jack")
        listener.until(lambda: listener.player.status.driver == "jack")
        listener.player.play(0.0)
        assert len(jack.onsets(jack.Recording(tmp_path / "on.wav", 2).samples())) >= 4
    finally:
        listener.player.close()


def test_a_driver_that_is_not_there_is_replaced_and_told(tmp_path: Path) -> None:
    listener = Listener(PlayerOptions(driver="oss"))
    try:
        listener.until(listener.heard(Status))
        if listener.player.status.driver == "jack":
            assert listener.player.status.text == "The sound driver oss does not start: jack is used instead."
    finally:
        listener.player.close()


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
