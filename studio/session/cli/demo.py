"""`continuo demo`: the whole main job without a window, from the bundled sketch to MIDI, sound and a picture."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from ml.music import Score
from ml.requests import Take, Verb, score_with_take
from studio.project import AppFolders
from studio.session.cli.asking import finished_takes
from studio.session.cli.output import ProgressLine, written_together
from studio.session.files import export_score, read_piece
from studio.session.start import FIRST_SKETCH, studio_without_sound
from studio.session.wishes import Place, Wishes

HELP = "continue the bundled sketch and write MIDI, WAV and a picture, without a window"
DESCRIPTION = """\
Do the main job without a window: open the bundled sketch (or FILE), let every installed model continue it by four
bars, and write for each model its first take in the song as MIDI and WAV, and one picture of the piano roll. Prints
where the files lie."""
SEED = 1

SavePicture = Callable[[Score, Take | None, Path], object]
"""Paints the roll of a score, with a take as ghost notes, into a PNG file."""


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", type=Path, nargs="?", default=FIRST_SKETCH, metavar="FILE",
                        help="a piece of your own to continue instead")  # fmt: skip
    parser.add_argument("-o", "--output", type=Path, default=Path("continuo-demo"), metavar="DIR",
                        help="folder for the files (default %(default)s)")  # fmt: skip


def run(options: argparse.Namespace, save_picture: SavePicture) -> int:
    """Do it and print the paths."""
    opened = read_piece(options.file)
    line = ProgressLine(sys.stderr)
    studio = studio_without_sound(AppFolders.of_user())
    try:
        studio.show(opened, remember=False)
        with written_together(options.output) as folder:
            studio.ask(Verb.CONTINUE, Place(studio.document.current_track), Wishes(takes=2, seed=SEED))
            slots = finished_takes(studio, line)
            firsts = [slot for slot in slots if slot.index == min(s.index for s in slots if s.model == slot.model)]
            names = []
            for slot in firsts:
                assert slot.take is not None
                score = score_with_take(opened.score, slot.take)
                for suffix in (".mid", ".wav"):
                    line.show(f"writing {slot.model}{suffix}")
                    export_score(score, folder / f"{opened.name}-{slot.model}{suffix}", studio.sound_font)
                    names.append(f"{opened.name}-{slot.model}{suffix}")
            save_picture(opened.score, firsts[0].take, folder / f"{opened.name}-roll.png")
            names.append(f"{opened.name}-roll.png")
            line.clear()
    finally:
        studio.close()
    for name in names:
        print((options.output / name).absolute())
    return 0
