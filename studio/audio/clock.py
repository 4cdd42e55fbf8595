"""A steady clock made from one that moves in steps: the samples an audio driver has asked for."""

from __future__ import annotations

_SMOOTHING_S = 0.5
_JUMP_S = 0.08


class SteadyClock:
    """Follows a stepping clock against a smooth one and gives their difference without the steps.

    An audio driver asks for a period of samples at a time (3 to 20 ms), so the synth's clock stands still
    and then jumps; the playhead and external MIDI want the line through the middle of these steps.
    """

    def __init__(self) -> None:
        self._offset_s: float | None = None
        self._seen_s = 0.0

    def follow(self, stepping_s: float, smooth_s: float) -> None:
        """Take one pair of readings made at the same moment."""
        offset_s = stepping_s - smooth_s
        if self._offset_s is None or abs(offset_s - self._offset_s) > _JUMP_S:
            self._offset_s = offset_s
        else:
            weight = min(1.0, max(0.0, smooth_s - self._seen_s) / _SMOOTHING_S)
            self._offset_s += weight * (offset_s - self._offset_s)
        self._seen_s = smooth_s

    def stepping_at(self, smooth_s: float) -> float:
        """What the stepping clock would read if it did not step."""
        return smooth_s + (self._offset_s or 0.0)
