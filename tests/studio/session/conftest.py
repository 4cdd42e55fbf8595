"""A studio without a screen: real documents, journal and files; models that walk along scales; a player on paper."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ml.music import Score
from ml.music.midi import write_midi_file
from ml.requests import Verb
from studio.audio import PlaybackPlan, PlayerMessage, Position, SwitchWhen
from studio.project import AppFolders, Journal, SettingsStore
from studio.session import Studio, Wishes
from tests.studio.session.asks import Answered, Until

DEADLINE_S = 20.0


@dataclass
class PlayerOnPaper:
    """Implements `PlayerSeam`: writes down what it is told and reports what a test lets it report."""

    calls: list[tuple[Any, ...]] = field(default_factory=list)
    plans: list[PlaybackPlan] = field(default_factory=list)
    reports: list[PlayerMessage] = field(default_factory=list)

    def set_plan(self, plan: PlaybackPlan, *, when: SwitchWhen = SwitchWhen.NOW) -> int:
        self.plans.append(plan)
        self.calls.append(("plan", when.value))
        return len(self.plans)

    def play(self, position_s: float) -> None:
        self.calls.append(("play", position_s))

    def stop(self) -> None:
        self.calls.append(("stop",))

    def seek(self, position_s: float) -> None:
        self.calls.append(("seek", position_s))

    def set_loop(self, start_s: float | None, end_s: float | None) -> None:
        self.calls.append(("loop", start_s, end_s))

    def set_metronome(self, on: bool) -> None:
        self.calls.append(("metronome", on))

    def preview_on(self, pitch: int, velocity: int, *, program: int, bank: int, drums: bool, volume: int) -> None:
        self.calls.append(("preview on", pitch, velocity))

    def preview_off(self, pitch: int | None = None) -> None:
        self.calls.append(("preview off", pitch))

    def panic(self) -> None:
        self.calls.append(("panic",))

    def poll(self) -> list[PlayerMessage]:
        reports, self.reports = self.reports, []
        return reports

    def close(self) -> None:
        self.calls.append(("close",))

    @property
    def loop(self) -> tuple[float | None, float | None]:
        """The loop that was set last."""
        return next((call[1], call[2]) for call in reversed(self.calls) if call[0] == "loop")

    def tells_position(self, position_s: float, *, playing: bool = True) -> None:
        # Measured in the far future, so that nothing is added for the time that has passed.
        self.reports.append(Position(position_s, playing, 1e12))


@pytest.fixture
def player() -> PlayerOnPaper:
    return PlayerOnPaper()


@pytest.fixture
def folders(home: Path) -> AppFolders:
    return AppFolders.of_user()


@pytest.fixture
def studio(rig: Any, player: PlayerOnPaper, folders: AppFolders) -> Iterator[Studio]:
    studio = Studio(rig.engine, SettingsStore(folders.settings_file), player=player, journal=Journal(folders.journal))
    yield studio
    studio.close()


@pytest.fixture
def open_tune(studio: Studio, tune: Score, tmp_path: Path) -> Studio:
    """The studio with the tune opened from a MIDI file."""
    path = tmp_path / "tune.mid"
    write_midi_file(tune, path)
    studio.open(path)
    return studio


@pytest.fixture
def until() -> Until:
    """Take in news until something is so."""

    def wait(studio: Studio, is_so: Callable[[], bool]) -> None:
        deadline_s = time.monotonic() + DEADLINE_S
        while not is_so():
            assert time.monotonic() < deadline_s, "waited in vain"
            studio.wait(0.5)

    return wait


@pytest.fixture
def answered(until: Until) -> Answered:
    """Wait until all models have answered."""
    return lambda studio: until(studio, lambda: not studio.takes.running)


@pytest.fixture
def asked(open_tune: Studio, answered: Answered) -> Studio:
    """Two takes of two bars from each of two models show."""
    open_tune.ask(Verb.CONTINUE, None, Wishes(bars=2, takes=2, seed=5))
    answered(open_tune)
    return open_tune
