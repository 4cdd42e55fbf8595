"""`continuo continue`, `fill`, `vary`, `accompany` and `generate`: ask models; one MIDI file for each take."""

from __future__ import annotations

import argparse
import random
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from ml.music import Score
from ml.requests import GenerationRequest, Verb
from studio.edit.new_song import with_a_track
from studio.project import AppFolders
from studio.session.asking import SEED_LIMIT, chord_line, request_for
from studio.session.cli.asking import finished_takes
from studio.session.cli.new_piece import add_new_piece, new_piece
from studio.session.cli.output import ProgressLine, written_together
from studio.session.cli.place_options import add_place, partner_of, place_of
from studio.session.cli.take_files import write_takes
from studio.session.cli.wish_options import DETECT, add_keeping, add_leanings, add_limits, add_models, wishes_of
from studio.session.files import read_piece
from studio.session.start import studio_without_sound

OUTPUT = """\
Each take is written as a MIDI file: the song with the take in it, or with --alone the take only. FILE itself is not
changed. A JSON file beside them says where each take came from: model, checkpoint, seed, settings, limits, which bars
the model was given, how surprised it was by its own notes (bits per note), and which runs of notes stand in music that
models learned from. The same seed on the same machine gives the same notes."""


@dataclass(frozen=True)
class VerbCommand:
    """One of the five; `help`, `description` and `epilog` are what its --help shows."""

    verb: Verb
    help: str
    description: str
    epilog: str

    @property
    def name(self) -> str:
        return self.verb.value

    def add(self, parser: argparse.ArgumentParser) -> None:
        """Declare the arguments."""
        generates = self.verb is Verb.GENERATE
        what = "the piece, MIDI or .continuo" + (" (default: a new one)" if generates else "")
        parser.add_argument("file", type=Path, metavar="FILE", nargs="?" if generates else None, help=what)
        add_place(parser, self.verb)
        if generates:
            add_new_piece(parser)
        if self.verb is Verb.VARY:
            add_keeping(parser)
        add_limits(parser)
        add_leanings(parser)
        add_models(parser)

    def run(self, options: argparse.Namespace) -> int:
        """Do it and print the names of the files; returns 0, or 1 when some model failed and others did not."""
        wishes_of(options)
        opened = read_piece(options.file) if options.file is not None else new_piece(options)
        line = ProgressLine(sys.stderr)
        for warning in opened.warnings:
            line.say(warning)
        studio = studio_without_sound(AppFolders.of_user(), options.models_folder)
        try:
            studio.show(opened, remember=False)
            request = self.request(options, studio.document.score, studio.document.current_track)
            with written_together(options.output) as folder:
                studio.put(request, tuple(options.model))
                slots = finished_takes(studio, line)
                source = None if options.file is None else opened.path.name
                names = write_takes(opened.name, source, slots, studio.takes.answers, folder, alone=options.alone)
            failed = any(answer.sentence for answer in studio.takes.answers)
        finally:
            studio.close()
        for name in names:
            print(options.output / name)
        return 1 if failed else 0

    def request(self, options: argparse.Namespace, score: Score, track: int) -> GenerationRequest:
        """The request that the options make of the score and its current track. Raises RefusedRequest."""
        wishes = wishes_of(options)
        if self.verb is Verb.GENERATE:
            score = with_a_track(score)
        if self.verb is Verb.ACCOMPANY:
            wishes = replace(wishes, partner=partner_of(options, score))
        place = place_of(options, self.verb, score, track)
        if options.chords == DETECT:
            wishes = replace(wishes, chords=chord_line(self.verb, score, place, wishes))
        seed = random.SystemRandom().randrange(SEED_LIMIT) if wishes.seed is None else wishes.seed
        return request_for(self.verb, score, place, wishes, seed)


VERB_COMMANDS = (
    VerbCommand(
        Verb.CONTINUE,
        "let models continue a piece; writes one MIDI file per take",
        f"Ask one or several models to go on with FILE.\n\n{OUTPUT}",
        """\
examples:
  continuo continue song.mid -o takes
      four bars after the end, four takes of the first two models
  continuo continue song.mid --bars 8 --model transformer --model lstm --takes 4 --seed 1 --key D:maj -o takes
      the same every time; every note of every take lies in D major
  continuo continue song.mid --track 2 --after 16 --temperature 0.8 -o takes
      go on with track 2 after bar 16, a little tamer""",
    ),
    VerbCommand(
        Verb.FILL,
        "let models write bars anew, knowing what comes before and after",
        f"Ask models to fill bars of FILE. What stands there is replaced; locked notes stay.\n\n{OUTPUT}",
        """\
examples:
  continuo fill song.mid --region 5-8 -o takes
      bars 5 to 8 of the first track with notes
  continuo fill song.mid --region 9 --tracks 1,3 --chords "Am F" --chord-rule every --mono -o takes
      bar 9 of two tracks, each one voice, every note in its chord""",
    ),
    VerbCommand(
        Verb.VARY,
        "let models change bars a little or a lot, keeping what you choose",
        f"Ask models for variations of bars of FILE. Locked notes stay.\n\n{OUTPUT}",
        """\
examples:
  continuo vary song.mid --region 1-8 --keep rhythm,harmony -o takes
      new pitches to the same rhythm and chords
  continuo vary song.mid --region 1-8 --amount few --seed 3 -o takes
      a few notes changed, on weak beats first""",
    ),
    VerbCommand(
        Verb.ACCOMPANY,
        "let models add bass, chords, drums or any instrument to what is there",
        f"Ask models to go along with FILE on a new track, or on one that is there.\n\n{OUTPUT}",
        """\
examples:
  continuo accompany song.mid --with bass --mono --instrument-ranges -o takes
      a bass line to the whole piece
  continuo accompany song.mid --with "Strings 1" --region 1-16 --chords detect -o takes
      strings over the chords that are heard""",
    ),
    VerbCommand(
        Verb.GENERATE,
        "let models write bars from nothing",
        "Ask models to write without any given notes: only style, key, metre, tempo and instruments. With FILE, its\n"
        f"tempo, metre and tracks are taken and the take is put into it; else a new piece is made.\n\n{OUTPUT}",
        """\
examples:
  continuo generate --bars 16 --style "folk tune" --key G:maj --metre 6/8 --tempo 110 --instrument Fiddle -o takes
      four tunes of each model
  continuo generate --bars 8 --instrument "Grand Piano" --instrument bass --instrument drums --style band -o takes
      three parts at once""",
    ),
)
