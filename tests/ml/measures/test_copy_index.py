"""The copy index against the exact search: long runs are always found, and what is told is there."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.measures.copy_index import CopyIndex
from ml.measures.copy_index_file import UnusableIndex, read_index, write_index
from ml.measures.copy_postings import TooManyPieces, index_of, layout_for
from ml.measures.copying import Library
from ml.measures.note_runs import NoteRuns
from ml.measures.usual_copying import DRUMS, ONE_VOICE, SEVERAL_VOICES, UsualCopying, UsualRuns, kind_of, upper_rows
from ml.measures.winnowing import Winnowing

WINNOWING = Winnowing(5, 6)
Tune = list[tuple[int, int]]
"""Steps from the note before, and pitch."""


def runs_of(*tunes: Tune) -> NoteRuns:
    """The tunes as lines 0, 1, 2 ..."""
    line = np.concatenate([np.full(len(tune), number) for number, tune in enumerate(tunes)])
    onset = np.concatenate([np.cumsum([step for step, _ in tune], dtype=np.int64) for tune in tunes])
    pitch = np.array([pitch for tune in tunes for _, pitch in tune], np.int64)
    return NoteRuns.in_order(line, onset, pitch)


def index_for(*tunes: Tune, common: int = 1000, winnowing: Winnowing = WINNOWING) -> CopyIndex:
    """An index of one piece for each tune."""
    runs = runs_of(*tunes)
    layout = layout_for(len(tunes), len(runs))
    prints = winnowing.fingerprints(runs)
    names = tuple(f"Tune {number}" for number in range(len(tunes)))
    half = len(tunes) // 2
    return index_of(
        prints, prints.line, winnowing, layout, common, names, (("one", half), ("other", len(tunes) - half))
    )


def random_tune(seed: int, notes: int) -> Tune:
    draw = np.random.default_rng(seed)
    return list(zip(draw.integers(1, 30, notes).tolist(), draw.integers(40, 90, notes).tolist(), strict=True))


def moved(tune: Tune, semitones: int) -> Tune:
    return [(step, pitch + semitones) for step, pitch in tune]


def longest(index: CopyIndex, tune: Tune, exact: bool = False) -> int:
    return int(index.shared(runs_of(tune)).longest_of([0], exact)[0])


def truly_longest(tunes: tuple[Tune, ...], tune: Tune, exact: bool) -> int:
    """By the search that compares note by note; it knows no runs of less than eight."""
    library = Library([runs_of(tune)])
    library.add(runs_of(*tunes))
    copying = library.copying(runs_of(tune))
    return copying.longest if exact else copying.longest_transposed


@pytest.mark.parametrize("exact", [True, False])
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_run_of_the_guaranteed_length_is_always_found_and_none_is_told_too_long(exact: bool, data) -> None:
    pieces = tuple(random_tune(seed, 60) for seed in range(12))
    source = pieces[data.draw(st.integers(0, 11))]
    start, length = data.draw(st.integers(0, 40)), data.draw(st.integers(8, 40))
    shift = 0 if exact else data.draw(st.integers(-7, 7))
    before, after = (random_tune(data.draw(st.integers(100, 200)), data.draw(st.integers(0, 15))) for _ in "ab")
    asked = [*before, *moved(source[start : start + length], shift), *after]
    truth, told = truly_longest(pieces, asked, exact), longest(index_for(*pieces), asked, exact)
    assert told <= max(truth, WINNOWING.notes)
    if truth >= WINNOWING.guaranteed:
        assert truth - 2 * (WINNOWING.window - 1) <= told
        assert told >= WINNOWING.notes


def test_the_piece_and_the_place_are_told() -> None:
    pieces = [random_tune(seed, 80) for seed in range(6)]
    asked = [*random_tune(50, 10), *pieces[4][20:50], *random_tune(51, 10)]
    shared = index_for(*pieces).shared(runs_of(asked))
    (place,) = np.flatnonzero(shared.notes == shared.notes.max())
    assert shared.piece[place] == 4
    assert shared.exact[place]
    assert 10 <= shared.first[place] <= 10 + WINNOWING.window
    assert shared.first[place] + shared.notes[place] <= 40
    assert index_for(*pieces).corpus_of(4) == "other"
    assert index_for(*pieces).corpus_of(2) == "one"


def test_the_other_pitch_is_no_exact_run() -> None:
    pieces = [random_tune(seed, 80) for seed in range(4)]
    asked = moved(pieces[1][:40], 3)
    index = index_for(*pieces)
    assert longest(index, asked) >= 40 - 2 * (WINNOWING.window - 1)
    assert longest(index, asked, exact=True) == 0


def test_a_run_of_common_figures_only_is_found_without_a_piece() -> None:
    figure = random_tune(7, 14)
    pieces = [[*random_tune(seed, 30), *figure, *random_tune(seed + 50, 30)] for seed in range(10)]
    index = index_for(*pieces, common=3)
    asked = [*random_tune(90, 20), *figure, *random_tune(91, 20)]
    rows = index.common_figures(runs_of(asked))
    assert len(rows)
    assert set(rows) <= set(range(20, 20 + len(figure) - WINNOWING.notes + 1))
    assert not len(index.common_figures(runs_of(random_tune(90, 40))))


def test_common_figures_bridge_what_lies_around_them() -> None:
    figure = random_tune(7, 14)
    pieces = [[*random_tune(seed, 30), *figure, *random_tune(seed + 50, 30)] for seed in range(10)]
    through = pieces[2][10:64]
    assert longest(index_for(*pieces, common=3), through) >= len(through) - 2 * (WINNOWING.window - 1)


@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_nothing_of_the_guaranteed_length_escapes_however_common_it_is(data) -> None:
    figure = random_tune(data.draw(st.integers(200, 230)), data.draw(st.integers(4, 16)))
    pieces = [[*random_tune(seed, 12), *figure, *figure, *random_tune(seed + 50, 12)] for seed in range(8)]
    index = index_for(*pieces, common=data.draw(st.integers(1, 9)))
    source = pieces[data.draw(st.integers(0, 7))]
    first = data.draw(st.integers(0, len(source) - WINNOWING.guaranteed))
    asked = moved(source[first : first + WINNOWING.guaranteed], data.draw(st.integers(-6, 6)))
    assert longest(index, asked) or len(index.common_figures(runs_of(asked)))


def test_lines_too_short_to_be_winnowed_are_searched_too() -> None:
    pieces = [random_tune(seed, 80) for seed in range(4)]
    index = index_for(*pieces)
    excerpts = [pieces[2][first : first + WINNOWING.guaranteed - 1] for first in range(70)]
    assert sum(longest(index, excerpt) > 0 for excerpt in excerpts) > 55


def test_what_a_run_says_again_counts_once() -> None:
    cell = random_tune(3, 6)
    index = index_for(cell * 12, random_tune(5, 80))
    shared = index.shared(runs_of(cell * 8))
    best = int(np.argmax(shared.end - shared.first))
    assert shared.end[best] - shared.first[best] > 3 * len(cell)
    assert shared.notes[best] == len(cell)
    tune = random_tune(6, 30)
    twice = longest(index_for([*tune, *tune, *random_tune(8, 20)]), [*tune, *tune])
    assert len(tune) - 2 * (WINNOWING.window - 1) <= twice <= len(tune) + WINNOWING.notes


def test_lines_are_looked_up_together_as_they_are_alone() -> None:
    pieces = [random_tune(seed, 80) for seed in range(4)]
    asked = [pieces[2][5:45], random_tune(60, 30), moved(pieces[0][:30], 2)]
    index = index_for(*pieces)
    together = index.shared(runs_of(*asked))
    assert together.longest_of([0, 1, 2], False).tolist() == [longest(index, tune) for tune in asked]
    assert together.longest_of([0, 1, 2], True).tolist() == [longest(index, tune, exact=True) for tune in asked]


def test_nothing_is_shared_by_nothing() -> None:
    index = index_for(random_tune(1, 40))
    assert longest(index, random_tune(2, 3)) == 0
    assert longest(index_for(random_tune(1, 2)), random_tune(1, 40)) == 0


def test_too_many_pieces_are_refused() -> None:
    with pytest.raises(TooManyPieces, match="70000 pieces"):
        layout_for(70_000, 10)


# --- the file


def test_the_file_gives_the_index_back_and_is_the_same_each_time(tmp_path) -> None:
    pieces = [random_tune(seed, 80) for seed in range(5)]
    index = index_for(*pieces, common=2)
    write_index(index, tmp_path / "a.bin")
    write_index(index_for(*pieces, common=2), tmp_path / "b.bin")
    assert (tmp_path / "a.bin").read_bytes() == (tmp_path / "b.bin").read_bytes()
    back = read_index(tmp_path / "a.bin")
    assert (back.winnowing, back.layout, back.names, back.corpora) == (
        index.winnowing, index.layout, index.names, index.corpora,
    )  # fmt: skip
    for name in ("bucket_starts", "words", "common"):
        assert np.array_equal(getattr(back, name), getattr(index, name))
    assert longest(back, pieces[3][:40]) == longest(index, pieces[3][:40]) > 0


@given(data=st.data())
@settings(max_examples=80, deadline=None)
def test_a_damaged_file_is_refused_in_a_sentence(tmp_path_factory, data) -> None:
    path = tmp_path_factory.mktemp("index") / "index.bin"
    write_index(index_for(random_tune(1, 80), random_tune(2, 80)), path)
    whole = bytearray(path.read_bytes())
    if data.draw(st.booleans()):
        del whole[data.draw(st.integers(0, len(whole) - 1)) :]
    else:
        whole[data.draw(st.integers(0, len(whole) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(whole)
    try:
        read_index(path)
    except UnusableIndex as problem:
        assert str(problem) == "is damaged or made by another version"
    else:  # a letter of a corpus's name may be another
        assert len(whole) == path.stat().st_size


@pytest.mark.parametrize("change", [
    {"postings": 1 << 40}, {"notes": 0}, {"window": True}, {"bucket_bits": 60}, {"piece_bits": -1}, {"corpora": 3},
    {"corpora": [["one", 1]]}, {"bytes": {"words": -1}}, {"probe": "0"}, {"sha256": ""},
])  # fmt: skip
def test_a_header_that_lies_is_refused(tmp_path, change) -> None:
    import json

    path = tmp_path / "index.bin"
    write_index(index_for(random_tune(1, 80), random_tune(2, 80)), path)
    data = path.read_bytes()
    length = int.from_bytes(data[8:12], "little")
    header = json.dumps({**json.loads(data[12 : 12 + length]), **change}).encode()
    path.write_bytes(data[:8] + len(header).to_bytes(4, "little") + header + data[12 + length :])
    with pytest.raises(UnusableIndex):
        read_index(path)


def test_a_missing_file_and_one_that_is_none_are_refused(tmp_path) -> None:
    with pytest.raises(UnusableIndex, match="cannot be read"):
        read_index(tmp_path / "nothing.bin")
    with pytest.raises(UnusableIndex):
        read_index(tmp_path)
    (tmp_path / "huge.bin").touch()
    with (tmp_path / "huge.bin").open("r+b") as file:
        file.truncate(1 << 40)
    with pytest.raises(UnusableIndex, match="larger than"):
        read_index(tmp_path / "huge.bin")


# --- what is usual


def test_what_is_usual_lies_between_the_measured_lengths() -> None:
    exact, transposed = (tuple((low + row, high + row) for row in range(5)) for low, high in ((8, 12), (10, 20)))
    usual = UsualCopying(0.95, {ONE_VOICE: UsualRuns((16, 64), exact, transposed, (50, 40))})
    assert usual.longest(ONE_VOICE, 4, exact=True) == 8
    assert usual.longest(ONE_VOICE, 32, exact=False) == 15
    assert usual.longest(ONE_VOICE, 1000, exact=False) == 20
    assert [usual.longest(ONE_VOICE, 64, exact=False, parts=parts) for parts in (2, 3, 16, 99)] == [21, 22, 24, 24]
    assert usual.longest("polka", 64, exact=False) == float("inf")
    assert UsualCopying.from_data(usual.as_data()) == usual


@pytest.mark.parametrize("data", [
    None, {}, {"quantile": 2, "kinds": {}}, {"quantile": 0.9, "kinds": []}, {"quantile": 0.9, "kinds": {"a": {}}},
])  # fmt: skip
def test_a_calibration_that_is_none_is_refused(data) -> None:
    with pytest.raises((ValueError, KeyError, TypeError, AttributeError)):
        UsualCopying.from_data(data)


@pytest.mark.parametrize("change", [
    {"lengths": [4, 2]}, {"lengths": [0, 4]}, {"exact": [[1, 2]] * 4}, {"exact": [[1]] * 5}, {"transposed": [1, 2]},
    {"exact": [[1, 1e9]] * 5}, {"transposed": [[1, -1]] * 5}, {"passages": [1]}, {"passages": None},
])  # fmt: skip
def test_a_calibration_whose_columns_do_not_fit_is_refused(change) -> None:
    runs = {"lengths": [2, 4], "exact": [[1, 2]] * 5, "transposed": [[1, 2]] * 5, "passages": [9, 9]}
    assert UsualCopying.from_data({"quantile": 0.9, "kinds": {"a": runs}}).longest("a", 2, exact=True) == 1
    with pytest.raises((ValueError, TypeError)):
        UsualCopying.from_data({"quantile": 0.9, "kinds": {"a": {**runs, **change}}})


def test_the_upper_voice_is_the_highest_note_of_each_time_and_line() -> None:
    line, onset = np.array([0, 0, 0, 0, 1, 1]), np.array([0, 0, 12, 24, 24, 24])
    assert upper_rows(line, onset).tolist() == [1, 2, 3, 5]
    assert not len(upper_rows(line[:0], onset[:0]))


def test_lines_are_told_apart_by_how_many_notes_begin_together() -> None:
    assert kind_of(np.array([0, 12, 24]), drums=False) == ONE_VOICE
    assert kind_of(np.array([0, 0, 24]), drums=False) == SEVERAL_VOICES
    assert kind_of(np.array([0, 0, 24]), drums=True) == DRUMS
    assert kind_of(np.array([0]), drums=False) == ONE_VOICE
