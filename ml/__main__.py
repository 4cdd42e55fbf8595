"""`python -m ml train ...`, `python -m ml evaluate ...`, their sisters for chorales, and `index-copies`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code, 130 after Ctrl-C."""
    try:
        return run(arguments)
    except KeyboardInterrupt:
        return 130


def run(arguments: Sequence[str] | None) -> int:
    """Load what the commands need, which takes a second or two, and run the one that is asked for."""
    # Threads that wait would otherwise spin; the library reads this when torch is imported.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from ml.evaluation import command as evaluation_command
    from ml.generation import chorale_command as chorale_writing_command
    from ml.training import chorale_command as chorale_training_command
    from ml.training import chorale_mixture_command, copy_index_command
    from ml.training import command as training_command

    parser = argparse.ArgumentParser(prog="python -m ml", description="Train and measure Continuo's models.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    training_command.add_to(commands)
    evaluation_command.add_to(commands)
    chorale_training_command.add_to(commands)
    chorale_mixture_command.add_to(commands)
    chorale_writing_command.add_to(commands)
    copy_index_command.add_to(commands)
    options = parser.parse_args(arguments)
    return int(options.run(options))


if __name__ == "__main__":
    sys.exit(main())
