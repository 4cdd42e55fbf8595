"""How takes are chosen: as JSON and back, how many are written, and how a round is written again."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.music import Note, NoteTable, Score, Track
from ml.requests import Choosing, GenerationRequest, RefusedRequest, continue_region
from ml.requests.choosing import AS_WRITTEN, MAX_CANDIDATES, MAX_POOL, round_request

STEPS = [field.name for field in fields(Choosing) if field.name not in ("pool", "second_model")]

settings = st.builds(
    Choosing,
    pool=st.integers(1, MAX_POOL),
    second_model=st.none() | st.text(min_size=1, max_size=9),
    **{name: st.booleans() for name in STEPS},
)


@given(settings)
def test_settings_come_back_from_json(choosing):
    assert Choosing.from_plain(choosing.as_plain()) == choosing


@given(st.dictionaries(st.sampled_from([f.name for f in fields(Choosing)]) | st.text(), st.none() | st.integers()))
def test_what_is_unknown_or_impossible_has_its_default(plain):
    found = Choosing.from_plain(plain)
    found.check()
    assert all(isinstance(getattr(found, name), bool) for name in STEPS)


def test_every_step_can_be_switched_off():
    assert not AS_WRITTEN.chooses and not AS_WRITTEN.ranks and AS_WRITTEN.rounds(4) == 1
    for step in STEPS:
        choosing = Choosing.from_plain(AS_WRITTEN.as_plain() | {step: True})
        assert choosing.chooses == (step != "clean")


def test_many_takes_get_fewer_tries_each():
    assert Choosing(pool=8).rounds(4) == 8
    assert Choosing(pool=8).rounds(32) * 32 == MAX_CANDIDATES
    with pytest.raises(RefusedRequest, match="1 to 8"):
        Choosing(pool=9).check()


def test_the_first_round_is_the_request_and_others_can_be_written_without_it():
    score = Score((Track("Melody", NoteTable.of([Note(0, 480, 60)])),))
    request = GenerationRequest(score, continue_region(score, 0, 2), seed=5)
    rounds = [round_request(request, number) for number in range(8)]
    assert rounds[0] is request
    assert len({found.seed for found in rounds}) == 8 and all(0 <= found.seed < 1 << 31 for found in rounds)
    assert [round_request(request, number) for number in range(8)] == rounds
    assert Choosing(pool=4, diverse=False).for_replay == Choosing.from_plain(AS_WRITTEN.as_plain() | {"clean": True})
