"""Chorale models on the grids of the published benchmarks: nats per note, and the voice leading of what they write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from ml.evaluation.bench import Bench
from ml.evaluation.board import Section, Table, Value
from ml.evaluation.chorale_scores import (
    ALPHAS,
    DEFINITIONS,
    FORMULA,
    ChoraleScore,
    contexts,
    counted,
    counted_score,
    floors,
    model_score,
)
from ml.generation.chorale_sampling import STRICT, ChoraleLimits, write_chorales
from ml.measures.voice_leading import VoiceLeading, voice_leading
from ml.models.chorale_checkpoint import LoadedChoraleModel
from ml.tensors.chorale_grid import Chorales, Frames, GridFormat, UnreadableChorales
from ml.training.chorale_corpora import open_chorales

SAMPLE_FRAMES, AT_ONCE = 256, 64
FLOOR = "bigram by beat"
DEFINITION = (
    "Benchmarks on their published files and splits, whole pieces, as the project's notes define them ({formula}): "
    "{definitions}. Voice leading of 16ths: parallel fifths and octaves between any two voices, by bar of 16 frames "
    "and per mille of pairs that move; moving: pairs of voices that both change pitch; crossing: frames of four voices "
    "with one above its upper neighbour; hold: steps that repeat a voice's pitch; triads: frames of three voices or "
    "more that spell one; H4: entropy in bits of the pitch classes of onsets over four bars; GS: likeness of the "
    "onsets of any two bars of a piece. Each model writes at least {bars:,} bars in pieces of {length} bars at "
    "temperature 1 from the whole distribution: freely, and within limits (the voices' ranges, no parallels)."
)
COLUMNS = {
    "fifths_per_bar": "P5 / bar", "octaves_per_bar": "P8 / bar",
    "fifths_of_moving": "P5 ‰", "octaves_of_moving": "P8 ‰",
    "moving": "moving %", "crossing": "crossing %", "hold": "hold %", "onsets": "onsets / bar, voice",
    "triads": "triads %", "h4": "H4", "gs": "GS", "bars": "bars",
}  # fmt: skip
FACTORS = {"‰": 1000.0, "%": 100.0}
DIGITS = {"P5 / bar": 3, "P8 / bar": 3, "H4": 3, "GS": 3, "bars": 0, **{n: 1 for n in COLUMNS.values() if "%" in n}}
SCORES = {
    "nats_per_note": "nats per note", "nats_per_frame": "nats per frame",
    "nats_per_frame_after_first": "without first frame", "macro_nats_per_note": "per note, mean of pieces",
    "accuracy": "accuracy",
}  # fmt: skip


def chorale_section(bench: Bench, models: list[LoadedChoraleModel], sources: list[Path]) -> Section:
    """The section "chorales"; `sources` are zips or JSON files, of which one may hold the chorales."""
    missing: list[str] = [] if models else ["No chorale model was named."]
    tables: list[Table] = []
    data: dict[str, str] = {}
    pieces: dict[str, int] = {}
    for form in dict.fromkeys(model.network.config.grid for model in models):
        chorales = found_chorales(sources, form)
        if chorales is None or not chorales.splits[bench.split]:
            missing.append(f"None of the corpora holds {bench.split} chorales of the grid {form.name}.")
            continue
        mine = [model for model in models if model.network.config.grid == form]
        data[form.name], pieces[form.name] = chorales.data_hash, len(chorales.splits[bench.split])
        tables.append(score_table(bench, mine, chorales))
        if not form.sets:
            tables.append(voice_table(bench, mine, chorales))
    facts = {
        "split": bench.split, "seed": bench.seed, "pieces": pieces, "data": data,
        "parameters": {model.id: model.network.parameter_count for model in models},
        "checkpoints": {model.id: model.checkpoint for model in models},
    }  # fmt: skip
    definitions = "; ".join(f"{name.replace('_', ' ')}: {text}" for name, text in DEFINITIONS.items())
    definition = DEFINITION.format(
        formula=FORMULA, definitions=definitions, bars=bench.scale.chorale_bars,
        length=min(SAMPLE_FRAMES // 16, bench.scale.chorale_bars),
    )  # fmt: skip
    return Section("chorales", "Chorales on the grid", definition, tuple(tables), facts, tuple(missing))


def found_chorales(sources: list[Path], form: GridFormat) -> Chorales | None:
    """The chorales of the first source that holds them."""
    for source in sources:
        try:
            return open_chorales(source, form)
        except UnreadableChorales:
            continue
    return None


def score_table(bench: Bench, models: list[LoadedChoraleModel], chorales: Chorales) -> Table:
    """Likelihoods of floors and models."""
    held_out = chorales.splits[bench.split]
    scores = floors(chorales.splits["train"], chorales.splits["valid"] or held_out, held_out, chorales.form)
    for model in models:
        scores.append(model_score(model.id, model.network, held_out))
        bench.report(f"{chorales.form.name}: {model.id} {scores[-1].nats_per_note:.4f} nats a note")
    rows = {score.name: score_row(score) for score in scores}
    return Table(chorales.form.name, tuple(SCORES.values()), rows, dict.fromkeys(SCORES.values(), 4))


def score_row(score: ChoraleScore) -> dict[str, Value]:
    return {title: getattr(score, name) for name, title in SCORES.items()}


def voice_table(bench: Bench, models: list[LoadedChoraleModel], chorales: Chorales) -> Table:
    """Bach's rows, the floor's, and each model's, free and within limits."""
    bars, splits = bench.scale.chorale_bars, chorales.splits
    rows = {
        f"Bach, {split}": voice_row(voice_leading(splits[split])) for split in dict.fromkeys(("train", bench.split))
    }
    rows[FLOOR] = voice_row(voice_leading(floor_samples(chorales, bars, bench.seed)))
    for model in models:
        for title, limits in (("free", ChoraleLimits()), ("within limits", STRICT)):
            rows[f"{model.id}, {title}"] = voice_row(voice_leading(samples(model, bars, bench.seed, limits)))
            bench.report(f"{model.id}, {title}: voice leading of {bars:,} bars")
    return Table("voice leading", tuple(COLUMNS.values()), rows, DIGITS)


