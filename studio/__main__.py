"""The program's entry: a window for a file, or one of the commands that work without one."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ml.music import Score
    from ml.requests import Take

DESCRIPTION = """\
Continuo: sketch melodies and let models continue them, side by side.

  continuo [FILE]       open the window, with a MIDI file or a .continuo project if one is named
  continuo COMMAND ...  do one thing without a window; `continuo COMMAND --help` says how"""
EPILOG = """\
examples:
  continuo
  continuo song.mid
  continuo continue song.mid --bars 8 --takes 4 --key D:maj -o takes
  continuo info song.mid
  continuo export song.mid -o song.wav

Everything happens on this computer; nothing is sent anywhere. A failure is one sentence on stderr and exit code 2."""
COMMANDS = ("continue", "fill", "vary", "accompany", "generate", "models", "info", "export", "demo")


def main() -> int:
    """The console script: run the program and end the process."""
    code = run(sys.argv[1:])
    from studio.engine.worker import THREAD_NAME

    if any(thread.name == THREAD_NAME for thread in threading.enumerate()):
        # A model that did not stop in time: torch aborts the process when Python ends while it still works.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    return code


def run(arguments: Sequence[str]) -> int:
    """Do what the arguments say; returns the exit code."""
    # Numpy's products would otherwise take every core, also the player's; it reads this when it is imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    given = list(arguments)
    if given and (given[0] in COMMANDS or given[0].startswith("-")):
        return _command(_parser().parse_args(given))
    if len(given) > 1:
        _parser().error(f"one file at a time, and “{given[0]}” is no command: see continuo --help")
    return _window(Path(given[0]) if given else None)


def _parser() -> argparse.ArgumentParser:
    from studio.session.cli import demo, files, models, verbs

    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("continuo", description=DESCRIPTION, epilog=EPILOG, formatter_class=raw)
    parser.add_argument("--version", action="version", version=f"continuo {_version()}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def add(
        name: str,
        declare: Callable[[argparse.ArgumentParser], None],
        run: Callable[[argparse.Namespace], int],
        texts: tuple[str, str, str | None],
    ) -> None:
        short, description, epilog = texts
        parsed = commands.add_parser(
            name, help=short, description=description, epilog=epilog, formatter_class=raw, allow_abbrev=False
        )
        declare(parsed)
        parsed.set_defaults(run=run)

    for command in verbs.VERB_COMMANDS:
        add(command.name, command.add, command.run, (command.help, command.description, command.epilog))
    add("models", models.add, models.run, (models.HELP, models.DESCRIPTION, None))
    add("info", files.add_info, files.run_info, (files.INFO_HELP, files.INFO_DESCRIPTION, None))
    add(
        "export", files.add_export, files.run_export, (files.EXPORT_HELP, files.EXPORT_DESCRIPTION, files.EXPORT_EPILOG)
    )
    add("demo", demo.add, lambda options: demo.run(options, _save_picture), (demo.HELP, demo.DESCRIPTION, None))
    return parser


def _command(options: argparse.Namespace) -> int:
    """Run a command; what can go wrong for a user becomes one sentence and exit code 2."""
    for package in ("studio", "ml"):
        # Without a handler Python prints warnings with their tracebacks, which are no use on this screen.
        logging.getLogger(package).addHandler(logging.NullHandler())
    from studio.session.troubles import TROUBLES

    try:
        code: int = options.run(options)
        sys.stdout.flush()
    except TROUBLES as trouble:
        return _refuse(options, str(trouble))
    except KeyboardInterrupt:
        print("Stopped; nothing was written.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Who read the output has gone away, as `head` does; Python must not complain again when it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except MemoryError:
        return _refuse(options, "There is not enough memory for this: close other programs, or ask for less.")
    return code


def _refuse(options: argparse.Namespace, sentence: str) -> int:
    print(sentence, file=sys.stderr)
    if getattr(options, "json", False):
        print(json.dumps({"error": sentence}))
    return 2


def _window(path: Path | None) -> int:
    from studio import app

    return app.run(path)


def _save_picture(score: Score, take: Take | None, path: Path) -> None:
    """Paint the roll without a screen."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    # The offscreen platform remarks on each window that it cannot size it.
    os.environ.setdefault("QT_LOGGING_RULES", "default.warning=false")
    try:
        from studio.ui.snapshot import save_roll_picture
    except ImportError as error:
        from ml.music.midi import UnwritableFile

        raise UnwritableFile(path, f"Qt cannot be loaded: {error}") from error
    save_roll_picture(score, take, path)


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("continuo")
    except PackageNotFoundError:
        return "from a checkout"


if __name__ == "__main__":
    sys.exit(main())
