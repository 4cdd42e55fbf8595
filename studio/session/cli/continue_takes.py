"""`continuo continue`: ask models to go on with a piece; one MIDI file for each take, and where they came from."""

from __future__ import annotations

import argparse
import json
import re
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ml.music import Key, Score
from ml.music.midi import write_midi_file
from ml.requests import Limits, RefusedRequest, Sampling, Take, score_with_take, take_alone
from studio.project import AppFolders
from studio.session.cli.asking import finished_takes
from studio.session.cli.output import ProgressLine, written_together
from studio.session.files import Opened, read_piece
from studio.session.start import studio_without_sound
from studio.session.takes import TakeSlot
from studio.session.wishes import Wishes

HELP = "let models continue a piece; writes one MIDI file per take"
DESCRIPTION = """\
Ask one or several models to continue FILE (MIDI or .continuo) and write each take as a MIDI file: the song with
the take in it, or with --alone the take only. FILE itself is not changed. A JSON file beside them says where each
take came from: model, checkpoint, seed, settings, which bars the model was given, and how surprised it was by its
own notes (bits per note). The same seed on the same machine gives the same notes."""
EPILOG = """\
examples:
  continuo continue song.mid -o takes
      four bars after the end, four takes of every installed model
  continuo continue song.mid --bars 8 --model transformer --model lstm --takes 4 --seed 1 --key D:maj -o takes
      the same every time; every note of every take lies in D major
  continuo continue song.mid --track 2 --after 16 --temperature 0.8 -o takes
      go on with track 2 after bar 16, a little tamer"""


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the piece to continue, MIDI or .continuo")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR",
                        help="folder for the takes; made if it is not there")  # fmt: skip
    asked = parser.add_argument_group("what is asked")
    asked.add_argument("--bars", type=int, default=4, metavar="N", help="how many bars to write (default 4)")
    asked.add_argument("--track", type=int, metavar="N",
                       help="track to continue, counted from 1 as in `continuo info` (default: the first with "
                       "notes that is not percussion); the other tracks are given to the model")  # fmt: skip
    asked.add_argument("--after", type=int, metavar="BAR",
                       help="go on after this bar, counted from 1 (default: after the end of the piece)")  # fmt: skip
    asked.add_argument("--key", metavar="KEY",
                       help="limit every note to this key, such as D:maj, F#:min or G:dorian")  # fmt: skip
    asked.add_argument("--lowest", type=int, default=0, metavar="PITCH", help="lowest MIDI pitch allowed (default 0)")
    asked.add_argument("--highest", type=int, default=127, metavar="PITCH",
                       help="highest MIDI pitch allowed (default 127)")  # fmt: skip
    who = parser.add_argument_group("who answers, and how")
    who.add_argument("--model", action="append", default=[], metavar="NAME",
                     help="a model, by the name that `continuo models` shows; repeat for several "
                     "(default: all that are installed)")  # fmt: skip
    who.add_argument("--models-folder", type=Path, action="append", default=[], metavar="DIR",
                     help="look for models in this folder too")  # fmt: skip
    who.add_argument("--takes", type=int, default=4, metavar="N", help="takes of each model (default 4)")
    who.add_argument("--seed", type=int, metavar="N", help="number that fixes the takes (default: a new one each time)")
    who.add_argument("--temperature", type=float, default=Sampling().temperature, metavar="T",
                     help="below 1 tamer, above 1 wilder (default %(default)s)")  # fmt: skip
    who.add_argument("--top-p", type=float, default=Sampling().top_p, metavar="P",
                     help="draw from the likeliest choices that make up this share (default %(default)s)")  # fmt: skip
    parser.add_argument("--alone", action="store_true", help="write the take alone, without the song")


