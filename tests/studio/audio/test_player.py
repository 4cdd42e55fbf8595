"""The real player process without a sound device: commands, the silent clock, crashes, hangs, and its end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.audio import Crashed, Ended, PlanHeard, Player, PlayerOptions, Position, Status, make_plan
from studio.audio.messages import SILENT
from studio.audio.player import CRASHES_TO_GIVE_UP
from tests.studio.audio.pieces import scale, score
from tests.studio.audio.players import Listener

ROOT = Path(__file__).parents[3]


@pytest.fixture
def silent() -> Iterator[Listener]:
    listener = Listener(PlayerOptions(driver=SILENT))
    yield listener
    listener.player.close()


def test_without_sound_the_playhead_moves_and_ends_where_the_piece_does(silent: Listener) -> None:
    player = silent.player
    serial = player.set_plan(make_plan(score(scale(1))))
    player.play(1.5)
    assert player.playing
    silent.until(silent.heard(Ended))
    assert not player.playing and player.position_s() == 2.0
    assert silent.of(PlanHeard) == [PlanHeard(serial)]
    positions = [p.position_s for p in silent.of(Position) if p.playing]
    assert positions == sorted(positions) and positions[0] >= 1.5 and len(positions) >= 3
    assert silent.of(Status)[0].text == "Sound is switched off."


def test_the_position_loops_and_can_be_extrapolated(silent: Listener) -> None:
    player = silent.player
    player.set_plan(make_plan(score(scale(8))))
    player.set_loop(0.2, 0.4)
    player.play(0.0)
    silent.until(lambda: len(silent.of(Position)) > 20)
    assert all(p.position_s < 0.4 and p.loop == (0.2, 0.4) for p in silent.of(Position) if p.playing)
    assert 0.2 <= player.position_s() < 0.4
    player.stop()
    silent.until(lambda: not silent.said[-1].playing if isinstance(silent.said[-1], Position) else False)


def test_an_answer_that_crossed_a_command_does_not_move_the_playhead_back(silent: Listener) -> None:
    player = silent.player
    player.set_plan(make_plan(score(scale(40))))
    player.play(0.0)
    silent.until(lambda: len(silent.of(Position)) > 3)
    for place in range(1, 6):
        silent.next_report()
        player.seek(float(place))
        silent.said += player.poll()
        assert place <= player.position_s() < place + 0.5
    silent.next_report()
    player.stop()
    silent.said += player.poll()
    assert not player.playing


def test_count_in_holds_the_position(silent: Listener) -> None:
    silent.player.set_plan(make_plan(score(scale(8))))
    silent.player.play(0.5, count_in_bars=1)
    silent.until(lambda: any(p.waiting and p.playing for p in silent.of(Position)))
    assert silent.player.position_s() == 0.5


def test_with_no_device_at_all_it_says_so_and_plays_silently(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "nobody")
    monkeypatch.setenv("PULSE_SERVER", "unix:/nowhere")
    monkeypatch.setenv("ALSA_CONFIG_PATH", os.devnull)
    monkeypatch.setenv("PIPEWIRE_REMOTE", "nobody")
    listener = Listener(PlayerOptions())
    try:
        listener.until(listener.heard(Status))
        if not listener.player.status.silent:
            pytest.skip(f"this machine has sound by {listener.player.status.driver} all the same")
        assert listener.player.status.text.startswith("No sound device was found")
        listener.player.set_plan(make_plan(score(scale(1))))
        listener.player.preview_on(60)
        listener.player.preview_off()
        listener.player.play(1.8)
        listener.until(listener.heard(Ended))
    finally:
        listener.player.close()


def test_a_missing_sound_font_is_told_and_nothing_breaks(tmp_path: Path) -> None:
    listener = Listener(PlayerOptions(sound_font=tmp_path / "gone.sf2"))
    try:
        listener.until(listener.heard(Status))
        assert "gone.sf2" in listener.player.status.text and "choose another" in listener.player.status.text
        listener.player.set_plan(make_plan(score(scale(1))))
        listener.player.play(1.8)
        listener.until(listener.heard(Ended))
    finally:
        listener.player.close()


def test_a_killed_player_is_replaced_and_plays_on(silent: Listener) -> None:
    player = silent.player
    player.set_plan(make_plan(score(scale(60))))
    player.set_loop(0.0, 30.0)
    player.play(3.0)
    silent.until(lambda: len(silent.of(Position)) > 5)
    before = player.pid
    assert before is not None
    os.kill(before, signal.SIGKILL)
    silent.until(silent.heard(Crashed))
    crashed = silent.of(Crashed)[0]
    assert crashed.restarted and crashed.text == "The sound player stopped unexpectedly and was started again."
    silent.until(silent.heard(PlanHeard))
    silent.until(silent.heard(Position))
    assert player.pid != before and player.playing
    last = silent.of(Position)[-1]
    assert last.position_s > 3.0 and last.loop == (0.0, 30.0)


def test_a_stuck_player_is_replaced() -> None:
    """A driver call that never returns."""
    ahead_s = 0.0
    listener = Listener(PlayerOptions(driver=SILENT), lambda: time.perf_counter() + ahead_s)
    try:
        listener.until(listener.heard(Position))
        assert listener.player.pid is not None
        os.kill(listener.player.pid, signal.SIGSTOP)
        listener.said += listener.player.poll()
        ahead_s = 60.0
        listener.until(listener.heard(Crashed))
        crashed = listener.of(Crashed)[-1]
        assert isinstance(crashed, Crashed) and "no longer answered" in crashed.text
        listener.until(listener.heard(Position))
    finally:
        listener.player.close()


def test_a_player_that_dies_again_and_again_is_given_up_with_a_sentence(silent: Listener) -> None:
    for _ in range(CRASHES_TO_GIVE_UP):
        assert silent.player.pid is not None
        os.kill(silent.player.pid, signal.SIGKILL)
        silent.until(silent.heard(Crashed))
    assert [crash.restarted for crash in silent.of(Crashed)] == [True] * 5 + [False]
    assert "restart the program" in silent.player.status.text
    silent.player.play(0.0)
    silent.player.stop()
    assert silent.player.poll() == []


def test_close_is_quick_even_while_starting_or_stuck() -> None:
    player = Player(PlayerOptions(driver=SILENT))
    player.start()
    player.close()
    assert player.pid is None
    player.start()
    assert player.pid is not None
    os.kill(player.pid, signal.SIGSTOP)
    start_s = time.monotonic()
    player.close()
    assert time.monotonic() - start_s < 10
    player.close()


def test_commands_before_the_start_and_after_the_end_are_harmless() -> None:
    player = Player(PlayerOptions(driver=SILENT))
    serial = player.set_plan(make_plan(score(scale(4))))
    player.preview_on(60)
    player.stop()
    assert player.poll() == [] and player.position_s() == 0.0 and serial == 1
    player.close()
    player.panic()


PARENT = """
import sys, time
from studio.audio import Player, PlayerOptions
if "guard" in sys.argv:
    if __name__ != "__main__":
        raise SystemExit("the child ran the parent's main module")
