"""Votes outlive crashes, full disks and damaged lines, and nothing in the file can harm the program."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.project.ballot import THE_SONG, Ballot, Entrant, Heard, decode_ballot, encode_ballot
from studio.project.checked import parse_json, write_json
from studio.project.troubles import Damaged
from studio.project.vote_store import VoteStore
from tests.studio.project.pieces import FaultyDisk

HEX = st.text("0123456789abcdef", min_size=1, max_size=64)
PLAIN = st.text(st.characters(categories=("L", "N", "P")), max_size=40)
ENTRANTS = st.builds(Entrant, PLAIN.filter(bool), HEX) | st.just(THE_SONG)
BALLOTS = st.builds(
    Ballot, id=HEX, test=HEX, at_s=st.integers(0, 1 << 34).map(float), verb=PLAIN, style=PLAIN, ranking=st.booleans(),
    heard=st.lists(st.builds(Heard, ENTRANTS, HEX, st.integers(0, 63)), min_size=2, max_size=9).map(tuple),
    loudness_matched=st.booleans(), seed=st.integers(0, 1 << 63), chosen=st.booleans(),
)  # fmt: skip


def vote(number: int) -> Ballot:
    heard = (Heard(Entrant("Alpha", "ab"), "11", 0), Heard(Entrant("Beta", "cd"), "22", 1))
    return Ballot(f"{number:x}", "aa", 1e9 + number, "fill", "", False, heard, True, 7)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "votes.jsonl"


@given(BALLOTS)
def test_a_ballot_comes_back_as_it_was(ballot: Ballot) -> None:
    assert decode_ballot(parse_json(write_json(encode_ballot(ballot)))) == ballot


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["v", "vote", "heard", "at", "seed"]), inner)
        ),
    )
)
def test_whatever_else_a_line_holds_is_damage(value: object) -> None:
    with pytest.raises(Damaged):
        decode_ballot(value)


def test_votes_are_there_after_a_new_start_without_those_taken_back(path: Path) -> None:
    store = VoteStore(path)
    for number in range(4):
        store.add(vote(number))
    store.take_back(vote(2).id)
    assert [ballot.id for ballot in VoteStore(path).ballots()] == ["0", "1", "3"]
    assert store.ballots() == VoteStore(path).ballots()
    assert path.stat().st_mode & 0o077 == 0


def test_a_line_that_a_crash_cut_off_costs_nothing_but_itself(path: Path) -> None:
    VoteStore(path).add(vote(1))
    with path.open("ab") as file:
        file.write(b'{"v":1,"vote":"2","te')
    store = VoteStore(path)
    store.add(vote(3))
    again = VoteStore(path)
    assert [ballot.id for ballot in again.ballots()] == ["1", "3"]
    assert again.warning == '1 damaged line in "votes.jsonl" cannot be counted; the file is kept as it is.'
    assert b'"te' in path.read_bytes()


def test_hostile_lines_are_passed_over(path: Path) -> None:
    path.parent.mkdir()
    good = write_json(encode_ballot(vote(1)))
    other = json.loads(good)
    lines = [
        b"[" * 100_000, b"\xff\xfe", b'{"v": 1e999}', b"9" * 10_000, b'{"a":' * 2000, b" " * (1 << 17), b"null",
        json.dumps({**other, "heard": other["heard"] * 40}).encode(),
        json.dumps({**other, "vote": "../../x"}).encode(),
        json.dumps({**other, "at": float(1 << 60)}).encode(),
        json.dumps({**other, "v": 2}).encode(),
        good,
    ]  # fmt: skip
    path.write_bytes(b"\n".join(lines))
    store = VoteStore(path)
    assert [ballot.id for ballot in store.ballots()] == ["1"]
    assert "10 damaged lines" in store.warning


@pytest.mark.parametrize("call", ["append", "write", "sync"])
def test_what_cannot_be_written_counts_and_is_tried_again(path: Path, call: str) -> None:
    disk = FaultyAppends({call: (1, errno.ENOSPC)})
    store = VoteStore(path, disk)
    store.add(vote(1))
    assert store.problem == ""
    store.add(vote(2))
    assert "Your votes cannot be kept: the disk is full." in store.problem
    assert [ballot.id for ballot in store.ballots()] == ["1", "2"]
    disk.faults.clear()
    store.write_waiting()
    assert store.problem == ""
    assert [ballot.id for ballot in VoteStore(path).ballots()] == ["1", "2"]
    length = path.stat().st_size
    store.write_waiting()
    assert path.stat().st_size == length, "there is nothing left to write"


def test_a_file_that_cannot_be_read_is_said_and_added_to(path: Path) -> None:
    VoteStore(path).add(vote(1))
    store = VoteStore(path, FaultyDisk({"read": (0, errno.EIO)}))
    store.add(vote(2))
    assert "could not be read" in store.warning
    assert len(VoteStore(path).ballots()) == 2


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_in_place_of_the_file_holds_nobody_up(path: Path) -> None:
    path.parent.mkdir()
    os.mkfifo(path)
    store = VoteStore(path)
    store.add(vote(1))
    assert store.problem
    assert len(store.ballots()) == 1


def test_two_programs_add_to_one_file(path: Path) -> None:
    first, second = VoteStore(path), VoteStore(path)
    for number in range(6):
        (first if number % 2 else second).add(vote(number))
    assert len(VoteStore(path).ballots()) == 6


class FaultyAppends(FaultyDisk):
    """The same for files that are added to."""

    def append(self, path: Path, mode: int = 0o666) -> int:
        self._called("append")
        return super().append(path, mode)
