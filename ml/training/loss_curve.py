"""How the training loss went: a point for every so many steps, so that a long run and a short one fit one plot."""

from __future__ import annotations

from dataclasses import astuple, dataclass, field
from typing import Any

MOST_POINTS = 512


@dataclass(frozen=True)
class Point:
    """Bits summed over `notes` notes up to step `step`, when `seen` notes had been seen in `seconds`."""

    step: int
    seen: int
    seconds: float
    bits: float
    notes: int

    @property
    def per_note(self) -> float:
        return self.bits / max(self.notes, 1)


@dataclass
class LossCurve:
    """One point for each `stride` steps; when there are too many, two become one. Time plays no part in it, so a run
    that is gone on with has the same curve as one in a piece."""

    stride: int = 1
    points: list[Point] = field(default_factory=list)
    open_steps: int = 0
    """Steps in the last point, which is still open where that is less than `stride`."""

    def add(self, step: int, seen: int, seconds: float, bits: float, notes: int) -> None:
        """Take in one step's loss."""
        if 0 < self.open_steps < self.stride:
            last = self.points.pop()
            self.points.append(Point(step, seen, seconds, last.bits + bits, last.notes + notes))
            self.open_steps += 1
        else:
            self.points.append(Point(step, seen, seconds, bits, notes))
            self.open_steps = 1
        if len(self.points) == MOST_POINTS and self.open_steps == self.stride:
            pairs = zip(self.points[::2], self.points[1::2], strict=True)
            self.points = [Point(b.step, b.seen, b.seconds, a.bits + b.bits, a.notes + b.notes) for a, b in pairs]
            self.stride, self.open_steps = 2 * self.stride, 2 * self.stride

    def rows(self) -> list[dict[str, float]]:
        """The curve for people and programs that plot."""
        return [
            {
                "step": point.step, "notes": point.seen, "minutes": round(point.seconds / 60, 3),
                "bits_per_note": round(point.per_note, 6),
            }
            for point in self.points
        ]  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        return {
            "stride": self.stride, "open_steps": self.open_steps, "points": [list(astuple(p)) for p in self.points],
        }  # fmt: skip

    @staticmethod
    def from_json(data: dict[str, Any]) -> LossCurve:
        """Raises KeyError, TypeError or ValueError for what `to_json` did not write."""
        return LossCurve(data["stride"], [Point(*values) for values in data["points"]], data["open_steps"])
