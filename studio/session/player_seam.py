"""What the session asks of a player, and the player of a studio without sound."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from studio.audio import PlaybackPlan, PlayerMessage, SwitchWhen


class PlayerSeam(Protocol):
    """The part of `studio.audio.Player` that the session drives. Times in seconds from the start of the piece."""

    def set_plan(self, plan: PlaybackPlan, *, when: SwitchWhen = SwitchWhen.NOW) -> int: ...
    def play(self, position_s: float) -> None: ...
    def stop(self) -> None: ...
    def seek(self, position_s: float) -> None: ...
    def set_loop(self, start_s: float | None, end_s: float | None) -> None: ...
    def set_metronome(self, on: bool) -> None: ...
    def preview_on(self, pitch: int, velocity: int, *, program: int, bank: int, drums: bool, volume: int) -> None: ...
    def preview_off(self, pitch: int | None = None) -> None: ...
    def panic(self) -> None: ...
    def poll(self) -> Sequence[PlayerMessage]: ...
    def close(self) -> None: ...


class NoPlayer:
    """Takes every call and makes no sound: for the command line and scripts, which write files only."""

    def set_plan(self, plan: PlaybackPlan, *, when: SwitchWhen = SwitchWhen.NOW) -> int:
        return 0

    def play(self, position_s: float) -> None:
        """Nothing is heard."""

    def stop(self) -> None:
        """Nothing sounds."""

    def seek(self, position_s: float) -> None:
        """Nothing is heard."""

    def set_loop(self, start_s: float | None, end_s: float | None) -> None:
        """Nothing is heard."""

    def set_metronome(self, on: bool) -> None:
        """Nothing is heard."""

    def preview_on(self, pitch: int, velocity: int, *, program: int, bank: int, drums: bool, volume: int) -> None:
        """Nothing is heard."""

    def preview_off(self, pitch: int | None = None) -> None:
        """Nothing sounds."""

    def panic(self) -> None:
        """Nothing sounds."""

    def poll(self) -> Sequence[PlayerMessage]:
        return ()

    def close(self) -> None:
        """Nothing is open."""
