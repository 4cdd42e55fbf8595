"""Loads model folders in a process of its own, writes takes with each, and prints the most memory it used, in MB."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ml.music import Note, NoteTable, Score, Track
from ml.requests import GenerationRequest, continue_region
from studio.engine.torch_generator import TorchGenerator
from tests.perf.bench_engine import peak_memory_mb

BARS, TAKES = 4, 4


def main(folders: list[Path]) -> int:
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    score = Score((Track("Melody", NoteTable.of(Note(i * 480, 480, 60 + i * 5 % 13) for i in range(600))),))
    request = GenerationRequest(score, continue_region(score, 0, BARS), takes=TAKES)
    generator = TorchGenerator()
    for folder in folders:
        generator.load(folder)
    for folder in folders:
        for _ in generator.generate(folder, request, lambda: False):
            pass
    print(peak_memory_mb())
    return 0


if __name__ == "__main__":
    sys.exit(main([Path(argument) for argument in sys.argv[1:]]))
