"""Which system libraries and tools Continuo needs, which are missing, and how to get them with apt."""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


class SetUpFailed(Exception):
    """Set-up cannot go on; the text is one sentence that says what to do."""


def library_loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def program_found(name: str) -> bool:
    return shutil.which(name) is not None


def font_found(folder: str) -> bool:
    return next(Path(folder).rglob("*.[to]tf"), None) is not None


@dataclass(frozen=True)
class Need:
    """Something that Linux must bring, the Debian packages with it (newest name first), and how to look for it."""

    name: str
    packages: tuple[str, ...]
    is_there: Callable[[str], bool] = library_loads

    def is_met(self) -> bool:
        return self.is_there(self.name)


# FluidSynth, and what Qt's libraries link to and no wheel brings (Qt blames xcb-cursor whichever is missing).
TO_RUN = (
    Need("libfluidsynth.so.3", ("libfluidsynth3",)),
    Need("libasound.so.2", ("libasound2t64", "libasound2")),
    Need("libEGL.so.1", ("libegl1",)),
    Need("libGL.so.1", ("libgl1",)),
    Need("libX11-xcb.so.1", ("libx11-xcb1",)),
    Need("libdbus-1.so.3", ("libdbus-1-3",)),
    Need("libfontconfig.so.1", ("libfontconfig1",)),
    Need("libglib-2.0.so.0", ("libglib2.0-0t64", "libglib2.0-0")),
    Need("libxcb-cursor.so.0", ("libxcb-cursor0",)),
    Need("libxcb-glx.so.0", ("libxcb-glx0",)),
    Need("libxcb-icccm.so.4", ("libxcb-icccm4",)),
    Need("libxcb-image.so.0", ("libxcb-image0",)),
    Need("libxcb-keysyms.so.1", ("libxcb-keysyms1",)),
    Need("libxcb-randr.so.0", ("libxcb-randr0",)),
    Need("libxcb-render-util.so.0", ("libxcb-render-util0",)),
    Need("libxcb-shape.so.0", ("libxcb-shape0",)),
    Need("libxcb-shm.so.0", ("libxcb-shm0",)),
    Need("libxcb-sync.so.1", ("libxcb-sync1",)),
    Need("libxcb-xfixes.so.0", ("libxcb-xfixes0",)),
    Need("libxcb-xkb.so.1", ("libxcb-xkb1",)),
    Need("libxkbcommon-x11.so.0", ("libxkbcommon-x11-0",)),
    Need("/usr/share/fonts", ("fonts-dejavu-core",), font_found),
)
TO_TEST = (
    *TO_RUN,
    Need("Xvfb", ("xvfb",), program_found),
    Need("xdotool", ("xdotool",), program_found),
    Need("jackd", ("jackd2",), program_found),
)

OTHER_SYSTEMS = {
    "darwin": "brew install fluid-synth",
    "win32": "choco install fluidsynth",
}


def provide(needs: Sequence[Need]) -> None:
    """Install what is missing where apt and the right to use it are there; otherwise raise SetUpFailed."""
    if sys.platform in OTHER_SYSTEMS:
        if not any(ctypes.util.find_library(name) for name in ("fluidsynth", "libfluidsynth", "libfluidsynth-3")):
            raise SetUpFailed(f"Continuo plays through FluidSynth; type: {OTHER_SYSTEMS[sys.platform]}")
        return
    missing = [need for need in needs if not need.is_met()]
    if missing:
        install_with_apt(missing)
        still_missing = [need.name for need in missing if not need.is_met()]
        if still_missing:
            raise SetUpFailed(f"apt reported success, but this is still missing: {', '.join(still_missing)}.")


def install_with_apt(missing: Sequence[Need]) -> None:
    """Install one package for each need; raises SetUpFailed with the command to type."""
    if shutil.which("apt-get") is None:
        names = ", ".join(need.name for need in missing)
        raise SetUpFailed(f"Continuo needs these from your system's package manager, then start again: {names}")
    install = ["apt-get", "install", "--yes", "--no-install-recommends"]
    right = right_to_install()
    if right is None:
        packages = " ".join(known_package(need) for need in missing)
        raise SetUpFailed(
            f"Continuo needs some system libraries; type: sudo apt-get update && sudo apt-get install {packages}"
        )
    print("Installing system libraries:", " ".join(need.name for need in missing), flush=True)
    # Package lists may be absent (a fresh container) or stale, so they are fetched before anything is chosen.
    run_apt([*right, "apt-get", "update", "--quiet=2"])
    command = [*right, *install, "--quiet=2", *(known_package(need) for need in missing)]
    if run_apt(command) != 0:
        raise SetUpFailed(f"apt could not install what is missing; check the network and type: {' '.join(command)}")


def right_to_install() -> list[str] | None:
    """The words to put before a command that needs root: none for root, sudo if it asks nothing, else None."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0:
        return ["sudo", "-n", "DEBIAN_FRONTEND=noninteractive"]
    return None


def run_apt(command: Sequence[str]) -> int:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, check=False).returncode


def known_package(need: Need) -> str:
    """The first of the need's package names that this release of the distribution has (the last if none is known)."""
    for package in need.packages[:-1]:
        if subprocess.run(["apt-cache", "show", package], capture_output=True, check=False).returncode == 0:
            return package
    return need.packages[-1]
