"""Any folder or zip of MIDI files can be learned from; what cannot is said in a sentence."""

from __future__ import annotations

import errno
import json
import tracemalloc
import zipfile
from dataclasses import fields, replace

import numpy as np
import pytest

from ml.music import Note, NoteTable, Score, TimeMap, Track
from ml.music.midi import read_midi, write_midi
from ml.tensors import vocabulary as v
from ml.tensors.piece import piece_events
from ml.training import cache as cache_module
from ml.training.augmentation import Augmentation
from ml.training.batches import RowSource
from ml.training.cache import open_corpora, open_corpus
from ml.training.columns import ColumnFile
from ml.training.sources import EmptyCorpus
from tests.ml.training.tunes import fill, opened, packed, split_of, tune, tunes

DRUMS = Track("Drums", NoteTable.of([Note(0, 120, 36), Note(480, 120, 38)]), channel=9, drums=True)


def same(one, other) -> bool:
    """Whether two pieces hold the same events; which tracks they came from is not kept."""
    return all(
        np.array_equal(getattr(one, field.name), getattr(other, field.name))
        for field in fields(one)
        if field.name != "tracks"
    )


def refusal(source, tmp_path) -> str:
    """The sentence with which a source is refused."""
    with pytest.raises(EmptyCorpus) as caught:
        open_corpus(source, tmp_path / "cache")
    text = str(caught.value)
    assert "\n" not in text
    assert text.endswith(".")
    return text


def test_pieces_come_back_from_the_columns_as_they_went_in(tmp_path):
    scores = {**tunes(3), "with drums": replace(tune(9), tracks=(*tune(9).tracks, DRUMS))}
    corpus = opened(tmp_path, scores)
    assert corpus.names == sorted(scores)
    for number, name in enumerate(corpus.names):
        assert same(corpus.piece(number), piece_events(read_midi(write_midi(scores[name])).score))
        assert corpus.sizes[number] == scores[name].note_count


def test_a_zip_and_a_folder_of_the_same_files_hold_the_same_pieces(tmp_path):
    folder = open_corpus(fill(tmp_path / "a" / "songs", tunes(12)), tmp_path / "cache")
    archive = open_corpus(packed(tmp_path / "b" / "songs.zip", tunes(12)), tmp_path / "cache")
    assert folder.name == archive.name == "songs"
    assert split_of(folder) == split_of(archive)
    assert all(same(folder.piece(i), archive.piece(i)) for i in range(12))


def test_a_corpus_is_read_once(tmp_path, monkeypatch):
    first = opened(tmp_path, tunes(3))
    monkeypatch.setattr(cache_module, "read_midi", lambda *_: pytest.fail("read again"))
    again = open_corpus(tmp_path / "songs", tmp_path / "cache")
    assert again.folder == first.folder
    assert same(again.piece(2), first.piece(2))
    assert [path.name for path in (tmp_path / "cache").iterdir()] == [first.folder.name]  # no draft is left


def test_a_changed_corpus_is_read_again(tmp_path):
    before = opened(tmp_path, tunes(3))
    after = opened(tmp_path, tunes(4))
    assert len(before.names) == 3
    assert len(after.names) == 4
    splits = tmp_path / "splits" / "songs.json"
    splits.parent.mkdir()
    splits.write_text(json.dumps({"train": ["tune 0"], "valid": ["tune 1"], "test": ["tune 2", "tune 3"]}))
    assert open_corpus(tmp_path / "songs", tmp_path / "cache").splits["test"].tolist() == [2, 3]


@pytest.mark.parametrize("damage", ["index", "column", "gone", "longer"])
def test_a_damaged_cache_is_made_again(tmp_path, damage):
    before = opened(tmp_path, tunes(3))
    pitch = before.folder / "pitch.npy"
    if damage == "index":
        (before.folder / "index.json").write_text("{")
    elif damage == "column":
        pitch.write_bytes(pitch.read_bytes()[:-3])
    elif damage == "gone":
        pitch.unlink()
    else:
        np.save(pitch, np.zeros(5000, np.uint8))
    lines: list[str] = []
    again = open_corpus(tmp_path / "songs", tmp_path / "cache", lines.append)
    assert "is damaged and is made again" in lines[0]
    assert all(same(again.piece(i), piece_events(read_midi(write_midi(tune(i))).score)) for i in range(3))


