"""How far a run is: its budget, its learning rate, its progress line."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ml.training.settings import TrainingConfig


@dataclass
class Progress:
    """`best` is the lowest mean of bits per note so far, `worse` the validations since; `validated_s`: when the last
    one was."""

    step: int = 0
    notes: int = 0
    seconds: float = 0.0
    best: float = math.inf
    worse: int = 0
    validated_s: float = 0.0


def share_done(config: TrainingConfig, progress: Progress) -> float:
    """How much of the budget is used, 0 to 1."""
    by_time = progress.seconds / (60 * config.minutes) if config.minutes else 0.0
    return min(1.0, max(progress.notes / config.notes, by_time))


def is_done(config: TrainingConfig, progress: Progress) -> bool:
    """Whether the budget is used or patience has run out."""
    tired = bool(config.patience) and progress.worse >= config.patience
    return tired or share_done(config, progress) >= 1.0


def learning_rate(config: TrainingConfig, progress: Progress) -> float:
    """The rate of the next step: a linear warm-up times a cosine over the budget."""
    warm = min(1.0, (progress.step + 1) / config.warmup)
    falling = 0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * share_done(config, progress)))
    return config.learning_rate * warm * falling


def progress_line(config: TrainingConfig, progress: Progress, bits: float, speed: float) -> str:
    """Loss in bits a note, notes a second, and time left if it goes on as until now."""
    done = max(share_done(config, progress), 1e-6)
    left_s = progress.seconds * (1 - done) / done
    return (
        f"step {progress.step}  {progress.notes / 1e6:.2f} M notes  {bits:.3f} bits a note  "
        f"{speed:.0f} notes/s  {time_left(left_s)} left"
    )


def time_left(seconds: float) -> str:
    """Hours and minutes; seconds where there are only some."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"
