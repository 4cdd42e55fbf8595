"""Samples beside the composers: features, overlaps, copies, obedience, cost."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from ml.evaluation.board import Table, section_text
from ml.evaluation.copying_table import copying_section, runs_of, training_runs
from ml.evaluation.duration import expected_minutes
from ml.evaluation.excerpts import excerpts
from ml.evaluation.feature_tables import feature_section, overlaps_of
from ml.evaluation.note_cost import GIVEN_NOTES, cost_section, melody
from ml.evaluation.obedience_table import (
    COMPOSER,
    Tally,
    all_stay,
    disobeyed,
    obedience_section,
    onset_match,
    own_notes,
    requests,
)
from ml.evaluation.samples import Sampler
from ml.evaluation.tasks import TASKS, ahead, inside, with_locked
from ml.measures.yang_lerch import FEATURES
from ml.music import LOCKED, Key
from ml.requests import Keep, Limits, RefusedRequest, Verb
from tests.ml.evaluation.models import bench_of, corpus_of, long_tunes


@pytest.fixture
def songs(tmp_path):
    """Five held-out tunes; one of them is also among those to learn from."""
    return corpus_of(tmp_path, {"valid": long_tunes(0, 5), "train": long_tunes(4, 9)})


def rows(table: Table, column: str) -> dict[str, object]:
    return {name: row.get(column) for name, row in table.rows.items()}


def test_features_stand_beside_those_of_the_split_and_of_training(tmp_path, songs):
    bench = bench_of(tmp_path, songs)
    section = feature_section(bench, Sampler(bench))
    features, overlaps = section.tables
    assert list(features.rows) == ["valid pieces", "training pieces", "bigram", "tiny0"]
    assert features.rows["valid pieces"]["pitch_range"][0] > 12
    assert list(overlaps.rows) == ["training pieces", "bigram", "tiny0"]
    assert overlaps.rows["training pieces"]["of training"] == 1
    for name in ("bigram", "tiny0"):
        areas = [overlaps.rows[name][feature] for feature in FEATURES]
        assert all(0 <= area <= 1 for area in areas)
        assert overlaps.rows[name]["mean"] == pytest.approx(np.mean(areas))
    assert section.facts["samples"] == {"songs": 3}
    assert "no limits" in section_text(section.as_data())


def test_a_set_overlaps_itself_more_than_other_music(tmp_path, songs):
    own = [excerpt.continuation for excerpt in excerpts(songs, "valid", 5, 8, 8)]
    high = [replace(passage, pitch=passage.pitch + np.arange(len(passage)) % 40) for passage in own]
    alike, other = overlaps_of(own, own), overlaps_of(own, high)
    assert alike["pitch range"].area > other["pitch range"].area


def test_too_few_pieces_for_samples_are_said(tmp_path):
    short = corpus_of(tmp_path, {"valid": long_tunes(0, 2), "train": long_tunes(2, 3)})
    bench = bench_of(tmp_path, short)
    section = feature_section(bench, Sampler(bench))
    assert section.tables == ()
    assert "songs has fewer than 3 pieces" in section.missing[0]


def test_the_composer_s_own_copies_are_the_referee(tmp_path, songs):
    bench = bench_of(tmp_path, songs, scale=replace(bench_of(tmp_path, songs).scale, prompts=5))
    (table,) = copying_section(bench, Sampler(bench)).tables
    assert list(table.rows) == ["valid pieces", "bigram", "tiny0"]
    referee = table.rows["valid pieces"]
    assert referee["longest run"] == 8 * 4  # the melody's eight asked bars, in quarters
    assert 0 < referee["16-note runs"] <= referee["8-note runs"] <= referee["8 transposed"] <= 1
    assert table.rows["tiny0"]["longest run"] == 0


def test_training_pieces_are_searched_part_by_part(songs):
    (runs,) = training_runs(songs)
    assert len(runs) == songs.notes("train")
    assert len(np.unique(runs.line)) == 2 * len(songs.splits["train"])
    passages = [excerpt.continuation for excerpt in excerpts(songs, "valid", 5, 8, 8)]
    assert len(np.unique(runs_of(passages).line)) == 2 * len(passages)


def test_every_task_makes_requests_that_pass_their_check(tmp_path, songs):
    bench = bench_of(tmp_path, songs)
    made = requests(bench, Sampler(bench))
    assert list(made) == list(TASKS)
    for task, found in made.items():
        assert len(found) == bench.scale.requests, task
        for asked in found:
            asked.request.check()
    again = requests(bench, Sampler(bench))
    assert [a.request.limits for a in made["key"]] == [a.request.limits for a in again["key"]]


def test_obedience_is_counted_task_by_task(tmp_path, songs):
    bench = bench_of(tmp_path, songs)
    section = obedience_section(bench, Sampler(bench))
    (table,) = section.tables
    assert list(table.rows) == [COMPOSER, "tiny0"]
    tiny = table.rows["tiny0"]
    assert all(tiny[task]["of"] == 2 for task in TASKS)
    assert tiny["key"] == tiny["range"] == {"kept": 2, "of": 2}
    assert table.rows[COMPOSER]["keep rhythm"] == {"kept": 2, "of": 2}
    assert table.rows[COMPOSER]["onset match of kept rhythm"] == 1
    assert "generate in a key" not in table.rows[COMPOSER]
    assert "2 / 2" in section_text(section.as_data())


def test_what_is_disobeyed_is_named(songs):
    excerpt = excerpts(songs, "valid", 1, 8, 8)[0]
    request = ahead(excerpt, Limits(key=Key.parse("C#:major_pentatonic".replace("_", " "))))
    notes = own_notes(excerpt.score, request.region)
    assert set(disobeyed(request, notes)) == {"key"}
    tally = Tally()
    tally.add(request, notes)
    tally.add(request, None)
    tally.add(request, ())
    assert (tally.made, tally.obeyed, tally.faults[-1]) == (3, 1, "no answer")


def test_a_locked_note_that_moves_is_noticed(songs):
    excerpt = excerpts(songs, "valid", 1, 8, 8)[0]
    request = inside(excerpt, Verb.FILL)
    request = replace(request, score=with_locked(request.score, request.region, np.random.default_rng(0)))
    locked = [int((track.notes.flags & LOCKED > 0).sum()) for track in request.score.tracks]
    assert 0 < sum(locked) < len(own_notes(excerpt.score, request.region))
    assert all_stay(request, own_notes(request.score, request.region))
    assert disobeyed(request, own_notes(request.score, request.region)) == []


def test_onsets_match_or_they_do_not(songs):
    excerpt = excerpts(songs, "valid", 1, 8, 8)[0]
    request = inside(excerpt, Verb.VARY, Keep(rhythm=True))
    notes = own_notes(request.score, request.region)
    assert onset_match(request, notes) == 1
    assert onset_match(request, notes[1:]) == (len(notes) - 1) / len(notes)
    late = tuple(replace(note, start=note.start + 1) for note in notes)
    assert onset_match(request, late) == 0


def test_contradicting_limits_are_drawn_again(tmp_path, songs, monkeypatch):
    bench = bench_of(tmp_path, songs)
    refused = iter([True, False] * 100)

    def moody(excerpt, random):
        if next(refused):
            return ahead(excerpt, Limits(lowest=70, highest=60))
        return ahead(excerpt, Limits(grid=2))

    with pytest.raises(RefusedRequest):
        ahead(excerpts(songs, "valid", 1, 8, 8)[0], Limits(lowest=70, highest=60)).check()
    monkeypatch.setitem(TASKS, "key", moody)
    assert [asked.request.limits.grid for asked in requests(bench, Sampler(bench))["key"]] == [2, 2]


def test_the_cost_of_a_note_is_timed_by_the_given_clock(tmp_path, songs):
    ticks = iter(range(1_000_000))
    section = cost_section(bench_of(tmp_path, songs), lambda: next(ticks) / 1000)
    row = section.tables[0].rows["tiny0"]
    for given in GIVEN_NOTES:
        assert [row[f"first of {given:,}"], row[f"next of {given:,}"]] == pytest.approx([1, 1])
    assert [melody(given).note_count for given in GIVEN_NOTES] == list(GIVEN_NOTES)


def test_the_expected_time_grows_with_what_is_asked(tmp_path, songs):
    bench = bench_of(tmp_path, songs, models=2)

    def minutes(*sections: str) -> float:
        ticks = iter(range(1000))
        return expected_minutes(bench, Sampler(bench), sections, lambda: float(next(ticks)))

    assert minutes("trunks") == 0
    assert 0 < minutes("bits") < minutes("bits", "features") < minutes("bits", "features", "obedience")
    assert math.isfinite(minutes("copying"))
