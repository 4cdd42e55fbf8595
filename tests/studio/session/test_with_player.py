"""The session and the real player process, without a sound device: the playhead loops and takes switch in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ml.music import Score
from ml.music.midi import write_midi_file
from ml.requests import Verb
from studio.audio import Player, PlayerOptions, SwitchWhen
from studio.audio.messages import SILENT
from studio.project import AppFolders, SettingsStore
from studio.session import Studio, Wishes


@pytest.fixture
def sounding(rig: Any, folders: AppFolders, tune: Score, tmp_path: Path) -> Iterator[Studio]:
    player = Player(PlayerOptions(driver=SILENT))
    studio = Studio(rig.engine, SettingsStore(folders.settings_file), player=player)
    write_midi_file(tune, tmp_path / "tune.mid")
    studio.open(tmp_path / "tune.mid")
    player.start()
    yield studio
    studio.close()


def test_takes_switch_while_the_song_loops_over_the_join(
    sounding: Studio, until: Callable[[Studio, Callable[[], bool]], None]
) -> None:
    transport = sounding.transport
    sounding.ask(Verb.CONTINUE, None, Wishes(bars=1, takes=2, models=("alpha",)))
    until(sounding, lambda: not sounding.takes.running)
    assert sounding.takes.auditioned is sounding.takes.slots[0]
    transport.seek(7400)
    transport.play()
    until(sounding, lambda: transport.position_tick > 7500)
    sounding.switch_when = SwitchWhen.LOOP
    sounding.audition_next()
    sounding.poll()
    assert transport.switching, "the loop ends first"
    until(sounding, lambda: not transport.switching)
    loop = transport.loop
    assert loop is not None and loop[0] <= transport.position_tick < loop[1]
    sounding.accept()
    assert transport.playing and sounding.document.score.note_count == 16 + 8
    transport.stop()
    until(sounding, lambda: not transport.playing)
