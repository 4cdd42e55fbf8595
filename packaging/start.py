"""What packaging/run does: set up, then start Continuo; without a display, do the main job and say where it lies."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from set_up import ROOT, set_up
from system_libraries import SetUpFailed

DEMO_FOLDER = ROOT / "build" / "demo"


def program_arguments(arguments: Sequence[str], environment: Mapping[str, str], platform: str) -> list[str]:
    """The arguments for `python -m studio`: those given, or the headless demo where no window can open."""
    has_display = not platform.startswith("linux") or bool(
        environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY") or environment.get("QT_QPA_PLATFORM")
    )
    asks_for_window = not arguments or (len(arguments) == 1 and Path(arguments[0]).suffix != "")
    if has_display or not asks_for_window:
        return list(arguments)
    return ["demo", *arguments, "-o", str(DEMO_FOLDER)]


def main(arguments: Sequence[str]) -> int:
    try:
        python = str(set_up("run"))
    except SetUpFailed as trouble:
        print(trouble, file=sys.stderr)
        return 1
    asked = program_arguments(arguments, os.environ, sys.platform)
    if asked[:1] == ["demo"] and asked != list(arguments):
        print("No display here, so the main job runs without a window.", flush=True)
    # -P: a folder named ml or studio where the user happens to stand is not ours.
    command = [python, "-P", "-m", "studio", *asked]
    if os.name != "nt":
        os.execv(python, command)
    return subprocess.call(command)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
