"""A run's losses as a picture (SVG): bits per note of training and held-out music by the notes seen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Any

WIDTH, HEIGHT = 960, 540
LEFT, RIGHT, TOP, BOTTOM = 70, 250, 40, 60
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7a5195", "#8c564b", "#5d7a00")
"""Colours that the colour-blind can tell apart (after Okabe and Ito), and some more."""

Curve = list[tuple[float, float]]
"""(notes seen, bits per note)."""


def loss_plot(title: str, log: Sequence[dict[str, Any]], training: Sequence[dict[str, float]]) -> str:
    """The picture as text. `log`: a run's validations; `training`: the rows of its loss curve."""
    names = list(dict.fromkeys(name for entry in log for name in entry["bits_per_note"]))
    held_out = {
        name: [(float(e["notes"]), float(e["bits_per_note"][name])) for e in log if name in e["bits_per_note"]]
        for name in names
    }
    mean = [
        (float(entry["notes"]), sum(entry["bits_per_note"].values()) / len(entry["bits_per_note"]))
        for entry in log
        if entry["bits_per_note"]
    ]
    learned = smoothed([(row["notes"], row["bits_per_note"]) for row in training])
    axes = Axes(right_end([*mean, *learned]), *vertical_range([*held_out.values(), mean], learned))
    lines = [axes.line(learned, "#999", 1.5)]
    legend = [("training requests", "#999", learned)]
    for index, (name, curve) in enumerate(held_out.items()):
        colour = COLOURS[index % len(COLOURS)]
        lines.append(axes.line(curve, colour, 1.5))
        legend.append((name, colour, curve))
    if len(names) != 1:
        lines.append(axes.line(mean, "#000", 3.5))
        legend.append(("mean of the held-out", "#000", mean))
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        'font-size="13">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="24" font-size="16">{escape(title)}</text>',
        *axes.drawn(),
        *lines,
        *legend_lines([entry for entry in legend if entry[2]]),
        "</svg>",
        "",
    ])  # fmt: skip


class Axes:
    """Notes seen from 0 to `right`, bits per note from `low` to `high`, in picture units."""

    def __init__(self, right: float, low: float, high: float) -> None:
        self.right, self.low, self.high = right, low, high

    def x(self, notes: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * notes / self.right

    def y(self, bits: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (bits - self.low) / (self.high - self.low)

    def line(self, curve: Curve, colour: str, width: float) -> str:
        """A curve; what lies beyond the axes runs along their edge. Attributes only: small viewers know no styles."""
        points = " ".join(
            f"{self.x(notes):.1f},{self.y(min(max(bits, self.low), self.high)):.1f}"
            for notes, bits in curve
            if math.isfinite(bits)
        )
        return f'<polyline fill="none" stroke="{colour}" stroke-width="{width}" points="{points}"/>'

    def drawn(self) -> list[str]:
        """Grid, numbers and what the axes mean."""
        bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
        parts: list[str] = []
        for value in ticks(self.low, self.high):
            y = self.y(value)
            parts.append(f'<line stroke="#ddd" x1="{LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>')
            parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>')
        for value in ticks(0, self.right):
            x = self.x(value)
            parts.append(f'<line stroke="#ddd" y1="{TOP}" y2="{bottom}" x1="{x:.1f}" x2="{x:.1f}"/>')
            parts.append(f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">{counted(value)}</text>')
        corner = f"{LEFT},{TOP} {LEFT},{bottom} {right},{bottom}"
        parts.append(f'<polyline fill="none" stroke="#000" points="{corner}"/>')
        middle = (LEFT + right) / 2
        parts.append(f'<text x="{middle}" y="{HEIGHT - 18}" text-anchor="middle">notes seen in training</text>')
        across = (TOP + bottom) / 2
        parts.append(
            f'<text transform="translate(20 {across}) rotate(-90)" text-anchor="middle">'
            "bits per note, without velocity</text>"
        )
        return parts


def legend_lines(entries: list[tuple[str, str, Curve]]) -> list[str]:
    """Names with their last value, in the order of these values."""
    parts: list[str] = []
    for row, (name, colour, curve) in enumerate(sorted(entries, key=lambda entry: -entry[2][-1][1])):
        y = TOP + 14 + 22 * row
        x = WIDTH - RIGHT + 16
        parts.append(f'<line x1="{x}" x2="{x + 22}" y1="{y - 4}" y2="{y - 4}" stroke="{colour}" stroke-width="3"/>')
        parts.append(f'<text x="{x + 30}" y="{y}">{escape(name[:22])} {curve[-1][1]:.2f}</text>')
    return parts


def smoothed(curve: Curve, parts: int = 60) -> Curve:
    """Each point as the mean over the sixtieth of the curve that ends there: single batches differ much."""
    reach = max(1, len(curve) // parts)
    values = [bits for _, bits in curve]
    return [
        (notes, sum(values[max(0, at + 1 - reach) : at + 1]) / min(reach, at + 1))
        for at, (notes, _) in enumerate(curve)
    ]


def right_end(points: Curve) -> float:
    return max([notes for notes, _ in points], default=0.0) or 1.0


def vertical_range(held_out: list[Curve], learned: Curve) -> tuple[float, float]:
    """From a little below the best to the worst held-out value; what training loses in its first moments is cut off."""
    # A tenth of the training curve is its start, when everything is still new.
    settled = [bits for _, bits in learned[len(learned) // 10 :]]
    values = [bits for curve in held_out for _, bits in curve] + settled
    values = [bits for bits in values if math.isfinite(bits)] or [0.0, 1.0]
    low, high = min(values), max(values)
    room = 0.06 * (high - low) or 0.5
    return max(0.0, low - room), high + room


def ticks(low: float, high: float) -> list[float]:
    """Round numbers between `low` and `high`, about six."""
    rough = (high - low) / 6
    unit = 10 ** math.floor(math.log10(rough))
    step = next(factor * unit for factor in (1, 2, 5, 10) if factor * unit >= rough)
    return [round(number * step, 10) for number in range(math.ceil(low / step), math.floor(high / step) + 1)]


def counted(notes: float) -> str:
    """A number of notes in few characters."""
    for size, letter in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if notes >= size:
            return f"{notes / size:g}{letter}"
    return f"{notes:g}"
