"""Requests to go on from the end of the tune."""

from __future__ import annotations

import pytest

from ml.music import Score
from ml.requests import GenerationRequest, continue_region


@pytest.fixture
def request_1_bar(tune: Score) -> GenerationRequest:
    return GenerationRequest(tune, continue_region(tune, 0, 1), takes=1)


@pytest.fixture
def request_4_bars(tune: Score) -> GenerationRequest:
    return GenerationRequest(tune, continue_region(tune, 0, 4), takes=2, seed=7)
