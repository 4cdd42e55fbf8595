"""How likely each pitch is at the cursor: what the row says that the model reads, whatever is remembered of it."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from ml.generation.next_pitches import PitchMemory, next_pitches, window_at
from ml.generation.song_rows import fullest_tracks, song_piece
from ml.music import Note, NoteTable, Score, TimeMap, Track
from ml.requests import NextPitches, Unexplained
from ml.tensors.sequence import TARGET, event_row
from ml.tensors.vocabulary import DRUMS, END
from tests.ml.generation.shipped_models import SHIPPED, band, never, shipped


@torch.inference_mode()
def bits_of_row(name: str, score: Score, track: int, bar: int) -> list[tuple[int, int, float]]:
    """Onset, pitch and bits of the pitch of each note that the row around a bar asks of a track."""
    song = song_piece(score, fullest_tracks(score, [track]), score.time_map.bar_start(bar + 1))
    part = song.piece.tracks.index(track)
    row = event_row(song.piece, window_at(song.piece, song.grid, bar, part))
    inputs = [torch.from_numpy(part)[None] for part in (row.features, row.places, row.targets)]
    losses, where = shipped(name).network.losses(
        *inputs, torch.tensor([row.tonic]), torch.tensor([row.minor]), torch.from_numpy(row.asked)[None],
        torch.from_numpy(row.instruments)[None],
    )  # fmt: skip
    asked = song.piece.part == part
    pitches = losses["pitch"][row.targets[where[:, 1], TARGET["onset"]] != END].numpy() / math.log(2)
    return list(zip(song.piece.onset[asked].tolist(), song.piece.pitch[asked].tolist(), pitches.tolist(), strict=True))


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("track", [0, 1, 3])
def test_a_note_that_is_there_has_the_chance_that_the_row_gives_it(name, track):
    score = band()
    memory = PitchMemory()
    before = -1
    for onset, pitch, bits in bits_of_row(name, score, track, 5):
        tick = onset * 20
        found = next_pitches(shipped(name), score, track, tick, never, memory=memory)
        assert found.probability.shape == (128,) and found.probability.sum() == pytest.approx(1)
        if onset != before:
            assert -math.log2(found.probability[pitch]) == pytest.approx(bits, abs=1e-3)
        before = onset


def test_drums_have_chances_of_their_own_and_an_empty_track_has_some():
    score = band()
    drums = next_pitches(shipped("blend"), score, 3, 3840, never).probability
    assert song_piece(score, fullest_tracks(score, [3])).piece.instruments[-1] == DRUMS
    assert drums[[36, 42]].sum() > 0.5
    assert next_pitches(shipped("blend"), score, 2, 3840, never).probability.sum() == pytest.approx(1)
    nothing = Score((Track("Melody", NoteTable.empty()),), TimeMap(480))
    for tick in (0, 7, 480 * 4 * 500):
        assert next_pitches(shipped("lstm"), nothing, 0, tick, never).probability.sum() == pytest.approx(1)


def test_what_is_remembered_changes_nothing():
    score = band(40)
    memory = PitchMemory()
    for tick in (9600, 9720, 60_000, 0, 9600, 76_000, 200_000):
        for track in (0, 3):
            fresh = next_pitches(shipped("lstm"), score, track, tick, never)
            kept = next_pitches(shipped("lstm"), score, track, tick, never, memory=memory)
            assert np.array_equal(fresh.probability, kept.probability)
    edited = score.with_track(0, score.tracks[0].with_notes(score.tracks[0].notes.without([0, 1, 3, 4])))
    kept = next_pitches(shipped("lstm"), edited, 0, 1920, never, memory=memory)
    assert np.array_equal(kept.probability, next_pitches(shipped("lstm"), edited, 0, 1920, never).probability)
    assert not np.array_equal(kept.probability, next_pitches(shipped("lstm"), score, 0, 1920, never).probability)


def test_what_cannot_be_answered():
    score = band()
    gone = next_pitches(shipped("lstm"), score, 7, 0, never)
    assert isinstance(gone, Unexplained) and "track" in gone.sentence
    cluster = NoteTable.of(Note(i // 128 * 20 % 1900, 10, i % 128, 80) for i in range(96 * 128))
    dense = Score((Track("All", cluster),), TimeMap(480))
    found = next_pitches(shipped("lstm"), dense, 0, 960, never)
    assert isinstance(found, Unexplained) and "more notes" in found.sentence
    assert next_pitches(shipped("lstm"), score, 0, 0, lambda: True) is None
    assert isinstance(next_pitches(shipped("lstm"), score, 0, 0, never), NextPitches)
