"""`python -m ml evaluate-chorales`: how well chorale models predict, and the voice leading of what they write."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ml.evaluation.chorale_scores import DEFINITIONS, FORMULA, ChoraleScore, as_table, floors, model_score
from ml.generation.chorale_sampling import STRICT, ChoraleLimits, write_chorales
from ml.measures.voice_leading import VoiceLeading, voice_leading
from ml.models.checkpoint import CARD_FILE, UnusableCheckpoint
from ml.models.chorale_checkpoint import LoadedChoraleModel, load_chorale_model
from ml.tensors.chorale_grid import Chorales, Frames, UnreadableChorales
from ml.training.chorale_corpora import open_chorales

SAMPLE_FRAMES = 256
SAMPLES_AT_ONCE = 64


@dataclass(frozen=True)
class VoiceLeadingRow:
    """What was measured, and with which seed it was written (None for music that nobody wrote for the table)."""

    name: str
    figures: VoiceLeading
    seed: int | None = None


def add_to(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("evaluate-chorales", help="measure chorale models")
    parser.add_argument("models", nargs="+", type=Path, metavar="MODEL", help="folders of chorale models of one grid")
    parser.add_argument("--chorales", type=Path, required=True, help="zip of the chorales, or one of its JSON files")
    parser.add_argument("--split", choices=("valid", "test"), default="valid")
    parser.add_argument("--bars", type=int, default=0, help="bars that each model writes for the voice-leading table")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-o", "--output", type=Path, help="JSON file for the result")
    parser.add_argument("--write-cards", action="store_true", help="put the figures on the models' cards")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Returns 0, or 2 after one sentence on stderr."""
    try:
        evaluate(options)
    except (UnusableCheckpoint, UnreadableChorales) as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{error.filename or 'A file'}: {error.strerror or error}.", file=sys.stderr)
        return 2
    return 0


def evaluate(options: argparse.Namespace) -> None:
    """Measure, print, and write what was asked for."""
    models = [load_chorale_model(folder) for folder in options.models]
    form = models[0].network.config.grid
    if any(model.network.config.grid != form for model in models):
        raise UnusableCheckpoint("The models belong to different grids: measure them one grid at a time.")
    chorales = open_chorales(options.chorales, form)
    pieces = chorales.splits[options.split]
    if not pieces:
        raise UnreadableChorales(f"{options.chorales.name} has no {options.split} split: name the published file.")
    scores = [model_score(model.id, model.network, pieces) for model in models]
    scores += floors(chorales.splits["train"], chorales.splits["valid"] or pieces, pieces, form)
    print(f"{form.name}, {options.split}: {len(pieces)} pieces, {scores[0].notes} notes\n\n{as_table(scores)}")
    rows = voice_leading_rows(models, chorales, options) if options.bars and not form.sets else []
    if rows:
        print(voice_leading_table(rows))
    if options.output:
        text = json.dumps(result(models, chorales, options.split, scores, rows), indent=1)
        options.output.write_text(text + "\n", "utf-8")
    if options.write_cards:
        for folder, model, score in zip(options.models, models, scores, strict=False):
            write_figures(folder, model, options.split, score)


def result(
    models: list[LoadedChoraleModel], chorales: Chorales, split: str, scores: Sequence[ChoraleScore],
    rows: Sequence[VoiceLeadingRow],
) -> dict[str, Any]:  # fmt: skip
    """Everything that a reader needs to judge the figures, for JSON."""
    form = chorales.form
    return {
        "benchmark": form.name,
        "formula": FORMULA,
        "definitions": DEFINITIONS,
        "split": split,
        "data": {
            "file": form.member,
            "sha256": chorales.data_hash,
            "published": chorales.data_hash == form.fingerprint,
        },
        "models": {
            model.id: {
                "checkpoint": model.checkpoint,
                "parameters": model.network.parameter_count,
                "writing_order": list(model.network.config.order),
                "training": model.card.get("training", {}),
            }
            for model in models
        },
        "scores": [asdict(score) for score in scores],
        "voice_leading": [{"name": row.name, "seed": row.seed, **asdict(row.figures)} for row in rows],
    }


def voice_leading_rows(
    models: list[LoadedChoraleModel], chorales: Chorales, options: argparse.Namespace
) -> list[VoiceLeadingRow]:
    """Bach's training pieces, those of the asked split, and what each model writes freely and within limits."""
    rows = [
        VoiceLeadingRow(f"Bach, {split}", voice_leading(chorales.splits[split])) for split in ("train", options.split)
    ]
    for model in models:
        for title, limits in (("free", ChoraleLimits()), ("within limits", STRICT)):
            written = samples(model, options.bars, options.seed, limits)
            rows.append(VoiceLeadingRow(f"{model.id}, {title}", voice_leading(written), options.seed))
    return rows


def samples(model: LoadedChoraleModel, bars: int, seed: int, limits: ChoraleLimits) -> list[Frames]:
    """At least `bars` bars, in chorales of SAMPLE_FRAMES frames or of all bars where they are fewer."""
    frames = min(SAMPLE_FRAMES, bars * model.network.config.grid.bar)
    count = -(-bars * model.network.config.grid.bar // frames)
    written: list[Frames] = []
    while len(written) < count:
        rows = min(SAMPLES_AT_ONCE, count - len(written))
        written += list(write_chorales(model.network, rows, frames, seed + len(written), limits))
    return written


def voice_leading_table(rows: Sequence[VoiceLeadingRow]) -> str:
    """Markdown."""
    lines = [
        "| music | fifths per bar | octaves per bar | moving | crossing | hold | onsets per bar | triads | H4 | GS |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        f = row.figures
        lines.append(
            f"| {row.name} | {f.fifths_per_bar:.3f} | {f.octaves_per_bar:.3f} | {f.moving:.1%} | {f.crossing:.1%} | "
            f"{f.hold:.1%} | {f.onsets:.2f} | {f.triads:.1%} | {f.h4:.3f} | {f.gs:.3f} |"
        )
    return "\n".join(lines) + "\n"


def write_figures(folder: Path, model: LoadedChoraleModel, split: str, score: ChoraleScore) -> None:
    """Add the figures of a split to a model's card; others that stand there stay."""
    figures = {
        **model.card.get("figures", {}),
        f"{model.network.config.form}, {split}": {
            "nats per note": round(score.nats_per_note, 4),
            "nats per frame": round(score.nats_per_frame, 4),
            "nats per note, mean of pieces": round(score.macro_nats_per_note, 4),
            "accuracy": round(score.accuracy, 4),
            "formula": FORMULA,
        },
    }
    draft = folder / (CARD_FILE + ".draft")
    draft.write_text(json.dumps({**model.card, "figures": figures}, indent=2, ensure_ascii=False) + "\n", "utf-8")
    draft.replace(folder / CARD_FILE)
