"""A blind test on the takes that show: what ends it, and that nothing is told before."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ml.requests import RefusedRequest, Verb
from studio.edit.operations.tracks import delete_track
from studio.project.vote_store import VoteStore
from studio.session import Studio
from studio.session.blind_desk import BlindDesk, Plan, Revealed
from tests.studio.session.asks import WISHES, Answered, ask


@pytest.fixture
def desk(asked: Studio, tmp_path: Path) -> Iterator[BlindDesk]:
    desk = BlindDesk(asked, VoteStore(tmp_path / "votes.jsonl"), lambda: 1e9, random.Random(2))
    yield desk
    desk.close()


@pytest.fixture
def revealed(desk: BlindDesk) -> list[Revealed]:
    """What the desk has revealed so far."""
    found: list[Revealed] = []
    desk.on_reveal = found.append
    return found


def vote(desk: BlindDesk) -> None:
    """The first is better."""
    desk.hear(1)
    desk.pick(0)


def test_votes_of_a_test_are_counted_with_names_only_when_it_has_ended(
    desk: BlindDesk, revealed: list[Revealed]
) -> None:
    desk.begin(Plan())
    vote(desk)
    assert len(desk.store.ballots()) == 1
    assert desk.ballots == ()
    desk.end()
    assert len(desk.ballots) == 1
    desk.begin(Plan())
    vote(desk)
    assert len(desk.ballots) == 1
    assert len(revealed) == 1


def test_votes_say_whether_takes_were_picked_from_more(asked: Studio, desk: BlindDesk) -> None:
    desk.begin(Plan())
    vote(desk)
    desk.end()
    for place, slot in enumerate(asked.takes.slots):
        slot.place = place
    desk.begin(Plan())
    vote(desk)
    assert [ballot.chosen for ballot in desk.store.ballots()] == [False, True]


def test_a_test_ends_when_its_track_goes_and_its_votes_stay(
    asked: Studio, desk: BlindDesk, revealed: list[Revealed]
) -> None:
    desk.begin(Plan())
    vote(desk)
    asked.document.apply("Delete track", delete_track(asked.document.score, 0))
    assert not desk.running
    assert not asked.takes.blind
    assert len(revealed[0].test.ballots) == 1
    with pytest.raises(RefusedRequest, match="undo its deletion"):
        desk.begin(Plan())


def test_another_request_ends_a_test_on_takes_of_an_earlier_one(
    asked: Studio, desk: BlindDesk, revealed: list[Revealed], answered: Answered
) -> None:
    first = asked.tree.tree.open_request
    second = ask(asked, answered)
    assert first is not None
    asked.tree.show_again(first)
    desk.begin(Plan())
    vote(desk)
    asked.tree.show_again(second)
    assert not desk.running
    assert not asked.takes.blind
    assert len(revealed) == 1


def test_a_model_that_is_gone_is_voted_on_by_its_earlier_takes(
    asked: Studio, desk: BlindDesk, models: Path, tmp_path: Path
) -> None:
    number = asked.tree.tree.open_request
    assert number is not None
    asked.reject()
    shutil.rmtree(models / "beta")
    asked.shelf.rescan()
    asked.tree.show_again(number)
    desk.begin(Plan())
    vote(desk)
    (ballot,) = VoteStore(tmp_path / "votes.jsonl").ballots()
    assert {entrant.name for entrant in ballot.entrants} == {"Alpha", "Beta"}
    assert all(entrant.checkpoint for entrant in ballot.entrants)


@pytest.mark.parametrize("checkpoint", ["", "no hash"])
def test_takes_of_nobody_knows_which_weights_are_left_out(asked: Studio, desk: BlindDesk, checkpoint: str) -> None:
    for slot in asked.takes.answers[0].slots:
        assert slot.take is not None
        slot.take = replace(slot.take, provenance=replace(slot.take.provenance, checkpoint=checkpoint))
    with pytest.raises(RefusedRequest, match="two models"):
        desk.begin(Plan())
    assert not desk.running
    assert not asked.takes.blind


def test_nothing_is_heard_before_a_fresh_set_is_whole(asked: Studio, desk: BlindDesk) -> None:
    asked.ask(Verb.CONTINUE, wishes=WISHES)
    asked.auditioning.choose_first = True
    desk.begin_when_written(Plan())
    while desk.waiting:
        assert asked.takes.auditioned is None
        asked.wait(0.5)
    assert desk.running


def test_stopping_the_models_ends_a_test_that_waits_for_them(
    asked: Studio, desk: BlindDesk, revealed: list[Revealed]
) -> None:
    asked.ask(Verb.CONTINUE, wishes=WISHES)
    desk.begin_when_written(Plan())
    asked.cancel()
    assert not desk.waiting
    assert not desk.running
    assert not asked.takes.blind
    assert revealed == []
