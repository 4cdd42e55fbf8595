"""Written chorales follow the model exactly and obey their limits, whatever the weights."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.__main__ import main
from ml.generation.chorale_sampling import (
    VOICE_RANGES,
    ChoraleLimits,
    ChoraleWriter,
    write_chorales,
)
from ml.measures.voice_leading import voice_leading
from ml.models.chorale_checkpoint import save_chorale_model
from ml.models.chorale_trunk import TRUNKS
from ml.music.keys import Key, Scale
from ml.music.midi import read_midi_file
from ml.tensors.chorale_batch import stack_pieces
from ml.tensors.chorale_grid import JSB_16, SILENT, from_score
from ml.tensors.chorale_past import grid_piece
from tests.ml.chorale_pieces import chorale, random_model


@pytest.mark.parametrize("trunk", TRUNKS)
@pytest.mark.parametrize("stride", [1, 4])
def test_writing_and_measuring_see_the_same(trunk, stride):
    """Logits step by step equal those of the whole piece at once."""
    model = random_model(trunk=trunk, stride=stride, attention_layers=1)
    piece = chorale(4, 40)
    tokens = JSB_16.to_tokens(piece)
    batch = stack_pieces([grid_piece(piece, JSB_16)], JSB_16)
    row, frame = batch.asked.nonzero().unbind(1)
    with torch.no_grad():
        known = model.blocks_read(batch)[row, frame // stride]
        at_once = model.head(known, batch.places(row, frame), batch.tokens[row, frame])
        writer = ChoraleWriter(model, 2, len(tokens), ChoraleLimits())
        for number, frame_tokens in enumerate(tokens):
            both = np.repeat(frame_tokens[None], 2, 0)
            for written in range(4):
                step = model.head.one_voice(written, writer.known, writer._places(), torch.from_numpy(both))
                assert torch.allclose(step[1], at_once[number, written], atol=1e-3)
            writer.add(both)


@given(st.integers(0, 10_000), st.sampled_from(list(Scale)), st.integers(0, 11), st.booleans())
@settings(max_examples=5, deadline=None)
def test_every_note_obeys_untrained(seed, scale, tonic, rests):
    limits = ChoraleLimits(key=Key(tonic, scale), ranges=VOICE_RANGES, parallels=False, rests=rests)
    written = write_chorales(random_model(seed), 3, 24, seed, limits)
    for voice, (lowest, highest) in enumerate(VOICE_RANGES):
        pitches = written[:, :, voice]
        sounding = pitches[pitches != SILENT]
        assert len(sounding) == pitches.size or rests
        assert ((sounding >= lowest) & (sounding <= highest)).all()
        assert np.isin(sounding % 12, list(limits.key.pitch_classes)).all()
    figures = voice_leading(list(written))
    assert figures.fifths_per_bar == figures.octaves_per_bar == 0


def test_untrained_weights_write_parallels_when_they_may():
    figures = voice_leading(list(write_chorales(random_model(), 8, 64, 1)))
    assert figures.fifths_per_bar > 0
    assert figures.octaves_per_bar > 0


def test_a_range_without_a_pitch_of_the_key_is_refused():
    limits = ChoraleLimits(key=Key(0), ranges=((61, 61), *VOICE_RANGES[1:]))
    with pytest.raises(ValueError, match="Voice 1 has no pitch left"):
        write_chorales(random_model(), 1, 4, 1, limits)


def test_the_same_seed_writes_the_same_and_given_frames_stay():
    given_frames = chorale(7, 10)
    model = random_model()
    first, second = (write_chorales(model, 2, 24, 3, given=given_frames) for _ in range(2))
    assert np.array_equal(first, second)
    assert (first[:, :10] == given_frames).all()
    assert not np.array_equal(first[0], first[1])


def test_chorales_are_written_as_midi_files(tmp_path, capsys):
    save_chorale_model(tmp_path / "tiny", random_model(), {})
    arguments = ["write-chorales", str(tmp_path / "tiny"), "-o", str(tmp_path / "out"), "--count", "2", "--bars", "2"]
    assert main([*arguments, "--key", "D minor", "--voice-ranges", "--no-parallels"]) == 0
    score = read_midi_file(tmp_path / "out" / "chorale-2.mid").score
    frames = from_score(score, JSB_16)
    assert np.isin(frames[frames != SILENT] % 12, list(Key.parse("D minor").pitch_classes)).all()
    for wrong in (["--bars", "0"], ["--key", "H flat"], ["--temperature", "nan"]):
        assert main([*arguments, *wrong]) == 2
        assert len(capsys.readouterr().err.strip().splitlines()) == 1
