"""The empty piece that `continuo generate` writes into when no file is named."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from ml.music import Metre, Score, Tempo, TimeMap, Track
from ml.requests import RefusedRequest
from ml.requests.request import MAX_TRACKS
from studio.edit.new_song import TICKS_PER_QUARTER
from studio.session.cli.place_options import instrument
from studio.session.files import Opened

NAME = "new"
LARGEST_METRE = 32


def add_new_piece(parser: argparse.ArgumentParser) -> None:
    """Declare what a new piece is like."""
    add = parser.add_argument_group("a new piece, where no FILE is named").add_argument
    add("--metre", default="4/4", metavar="N/N", help="such as 3/4 or 6/8 (default %(default)s)")
    add("--tempo", type=float, default=120.0, metavar="QPM", help="quarters a minute (default 120)")
    add("--instrument", action="append", default=[], metavar="WHO",
        help="a part: drums, bass, or a General MIDI instrument by name or number 1 to 128; repeat for several "
        "(default: Grand Piano)")  # fmt: skip


def new_piece(options: argparse.Namespace) -> Opened:
    """An empty piece with these parts. Raises RefusedRequest."""
    match = re.fullmatch(r"\s*(\d{1,2})\s*/\s*(1|2|4|8|16)\s*", options.metre)
    if match is None or not 1 <= int(match[1]) <= LARGEST_METRE:
        raise RefusedRequest(f'"{options.metre[:20]}" is not a metre: write for example 4/4, 3/4 or 6/8.')
    if not 10 <= options.tempo <= 400:
        raise RefusedRequest("The tempo must lie between 10 and 400 quarters a minute.")
    if len(options.instrument) > MAX_TRACKS:
        raise RefusedRequest(f"{len(options.instrument)} parts are too many at once: name {MAX_TRACKS} or fewer.")
    partners = [instrument(name) for name in options.instrument or ["1"]]
    tracks = tuple(
        Track(partner.name, program=partner.program, channel=9 if partner.drums else index % 9, drums=partner.drums)
        for index, partner in enumerate(partners)
    )
    time_map = TimeMap(TICKS_PER_QUARTER, (Tempo.of_qpm(0, options.tempo),), (Metre(0, int(match[1]), int(match[2])),))
    return Opened(Path(f"{NAME}.mid"), Score(tracks, time_map))
