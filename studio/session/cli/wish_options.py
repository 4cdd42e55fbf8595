"""The options that all asking commands share, and the wishes that they make."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from ml.music import Key
from ml.music.pitch_names import parse_pitch, parse_pitch_class
from ml.requests import DENSITY_LEVELS, LEAP_LEVELS, STYLES, ChordRule, Keep, Leanings, Limits, RefusedRequest, Sampling
from studio.session.wishes import Wishes

GRID_NAMES = {
    "quarter": 1, "8th": 2, "8th-triplet": 3, "16th": 4, "16th-triplet": 6, "32nd": 8, "32nd-triplet": 12, "96th": 24,
}  # fmt: skip
"""Grids by name, in divisions of a quarter."""
RULES = {"strong": ChordRule.STRONG_BEATS, "every": ChordRule.EVERY_NOTE}
AMOUNTS = {"few": 0.1, "half": 0.5, "all": 1.0}
KEPT = ("rhythm", "contour", "harmony")
DETECT = "detect"
"""What --chords says to have the chords found in the notes."""
SEED_LIMIT = 2**63

Value = TypeVar("Value")


def add_limits(parser: argparse.ArgumentParser) -> None:
    """Declare what every note of every take obeys."""
    group = parser.add_argument_group("limits, which every note of every take obeys")
    add = group.add_argument
    add("--key", metavar="KEY", help="a key, such as D:maj, F#:min or G:dorian")
    add("--scale-notes", metavar="NOTES", help='notes of your own scale, such as "C D E G A"')
    add("--range", metavar="LOW-HIGH", help="pitches, such as C3-C6 (C4 is middle C)")
    add("--lowest", metavar="PITCH", help="lowest pitch alone, by name or MIDI number")
    add("--highest", metavar="PITCH", help="highest pitch alone")
    add("--instrument-ranges", action="store_true", help="keep each track inside what its instrument can play")
    add("--chords", metavar="LINE", help='chords of the asked bars, such as "C | Am F | Dm7 G7 | C"; the line is '
        "repeated to the end; or: detect, to take those that are heard there")  # fmt: skip
    add("--chord-rule", choices=RULES, default="strong",
        help="whether notes on strong beats belong to their chord, or every note (default strong)")  # fmt: skip
    add("--polyphony", type=int, metavar="N", help="at most so many notes of a track at once")
    add("--mono", action="store_true", help="one voice, the same as --polyphony 1")
    add("--grid", metavar="GRID", help=f"notes start on a grid: {', '.join(GRID_NAMES)}")
    add("--notes-per-bar", type=int, metavar="N", help="at most so many notes of a track start in a bar")


def add_leanings(parser: argparse.ArgumentParser) -> None:
    """Declare what the models are told and merely lean to."""
    group = parser.add_argument_group("leanings, which models try to follow")
    add = group.add_argument
    add("--style", metavar="STYLE", help=f"one of {', '.join(STYLES)}")
    add("--density", type=int, metavar="N", help=f"1 (sparse) to {DENSITY_LEVELS} (dense)")
    add("--leaps", type=int, metavar="N", help=f"1 (by step) to {LEAP_LEVELS} (by leap)")
    add("--surprise", type=float, default=0.0, metavar="N", help="-2 (tame) to 2 (surprising), default 0")


def add_keeping(parser: argparse.ArgumentParser) -> None:
    """Declare what Vary alone has."""
    group = parser.add_argument_group("what stays")
    group.add_argument("--keep", default="", metavar="WHAT", help=f"any of {', '.join(KEPT)}, with commas between")
    group.add_argument(
        "--amount", default="all", metavar="A", help="how much changes: few, half, all, or a share such as 0.3 or 30%%"
    )


def add_models(parser: argparse.ArgumentParser) -> None:
    """Declare who answers, how often and how freely, and where the answers go."""
    group = parser.add_argument_group("who answers, and how")
    add = group.add_argument
    add("--model", action="append", default=[], metavar="NAME",
        help="a model, by the name that `continuo models` shows; repeat for several "
        "(default: the first two there)")  # fmt: skip
    add("--models-folder", type=Path, action="append", default=[], metavar="DIR",
        help="look for models in this folder too")  # fmt: skip
    add("--takes", type=int, default=4, metavar="N", help="takes of each model (default 4)")
    add("--seed", type=int, metavar="N", help="number that fixes the takes (default: a new one each time)")
    add("--temperature", type=float, default=Sampling().temperature, metavar="T",
        help="below 1 tamer, above 1 wilder (default %(default)s)")  # fmt: skip
    add("--top-p", type=float, default=Sampling().top_p, metavar="P",
        help="draw from the likeliest choices that make up this share (default %(default)s)")  # fmt: skip
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR",
                        help="folder for the takes; made if it is not there")  # fmt: skip
    parser.add_argument("--alone", action="store_true", help="write the take alone, without the song")


def wishes_of(options: argparse.Namespace) -> Wishes:
    """The wishes; chords to be detected are left to the caller, who knows the piece. Raises RefusedRequest."""
    if options.seed is not None and not 0 <= options.seed < SEED_LIMIT:
        raise RefusedRequest(f"The seed must be a whole number from 0 to {SEED_LIMIT - 1}.")
    return Wishes(
        bars=getattr(options, "bars", None) or 0,
        takes=options.takes,
        models=tuple(options.model),
        limits=_limits(options),
        chords="" if options.chords in (None, DETECT) else options.chords,
        leanings=Leanings(options.style, options.density, options.leaps),
        keep=_keep(getattr(options, "keep", "")),
        amount=_amount(getattr(options, "amount", "all")),
        sampling=Sampling(options.temperature, options.top_p, options.surprise),
        seed=options.seed,
    )


def _limits(options: argparse.Namespace) -> Limits:
    lowest, highest = _range(options)
    if options.mono and options.polyphony not in (None, 1):
        raise RefusedRequest(f"--mono and --polyphony {options.polyphony} contradict each other: give one of them.")
    if options.chords is not None and not options.chords.strip():
        raise RefusedRequest("No chords are written: write bars like C | Am F | Dm7 G7 | C, or detect.")
    return Limits(
        key=None if options.key is None else _read(Key.parse, options.key),
        lowest=lowest,
        highest=highest,
        pitch_classes=None if options.scale_notes is None else _scale(options.scale_notes),
        instrument_ranges=options.instrument_ranges,
        chord_rule=RULES[options.chord_rule],
        polyphony=1 if options.mono else options.polyphony,
        grid=None if options.grid is None else _grid(options.grid),
        notes_per_bar=options.notes_per_bar,
    )


def _range(options: argparse.Namespace) -> tuple[int, int]:
    lowest, highest = 0, 127
    if options.range is not None:
        name = r"\s*([A-Ga-g][#b♯♭]?-?\d{1,2}|\d{1,3})\s*"
        match = re.fullmatch(f"{name}-{name}", options.range)
        if match is None:
            raise RefusedRequest(f'"{options.range[:30]}" is not a range: write the lowest and highest pitch as C3-C6.')
        lowest, highest = (_read(parse_pitch, text) for text in match.groups())
    if options.lowest is not None:
        lowest = _read(parse_pitch, options.lowest)
    if options.highest is not None:
        highest = _read(parse_pitch, options.highest)
    return lowest, highest


def _scale(text: str) -> frozenset[int]:
    return frozenset(_read(parse_pitch_class, name) for name in re.split(r"[\s,]+", text.strip()) if name)


def _grid(text: str) -> int:
    if text not in GRID_NAMES:
        raise RefusedRequest(f'"{text[:20]}" is not a grid: choose one of {", ".join(GRID_NAMES)}.')
    return GRID_NAMES[text]


def _keep(text: str) -> Keep:
    names = [name for name in re.split(r"[\s,]+", text.strip().lower()) if name]
    if unknown := [name for name in names if name not in KEPT]:
        raise RefusedRequest(f'"{unknown[0][:20]}" cannot be kept: choose among {", ".join(KEPT)}.')
    return Keep(**dict.fromkeys(names, True))


def _amount(text: str) -> float:
    match = re.fullmatch(r"(\d*\.?\d+)\s*(%?)", text.strip())
    amount = AMOUNTS.get(text.strip().lower())
    if amount is None and match:
        amount = float(match[1]) / (100 if match[2] else 1)
    if amount is None or not 0 < amount <= 1:
        raise RefusedRequest(f'"{text[:20]}" is not an amount: write few, half, all, or a share such as 0.3 or 30%.')
    return amount


def _read(parse: Callable[[str], Value], text: str) -> Value:
    try:
        return parse(text)
    except ValueError as error:
        raise RefusedRequest(str(error)) from None
