"""How surprising notes are: the same figures as while they were written, and as the scoreboard measures them."""

from __future__ import annotations

from itertools import count

import numpy as np
import pytest

from ml.evaluation.note_bits import model_note_bits
from ml.generation.field_bits import tail_bits
from ml.generation.generate import write
from ml.generation.prompt import make_prompt
from ml.generation.replay import free_writer, stretches
from ml.generation.song_rows import fullest_tracks, song_piece
from ml.generation.surprise import surprise_of, surprise_of_takes
from ml.generation.writer import Writer
from ml.music import Note, NoteTable, Score, TimeMap, Track
from ml.requests import GenerationRequest, Keep, Limits, Region, TakeNote, Verb, continue_region
from ml.training.validation import evaluation_rows
from tests.ml.generation.shipped_models import SHIPPED, band, example, never, shipped, streamed_by
from tests.ml.generation.test_generate import sketch
from tests.ml.generation.tiny_models import MODELS, SHAPES


@pytest.mark.parametrize("name", SHIPPED)
def test_a_song_costs_what_the_scoreboard_measures(name):
    score = example("chorale")
    found = surprise_of(shipped(name), score, never)
    rows = evaluation_rows(song_piece(score, fullest_tracks(score, [])).piece, 10**6)
    measured = np.concatenate([bits.fields for bits in model_note_bits(shipped(name).network, rows)], axis=1)
    assert len(found.track) == score.note_count
    assert np.allclose(np.sort(found.fields, axis=1), np.sort(measured, axis=1), atol=1e-3)
    assert found.per_note == pytest.approx(measured.sum(axis=0).mean(), abs=1e-4)


def long_song(bars: int = 480) -> Score:
    draw = np.random.default_rng(2)
    pitches = 60 + np.clip(np.cumsum(draw.integers(-2, 3, 8 * bars)), -15, 20)
    melody = [Note(i * 240, 240, int(pitch), 60 + i % 40) for i, pitch in enumerate(pitches)]
    bass = [Note(i * 1920, 1920, 36 + i % 7, 70) for i in range(bars)]
    return Score((Track("Bass", NoteTable.of(bass), program=32), Track("Melody", NoteTable.of(melody))), TimeMap(480))


def test_a_long_song_is_read_in_rows_that_overlap_and_a_part_of_it_costs_the_same():
    score = long_song()
    whole = surprise_of(shipped("lstm"), score, never)
    assert len(whole.track) == score.note_count > 2 * 1536
    assert np.isfinite(whole.fields).all() and (whole.fields >= 0).all()
    start, end = score.time_map.bar_start(300), score.time_map.bar_start(304)
    part = surprise_of(shipped("lstm"), score, never, tracks=[1], start_tick=start, end_tick=end)
    assert part.track.tolist() == [1] * 32
    assert np.allclose(part.total, whole.of(1, part.note_id), atol=1e-3)
    assert np.isnan(part.of(0, np.array([0, 1]))).all() and np.isnan(part.of(1, np.array([0]))).all()


def test_muted_notes_are_left_out_and_doubled_ones_share_their_figure():
    score = band()
    found = surprise_of(shipped("lstm"), score, never)
    melody = score.tracks[0].notes
    bits = found.of(0, melody.id)
    assert np.isnan(bits[melody.pitch == 90]).all() and np.isfinite(bits[melody.pitch != 90]).all()
    first = bits[melody.start == 0]
    assert len(first) == 2 and first[0] == first[1]
    assert np.isfinite(found.of(3, score.tracks[3].notes.id)).all()


def test_every_track_of_a_large_band_is_judged():
    line = NoteTable.of(Note(i * 480, 480, 60 + i, 80) for i in range(4))
    score = Score(tuple(Track(f"Part {i}", line, program=i) for i in range(19)), TimeMap(480))
    found = surprise_of(shipped("lstm"), score, never)
    assert sorted(zip(found.track.tolist(), found.note_id.tolist(), strict=True)) == [
        (track, note) for track in range(19) for note in range(4)
    ]
    alone = surprise_of(shipped("lstm"), score, never, tracks=[3])
    assert np.allclose(alone.total, found.of(3, alone.note_id), atol=1e-4)


