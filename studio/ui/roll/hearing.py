"""Hearing: the notes that sound while the mouse touches them, and that fall silent when it lets go."""

from __future__ import annotations

from collections.abc import Callable, Iterable

Preview = Callable[[int, int, bool], None]
"""Called with pitch, velocity and whether the note starts (True) or stops."""

MAX_VOICES = 8
"""A dragged selection of hundreds is heard by its first few notes only."""


class Hearing:
    """Remembers what sounds, so that every note that was started is stopped. `enabled` is the user's switch."""

    def __init__(self, preview: Preview) -> None:
        self._preview = preview
        self._sounding: dict[int, int] = {}
        self.enabled = True

    def sound(self, notes: Iterable[tuple[int, int]]) -> None:
        """Let exactly these (pitch, velocity) sound; pitches that sound already go on undisturbed."""
        wanted = dict(list(dict(notes).items())[:MAX_VOICES]) if self.enabled else {}
        for pitch in [pitch for pitch in self._sounding if pitch not in wanted]:
            self._preview(pitch, self._sounding.pop(pitch), False)
        for pitch, velocity in wanted.items():
            if pitch not in self._sounding:
                self._sounding[pitch] = velocity
                self._preview(pitch, velocity, True)

    def silence(self) -> None:
        self.sound(())