def test_a_cache_that_was_being_written_when_the_disk_filled_leaves_nothing(tmp_path, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(ColumnFile, "append", full)
    with pytest.raises(OSError, match="No space"):
        opened(tmp_path, tunes(3))
    assert not (tmp_path / "cache").exists()


def test_memory_holds_one_piece_at_a_time_when_a_corpus_is_read_and_learned_from(tmp_path, monkeypatch):
    """The columns of this corpus would be 48 MB as they are read, and 13 MB on disk."""
    notes, pieces, limit = 20_000, 60, 6 << 20
    grid = np.arange(notes, dtype=np.int64)
    template = piece_events(tune(1, bars=2))

    def large(file, style):
        return replace(
            template, onset=grid * 24, part=grid % 2, pitch=60 + grid % 12, length=grid * 0 + 24,
            velocity=grid % 100 + 1, bar_starts=np.arange(0, notes * 24 + 97, 96),
        )  # fmt: skip

    monkeypatch.setattr(cache_module, "read_piece", large)
    source = fill(tmp_path / "songs", {f"tune {number}": tune(bars=1) for number in range(pieces)})
    tracemalloc.start()
    try:
        corpus = open_corpus(source, tmp_path / "cache")
        assert sum(file.stat().st_size for file in corpus.folder.iterdir()) > 2 * limit
        assert tracemalloc.get_traced_memory()[1] < limit
        rows = RowSource([(corpus, 1.0)], 256, Augmentation(), 1)
        for _ in range(100):
            rows.row()
        assert tracemalloc.get_traced_memory()[1] < limit
    finally:
        tracemalloc.stop()
    assert corpus.notes("train") + corpus.notes("valid") == notes * pieces
    assert np.array_equal(corpus.piece(pieces - 1).pitch, 60 + grid % 12)


# --- splits


@pytest.mark.parametrize("unpacked", [True, False])
def test_lists_beside_the_corpus_decide_the_split_also_of_one_that_was_unpacked(tmp_path, unpacked):
    named = {f"midi/{name}": score for name, score in tunes(6).items()}
    source = fill(tmp_path / "songs", named) if unpacked else packed(tmp_path / "songs.zip", tunes(6))
    lists = {"train": ["tune 0", "tune 1", "tune 2"], "valid": ["tune 3"], "test": ["tune 4", "tune 5"]}
    (tmp_path / "splits").mkdir()
    (tmp_path / "splits" / "songs.json").write_text(json.dumps(lists))
    corpus = open_corpus(source, tmp_path / "cache")
    assert split_of(corpus) == {name: split for split, names in lists.items() for name in names}


def test_without_lists_the_metadata_decide_the_split(tmp_path):
    rows = "name,split\ntune 0,train\ntune 1,test\ntune 2,valid\n"
    corpus = open_corpus(packed(tmp_path / "songs.zip", tunes(3), metadata_csv=rows), tmp_path / "cache")
    assert split_of(corpus) == {"tune 0": "train", "tune 1": "test", "tune 2": "valid"}


def test_without_any_split_about_a_tenth_is_held_out_by_name_alone(tmp_path):
    short = Score((Track("A", NoteTable.of([Note(0, 480, 60), Note(480, 480, 62)])),), TimeMap(480))
    corpus = opened(tmp_path, {f"tune {number}": short for number in range(150)})
    assert 5 <= len(corpus.splits["valid"]) <= 30
    assert len(corpus.splits["train"]) + len(corpus.splits["valid"]) == 150
    fewer = opened(tmp_path, {f"tune {number}": short for number in range(50, 150)}, "others")
    assert split_of(fewer).items() <= split_of(corpus).items()


@pytest.mark.parametrize("name", [f"tune {number}" for number in range(12)])
def test_a_corpus_of_one_file_is_learned_from_whatever_the_file_is_called(tmp_path, name):
    corpus = opened(tmp_path, {name: tune()})
    assert split_of(corpus) == {name: "train"}


@pytest.mark.parametrize("text", ["not json", "[1, 2]", '{"dev": ["tune 0"]}', '{"train": 5}', "null"])
def test_lists_that_cannot_be_understood_are_refused_not_guessed(tmp_path, text):
    fill(tmp_path / "songs", tunes(2))
    (tmp_path / "splits").mkdir()
    (tmp_path / "splits" / "songs.json").write_text(text)
    assert "songs.json" in refusal(tmp_path / "songs", tmp_path)


# --- what is left out


def test_files_that_cannot_be_read_are_listed_and_told_and_the_rest_is_used(tmp_path):
    folder = fill(tmp_path / "songs", tunes(2))
    (folder / "broken.mid").write_bytes(b"RIFF, but not really")
    (folder / "lonely.mid").write_bytes(write_midi(Score((Track("A", NoteTable.of([Note(0, 480, 60)])),))))
    (folder / "notes.txt").write_text("no music")
    (folder / "gone.mid").symlink_to(tmp_path / "nowhere.mid")
    (folder / "folder.mid").mkdir()
    lines: list[str] = []
    corpus = open_corpus(folder, tmp_path / "cache", lines.append)
    assert corpus.names == ["tune 0", "tune 1"]
    assert len(corpus.unreadable) == 2
    assert "broken" in corpus.unreadable[0]
    assert "lonely" in corpus.unreadable[1]
    assert "songs: files left out: 2 of 4 (1 unreadable, 1 with fewer than two notes)." in lines
    assert any("broken" in line for line in lines)


def test_of_many_bad_files_the_first_few_are_named(tmp_path):
    folder = fill(tmp_path / "songs", tunes(1))
    for number in range(9):
        (folder / f"bad {number}.mid").write_bytes(b"")
    lines: list[str] = []
    open_corpus(folder, tmp_path / "cache", lines.append)
    assert "left out: 9 of 10 (9 unreadable)" in lines[0]
    assert ["bad" in line for line in lines] == [False, True, True, True, False]
    assert lines[-1].strip() == "and 6 more"
    again: list[str] = []
    open_corpus(folder, tmp_path / "cache", again.append)
    assert again == lines


def test_a_corpus_without_a_readable_file_says_why(tmp_path):
    folder = tmp_path / "songs"
    folder.mkdir()
    (folder / "broken.mid").write_bytes(b"no music")
    (folder / "lonely.mid").write_bytes(write_midi(Score((Track("A", NoteTable.of([Note(0, 480, 60)])),))))
    assert "(1 unreadable, 1 with fewer than two notes)" in refusal(folder, tmp_path)


def test_a_piece_that_never_ends_is_left_out_at_once(tmp_path):
    stray = Score((Track("A", NoteTable.of([Note(0, 1, 60), Note(2**28 - 2, 1, 60)])),), TimeMap(1))
    corpus = opened(tmp_path, {**tunes(1), "endless": stray})
    assert corpus.names == ["tune 0"]
    assert "endless lasts" in corpus.unreadable[0]


def test_a_damaged_member_of_a_zip_costs_only_itself(tmp_path):
    source = packed(tmp_path / "songs.zip", tunes(3))
    with zipfile.ZipFile(source) as archive:
        offset = archive.getinfo("midi/tune 1.mid").header_offset
    data = bytearray(source.read_bytes())
    data[offset + 80] ^= 0xFF
    source.write_bytes(data)
    corpus = open_corpus(source, tmp_path / "cache")
    assert corpus.names == ["tune 0", "tune 2"]
    assert "tune 1.mid cannot be unpacked" in corpus.unreadable[0]


def test_a_member_that_claims_to_be_huge_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr("ml.training.sources.LARGEST_FILE_BYTES", 100)
    assert "1 unreadable" in refusal(packed(tmp_path / "songs.zip", tunes(1)), tmp_path)


LICENCES = {
    "tune 0": ("Public Domain", True),
    "tune 1": ("Creative Commons Attribution 4.0", True),
    "tune 2": ("Creative Commons Attribution-ShareAlike 4.0 International", False),
    "tune 3": ("cc-by-sa", False),
    "tune 4": ("Creative Commons BY-SA 2.5", False),
    "tune 5": ("Creative Commons Attribution-NonCommercial 3.0", False),
    "tune 6": ("", False),
    "tune 7": ("CC0", True),
    "tune 8": ("CC BY 4.0", True),
    "tune 9": ("CC BY SA 4.0", False),
}


@pytest.mark.parametrize("unpacked", [True, False])
def test_of_mutopia_only_free_pieces_are_learned_from(tmp_path, unpacked):
    rows = "name,license\n" + "".join(f"{name},{licence}\n" for name, (licence, _) in LICENCES.items())
    if unpacked:
        source = fill(tmp_path / "mutopia", {f"midi/{name}": score for name, score in tunes(10).items()})
        (source / "metadata.csv").write_text(rows)
    else:
        source = packed(tmp_path / "mutopia.zip", tunes(10), metadata_csv=rows)
    assert open_corpus(source, tmp_path / "cache").names == [name for name, (_, free) in LICENCES.items() if free]


def test_without_a_word_on_licences_nothing_of_mutopia_is_learned_from(tmp_path):
    assert "3 not to be learned from" in refusal(fill(tmp_path / "mutopia", tunes(3)), tmp_path)


def test_of_the_game_music_only_freedoom_is_learned_from(tmp_path):
    rows = "name,source\ntune 0,freedoom\ntune 1,elsewhere\n"
    corpus = open_corpus(packed(tmp_path / "game_multitrack.zip", tunes(2), metadata_csv=rows), tmp_path / "cache")
    assert corpus.names == ["tune 0"]


def test_a_known_corpus_has_its_style_and_an_own_one_a_guessed_one(tmp_path):
    assert v.STYLES[opened(tmp_path, tunes(1), "jsb_chorales").piece(0).style] == "chorale"
    assert v.STYLES[opened(tmp_path, tunes(1, parts=1), "mine").piece(0).style] == "piano"


# --- nothing to learn from


def test_a_path_that_is_missing_is_named(tmp_path):
    assert str(tmp_path / "nowhere") in refusal(tmp_path / "nowhere", tmp_path)


def test_a_folder_without_music_is_named(tmp_path):
    (tmp_path / "empty").mkdir()
    assert str(tmp_path / "empty") in refusal(tmp_path / "empty", tmp_path)
    assert not (tmp_path / "cache").exists()


def test_a_single_midi_file_is_no_corpus(tmp_path):
    fill(tmp_path, {"tune": tune()})
    assert "neither a folder nor a zip" in refusal(tmp_path / "tune.mid", tmp_path)


def test_a_damaged_zip_is_named(tmp_path):
    source = packed(tmp_path / "songs.zip", tunes(2))
    data = source.read_bytes()
    at = data.index(b"PK\x01\x02")
    source.write_bytes(data[:at] + b"XXXX" + data[at + 4 :])
    assert "damaged zip" in refusal(source, tmp_path)


def test_damaged_metadata_are_named(tmp_path, monkeypatch):
    monkeypatch.setattr("ml.training.sources.LARGEST_METADATA_BYTES", 10)
    source = packed(tmp_path / "songs.zip", tunes(1), metadata_csv="name,split\ntune 0,train\n")
    assert "metadata.csv" in refusal(source, tmp_path)


def test_two_corpora_of_one_name_are_refused(tmp_path):
    sources = [fill(tmp_path / where / "songs", tunes(2)) for where in ("a", "b")]
    with pytest.raises(EmptyCorpus, match='"songs"'):
        open_corpora(sources, tmp_path / "cache", lambda text: None)
