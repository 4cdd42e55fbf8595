"""Chorales come from files that may be anything, and go to scores and back."""

from __future__ import annotations

import json
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.music.midi import read_midi_file, write_midi_file
from ml.tensors.chorale_grid import (
    JSB_16,
    JSB_QUARTER,
    SILENT,
    UnreadableChorales,
    from_score,
    read_chorales,
    to_score,
)
from tests.ml.chorale_pieces import chorale, chorales, write_json


def test_a_zip_and_its_json_hold_the_same_chorales(tmp_path):
    path = write_json(tmp_path / JSB_16.member)
    with zipfile.ZipFile(tmp_path / "jsb.zip", "w") as archive:
        archive.write(path, f"json/{JSB_16.member}")
    plain, packed = read_chorales(path, JSB_16), read_chorales(tmp_path / "jsb.zip", JSB_16)
    assert plain.data_hash == packed.data_hash != JSB_16.fingerprint
    assert [len(plain.splits[split]) for split in ("train", "valid", "test")] == [6, 2, 1]
    assert np.array_equal(plain.splits["train"][0], chorales(8, 32)[0])


def test_a_set_is_written_from_high_to_low_and_ended(tmp_path):
    (tmp_path / "sets.json").write_text(json.dumps({"train": [[[48, 67, 76, 84], [], [60, 72]]]}))
    frames = read_chorales(tmp_path / "sets.json", JSB_QUARTER).splits["train"][0]
    assert frames.tolist() == [[84, 76, 67, 48], [SILENT] * 4, [72, 60, SILENT, SILENT]]


@pytest.mark.parametrize(
    "text",
    [
        "no json",
        "[" * 100_000,
        "[]",
        "{}",
        '{"train": []}',
        '{"train": [[]]}',
        '{"train": [[[60, 60, 60]]]}',
        '{"train": [[[60, 60, 60, 60, 60]]]}',
        '{"train": [[[60, 60, 60, 200]]]}',
        '{"train": [[[60, 60, 60, 20]]]}',
        '{"train": [[[60, 60, 60, 60.5]]]}',
        '{"train": [[[60, 60, 60, true]]]}',
        '{"train": 3}',
        '{"train": [[[60, 60, 60, 60]]], "more": []}',
    ],
)
def test_what_is_no_chorale_is_refused_in_one_sentence(tmp_path, text):
    (tmp_path / "broken.json").write_text(text)
    with pytest.raises(UnreadableChorales, match=r"^[^\n]+\.$"):
        read_chorales(tmp_path / "broken.json", JSB_16)


def test_a_missing_file_and_a_zip_without_chorales_are_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("readme.txt", "nothing")
    for name in ("absent.json", "other.zip"):
        with pytest.raises(UnreadableChorales, match="holds no Jsb16thSeparated"):
            read_chorales(tmp_path / name, JSB_16)


@given(st.integers(0, 10_000), st.integers(1, 80))
@settings(max_examples=25, deadline=None)
def test_grid_to_score_and_back(seed, frames):
    piece = chorale(seed, frames)
    assert np.array_equal(from_score(to_score(piece, JSB_16), JSB_16), piece)


def test_a_chorale_survives_a_midi_file(tmp_path):
    piece = chorale(3)
    write_midi_file(to_score(piece, JSB_16, title="Chorale"), tmp_path / "chorale.mid")
    score = read_midi_file(tmp_path / "chorale.mid").score
    assert [track.name for track in score.tracks] == ["Soprano", "Alto", "Tenor", "Bass"]
    assert np.array_equal(from_score(score, JSB_16), piece)


def test_a_score_of_other_parts_or_pitches_is_no_chorale():
    score = to_score(chorale(1), JSB_16)
    with pytest.raises(UnreadableChorales, match="4 tracks, not 3"):
        from_score(score.with_tracks(score.tracks[:3]), JSB_16)
    low = np.full((4, 4), 20)
    with pytest.raises(UnreadableChorales, match="outside 36 to 81"):
        from_score(to_score(low, JSB_16), JSB_16)
