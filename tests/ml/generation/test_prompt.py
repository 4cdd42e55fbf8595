"""Prompts and decoding must look like what the models were trained on, event by event."""

from __future__ import annotations

import numpy as np
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from ml.generation.lane import last_notes
from ml.generation.last_note import NoteReader
from ml.generation.prompt import make_prompt
from ml.generation.writer import Writer
from ml.requests import RefusedRequest, Verb
from ml.tensors import vocabulary as v
from ml.tensors.event_features import COLUMN
from ml.tensors.sequence import TARGET
from tests.ml.generation.test_obedience import requests

NOTES = 40


def chosen(mask: np.ndarray, rng: np.random.Generator, field: str) -> int:
    permitted = np.flatnonzero(mask)
    assert len(permitted), f"nothing is left for the {field}"
    return int(rng.choice(permitted))


@settings(max_examples=60)
@given(request=requests() | requests(Verb.VARY), seed=st.integers(0, 2**31))
def test_what_is_written_reads_as_in_training(request, seed):
    """A walk through the masks at random; the row of all that was written must tell each step as the writer did."""
    try:
        request.check()
        prompt = make_prompt(request)
    except RefusedRequest:
        event("refused")
        assume(False)
    rng = np.random.default_rng(seed)
    row, window = prompt.row(np.zeros((5, 0), np.int64))
    writer = Writer(prompt, 0)
    writer.start_row(window)
    reader = NoteReader(prompt.grid, window, prompt.piece.instruments, row.tonic, row.minor)
    steps, features, places = [], [], []
    while len(writer.notes) < NOTES:
        onsets = writer.onset_mask()
        onset = chosen(onsets, rng, "onset")
        if onset == v.END:
            break
        part = chosen(writer.part_mask(onset), rng, "part")
        pitch = chosen(writer.pitch_mask(onset, part), rng, "pitch")
        length = chosen(writer.length_mask(onset, part, pitch), rng, "length")
        place, bar = writer.place()
        steps.append(
            {
                "onset": onset, "part": part, "pitch": pitch, "length": length,
                "position": writer.position_of(onset), "cursor_position": place % v.POSITIONS, "cursor_bar": bar,
                "previous_pitch": writer.previous_pitch(onset, part), "last_part": writer.last_part,
                "last_pitch": writer.last_pitch, "end_allowed": 1,
            }
        )  # fmt: skip
        writer.write(onset, part, pitch, length, int(rng.integers(v.VELOCITIES)), 0.0)
        (feature,), (where,) = last_notes([writer], reader)
        features.append(feature)
        places.append(where)
    whole, same = prompt.row(writer.written)
    assume(same == window)
    assert np.array_equal(whole.features[: len(row)], row.features)
    assert np.array_equal(whole.places[: len(row)], row.places)
    assert len(whole) == len(row) + len(steps)
    if steps:
        assert np.array_equal(whole.features[len(row) :], features)
        assert np.allclose(whole.places[len(row) :], places)
    for index, step in enumerate(steps):
        told = {name: int(whole.targets[len(row) - 1 + index, TARGET[name]]) for name in step}
        assert told == step
    for name, kind in (("locked", v.GIVEN), ("chords", v.CHORD), ("kept", v.KEPT)):
        if (whole.features[:, COLUMN["kind"]] == kind).any():
            event(name)
