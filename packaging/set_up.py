"""Makes the checkout ready: system libraries, then .venv with what pyproject.toml asks. Standard library only."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Literal

from system_libraries import TO_RUN, TO_TEST, Need, SetUpFailed, install_with_apt, provide

Purpose = Literal["run", "test"]

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "continuo-set-up.json"


def set_up(purpose: Purpose) -> Path:
    """Provide what `purpose` needs and return the Python to use. Quick when all is there; raises SetUpFailed."""
    provide(TO_TEST if purpose == "test" else TO_RUN)
    wanted = fingerprint()
    done = purposes_done(wanted)
    if purpose not in done:
        print("Setting up Continuo in .venv: this happens once, downloads about 400 MB and fills 1.2 GB.", flush=True)
        make_venv()
        warn_of_large_torch()
        install(".[dev]" if purpose == "test" else ".")
        # The development set includes everything that running needs.
        STAMP.write_text(json.dumps({"fingerprint": wanted, "purposes": sorted({*done, purpose, "run"})}))
    return PYTHON


def fingerprint() -> str:
    """A hash of what an installation depends on: the asked packages, the Python version, the checkout's place."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = {table: project[table] for table in ("build-system", "project")}
    text = json.dumps([asked, sys.version_info[:2], str(ROOT)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def purposes_done(wanted: str) -> list[str]:
    """The purposes that .venv has been set up for under the fingerprint `wanted`."""
    try:
        stamp = json.loads(STAMP.read_text())
        return list(stamp["purposes"]) if stamp["fingerprint"] == wanted and PYTHON.exists() else []
    except (OSError, ValueError, KeyError, TypeError):
        return []


def make_venv() -> None:
    """Make .venv, or make it again if its Python or pip does not work."""
    if PYTHON.exists() and subprocess.run([str(PYTHON), "-m", "pip", "--version"], capture_output=True).returncode == 0:
        return
    if importlib.util.find_spec("ensurepip") is None:
        # Debian keeps this part of Python in a package of its own.
        install_with_apt([Need("venv", (f"python3.{sys.version_info.minor}-venv",))])
    # A Python that itself runs inside .venv must not be the one that the new .venv refers to.
    base = getattr(sys, "_base_executable", sys.executable)
    if subprocess.run([base, "-m", "venv", "--clear", str(VENV)]).returncode != 0:
        raise SetUpFailed(f"Python could not make a virtual environment in {VENV}; is the folder writable?")


def warn_of_large_torch() -> None:
    """On Linux, stop and ask before pip fetches the torch that brings gigabytes for graphics cards.

    Where nobody can answer (no terminal), a line says so and set-up goes on.
    """
    if not sys.platform.startswith("linux") or torch_is_installed():
        return
    asked = next(line for line in dependencies() if line.startswith("torch"))
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--dry-run", "--no-deps", "--report", "-", asked]
    answer = subprocess.run(command, capture_output=True, text=True)
    if answer.returncode != 0:
        return  # The real installation that follows says what is wrong.
    report = json.loads(answer.stdout)
    needed = [line for item in report["install"] for line in item["metadata"].get("requires_dist", ())]
    if not any(line.startswith(("nvidia-", "cuda-")) for line in needed):
        return
    trouble = "The torch that pip finds here brings gigabytes for graphics cards, which Continuo does not use"
    if not sys.stdin.isatty():
        print(f"{trouble}; README.md, under Start, says how to get the small one.", flush=True)
    elif input(f"{trouble}. Type yes to download it all the same: ").strip().lower() not in ("y", "yes"):
        raise SetUpFailed("README.md, under Start, has the one line that gets the small torch.")


def torch_is_installed() -> bool:
    return subprocess.run([str(PYTHON), "-m", "pip", "show", "--quiet", "torch"], capture_output=True).returncode == 0


def dependencies() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return list(project["project"]["dependencies"])


def install(what: str) -> None:
    """Install the checkout and its dependencies with pip, in place, so that edits take effect at once."""
    command = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--editable", what]
    if subprocess.run(command, cwd=ROOT).returncode != 0:
        raise SetUpFailed("pip could not install everything (see above); check the network and start again.")
