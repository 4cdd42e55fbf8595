"""Features of samples beside those of the split and of training pieces, and how far their distributions overlap."""

from __future__ import annotations

import numpy as np

from ml.evaluation.bench import Bench
from ml.evaluation.board import Section, Table, Value
from ml.evaluation.excerpts import Excerpt, excerpts
from ml.evaluation.samples import Sampler
from ml.measures.muspy_features import muspy_features
from ml.measures.overlap import Overlap, overlap
from ml.measures.passage import Passage
from ml.measures.yang_lerch import FEATURES, yang_lerch
from ml.training.cache import CachedCorpus

DRAWS = 8
"""Random sets of training pieces; their spread is the band that chance alone explains."""
LEAST = 3
"""Passages that a density needs."""
DEFINITION = (
    "Features as MusPy 0.5 defines them, mean and standard deviation over the passages. Overlap after Yang and Lerch "
    "(2018): for each feature the area that the density of distances inside the split shares with the density of "
    "distances between the split and a set, 1 for equal sets; up to {references} passages of the split. The training "
    f"row is the mean and standard deviation over {DRAWS} sets, each as large as the samples, of training pieces; "
    "the last column is a row's mean area by that of training. Divergences, on a common grid and by the published "
    "formula, are in the JSON. "
)


def feature_section(bench: Bench, sampler: Sampler) -> Section:
    """The section "features"."""
    tables: list[Table] = []
    missing = list(bench.missing())
    pieces: dict[str, int] = {}
    divergences: dict[str, dict[str, dict[str, list[float]]]] = {}
    for corpus in bench.measured():
        if len(sampler.prompts(corpus)) < LEAST:
            missing.append(f"{corpus.name} has fewer than {LEAST} pieces that samples could continue.")
            continue
        if not any(len(excerpt.continuation.pitched()) for excerpt in references(bench, corpus)):
            missing.append(f"{corpus.name} is percussion alone, and these are features of pitched notes.")
            continue
        pieces[corpus.name] = len(sampler.samples(corpus).excerpts)
        scalar, area, divergences[corpus.name] = corpus_tables(bench, sampler, corpus)
        tables += [scalar, area]
        bench.report(f"{corpus.name}: features")
    definition = DEFINITION.format(references=bench.scale.references) + sampler.definition()
    details = {"divergences (common grid, published formula)": divergences}
    facts = bench.facts(samples=pieces)
    return Section("features", "Features of samples", definition, tuple(tables), facts, tuple(missing), details)


def corpus_tables(
    bench: Bench, sampler: Sampler, corpus: CachedCorpus
) -> tuple[Table, Table, dict[str, dict[str, list[float]]]]:
    """MusPy features, overlaps, and divergences by name and feature."""
    scale, samples = bench.scale, sampler.samples(corpus)
    reference = [excerpt.continuation for excerpt in references(bench, corpus)]
    training = [
        [
            excerpt.continuation
            for excerpt in excerpts(
                corpus, "train", len(samples.excerpts), scale.given_bars, scale.asked_bars, bench.seed + draw
            )
        ]
        for draw in range(DRAWS)
    ]
    everyone = {f"{bench.split} pieces": reference, "training pieces": training[0], **samples.written}
    overlaps = {name: overlaps_of(reference, passages) for name, passages in samples.written.items()}
    draws = [overlaps_of(reference, passages) for passages in training if len(passages) >= LEAST]
    areas = np.array([[draw[feature].area for feature in FEATURES] for draw in draws]).reshape(-1, len(FEATURES))
    return (
        Table(f"{corpus.name}: features", *feature_rows(everyone)),
        Table(f"{corpus.name}: overlap", (*FEATURES, "mean", "of training"), overlap_rows(areas, overlaps)),
        {
            name: {feature: [found.divergence, found.published_divergence] for feature, found in by_feature.items()}
            for name, by_feature in overlaps.items()
        },
    )


def references(bench: Bench, corpus: CachedCorpus) -> list[Excerpt]:
    """The passages of the split that sets are compared with."""
    scale = bench.scale
    return excerpts(corpus, bench.split, scale.references, scale.given_bars, scale.asked_bars)


def feature_rows(everyone: dict[str, list[Passage]]) -> tuple[tuple[str, ...], dict[str, dict[str, Value]]]:
    """Columns and rows of MusPy features, [mean, deviation] over the passages that have them."""
    rows: dict[str, dict[str, Value]] = {}
    columns: tuple[str, ...] = ()
    for name, passages in everyone.items():
        measured = [muspy_features(passage) for passage in passages if len(passage)]
        columns = columns or tuple(measured[0]) if measured else columns
        rows[name] = {}
        for feature in columns:
            values = np.array([features[feature] for features in measured])
            values = values[np.isfinite(values)]
            if len(values):
                rows[name][feature] = [float(values.mean()), float(values.std())]
    return columns, rows


def overlaps_of(reference: list[Passage], passages: list[Passage]) -> dict[str, Overlap]:
    """The overlap of two sets by feature."""
    one, other = ([yang_lerch(passage) for passage in some] for some in (reference, passages))
    return {
        feature: overlap(np.stack([p[feature] for p in one]), np.stack([p[feature] for p in other]))
        for feature in FEATURES
    }


def overlap_rows(training: np.ndarray, overlaps: dict[str, dict[str, Overlap]]) -> dict[str, dict[str, Value]]:
    """Areas by feature; `training` (draws, features)."""
    rows: dict[str, dict[str, Value]] = {}
    base = float("nan")
    if len(training):
        means, spreads = training.mean(axis=0).tolist(), training.std(axis=0).tolist()
        rows["training pieces"] = {f: [m, s] for f, m, s in zip(FEATURES, means, spreads, strict=True)}
        by_draw = training.mean(axis=1)
        base = float(by_draw.mean())
        rows["training pieces"] |= {"mean": [base, float(by_draw.std())], "of training": 1.0}
    for name, by_feature in overlaps.items():
        mean = float(np.mean([found.area for found in by_feature.values()]))
        areas: dict[str, Value] = {feature: found.area for feature, found in by_feature.items()}
        rows[name] = {**areas, "mean": mean, "of training": mean / base}
    return rows
