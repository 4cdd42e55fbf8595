"""The program on a real X server: its window appears with the file's name, and it ends in good order when asked."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PIECE = ROOT / "resources" / "examples" / "air-in-g.mid"
DEADLINE_S = 60

pytestmark = pytest.mark.skipif(
    not (shutil.which("Xvfb") and shutil.which("xdotool")), reason="needs Xvfb and xdotool, as packaging/test installs"
)


@pytest.fixture
def display() -> Iterator[str]:
    """A screen of its own, named by the server itself, so that no other one is in the way."""
    readable, writable = os.pipe()
    with subprocess.Popen(
        ["Xvfb", "-displayfd", str(writable), "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
        pass_fds=[writable],
        stderr=subprocess.DEVNULL,
    ) as server:
        os.close(writable)
        with os.fdopen(readable) as answer:
            number = answer.readline().strip()
        yield f":{number}"
        server.terminate()


def test_the_window_shows_the_file_and_closes_when_the_system_asks(display: str, home: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("QT_")}
    environment |= {"DISPLAY": display, "CONTINUO_HOME": str(home), "PYTHONPATH": str(ROOT)}
    search = ["xdotool", "search", "--sync", "--onlyvisible", "--name", PIECE.stem]
    with subprocess.Popen(
        [sys.executable, "-m", "studio", str(PIECE)], env=environment, stderr=subprocess.PIPE, text=True
    ) as program:
        try:
            found = subprocess.run(search, env=environment, capture_output=True, text=True, timeout=DEADLINE_S)
            program.terminate()
            _, complaints = program.communicate(timeout=DEADLINE_S)
        finally:
            program.kill()
    assert found.stdout.split(), "no window with the name of the file"
    assert (program.returncode, complaints) == (0, "")
