"""`python -m ml write-chorales`: new chorales as MIDI files."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from ml.generation.chorale_sampling import VOICE_RANGES, ChoraleLimits, write_chorales
from ml.models.chorale_checkpoint import load_chorale_model
from ml.models.model_folder import UnusableCheckpoint
from ml.music.keys import Key
from ml.music.midi import write_midi_file
from ml.tensors.chorale_grid import to_score

MOST_BARS = 256
MOST_CHORALES = 1000


def add_to(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("write-chorales", help="write new chorales as MIDI files")
    parser.add_argument("model", type=Path, metavar="MODEL", help="folder of a chorale model")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FOLDER", help="folder for the MIDI files")
    parser.add_argument("--count", type=int, default=4)
    parser.add_argument("--bars", type=int, default=16)
    parser.add_argument("--key", help='every pitch belongs to it, as in "D minor"')
    parser.add_argument("--voice-ranges", action="store_true", help="keep every voice inside its usual range")
    parser.add_argument("--no-parallels", action="store_true", help="no parallel fifths, octaves and unisons")
    parser.add_argument("--temperature", type=float, default=0.9)
    parser.add_argument("--top-p", type=float, default=0.98)
    parser.add_argument("--tempo", type=float, default=84.0, help="quarters per minute")
    parser.add_argument("--seed", type=int, default=1)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Returns 0, or 2 after one sentence on stderr."""
    try:
        write(options)
    except (UnusableCheckpoint, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{error.filename or 'A file'}: {error.strerror or error}.", file=sys.stderr)
        return 2
    return 0


def write(options: argparse.Namespace) -> None:
    """Write the files chorale-1.mid and so on. Raises ValueError with a sentence for options that make no sense."""
    bounds = (("count", 1, MOST_CHORALES), ("bars", 1, MOST_BARS), ("temperature", 0.05, 5), ("top_p", 0.01, 1))
    for name, lowest, highest in (*bounds, ("tempo", 10, 400), ("seed", 0, 2**63)):
        if not lowest <= getattr(options, name) <= highest:
            raise ValueError(f"{name.replace('_', '-')} must lie between {lowest} and {highest}.")
    limits = ChoraleLimits(
        key=Key.parse(options.key) if options.key else None,
        ranges=VOICE_RANGES if options.voice_ranges else None,
        parallels=not options.no_parallels,
    )
    model = load_chorale_model(options.model)
    form = model.network.config.grid
    chorales = write_chorales(
        model.network, options.count, options.bars * form.bar, options.seed, limits, options.temperature, options.top_p
    )
    options.output.mkdir(parents=True, exist_ok=True)
    for number, frames in enumerate(chorales, 1):
        score = to_score(frames, form, options.tempo, title=f"Chorale {number}")
        write_midi_file(score, options.output / f"chorale-{number}.mid")
