"""A program killed at any moment loses at most the edit in hand, also in a piece never saved."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from studio.project import find_recoverable, recover
from tests.studio.project.pieces import song, with_note

ROOT = Path(__file__).parents[3]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forked processes")
def test_killed_at_random_moments_nothing_confirmed_is_lost(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.studio.project.killing", str(tmp_path), "--rounds", "60"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout) == {"rounds": 60, "troubles": []}


PROGRAM = """
import sys
from pathlib import Path
from studio.project import Journal
from tests.studio.project.pieces import song, with_note
journal = Journal(Path(sys.argv[1]))
score = song()
journal.begin("Sketch", score)
ticket = journal.append("Draw note", with_note(score, 70))
assert journal.wait_for(ticket)
print("safe", flush=True)
sys.stdin.read()
"""


def test_a_running_program_keeps_its_journal_and_a_killed_one_gives_it_up(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        try:
            assert program.stdout.readline() == "safe\n"
            assert find_recoverable(tmp_path) == [], "another program works on it"
        finally:
            program.kill()
            program.wait()
    (found,) = find_recoverable(tmp_path)
    assert found.name == "Sketch"
    assert recover(found).score == with_note(song(), 70)