def voice_row(measured: VoiceLeading) -> dict[str, Value]:
    return {
        COLUMNS[name]: value * next((factor for unit, factor in FACTORS.items() if unit in COLUMNS[name]), 1.0)
        for name, value in asdict(measured).items()
    }


def samples(model: LoadedChoraleModel, bars: int, seed: int, limits: ChoraleLimits) -> list[Frames]:
    """At least `bars` bars of chorales."""
    count, frames = pieces_of(bars, model.network.config.grid)
    written: list[Frames] = []
    while len(written) < count:
        rows = min(AT_ONCE, count - len(written))
        written += list(write_chorales(model.network, rows, frames, seed + len(written), limits))
    return written


def pieces_of(bars: int, form: GridFormat) -> tuple[int, int]:
    """How many pieces of how many frames make so many bars."""
    frames = min(SAMPLE_FRAMES, bars * form.bar)
    return -(-bars * form.bar // frames), frames


def floor_samples(chorales: Chorales, bars: int, seed: int) -> Sequence[Frames]:
    """The same drawn from the floor's counts: each voice goes its own way."""
    form, train = chorales.form, chorales.splits["train"]
    counts = counted(FLOOR, train, form)
    valid = chorales.splits["valid"] or train
    alpha = min(ALPHAS, key=lambda alpha: counted_score(FLOOR, counts, valid, form, alpha).nats_per_note)
    sums = np.cumsum(counts + alpha, axis=2)
    random = np.random.default_rng(seed)
    written = []
    count, frames = pieces_of(bars, form)
    for _ in range(count):
        tokens = np.zeros((0, form.voices), np.int64)
        for _ in range(frames):
            # What a token is counted after does not look at the token itself: any stands in for it.
            at = contexts(FLOOR, np.vstack([tokens, np.zeros((1, form.voices), np.int64)]), form)[-1]
            line = sums[np.arange(form.voices), at]
            drawn = (line < random.random((form.voices, 1)) * line[:, -1:]).sum(axis=1)
            tokens = np.vstack([tokens, drawn])
        written.append(form.to_pitches(tokens))
    return written
