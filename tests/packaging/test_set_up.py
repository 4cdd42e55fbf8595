"""Set-up: a second start asks nothing, a changed installation is made again, and trouble is one sentence."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"
TABLES = '[build-system]\nrequires = []\n[project]\nname = "continuo"\ndependencies = ["torch>=2"]\n'


@pytest.fixture
def modules(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scripts of packaging/ as modules; they import each other by their file names."""
    monkeypatch.syspath_prepend(str(PACKAGING))


@pytest.fixture
def checkout(tmp_path: Path, modules: None, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The set_up module at work in a checkout of its own that has a .venv, with system libraries all there."""
    import set_up

    (tmp_path / "pyproject.toml").write_text(TABLES)
    venv_python = tmp_path / ".venv" / "bin" / "python"
    venv_python.parent.mkdir(parents=True)
    venv_python.symlink_to(sys.executable)
    monkeypatch.setattr(set_up, "ROOT", tmp_path)
    monkeypatch.setattr(set_up, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(set_up, "PYTHON", venv_python)
    monkeypatch.setattr(set_up, "STAMP", tmp_path / ".venv" / "stamp.json")
    monkeypatch.setattr(set_up, "provide", lambda needs: None)
    return set_up


def test_the_first_start_installs_and_the_second_asks_nothing(
    checkout: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed: list[str] = []
    monkeypatch.setattr(checkout, "make_venv", lambda: None)
    monkeypatch.setattr(checkout, "warn_of_large_torch", lambda: None)
    monkeypatch.setattr(checkout, "install", installed.append)
    assert checkout.set_up("run") == checkout.PYTHON
    checkout.set_up("run")
    assert installed == ["."]
    checkout.set_up("test")
    checkout.set_up("test")
    checkout.set_up("run")
    assert installed == [".", ".[dev]"]


def test_the_installation_is_made_again_when_the_dependencies_change_and_not_when_a_lint_rule_does(
    checkout: ModuleType,
) -> None:
    before = checkout.fingerprint()
    settings = checkout.ROOT / "pyproject.toml"
    settings.write_text(TABLES + "[tool.ruff]\nline-length = 80\n")
    assert checkout.fingerprint() == before
    settings.write_text(TABLES.replace("torch>=2", "torch>=3"))
    assert checkout.fingerprint() != before


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", '{"fingerprint": "f"}', '{"fingerprint": "f", "purposes": 1}']
)
def test_a_damaged_stamp_means_that_nothing_is_set_up(checkout: ModuleType, text: str) -> None:
    checkout.STAMP.write_text(text)
    assert checkout.purposes_done("f") == []


def test_a_stamp_without_the_python_it_speaks_of_counts_for_nothing(checkout: ModuleType) -> None:
    checkout.STAMP.write_text(json.dumps({"fingerprint": "f", "purposes": ["run"]}))
    assert checkout.purposes_done("f") == ["run"]
    checkout.PYTHON.unlink()
    assert checkout.purposes_done("f") == []


def test_without_the_right_to_install_one_sentence_gives_the_command(
    modules: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    import system_libraries as libraries

    monkeypatch.setattr(libraries.sys, "platform", "linux")
    monkeypatch.setattr(libraries.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(libraries, "right_to_install", lambda: None)
    need = libraries.Need("libnothing-of-this-name.so.9", ("libnothing9",))
    with pytest.raises(libraries.SetUpFailed, match=r"sudo apt-get install libnothing9$"):
        libraries.provide([need])


def test_what_is_there_is_not_installed(modules: None, monkeypatch: pytest.MonkeyPatch) -> None:
    import system_libraries as libraries

    monkeypatch.setattr(libraries.sys, "platform", "linux")
    monkeypatch.setattr(libraries, "install_with_apt", lambda missing: pytest.fail(f"would install {missing}"))
    libraries.provide(
        [libraries.Need("libc.so.6", ("libc6",)), libraries.Need("sh", ("dash",), libraries.program_found)]
    )


def test_without_a_display_the_main_job_runs_and_other_commands_stay_themselves(modules: None) -> None:
    from start import program_arguments

    demo = ["-o", str(PACKAGING.parent / "build" / "demo")]
    assert program_arguments([], {}, "linux") == ["demo", *demo]
    assert program_arguments(["tune.mid"], {}, "linux") == ["demo", "tune.mid", *demo]
    assert program_arguments(["models", "--json"], {}, "linux") == ["models", "--json"]
    assert program_arguments(["--help"], {}, "linux") == ["--help"]
    assert program_arguments([], {"DISPLAY": ":0"}, "linux") == []
    assert program_arguments(["tune.mid"], {}, "darwin") == ["tune.mid"]
