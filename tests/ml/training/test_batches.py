"""Rows from several corpora in their shares, padded little, and again the same after a restart."""

from __future__ import annotations

import json
from dataclasses import fields
from itertools import islice

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.models.event_model import EventModel, ModelConfig
from ml.tensors.event_features import NONE
from ml.tensors.piece import piece_events
from ml.training.augmentation import Augmentation
from ml.training.batches import Batch, RowSource, batches_of, stack
from ml.training.sources import EmptyCorpus
from ml.training.validation import evaluation_rows
from tests.ml.training.tunes import fill, opened, tune, tunes

ROWS = [evaluation_rows(piece_events(tune(seed, bars=1 + seed)))[0] for seed in range(12)]


def same(one: Batch, other: Batch) -> bool:
    pairs = zip(one.inputs(torch.device("cpu")), other.inputs(torch.device("cpu")), strict=True)
    return one.notes == other.notes and all(torch.equal(a, b) for a, b in pairs)


def test_rows_are_padded_at_their_end_with_events_that_say_and_ask_nothing():
    short, long = ROWS[0], ROWS[5]
    batch = stack([short, long])
    assert batch.features.shape[:2] == (2, len(long))
    assert np.array_equal(batch.features[0, : len(short)].numpy(), short.features)
    assert (batch.features[0, len(short) :].numpy() == NONE).all()
    assert (batch.targets[0, len(short) :] == -1).all()
    assert batch.notes == int((short.targets[:, 0] >= 0).sum() + (long.targets[:, 0] >= 0).sum())


def test_padding_changes_no_loss():
    torch.manual_seed(0)
    model = EventModel(ModelConfig("transformer", width=64, layers=1, heads=2, feed_forward=32, dropout=0.0)).eval()
    alone, _ = model.losses(*stack([ROWS[0]]).inputs(torch.device("cpu")))
    padded, where = model.losses(*stack([ROWS[0], ROWS[8]]).inputs(torch.device("cpu")))
    for field, nats in alone.items():
        assert torch.allclose(nats, padded[field][where[:, 0] == 0], atol=1e-5)


@given(st.lists(st.sampled_from(ROWS), min_size=1, max_size=20), st.integers(1, 400))
def test_batches_hold_every_row_once_and_no_more_events_than_asked(rows, batch_events):
    batches = batches_of(rows, batch_events)
    assert sum(len(batch.features) for batch in batches) == len(rows)
    assert sum(batch.notes for batch in batches) == sum(int((row.targets[:, 0] >= 0).sum()) for row in rows)
    for batch in batches:
        rows_here, events = batch.features.shape[:2]
        assert rows_here == 1 or rows_here * events <= batch_events


@pytest.fixture
def corpora(tmp_path):
    """A corpus of long pieces and one of short ones."""
    long = opened(tmp_path, tunes(6, bars=24), "long")
    short = opened(tmp_path, tunes(30, bars=2), "short")
    return long, short


@pytest.mark.parametrize("share", [0.5, 0.2, 0.9])
def test_each_corpus_gets_its_share_of_the_notes_seen(corpora, share):
    long, short = corpora
    source = RowSource([(long, share), (short, 1 - share)], 256, Augmentation(), seed=4)
    seen = [0, 0]
    for _ in range(400):
        before = source.seen.copy()
        row = source.row()
        which = int(np.argmax(source.seen - before))
        seen[which] += int((row.targets[:, 0] >= 0).sum())
    assert seen[0] / sum(seen) == pytest.approx(share, abs=0.03)
    assert source.seen.tolist() == seen


def test_shares_need_not_add_up_to_one(corpora):
    long, short = corpora
    source = RowSource([(long, 30.0), (short, 10.0)], 256, None, seed=4)
    for _ in range(200):
        source.row()
    assert source.seen[0] / source.seen.sum() == pytest.approx(0.75, abs=0.05)


@settings(max_examples=8)
@given(used=st.integers(0, 25))
def test_a_source_goes_on_with_the_same_batches_after_a_restart(tmp_path_factory, used):
    corpus = opened(tmp_path_factory.mktemp("corpus"), tunes(8, bars=6))

    def fresh(seed: int) -> RowSource:
        return RowSource([(corpus, 1.0)], 128, Augmentation(), seed)

    first = fresh(seed=7)
    stream = first.batches(150)
    for _ in islice(stream, used):
        pass
    state = json.loads(json.dumps(first.state()))
    expected = list(islice(stream, 12))
    second = fresh(seed=99)
    second.restore(state)
    found = list(islice(second.batches(150), 12))
    assert all(same(a, b) for a, b in zip(expected, found, strict=True))
    assert first.state() == second.state()


def test_the_state_of_other_corpora_is_refused(corpora):
    long, short = corpora
    state = RowSource([(long, 1.0)], 128, None, 0).state()
    for others in ([(short, 1.0)], [(long, 0.5), (short, 0.5)]):
        with pytest.raises(ValueError, match="other corpora"):
            RowSource(others, 128, None, 0).restore(state)


def test_other_seeds_give_other_batches(corpora):
    one, other = (next(RowSource([(corpora[0], 1.0)], 128, None, seed).batches(500)) for seed in (1, 2))
    assert not same(one, other)


def test_held_out_pieces_are_never_learned_from(tmp_path):
    scores = {f"tune {number}": tune(bars=4 + number, parts=1) for number in range(4)}
    folder = fill(tmp_path / "songs", scores)
    (folder / "metadata.csv").write_text("name,split\ntune 0,train\ntune 1,valid\ntune 2,test\ntune 3,train\n")
    corpus = opened(tmp_path, scores)
    read: set[int] = set()

    class Watched(type(corpus)):
        def piece(self, number: int):
            read.add(number)
            return super().piece(number)

    watched = Watched(**{field.name: getattr(corpus, field.name) for field in fields(corpus)})
    source = RowSource([(watched, 1.0)], 256, None, 0)
    for _ in range(60):
        source.row()
    assert read == {0, 3}


def test_a_corpus_without_training_pieces_is_refused_with_its_name(tmp_path):
    folder = fill(tmp_path / "heldout", tunes(3))
    (folder / "metadata.csv").write_text("name,split\n" + "".join(f"tune {i},test\n" for i in range(3)))
    corpus = opened(tmp_path, tunes(3), "heldout")
    with pytest.raises(EmptyCorpus, match="heldout has no pieces to learn from"):
        RowSource([(corpus, 1.0)], 512, None, 0)


def test_a_corpus_of_bars_that_are_all_too_dense_is_refused_with_its_name(tmp_path, monkeypatch):
    monkeypatch.setattr("ml.training.batches.TRIES", 50)
    corpus = opened(tmp_path, tunes(2), "dense")
    with pytest.raises(EmptyCorpus, match="dense is too dense"):
        RowSource([(corpus, 1.0)], 8, None, 0).row()
