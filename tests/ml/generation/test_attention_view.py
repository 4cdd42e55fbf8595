"""What attention looked at before a note: shares that sum to 1, of notes that were read by then."""

from __future__ import annotations

import numpy as np
import pytest

from ml.generation.attention_view import attention_in_song, attention_of
from ml.requests import Attention, GenerationRequest, Region, Unexplained, Verb
from tests.ml.generation.shipped_models import band, example, never, shipped, written_by


def sums(found: Attention) -> np.ndarray:
    return np.append(found.layers.sum(axis=1), found.rollout.sum()) + found.rest


@pytest.mark.parametrize("name", ["blend", "transformer"])
def test_in_a_song_only_earlier_notes_are_looked_at(name):
    score = example("chorale")
    place = {
        (track, int(i)): (int(start), track)
        for track, line in enumerate(score.tracks)
        for i, start in zip(line.notes.id, line.notes.start, strict=True)
    }
    track = next(i for i, line in enumerate(score.tracks) if len(line.notes) > 12)
    notes = score.tracks[track].notes
    found = attention_in_song(shipped(name), score, track, int(notes.id[12]), never)
    assert np.allclose(sums(found), 1)
    assert found.layers.shape == (shipped(name).network.config.layers, len(found.track))
    assert (found.layers >= 0).all() and (found.rollout >= 0).all() and (found.rest >= -1e-9).all()
    start = int(notes.start[12])
    seen = [place[key] for key in zip(found.track.tolist(), found.note_id.tolist(), strict=True)]
    assert len(set(seen)) > 4 and all(begin <= start for begin, _ in seen)
    assert (track, int(notes.id[12])) not in zip(found.track.tolist(), found.note_id.tolist(), strict=True)
    earlier = sum(begin < start for begin, _ in place.values())
    assert len(seen) >= earlier and (found.take_note == -1).all()
    first = attention_in_song(
        shipped(name), score, *next(k for k, v in place.items() if v == min(place.values())), never
    )
    assert len(first.track) <= 3 and np.allclose(sums(first), 1)


@pytest.mark.parametrize("verb", [Verb.CONTINUE, Verb.FILL])
def test_in_a_take_notes_given_and_written_are_told_apart(verb):
    score = band()
    request = GenerationRequest(score, Region(5760, 9600, (0,)), verb, takes=1, seed=1)
    (take,) = written_by("blend", request)
    found = attention_of(shipped("blend"), request, take.notes, 5, never)
    assert np.allclose(sums(found), 1)
    assert sorted(found.take_note[found.take_note >= 0].tolist()) == [0, 1, 2, 3, 4]
    assert (found.track[found.take_note >= 0] == 0).all()
    of_song = found.take_note < 0
    assert ((found.note_id >= 0) == of_song).all()
    starts = {
        track: dict(zip(line.notes.id.tolist(), line.notes.start.tolist(), strict=True))
        for track, line in enumerate(score.tracks)
    }
    pairs = zip(found.track[of_song].tolist(), found.note_id[of_song].tolist(), strict=True)
    own = [starts[track][note] for track, note in pairs if track == 0]
    assert own and all(start < 5760 or (verb is Verb.FILL and start >= 9600) for start in own)
    assert any(start >= 9600 for start in own) == (verb is Verb.FILL)
    assert {1, 3} <= set(found.track.tolist())


def test_recurrent_models_say_that_they_have_none():
    score = band()
    found = attention_in_song(shipped("lstm"), score, 0, 0, never)
    assert isinstance(found, Unexplained) and "no attention" in found.sentence
    request = GenerationRequest(score, Region(5760, 9600, (0,)), takes=1)
    assert isinstance(attention_of(shipped("lstm"), request, [], 0, never), Unexplained)
    assert attention_in_song(shipped("blend"), score, 0, 0, lambda: True) is None
