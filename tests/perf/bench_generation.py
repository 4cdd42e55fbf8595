"""How fast models write, beside a loop without a cache, Hugging Face's generate and what memory permits."""

from __future__ import annotations

import importlib.util
import os
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.perf.rows import Row

if TYPE_CHECKING:
    from ml.generation import LoadedModel
    from tests.perf.decoding import Timing

MODELS = Path(__file__).resolve().parents[2] / "resources" / "models"
PROBE_LIMIT_S = 300
SMALL_PARAMETERS = 1.5e6
"""Below this a trunk is one of the small ones, which are to be faster."""


@dataclass(frozen=True)
class Sizes:
    """How much is measured: events of the prompt, steps of the fast ways and of the uncached one, rounds of all.

    After `other_prompts` events only our own way is measured.
    """

    prompt: int
    other_prompts: tuple[int, ...]
    steps: int
    uncached_steps: int
    rounds: int
    bandwidth_mb: int


FULL = Sizes(prompt=512, other_prompts=(256, 1024, 4096), steps=128, uncached_steps=16, rounds=5, bandwidth_mb=512)
SMOKE = Sizes(prompt=64, other_prompts=(32,), steps=4, uncached_steps=2, rounds=1, bandwidth_mb=64)


def benchmark(smoke: bool) -> list[Row]:
    """Every shipped model that can continue music."""
    # Before torch is imported: as the program itself runs it.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import torch

    from studio.engine.machine import spare_threads
    from tests.perf.decoding import read_bandwidth

    torch.set_num_threads(spare_threads())
    sizes = SMOKE if smoke else FULL
    found = {path.parent: usable(path.parent) for path in sorted(MODELS.glob("*/config.json"))}
    folders = [folder for folder, model in found.items() if model]
    bandwidth = read_bandwidth(sizes.bandwidth_mb)
    threads = f"{spare_threads()} thread{'s' * (spare_threads() > 1)}"
    return [
        row("memory read in a row", bandwidth / 1e9, "GB/s", "", threads),
        *(r for model in found.values() if model for r in model_rows(model, sizes, bandwidth, threads)),
        row(
            f"peak memory with {' and '.join(folder.name for folder in folders)} loaded", peak_mb(folders), "MB",
            "< 1000", "a process that has written takes with each",
        ),
    ]  # fmt: skip


def usable(folder: Path) -> LoadedModel | None:
    """The model, None for one of a family that is only measured."""
    from ml.generation import UnusableCheckpoint, load_model

    try:
        return load_model(folder)
    except UnusableCheckpoint:
        return None


def model_rows(model: LoadedModel, sizes: Sizes, bandwidth: float, threads: str) -> list[Row]:
    """All ways in turn, round after round, so that what else the machine does hits all of them."""
    from tests.perf.decoding import (
        UncachedDecoder,
        bytes_read_per_step,
        in_int8,
        llama,
        long_prompt,
        products,
        written_by,
        written_by_hugging_face,
    )

    network, decoder = model.network, model.decoder
    forgetful = UncachedDecoder(network)
    prompt, row_events = long_prompt(sizes.prompt)
    others = {events: long_prompt(events) for events in sizes.other_prompts}
    compared = None
    if importlib.util.find_spec("transformers") is not None:
        os.environ["TRANSFORMERS_VERBOSITY"] = "error"
        compared = llama(network, sizes.prompt + sizes.steps + 2)
        written_by_hugging_face(compared, sizes.prompt, 2)
    written_by(decoder, prompt, row_events, 4, 2)

    one: list[Timing] = []
    four: list[Timing] = []
    uncached: list[Timing] = []
    theirs: list[Timing] = []
    elsewhere: dict[int, list[Timing]] = {events: [] for events in others}
    alike = True
    for _ in range(sizes.rounds):
        timing, cached_takes = written_by(decoder, prompt, row_events, 1, sizes.steps)
        one.append(timing)
        four.append(written_by(decoder, prompt, row_events, 4, sizes.steps)[0])
        timing, takes = written_by(forgetful, prompt, row_events, 1, sizes.uncached_steps)
        uncached.append(timing)
        alike = alike and takes[0].notes == cached_takes[0].notes[: sizes.uncached_steps + 1]
        if compared is not None:
            theirs.append(written_by_hugging_face(compared, sizes.prompt, sizes.steps))
        for events, (other, other_row) in others.items():
            elsewhere[events].append(written_by(decoder, other, other_row, 1, sizes.steps // 2)[0])

    def times(others: list[Timing]) -> float:
        return statistics.median(other.step_s / own.step_s for other, own in zip(others, one, strict=True))

    small = network.parameter_count < SMALL_PARAMETERS
    rate = 1 / fastest(one)
    weights = bytes_read_per_step(network)
    after = f"after {sizes.prompt} events, best of {sizes.rounds}, {threads}"
    ours_s, int8_s = in_int8(products(network), 10 * sizes.rounds)
    found = [
        row(f"{model.id}: notes a second, 1 take", rate, "/s", ">= 500" if small else ">= 200", after),
        row(f"{model.id}: notes a second, 4 takes", 4 / fastest(four), "/s", "" if small else ">= 450", after),
        row(
            f"{model.id}: times the uncached loop", times(uncached), "x", "",
            f"which writes {1 / fastest(uncached):.3g}/s, {'the same' if alike else 'NOT the same'} notes",
        ),
        row(
            f"{model.id}: share of what memory permits", rate * weights / bandwidth, "", "",
            f"1 take; {weights / 1e6:.2g} MB of weights a step, may well fit into the processor's cache",
        ),
        first_note(model.id, sizes.prompt, one, "<= 300"),
        *(
            line for events, timings in elsewhere.items() for line in (
                row(
                    f"{model.id}: a note after {events} events", fastest(timings) * 1e3, "ms", "",
                    f"1 take; {fastest(one) * 1e3:.3g} after {sizes.prompt}",
                ),
                first_note(model.id, events, timings, ""),
            )
        ),
        row(
            f"{model.id}: products of a step in int8, times ours", ours_s / int8_s, "x", "",
            f"dynamic quantisation against float32, which takes {ours_s * 1e3:.2g} ms: below 1 it would cost time",
        ),
    ]  # fmt: skip
    name = f"{model.id}: times Hugging Face generate"
    if compared is None:
        return [*found, row(name, 0, "x", "", "not installed")]
    note = (
        f"both float32, as shipped; a token a step, which takes {1 / fastest(theirs):.3g} steps/s, "
        f"Llama of {compared.num_parameters() / 1e6:.3g} M parameters against {network.parameter_count / 1e6:.3g} M"
    )
    return [*found, row(name, times(theirs), "x", ">= 2.5", note)]


def first_note(model: str, events: int, timings: list[Timing], hold: str) -> Row:
    first_ms = [timing.first_s * 1e3 for timing in timings]
    note = f"median of {len(first_ms)}, slowest {max(first_ms):.3g}"
    return row(f"{model}: first note after {events} events", statistics.median(first_ms), "ms", hold, note)


def fastest(timings: list[Timing]) -> float:
    return min(timing.step_s for timing in timings)


def peak_mb(folders: list[Path]) -> float:
    """The most memory of a process with these models, in millions of bytes."""
    command = [sys.executable, "-m", "tests.perf.generation_probe", *map(str, folders)]
    answer = subprocess.run(
        command, cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=PROBE_LIMIT_S, check=True
    )
    return float(answer.stdout.split()[-1])


def row(name: str, value: float, unit: str, hold: str, note: str) -> Row:
    return {"name": name, "value": value, "unit": unit, "hold": hold, "note": note}