def run(options: argparse.Namespace) -> int:
    """Do it; returns 0, or 1 when some model failed and others did not."""
    wishes = Wishes(
        bars=options.bars,
        takes=options.takes,
        models=tuple(options.model),
        limits=Limits(_key(options.key), options.lowest, options.highest),
        sampling=Sampling(options.temperature, options.top_p),
        seed=options.seed,
    )
    if options.seed is not None and not 0 <= options.seed < 2**63:
        raise RefusedRequest("The seed must be a whole number from 0 to 9223372036854775807.")
    opened = read_piece(options.file)
    line = ProgressLine(sys.stderr)
    for warning in opened.warnings:
        line.say(warning)
    studio = studio_without_sound(AppFolders.of_user(), options.models_folder)
    try:
        studio.show(opened, remember=False)
        track = None if options.track is None else options.track - 1
        with written_together(options.output) as folder:
            slots = finished_takes(studio, wishes, line, track=track, selection=_after(opened.score, options.after))
            names = [_write(slot, opened, folder, alone=options.alone) for slot in slots]
            failures = {answer.card.id: answer.sentence for answer in studio.takes.answers if answer.sentence}
            origins = _origins(opened, slots, names, failures, alone=options.alone)
            summary = f"{_safe(opened.name)}-takes.json"
            (folder / summary).write_text(json.dumps(origins, indent=2) + "\n", "utf-8")
    finally:
        studio.close()
    for name in (*names, summary):
        print(options.output / name)
    return 1 if failures else 0


def _key(text: str | None) -> Key | None:
    try:
        return None if text is None else Key.parse(text)
    except ValueError as error:
        raise RefusedRequest(str(error)) from None


def _after(score: Score, bar: int | None) -> tuple[int, int] | None:
    """The ticks of bar number `bar` (from 1), None for the end of the piece."""
    if bar is None:
        return None
    if bar < 1:
        raise RefusedRequest("Bars count from 1: give --after a bar of the piece.")
    if bar > score.time_map.bar_at(max(score.end_tick - 1, 0)) + 1 and score.note_count:
        bars = score.time_map.bar_at(score.end_tick - 1) + 1
        raise RefusedRequest(f"Bar {bar} lies past the end of the piece: give --after a bar from 1 to {bars}.")
    return score.time_map.bar_start(bar - 1), score.time_map.bar_start(bar)


def _write(slot: TakeSlot, opened: Opened, folder: Path, *, alone: bool) -> str:
    """Write one take; returns the name of its file."""
    take = slot.take
    assert take is not None
    name = f"{_safe(opened.name)}-{_safe(slot.model)}-{slot.index + 1}.mid"
    write_midi_file(take_alone(take) if alone else score_with_take(opened.score, take), folder / name)
    return name


def _origins(
    opened: Opened, slots: list[TakeSlot], names: list[str], failures: dict[str, str], *, alone: bool
) -> dict[str, Any]:
    """What the JSON file says. Ticks are those of the input; bars count from 1."""
    return {
        "program": "continuo",
        "input": opened.path.name,
        "alone": alone,
        "ticks_per_quarter": opened.score.ticks_per_quarter,
        "takes": [_origin(slot.take, name) for slot, name in zip(slots, names, strict=True) if slot.take is not None],
        "failures": failures,
    }


def _origin(take: Take, name: str) -> dict[str, Any]:
    time_map, origin = take.request.score.time_map, take.provenance

    def bars(start_tick: int, end_tick: int) -> list[int]:
        return [time_map.bar_at(start_tick) + 1, time_map.bar_at(max(end_tick - 1, start_tick)) + 1]

    return {
        "file": name,
        **asdict(origin),
        "tracks": [track + 1 for track in origin.tracks],
        "prompt_bars": bars(origin.prompt_start_tick, origin.prompt_end_tick),
        "region_bars": bars(origin.region_start_tick, origin.region_end_tick),
        "notes": len(take.notes),
        "remarks": list(take.remarks),
    }


def _safe(name: str) -> str:
    """A part of a file name without anything that a system or shell could take for more."""
    return re.sub(r"[^\w.-]+", "_", name).strip("._")[:60] or "piece"
