"""Which earlier notes attention looked at just before a note was written."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from ml.generation.field_bits import Floats
from ml.generation.moment import Moment, moment_in_song, moment_in_take
from ml.generation.places import places_of
from ml.generation.prompt import MAX_EVENTS, make_prompt
from ml.generation.song_rows import NoteNames, note_names
from ml.models.checkpoint import LoadedModel
from ml.models.transformer import TransformerTrunk
from ml.music import Score
from ml.requests import Attention, GenerationRequest, TakeNote, Unexplained

Ints = NDArray[np.int64]

NO_ATTENTION = (
    "This model has no attention: it carries what it heard along in a memory, which cannot be told apart note by note. "
    "Ask one with a Transformer instead."
)


def attention_of(
    model: LoadedModel, request: GenerationRequest, notes: Sequence[TakeNote], index: int,
    cancelled: Callable[[], bool], *, max_events: int = MAX_EVENTS,
) -> Attention | Unexplained | None:  # fmt: skip
    """How attention looked at earlier notes before note `index` of a take was written; None once cancelled.

    Raises RefusedRequest as `generate` does.
    """
    if not isinstance(model.network.trunk, TransformerTrunk):
        return Unexplained(NO_ATTENTION)
    with torch.inference_mode():
        prompt = make_prompt(request)
        found = moment_in_take(prompt, notes, index, max_events)
    if isinstance(found, Unexplained):
        return found
    _, written, numbers, moment = found
    onset, part, pitch = (np.array([note[i] for note in written], np.int64) for i in range(3))
    places = places_of(onset, part, pitch)
    takes = np.array([numbers.index(number) for number in range(len(written))], np.int64)
    seen = moment.places()
    at = NoteNames(places, takes, takes).at(seen)
    take_note = np.where(at >= 0, takes[np.maximum(at, 0)], -1)
    track = np.array([note.track for note in notes], np.int64)[np.maximum(take_note, 0)]
    return looked_at(model, moment, note_names(request.score, prompt.piece.tracks), track, take_note, cancelled)


def attention_in_song(
    model: LoadedModel, score: Score, track: int, note_id: int, cancelled: Callable[[], bool]
) -> Attention | Unexplained | None:
    """The same before a note of a song, all before it known as `surprise_of` has it."""
    if not isinstance(model.network.trunk, TransformerTrunk):
        return Unexplained(NO_ATTENTION)
    found = moment_in_song(score, track, note_id)
    if isinstance(found, Unexplained):
        return found
    song, moment = found
    none = np.full(len(moment.row), -1, np.int64)
    return looked_at(model, moment, song.names, none, none, cancelled)


def looked_at(
    model: LoadedModel, moment: Moment, names: NoteNames, take_track: Ints, take_note: Ints,
    cancelled: Callable[[], bool],
) -> Attention | None:  # fmt: skip
    """Attention of the last event of a moment. `take_track` and `take_note` (events,): which note of the take an event
    is, -1 for notes of the song, which `names` knows, and for what is no note."""
    if cancelled():
        return None
    in_song = np.where(take_note < 0, names.at(moment.places()), -1)
    shown = np.flatnonzero((take_note >= 0) | (in_song >= 0))
    layers, rollout = looks(model, moment)
    everything = np.concatenate([layers, rollout[None]])
    of_song = in_song[shown] >= 0
    name = np.maximum(in_song[shown], 0)
    return Attention(
        np.where(of_song, names.track[name] if len(names.track) else -1, take_track[shown]),
        np.where(of_song, names.note_id[name] if len(names.note_id) else -1, -1),
        take_note[shown],
        layers[:, shown],
        rollout[shown],
        1 - everything[:, shown].sum(axis=1),
    )


@torch.inference_mode()
def looks(model: LoadedModel, moment: Moment) -> tuple[Floats, Floats]:
    """How the last event of a row looks at all: (layers, events), mean of the heads, and the rollout (events,)."""
    network, row = model.network, moment.row
    trunk = network.trunk
    assert isinstance(trunk, TransformerTrunk)
    vectors = network.embedding(torch.from_numpy(row.features)[None])
    each = [look[0].mean(0).double() for look in trunk.attention(vectors, torch.from_numpy(row.places)[None])]
    rolled = torch.zeros(1, len(row), dtype=torch.float64)
    rolled[0, -1] = 1
    for look in reversed(each):
        rolled = (rolled @ look + rolled) / 2
    last: Floats = torch.stack([look[-1] for look in each]).numpy()
    whole: Floats = rolled[0].numpy()
    return last, whole
