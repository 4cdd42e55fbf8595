"""A JACK server of the test's own that plays into nothing in real time, and what is recorded from it."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest
from numpy.typing import NDArray

RATE = 48000
AVAILABLE = all(shutil.which(name) for name in ("jackd", "jack_rec", "jack_wait"))
WHY_NOT = "needs jackd and jack_rec (Debian: apt install jackd2)"
PORTS = ("continuo:left", "continuo:right")


def give_up(what: str) -> NoReturn:
    """Fail; or skip when others keep the machine so busy that sound in real time has no chance."""
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    if load > 1.5 * cores:
        pytest.skip(f"{what}, but the load is {load:.1f} on {cores} cores: periods of sound get lost")
    pytest.fail(what)


@contextmanager
def jack_server(name: str) -> Iterator[None]:
    """Run a server with this name and make it the default for child processes."""
    # Long periods, and patience with clients: the machine may be busy with other things.
    command = ["jackd", "-n", name, "--no-realtime", "-t", "5000", "-d", "dummy", "-r", str(RATE), "-p", "2048"]
    environment = {**os.environ, "JACK_NO_AUDIO_RESERVATION": "1"}
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    wait = ["jack_wait", "-s", name, "-w", "-t", "10"]
    subprocess.run(wait, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=20, check=True)
    before = os.environ.get("JACK_DEFAULT_SERVER")
    os.environ["JACK_DEFAULT_SERVER"] = name
    try:
        yield
    finally:
        if before is None:
            del os.environ["JACK_DEFAULT_SERVER"]
        else:
            os.environ["JACK_DEFAULT_SERVER"] = before
        server.terminate()
        server.wait(10)


class Recording:
    """Records what the player sends to JACK for some seconds, beside whatever the test does meanwhile."""

    def __init__(self, path: Path, seconds: int) -> None:
        self._path = path
        self._seconds = seconds
        command = ["jack_rec", "-f", str(path), "-d", str(seconds), "-b", "16", *PORTS]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end_s = time.monotonic() + 10
        # The file is there before the first sample is.
        while not (path.exists() and path.stat().st_size > 4096):
            assert self._process.poll() is None and time.monotonic() < end_s, "jack_rec did not start"
            threading.Event().wait(0.02)

    def samples(self) -> NDArray[np.float64]:
        """Wait for the end; left and right added, full scale at 1."""
        self._process.wait(3 * self._seconds + 20)
        with wave.open(str(self._path), "rb") as file:
            data = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return np.asarray(data.reshape(-1, 2).sum(axis=1) / 32768, np.float64)


def onsets(samples: NDArray[np.float64], apart_s: float = 0.08, floor: float = 0.02) -> NDArray[np.float64]:
    """Seconds at which dry, percussive notes begin."""
    loud = np.abs(samples)
    found: list[int] = []
    frame = 0
    while frame < len(loud):
        before = loud[max(frame - 800, 0) : frame].max(initial=0.0)
        if loud[frame] > max(floor, 3 * before):
            found.append(frame)
            frame += int(apart_s * RATE)
        frame += 1
    return np.array(found) / RATE
