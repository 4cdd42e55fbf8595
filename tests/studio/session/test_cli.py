"""The commands: results on stdout, progress on stderr, one sentence and exit code 2 for what cannot be done."""

from __future__ import annotations

import functools
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ml.music import Key, Score
from ml.music.midi import read_midi_file, write_midi_file
from studio.__main__ import run
from studio.engine import Engine
from studio.project import AppFolders, ProjectFile, save_project
from studio.session import start


@pytest.fixture
def song(tune: Score, tmp_path: Path) -> Path:
    path = tmp_path / "My song.mid"
    write_midi_file(tune, path)
    return path


@pytest.fixture
def installed(models: Path, walker: Any, folders: AppFolders, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two scale-walking models as all that is installed; returns their folder."""
    monkeypatch.setattr(start, "SHIPPED_MODELS", models)
    monkeypatch.setattr(start, "Engine", functools.partial(Engine, make_generator=lambda: walker))
    return models


Refused = Callable[..., str]


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Refused:
    """Run a command that must be refused; the sentence."""

    def refuse(*arguments: str | Path) -> str:
        assert run([str(argument) for argument in arguments]) == 2
        out, err = capsys.readouterr()
        assert err.count("\n") == 1 and err.rstrip().endswith(".")
        assert not out or json.loads(out)["error"] == err.strip()
        return err

    return refuse


# --- continue


def test_continue_writes_a_midi_file_per_take_and_says_where_each_came_from(
    installed: Path, song: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new" / "takes"
    command = ["continue", str(song), "--bars", "2", "--model", "beta", "--model", "alpha", "--takes", "2"]
    assert run([*command, "--seed", "1", "--key", "D:maj", "-o", str(out)]) == 0
    names = [f"My_song-{model}-{take}.mid" for model in ("beta", "alpha") for take in (1, 2)]
    printed, told = capsys.readouterr()
    assert [Path(line).name for line in printed.splitlines()] == [*names, "My_song-takes.json"]
    assert "Beta is writing" in told
    assert sorted(path.name for path in out.iterdir()) == sorted([*names, "My_song-takes.json"])
    origins = json.loads((out / "My_song-takes.json").read_text())
    assert origins["input"] == "My song.mid"
    for name, origin in zip(names, origins["takes"], strict=True):
        assert origin["file"] == name and origin["model"] in name and origin["seed"] == 1
        assert origin["checkpoint"] and origin["key"] == "D major"
        assert origin["prompt_bars"] == [1, 4] and origin["region_bars"] == [5, 6] and origin["tracks"] == [1]
        assert origin["bits_per_note"] > 0
        copies = origin["copies"]
        assert copies["always_found_notes"] == 21 and copies["in_words"] and " ".join(copies["in_words"]) in told
        score = read_midi_file(out / name).score
        new = score.tracks[0].notes.take(score.tracks[0].notes.start >= 4 * 1920)
        assert score.note_count == 16 + origin["notes"] and len(new) == origin["notes"]
        assert {pitch % 12 for pitch in new.pitch.tolist()} <= Key.parse("D:maj").pitch_classes


def test_the_same_seed_writes_the_same_bytes(installed: Path, song: Path, tmp_path: Path) -> None:
    for out in ("one", "two"):
        assert run(["continue", str(song), "--seed", "9", "--takes", "1", "-o", str(tmp_path / out)]) == 0
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_alone_leaves_the_song_out_and_after_chooses_the_place(installed: Path, song: Path, tmp_path: Path) -> None:
    command = ["continue", str(song), "--bars", "2", "--takes", "1", "--model", "alpha", "--after", "1"]
    assert run([*command, "--alone", "-o", str(tmp_path / "out")]) == 0
    score = read_midi_file(tmp_path / "out" / "My_song-alpha-1.mid").score
    assert score.note_count == 16 and score.tracks[0].notes.start[0] == 0 and score.end_tick <= 2 * 1920
    (origin,) = json.loads((tmp_path / "out" / "My_song-takes.json").read_text())["takes"]
    assert origin["region_bars"] == [2, 3]


def test_projects_can_be_continued_too(installed: Path, tune: Score, tmp_path: Path) -> None:
    save_project(tmp_path / "p.continuo", ProjectFile(tune))
    assert run(["continue", str(tmp_path / "p.continuo"), "--takes", "1", "-o", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out" / "p-alpha-1.mid").exists()


def test_a_command_leaves_no_mark_in_the_users_settings(
    installed: Path, song: Path, tmp_path: Path, folders: AppFolders
) -> None:
    assert run(["continue", str(song), "--takes", "1", "-o", str(tmp_path / "out")]) == 0
    assert not folders.settings_file.exists() and not folders.journal.exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--bars", "0"], "at least one bar"),
        (["--bars", "-3"], "at least one bar"),
        (["--bars", "1000"], "too many"),
        (["--takes", "0"], "takes cannot be made"),
        (["--takes", "99"], "takes cannot be made"),
        (["--model", "gamma"], "those installed are: alpha, beta"),
        (["--key", "H:dur"], "not a key that I know"),
        (["--track", "9"], "There is no track 9"),
        (["--track", "0"], "There is no track 0"),
        (["--after", "99"], "past the end of the piece"),
        (["--after", "0"], "Bars count from 1"),
        (["--temperature", "0"], "temperature"),
        (["--temperature", "nan"], "temperature"),
        (["--top-p", "2"], "Top-p"),
        (["--lowest", "80", "--highest", "40"], "range is empty"),
        (["--seed", "-1"], "seed"),
    ],
)
def test_a_request_that_cannot_be_answered_writes_nothing(
    installed: Path, song: Path, tmp_path: Path, refused: Refused, arguments: list[str], words: str
) -> None:
    assert words in refused("continue", song, *arguments, "-o", tmp_path / "made" / "out")
    assert not (tmp_path / "made").exists()


def test_an_empty_song_is_refused(installed: Path, tmp_path: Path, refused: Refused) -> None:
    write_midi_file(Score(), tmp_path / "empty.mid")
    assert "song is empty" in refused("continue", tmp_path / "empty.mid", "-o", tmp_path / "out")


def test_when_every_model_fails_nothing_is_written(
    installed: Path, walker: Any, song: Path, tmp_path: Path, refused: Refused
) -> None:
    def no_memory(take: int, number: int) -> None:
        raise MemoryError

    walker.before_note["alpha"] = no_memory
    command = ("continue", song, "-o", tmp_path / "out", "--model", "alpha")
    assert run([str(word) for word in command]) == 2
    assert not (tmp_path / "out").exists()


def test_when_one_model_fails_the_takes_of_the_others_are_written(
    installed: Path, walker: Any, song: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def no_memory(take: int, number: int) -> None:
        raise MemoryError

    walker.before_note["alpha"] = no_memory
    assert run(["continue", str(song), "--takes", "1", "-o", str(tmp_path / "out")]) == 1
    assert (tmp_path / "out" / "My_song-beta-1.mid").exists()
    assert "Alpha ran out of memory" in capsys.readouterr().err
    assert "alpha" in json.loads((tmp_path / "out" / "My_song-takes.json").read_text())["failures"]


def test_a_damaged_model_is_named_before_anything_is_made(
    installed: Path, song: Path, tmp_path: Path, refused: Refused
) -> None:
    weights = installed / "alpha" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-5])
    assert "alpha" in refused("continue", song, "--model", "alpha", "-o", tmp_path / "out")
    weights.unlink()
    assert "lacks model.safetensors" in refused("continue", song, "--model", "alpha", "-o", tmp_path / "out")
    shutil.rmtree(installed)
    assert "models folder" in refused("continue", song, "-o", tmp_path / "out")


def test_a_place_that_cannot_be_written_is_known_before_models_are_asked(
    installed: Path, walker: Any, song: Path, tmp_path: Path, refused: Refused
) -> None:
    (tmp_path / "file").write_text("in the way")
    assert "could not be written" in refused("continue", song, "-o", tmp_path / "file")
    assert "could not be written" in refused("continue", song, "-o", tmp_path / "file" / "out")
    assert walker.threads == set()


def test_a_folder_in_the_place_of_a_take_keeps_all_of_them_from_appearing(
    installed: Path, song: Path, tmp_path: Path, refused: Refused, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out" / "My_song-beta-1.mid").mkdir(parents=True)
    assert run(["continue", str(song), "--takes", "1", "-o", str(tmp_path / "out")]) == 2
    assert "a folder has this name" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["My_song-beta-1.mid"]


def test_stopping_in_the_middle_leaves_nothing(
    installed: Path, walker: Any, song: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ctrl_c(self: Any, timeout_s: float | None = None) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr("studio.session.studio.Studio.wait", ctrl_c)
    assert run(["continue", str(song), "-o", str(tmp_path / "out")]) == 130
    assert not (tmp_path / "out").exists()


# --- info, models, export


def test_info_says_what_is_in_a_file(song: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["info", str(song)]) == 0
    text = capsys.readouterr().out
    assert "16 notes in 4 bars" in text and "Lead" in text and "4/4" in text and "C major" in text


def test_info_as_json_is_one_object(song: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["info", str(song), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["notes"] == 16 and found["warnings"] == [] and found["bars"] == 4
    assert [(track["name"], track["notes"]) for track in found["tracks"]] == [("Lead", 16), ("Bass", 0)]


def test_info_keeps_what_can_be_read_of_a_damaged_file(song: Path, capsys: pytest.CaptureFixture[str]) -> None:
    song.write_bytes(song.read_bytes()[:-30])
    assert run(["info", str(song), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["notes"] > 0 and found["warnings"]


@pytest.mark.parametrize("data", [b"", b"<html></html>", b"PK\x03\x04", bytes(range(256))])
def test_what_is_no_music_is_refused_with_one_sentence(tmp_path: Path, refused: Refused, data: bytes) -> None:
    for name in ("x.mid", "x.continuo"):
        (tmp_path / name).write_bytes(data)
        assert name in refused("info", tmp_path / name, "--json")
        assert name in refused("export", tmp_path / name, "-o", tmp_path / "y.mid")
    assert not (tmp_path / "y.mid").exists()


def test_models_lists_what_is_there_and_what_is_wrong(installed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (installed / "beta" / "card.json").write_text("{")
    assert run(["models", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [model["id"] for model in found["models"]] == ["alpha"]
    assert "beta" in found["problems"][0]["sentence"]
    assert run(["models"]) == 0
    text = capsys.readouterr().out
    assert "alpha" in text and "scales" in text and "not usable" in text


def test_export_makes_midi_of_a_project(tune: Score, tmp_path: Path) -> None:
    save_project(tmp_path / "p.continuo", ProjectFile(tune))
    assert run(["export", str(tmp_path / "p.continuo"), "-o", str(tmp_path / "p.mid")]) == 0
    assert read_midi_file(tmp_path / "p.mid").score.note_count == 16


def test_export_refuses_what_it_cannot_write(song: Path, tmp_path: Path, refused: Refused) -> None:
    assert ".mid or .wav" in refused("export", song, "-o", tmp_path / "song.ogg")
    assert "none.sf2" in refused("export", song, "-o", tmp_path / "x.wav", "--sound-font", tmp_path / "none.sf2")
    for name in ("x.mid", "x.wav"):
        assert name in refused("export", song, "-o", tmp_path / "nowhere" / name)
    assert not list(tmp_path.glob("*.wav"))


def test_export_renders_sound(song: Path, tmp_path: Path) -> None:
    assert run(["export", str(song), "-o", str(tmp_path / "song.wav")]) == 0
    assert (tmp_path / "song.wav").read_bytes()[:4] == b"RIFF"


# --- demo


def test_demo_does_the_main_job_and_prints_where_everything_lies(
    installed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], qapp: Any
) -> None:
    assert run(["demo", "-o", str(tmp_path / "demo")]) == 0
    paths = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert sorted(path.suffix for path in paths) == [".mid", ".mid", ".png", ".wav", ".wav"]
    assert all(path.is_file() and path.stat().st_size > 200 for path in paths)
    assert paths[-1].read_bytes()[:4] == b"\x89PNG"
    assert read_midi_file(paths[0]).score.note_count > read_midi_file(start.FIRST_SKETCH).score.note_count


def test_demo_without_models_says_where_they_belong(
    tmp_path: Path, refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start, "SHIPPED_MODELS", tmp_path / "none")
    assert "models folder" in refused("demo", "-o", tmp_path / "demo")
    assert not (tmp_path / "demo").exists()


# --- the program


@pytest.mark.parametrize("command", [[], ["continue"], ["models"], ["info"], ["export"], ["demo"]])
def test_help_is_there_for_every_command(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        run([*command, "--help"])
    assert end.value.code == 0
    text = capsys.readouterr().out
    assert len(text) > 300 and max(map(len, text.splitlines())) <= 125


def test_two_files_at_once_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        run(["a.mid", "b.mid"])
    assert end.value.code == 2


def test_a_model_that_never_stops_does_not_keep_the_program_from_ending(models: Path) -> None:
    code = f"""
import sys, threading
from pathlib import Path
from studio import __main__ as program
from studio.engine import Engine, Shelf
class Stuck:
    def load(self, folder):
        loading.set()
        threading.Event().wait()
loading = threading.Event()
def run(arguments):
    engine = Engine(Shelf([Path({str(models)!r})]), Stuck, patience_s=0.1)
    engine.warm_up(["alpha"])
    loading.wait()
    engine.close()
    return 7
program.run = run
sys.exit(program.main())
"""
    assert subprocess.run([sys.executable, "-c", code], timeout=60, stderr=subprocess.DEVNULL).returncode == 7
