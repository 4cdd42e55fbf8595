"""What else a model considered for a note, and what may be swapped in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ml.generation.alternatives import alternatives_at, alternatives_in_song
from ml.generation.moment import Forecast, moment_in_song
from ml.generation.surprise import surprise_of, surprise_of_takes
from ml.music import Key, Scale
from ml.requests import (
    GenerationRequest,
    Keep,
    Limits,
    Region,
    TakeNote,
    Unexplained,
    Verb,
    continue_region,
    violations,
)
from tests.ml.generation.shipped_models import SHIPPED, band, example, never, shipped, written_by

LIMITS = Limits(key=Key(0, Scale.MAJOR), lowest=60, highest=79, polyphony=1, grid=2, notes_per_bar=6)
TONES = Key(0, Scale.MAJOR).pitch_classes


def sketch_request(**more) -> GenerationRequest:
    score = example("first-sketch")
    track = next(i for i, t in enumerate(score.tracks) if len(t.notes))
    return GenerationRequest(score, continue_region(score, track, 4), takes=1, seed=5, **more)


@pytest.mark.parametrize("name", SHIPPED)
def test_probabilities_of_each_field_sum_to_one_and_agree_with_the_notes_bits(name):
    score = example("chorale")
    surprise = surprise_of(shipped(name), score, never)
    for i in (0, 17, 60):
        track, note_id = int(surprise.track[i]), int(surprise.note_id[i])
        _, moment = moment_in_song(score, track, note_id)
        chances = Forecast(shipped(name).network, moment).chances()
        assert [float(p.sum()) for p in chances] == pytest.approx([1, 1, 1], abs=1e-6)
        found = alternatives_in_song(shipped(name), score, track, note_id, never)
        assert np.allclose(found.fields, surprise.fields[:, i], atol=1e-3)
        for options, field in ((found.onsets, 0), (found.pitches, 2), (found.lengths, 3)):
            (chosen,) = [option for option in options if option.chosen]
            assert -np.log2(chosen.probability) == pytest.approx(found.fields[field], abs=1e-3)
            assert chosen.note == replace(found.note, bits=chosen.note.bits)
            assert chosen.note.bits == pytest.approx(surprise.total[i], abs=1e-3)
            told = [option.probability for option in options]
            assert told == sorted(told, reverse=True) and sum(told) <= 1 + 1e-9


@pytest.mark.parametrize("name", SHIPPED)
def test_whatever_is_swapped_into_a_take_obeys_its_limits(name):
    request = sketch_request(limits=LIMITS)
    (take,) = written_by(name, request)
    for index in (0, len(take.notes) // 2, len(take.notes) - 1):
        found = alternatives_at(shipped(name), request, take.notes, index, never)
        note = take.notes[index]
        offered = 0
        for option in (*found.pitches, *found.onsets, *found.lengths):
            differs = [f for f in ("start", "pitch", "length") if getattr(option.note, f) != getattr(note, f)]
            assert option.chosen == (not differs)
            if not option.obeys:
                assert option.swapped == ()
                continue
            offered += 1
            assert not violations(request, option.swapped)
            assert len(option.swapped) == len(take.notes)
        assert offered >= 3
        assert sum(option.permitted for option in found.pitches) <= 1 + 1e-6
        assert all(option.note.pitch % 12 in TONES for option in found.pitches if option.obeys)
        assert any(not option.obeys for option in found.pitches) or all(
            option.note.pitch % 12 in TONES for option in found.pitches
        )


def test_a_swapped_note_has_the_bits_that_it_would_have_had():
    model, request = shipped("transformer"), sketch_request()
    (take,) = written_by("transformer", request)
    found = alternatives_at(model, request, take.notes, 3, never)
    for option in [o for o in (*found.pitches, *found.lengths) if o.obeys and not o.chosen][:4]:
        notes = [*take.notes[:3], option.note, *take.notes[4:]]
        (bits,) = surprise_of_takes(model, request, [notes], never)
        assert bits.total[3] == pytest.approx(option.note.bits, abs=1e-3)


def test_what_vary_keeps_stays_kept():
    score = band()
    request = GenerationRequest(score, Region(3840, 7680, (0,)), Verb.VARY, keep=Keep(rhythm=True), takes=1, seed=2)
    (take,) = written_by("lstm", request)
    found = alternatives_at(shipped("lstm"), request, take.notes, 4, never)
    assert [option.chosen for option in found.onsets if option.obeys] == [True]
    assert {option.note.start for option in found.pitches} == {take.notes[4].start}
    assert sum(option.obeys for option in found.pitches) > 2
    changed = [replace(take.notes[0], start=take.notes[0].start + 240), *take.notes[1:]]
    free = alternatives_at(shipped("lstm"), request, changed, 4, never)
    assert free.note.pitch == take.notes[4].pitch


def test_notes_of_the_song_keep_to_the_limits_and_to_their_neighbours():
    score = band()
    chords = score.tracks[1].notes
    at = int(np.flatnonzero((chords.start == 1920) & (chords.pitch == 54))[0])
    limits = Limits(lowest=40, highest=60, grid=1)
    found = alternatives_in_song(shipped("blend"), score, 1, int(chords.id[at]), never, limits)
    assert found.note.start == 1920 and found.note.pitch == 54
    for option in (*found.pitches, *found.onsets):
        assert option.swapped == ()
        if option.obeys and not option.chosen:
            assert 40 <= option.note.pitch <= 60 and option.note.start % 480 == 0
            sounding = (chords.start < option.note.start + option.note.length) & (chords.end > option.note.start)
            sounding[at] = False
            assert option.note.pitch not in chords.pitch[sounding]


def test_what_cannot_be_answered_is_said_in_a_sentence():
    score = band()
    model, melody = shipped("lstm"), score.tracks[0].notes
    muted = int(melody.id[melody.pitch == 90][0])
    for found, word in (
        (alternatives_in_song(model, score, 0, muted, never), "muted"),
        (alternatives_in_song(model, score, 0, 10_000, never), "not in the song"),
        (alternatives_in_song(model, score, 9, 0, never), "not in the song"),
        (alternatives_at(model, sketch_request(), [TakeNote(0, 0, 480, 60, 80, 0.0)], 0, never), "outside"),
    ):
        assert isinstance(found, Unexplained) and word in found.sentence
    assert alternatives_in_song(model, score, 0, int(melody.id[0]), lambda: True) is None
