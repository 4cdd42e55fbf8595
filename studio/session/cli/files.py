"""`continuo info` and `continuo export`: what a file holds, and the same piece in another kind of file."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from ml.music.summary import ScoreSummary, summary
from studio.project import AppFolders, SettingsStore
from studio.project.settings import PROVENANCE_IN_MIDI
from studio.session.cli.output import ProgressLine
from studio.session.files import export_score, read_piece
from studio.session.provenance_text import provenance_texts
from studio.session.song_report import song_report
from studio.session.start import chosen_sound_font

INFO_HELP = "say what is in a MIDI or project file"
INFO_DESCRIPTION = """\
Say what FILE holds: tracks, notes, bars, tempo, metre, key, and what was wrong with it. Of a project also how many
notes are the user's, each model's, and of these edited by the user ("origin" with --json). Damaged files are
read as far as they go. With --json, one object: "notes" is the number of notes kept, "tracks" a list, "warnings" a
list of sentences; a file that cannot be read gives {"error": "..."} and exit code 2."""
EXPORT_HELP = "write a piece as MIDI (.mid) or as sound (.wav)"
EXPORT_DESCRIPTION = """\
Write FILE (MIDI or .continuo) as another file; the ending of its name says which kind: .mid, or .wav rendered with
the sound font that the program ships or that the preferences name. An old file of that name is replaced only when
all went well."""
EXPORT_EPILOG = """\
examples:
  continuo export sketch.continuo -o sketch.mid
  continuo export song.mid -o song.wav"""


def add_info(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `info`."""
    parser.add_argument("file", type=Path, metavar="FILE", help="a MIDI file or a .continuo project")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")


def run_info(options: argparse.Namespace) -> int:
    """Print what the file holds."""
    opened = read_piece(options.file)
    found = summary(opened.score, opened.warnings)
    project = opened.project
    report = None if project is None else song_report(opened.score, project.tree.requests, project.provenance)
    if options.json:
        origin = None if report is None else asdict(report)
        print(json.dumps({"file": str(options.file), **asdict(found), "origin": origin}, indent=2))
    else:
        print(_text(options.file.name, found))
        for line in () if report is None else report.lines:
            print(f"  {line}")
    return 0


def add_export(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `export`."""
    parser.add_argument("file", type=Path, metavar="FILE", help="a MIDI file or a .continuo project")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="NAME", help="X.mid or X.wav")
    parser.add_argument("--sound-font", type=Path, metavar="SF", help="sound font for .wav (.sf2 or .sf3)")
    parser.add_argument(
        "--provenance",
        action="store_true",
        help="let a .mid tell, as text, the model, seed and settings of each accepted take of a project, also when the "
        "preferences do not ask for it",
    )


def run_export(options: argparse.Namespace) -> int:
    """Write the file and print its name."""
    opened = read_piece(options.file)
    line = ProgressLine(sys.stderr)
    for warning in opened.warnings:
        line.say(warning)
    settings = SettingsStore(AppFolders.of_user().settings_file)
    wanted = options.provenance or settings.get(PROVENANCE_IN_MIDI)
    project = opened.project if wanted else None
    export_score(
        opened.score,
        options.output,
        options.sound_font or chosen_sound_font(settings),
        texts=() if project is None else provenance_texts(project.score, project.provenance, project.tree.requests),
        progress=lambda done: line.show(f"{done:4.0%}  {options.output.name}"),
    )
    line.clear()
    print(options.output)
    return 0


def _text(name: str, found: ScoreSummary) -> str:
    minutes, seconds = divmod(round(found.seconds), 60)
    changes = {"tempo": found.tempo_changes, "metre": found.metre_changes}
    more = {what: f" ({count} change{'s' * (count > 1)})" if count else "" for what, count in changes.items()}
    key = found.key_written or "none written"
    lines = [
        f"{found.title or name}: {found.notes} notes in {found.bars} bars, {minutes}:{seconds:02d} minutes",
        f"tempo {found.tempo_qpm:g}{more['tempo']}, metre {found.metre}{more['metre']}",
        f"key {key}" + (f", sounds like {found.key_detected}" if found.key_detected else ""),
    ]
    for number, track in enumerate(found.tracks, 1):
        lines.append(f"  {number:3}  {track.name or 'Track':24.24}  {track.instrument:24.24}  {track.notes:6} notes")
    lines += [f"warning: {warning}" for warning in found.warnings]
    return "\n".join("".join(c if c.isprintable() or c == "\n" else " " for c in line) for line in lines)
