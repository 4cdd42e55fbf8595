"""Batches made ahead by other processes come in a fixed order, and again the same after a restart."""

from __future__ import annotations

import json
from functools import partial
from itertools import islice
from pathlib import Path

import pytest
import torch

from ml.training.augmentation import Augmentation
from ml.training.batches import Batch, RowSource
from ml.training.cache import open_corpus
from ml.training.reading_ahead import ReaderEnded, ReadingAhead
from ml.training.sources import EmptyCorpus
from tests.ml.training.tunes import opened, tunes


def source_of(folder: Path, cache: Path, events: int, number: int) -> RowSource:
    return RowSource([(open_corpus(folder, cache), 1.0)], events, Augmentation(), seed=40 + number)


def same(one: Batch, other: Batch) -> bool:
    cpu = torch.device("cpu")
    return all(torch.equal(a, b) for a, b in zip(one.inputs(cpu), other.inputs(cpu), strict=True))


@pytest.fixture
def make(tmp_path):
    opened(tmp_path, tunes(6, bars=6))
    return partial(source_of, tmp_path / "songs", tmp_path / "cache", 128)


def test_the_sources_take_turns_pool_by_pool(make):
    with ReadingAhead(make, 2) as ahead:
        found = list(islice(ahead.batches(150), 30))
    one, two = make(0), make(1)
    expected = [batch for _ in range(4) for source in (one, two) for batch in source.pool(150)]
    assert all(same(a, b) for a, b in zip(found, expected, strict=False))
    assert not same(found[0], expected[len(make(0).pool(150))])


def test_batches_go_on_the_same_after_a_restart(make):
    with ReadingAhead(make, 2) as ahead:
        stream = ahead.batches(150)
        for _ in islice(stream, 27):
            pass
        state = json.loads(json.dumps(ahead.state()))
        expected = list(islice(stream, 12))
    with ReadingAhead(make, 2) as again:
        again.restore(state)
        found = list(islice(again.batches(150), 12))
    assert all(same(a, b) for a, b in zip(expected, found, strict=True))
    with ReadingAhead(make, 1) as fewer, pytest.raises(ValueError, match="another number of processes"):
        fewer.restore(state)


def test_what_a_source_cannot_do_is_said_here(tmp_path):
    opened(tmp_path, tunes(2))
    make = partial(source_of, tmp_path / "songs", tmp_path / "cache", 8)
    with ReadingAhead(make, 1) as ahead, pytest.raises(EmptyCorpus, match="too dense"):
        next(ahead.batches(150))


def test_a_process_that_dies_is_told_and_not_waited_for(make):
    with ReadingAhead(make, 1) as ahead:
        stream = ahead.batches(150)
        next(stream)
        ahead.workers[0].kill()
        with pytest.raises(ReaderEnded, match="give fewer --readers"):
            for _ in stream:
                pass