def test_songs_without_notes_and_cancelled_questions():
    assert not len(surprise_of(shipped("lstm"), Score((Track("Empty", NoteTable.empty()),)), never).track)
    assert not len(surprise_of(shipped("lstm"), Score(()), never).track)
    assert surprise_of(shipped("lstm"), band(), lambda: True) is None
    looked = count()
    assert surprise_of(shipped("lstm"), long_song(), lambda: next(looked) > 0) is None


@pytest.mark.parametrize("name", SHIPPED)
def test_a_take_costs_what_was_reported_while_it_was_written(name):
    score = example("first-sketch")
    track = next(i for i, t in enumerate(score.tracks) if len(t.notes))
    request = GenerationRequest(score, continue_region(score, track, 4), takes=3, seed=3)
    streams = streamed_by(name, request)
    found = surprise_of_takes(shipped(name), request, streams, never)
    for notes, bits in zip(streams, found, strict=True):
        assert bits.fields.shape == (5, len(notes)) and bits.end >= 0
        # A note that the region cut short was told to the network at its full length.
        cut = [i for i, note in enumerate(notes) if note.start + note.length >= request.region.end_tick]
        whole = min(cut, default=len(notes))
        assert whole >= len(notes) - 2
        assert np.allclose(bits.total[:whole], [note.bits for note in notes[:whole]], atol=1e-3)


VERBS = {
    "continue": {"verb": Verb.CONTINUE},
    "fill": {"verb": Verb.FILL, "limits": Limits(polyphony=2, grid=2, notes_per_bar=5)},
    "keep rhythm": {"verb": Verb.VARY, "keep": Keep(rhythm=True)},
    "keep contour": {"verb": Verb.VARY, "keep": Keep(contour=True)},
    "accompany": {"verb": Verb.ACCOMPANY},
    "generate": {"verb": Verb.GENERATE},
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("trunk", sorted(SHAPES))
def test_a_replay_reads_what_the_writer_read_for_every_verb_and_past_full_rows(trunk, verb):
    score = sketch(6)
    bar = score.time_map.bar_start(1)
    region = Region(2 * bar, 4 * bar, (1,) if verb == "accompany" else (0, 1))
    request = GenerationRequest(score, region, takes=1, seed=4, **VERBS[verb])
    prompt = make_prompt(request)
    for max_events in (1536, 48):
        (writer,) = write(MODELS[trunk], [Writer(prompt, 0)], never, stream=False, max_events=max_events)
        again = list(stretches(free_writer(prompt), writer.notes, None, max_events))
        assert len(again) > 1 or max_events > 48 or len(writer.notes) < 12
        bits = [tail_bits(MODELS[trunk].network, part.row, [part.tail], never)[0] for part in again]
        told = np.concatenate(bits, axis=1).sum(axis=0)
        assert np.allclose(told, [*writer.bits, writer.end_bits], atol=1e-3)


def test_a_take_that_was_changed_since_is_judged_all_the_same():
    score = band()
    request = GenerationRequest(score, Region(3840, 7680, (0,)), Verb.VARY, keep=Keep(rhythm=True), seed=1)
    rhythm = [TakeNote(0, 3840 + i * 480, 480, 72, 80, 0.0) for i in range(8)]
    strange = [
        *rhythm[:3], TakeNote(0, 3840, 30, 72, 80, 0.0), TakeNote(0, 100, 480, 60, 80, 0.0),
        TakeNote(1, 3840, 480, 60, 80, 0.0), TakeNote(0, 7679, 9000, 127, 127, 0.0),
    ]  # fmt: skip
    first, second, empty = surprise_of_takes(shipped("lstm"), request, [rhythm, strange, []], never)
    assert np.isfinite(first.total).all()
    assert np.isnan(second.total).tolist() == [False, False, False, False, True, True, False]
    assert second.total[3] == second.total[0] and np.nanmax(second.total) < 200
    assert empty.fields.shape == (5, 0) and empty.per_note == empty.end > 0
    assert surprise_of_takes(shipped("lstm"), request, [rhythm], lambda: True) is None
