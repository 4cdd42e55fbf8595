"""Saving either works whole or changes nothing, wherever the disk fails, and says so in one sentence."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from ml.music import Score, Track
from studio.project import ProjectFile, UnwritableProject, load_project, save_project
from studio.project.files import CHUNK_BYTES
from tests.studio.project.pieces import FaultyDisk, long_song, song

OLD, NEW = ProjectFile(song(60)), ProjectFile(song(60, 64, 67))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A project on disk that holds OLD."""
    found = tmp_path / "Song.continuo"
    save_project(found, OLD)
    return found


def assert_untouched(path: Path) -> None:
    assert load_project(path) == OLD
    assert list(path.parent.iterdir()) == [path], "a temporary file was left"


@pytest.mark.parametrize("call", ["create", "write", "sync", "read", "replace"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS, errno.EMFILE])
def test_an_error_at_any_call_leaves_the_old_file(path: Path, call: str, number: int) -> None:
    with pytest.raises(UnwritableProject, match=r'^"Song.continuo" could not be saved: .*Save As\.$') as refused:
        save_project(path, NEW, FaultyDisk({call: (0, number)}))
    assert "\n" not in str(refused.value)
    assert_untouched(path)
    save_project(path, NEW)
    assert load_project(path) == NEW


def test_a_disk_that_fills_up_at_any_write_leaves_the_old_file(path: Path) -> None:
    large = ProjectFile(long_song(150_000))
    disk = FaultyDisk()
    save_project(path.with_name("Large.continuo"), large, disk)
    path.with_name("Large.continuo").unlink()
    writes = disk.calls.count("write")
    assert writes >= 3, f"the file should take several pieces of {CHUNK_BYTES} bytes"
    for good in range(writes):
        with pytest.raises(UnwritableProject, match="the disk is full"):
            save_project(path, large, FaultyDisk({"write": (good, errno.ENOSPC)}))
        assert_untouched(path)


def test_a_disk_that_does_not_confirm_the_rename_is_told(path: Path) -> None:
    with pytest.raises(UnwritableProject, match=r"the disk did not confirm it .* another disk"):
        save_project(path, NEW, FaultyDisk({"sync_folder": (0, errno.EIO)}))
    assert load_project(path) == NEW


def test_a_file_system_that_cannot_sync_folders_is_good_enough(path: Path) -> None:
    save_project(path, NEW, FaultyDisk({"sync_folder": (0, errno.EINVAL)}))
    assert load_project(path) == NEW


def test_a_disk_that_reads_back_something_else_is_found_out(path: Path) -> None:
    class Forgetful(FaultyDisk):
        def read(self, path: Path, most: int) -> bytes:
            return super().read(path, most).replace(b"Lead", b"Leaf")

    with pytest.raises(UnwritableProject, match="the disk reports an error"):
        save_project(path, NEW, Forgetful())
    assert_untouched(path)


def test_everything_is_on_disk_before_the_rename(path: Path) -> None:
    disk = FaultyDisk()
    save_project(path, NEW, disk)
    assert [call for call in disk.calls if call != "write"] == ["create", "sync", "read", "replace", "sync_folder"]


def test_a_write_protected_file_is_not_replaced(path: Path) -> None:
    path.chmod(0o444)
    with pytest.raises(UnwritableProject, match=r"is write-protected .* save under another name"):
        save_project(path, NEW)
    assert_untouched(path)


def test_a_folder_that_vanished_is_named_as_the_reason(tmp_path: Path) -> None:
    with pytest.raises(UnwritableProject, match="the folder is not there any more"):
        save_project(tmp_path / "gone" / "Song.continuo", NEW)


def test_a_folder_of_that_name_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "Song.continuo").mkdir()
    with pytest.raises(UnwritableProject, match="a folder has this name"):
        save_project(tmp_path / "Song.continuo", NEW)


def test_a_piece_that_would_not_open_again_is_not_saved(path: Path) -> None:
    impossible = Score((Track("Lead", program=200),))
    with pytest.raises(
        UnwritableProject, match=r"the instrument of track 1 .* from 0 to 127.*Export the piece as MIDI"
    ):
        save_project(path, ProjectFile(impossible))
    assert_untouched(path)


def test_window_state_that_is_no_json_is_refused(path: Path) -> None:
    for view in ({"zoom": float("nan")}, {"widget": object()}):
        with pytest.raises(UnwritableProject):
            save_project(path, ProjectFile(song(), view))
        assert_untouched(path)


def test_links_are_followed_and_permissions_kept(path: Path) -> None:
    path.chmod(0o640)
    link = path.with_name("link.continuo")
    link.symlink_to(path)
    save_project(link, NEW)
    assert link.is_symlink()
    assert load_project(path) == NEW
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_what_a_killed_program_left_is_cleared_away_after_a_day(path: Path) -> None:
    old, fresh, other = (
        path.with_name(name)
        for name in (".Song.continuo.1-a.saving", ".Song.continuo.2-b.saving", ".Other.continuo.1-a.saving")
    )
    for left in (old, fresh, other):
        left.write_bytes(b"{")
    day_ago_s = path.stat().st_mtime - 2 * 24 * 3600
    os.utime(old, (day_ago_s, day_ago_s))
    os.utime(other, (day_ago_s, day_ago_s))
    save_project(path, NEW)
    assert not old.exists()
    assert fresh.exists()
    assert other.exists()


def test_a_long_or_strange_name_is_shown_plainly(tmp_path: Path) -> None:
    with pytest.raises(UnwritableProject) as refused:
        save_project(tmp_path / ("a" * 300 + "\n\u202e.continuo"), NEW)
    assert "the name is too long" in str(refused.value)
    assert "\n" not in str(refused.value)
    assert "\u202e" not in str(refused.value)
    assert len(str(refused.value)) < 250
