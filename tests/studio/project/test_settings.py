"""Settings keep what the user chose, survive a bad file, and are declared once and completely."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import pytest

from studio.project import SETTINGS, AppFolders, SettingsStore
from studio.project import settings as declared
from studio.project.settings import BARS, CHOSEN_MODELS, FOLLOW_PLAYHEAD, TAKES, TEMPERATURE, THEME, Setting
from tests.studio.project.pieces import FaultyDisk


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "settings.json"


def test_every_setting_is_in_the_list_once_and_its_default_is_allowed() -> None:
    written = [value for value in vars(declared).values() if isinstance(value, Setting)]
    assert {setting.key for setting in written} == {setting.key for setting in SETTINGS}
    assert len({setting.key for setting in SETTINGS}) == len(SETTINGS)
    for setting in SETTINGS:
        assert setting.checked(setting.default) == setting.default
        assert setting.description.endswith("."), setting.key
        assert "\n" not in setting.description


def test_what_was_chosen_is_there_at_the_next_start(path: Path) -> None:
    store = SettingsStore(path)
    assert store.get(THEME) == "dark"
    store.set(THEME, "light")
    store.set(TAKES, 6)
    store.set(CHOSEN_MODELS, ("lstm", "transformer"))
    store.set(TEMPERATURE, 1.25)
    again = SettingsStore(path)
    assert (again.get(THEME), again.get(TAKES), again.get(TEMPERATURE)) == ("light", 6, 1.25)
    assert again.get(CHOSEN_MODELS) == ("lstm", "transformer")
    assert again.warnings == ()
    again.reset([THEME])
    assert SettingsStore(path).get(THEME) == "dark"


@pytest.mark.parametrize(
    ("setting", "value"),
    [(THEME, "pink"), (TAKES, 0), (TAKES, 33), (TAKES, 2.5), (TAKES, True), (BARS, 3), (FOLLOW_PLAYHEAD, 1),
     (TEMPERATURE, float("nan")), (CHOSEN_MODELS, ["a", 1]), (CHOSEN_MODELS, "lstm")],
)  # fmt: skip
def test_what_is_not_allowed_is_refused(path: Path, setting: Setting[object], value: object) -> None:  # type: ignore[type-var]
    store = SettingsStore(path)
    with pytest.raises(ValueError, match=f"^The setting {setting.key} "):
        store.set(setting, value)
    assert store.get(setting) == setting.default
    assert not path.exists()


def test_listeners_hear_of_changes_only(path: Path) -> None:
    store = SettingsStore(path)
    heard: list[str] = []
    stop = store.subscribe(lambda setting: heard.append(setting.key))
    store.set(THEME, "dark")
    store.set(THEME, "light")
    stop()
    store.set(THEME, "dark")
    assert heard == ["theme"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"{}", b'{"version": "one"}', b"[" * 10_000])
def test_a_bad_file_gives_defaults_a_warning_and_is_kept(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    store = SettingsStore(path)
    assert store.get(THEME) == "dark"
    (warning,) = store.warnings
    assert warning.endswith('the old file is kept as "settings.json.bad".')
    store.set(THEME, "light")
    assert path.with_name("settings.json.bad").read_bytes() == content
    assert SettingsStore(path).get(THEME) == "light"


def test_a_bad_value_costs_only_itself(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"version": 1, "theme": "pink", "takes": 7}')
    store = SettingsStore(path)
    assert (store.get(THEME), store.get(TAKES)) == ("dark", 7)
    assert store.warnings == ("The setting theme cannot be 'pink': choose one of dark, light. The default is used.",)


def test_settings_of_other_versions_are_kept(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"version": 1, "sparkle": 3}')
    SettingsStore(path).set(TAKES, 7)
    assert json.loads(path.read_text()) == {"sparkle": 3, "version": 1, "takes": 7}

    newer = '{"version": 2, "takes": 9, "theme": {"name": "pink"}}'
    path.write_text(newer)
    store = SettingsStore(path)
    assert store.get(TAKES) == 9
    store.set(TAKES, 5)
    assert store.get(TAKES) == 5
    assert path.read_text() == newer


def test_a_full_disk_is_told_and_costs_nothing_now(path: Path) -> None:
    disk = FaultyDisk({"write": (0, errno.ENOSPC)})
    store = SettingsStore(path, disk)
    store.set(THEME, "light")
    assert store.get(THEME) == "light"
    assert store.problem == "Your settings cannot be kept: the disk is full. They hold until you close Continuo."
    disk.faults.clear()
    store.set(TAKES, 3)
    assert store.problem is None
    assert SettingsStore(path).get(THEME) == "light"


def test_recent_files_are_newest_first_and_few(path: Path, tmp_path: Path) -> None:
    store = SettingsStore(path)
    files = [tmp_path / f"{number}.continuo" for number in range(12)]
    for file in (*files, files[5]):
        store.add_recent(file)
    assert store.recent_files() == [files[5], *(files[number] for number in (11, 10, 9, 8, 7, 6, 4, 3, 2))]
    store.remove_recent(files[5])
    assert SettingsStore(path).recent_files()[0] == files[11]


def test_one_variable_moves_all_folders(home: Path, tmp_path: Path) -> None:
    assert AppFolders.of_user().journal.is_relative_to(home)
    moved = AppFolders.of_user({"CONTINUO_HOME": str(tmp_path)})
    for folder in (moved.data, moved.config, moved.cache, moved.journal, moved.models, moved.settings_file):
        assert folder.is_relative_to(tmp_path)
    usual = AppFolders.of_user({})
    assert "continuo" in str(usual.data)
    assert not usual.data.is_relative_to(home)