player = Player(PlayerOptions(driver="silent"))
player.start()
while not any(type(m).__name__ == "Status" for m in player.poll()):
    time.sleep(0.02)
print(player.pid, flush=True)
sys.stdin.read()
"""


def test_the_player_ends_with_a_parent_that_is_killed() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdin is not None and parent.stdout is not None
    with parent.stdin, parent.stdout:
        child = int(parent.stdout.readline())
        assert alive(child)
        parent.kill()
        parent.wait()
        end_s = time.monotonic() + 10
        while alive(child):
            assert time.monotonic() < end_s
            time.sleep(0.02)


@pytest.mark.parametrize("how", ["script", "module"])
def test_the_child_does_not_run_the_parents_main_module(tmp_path: Path, how: str) -> None:
    """A script without the usual guard would else start players without end."""
    (tmp_path / "songwriter.py").write_text(PARENT)
    start = [str(tmp_path / "songwriter.py")] if how == "script" else ["-m", "songwriter"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(tmp_path)])}
    done = subprocess.run(
        [sys.executable, *start, "guard"], input="", capture_output=True, text=True, timeout=60, env=environment
    )
    assert done.returncode == 0 and done.stdout.strip().isdigit(), done.stderr


def test_the_player_process_is_light() -> None:
    """No torch and no Qt in the process that must not be late."""
    code = "import sys, studio.audio.player_process as p; p.warm_up(); print(sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert not {name for name in ("'torch'", "'PySide6'", "'mido'") if name in done.stdout}


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
