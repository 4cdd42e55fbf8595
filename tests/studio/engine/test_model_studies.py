"""Questions aside as work: each gives the answer that the session expects of it."""

from __future__ import annotations

import pytest

from ml.requests import (
    Alternatives,
    GenerationRequest,
    Limits,
    NextPitches,
    Surprise,
    Take,
    TakeSurprise,
    Unexplained,
    continue_region,
)
from studio.engine.studies import ModelStudies
from tests.ml.generation.shipped_models import band, never, shipped, written_by


@pytest.fixture(scope="module")
def take() -> Take:
    score = band()
    return written_by("lstm", GenerationRequest(score, continue_region(score, 0, 2), takes=1))[0]


def test_each_question_has_its_answer(take):
    studies, score = ModelStudies(), take.request.score
    note = int(score.tracks[1].notes.id[4])
    works = {
        Surprise: studies.surprise(score, 0, 3840),
        TakeSurprise: studies.take_surprise(take),
        Alternatives: studies.what_else(score, 1, note, Limits(highest=60)),
        NextPitches: studies.next_pitches(score, 0, 1920),
    }
    for kind, work in works.items():
        assert isinstance(work(shipped("lstm"), never), kind)
        assert isinstance(work(shipped("lstm"), never), kind)
    assert isinstance(studies.what_else_in_take(take, 2)(shipped("lstm"), never), Alternatives)
    for work in (studies.looked_at(score, 1, note), studies.looked_at_in_take(take, 2)):
        assert isinstance(work(shipped("lstm"), never), Unexplained)


def test_a_cancelled_question_has_none(take):
    studies, score = ModelStudies(), take.request.score
    for work in (studies.surprise(score, 0, 3840), studies.take_surprise(take), studies.next_pitches(score, 0, 0)):
        assert work(shipped("lstm"), lambda: True) is None
