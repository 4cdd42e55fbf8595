"""Takes from untrained weights: streamed, cancelled, replayed, refused."""

from __future__ import annotations

import pytest

from ml.generation import NoteItem, RemarkItem, TakeItem, generate
from ml.music import Key, Metre, Note, NoteTable, Score, TimeMap, Track
from ml.requests import GenerationRequest, Keep, Limits, RefusedRequest, Region, Verb, continue_region
from tests.ml.generation.tiny_models import MODELS, SHAPES


def sketch(bars: int = 4, metre: Metre = Metre(0, 4, 4), ticks_per_quarter: int = 960) -> Score:
    """A melody of quarters and a bass of bars, over `bars` bars."""
    time_map = TimeMap(ticks_per_quarter, metres=(metre,))
    bar = time_map.bar_ticks(metre)
    step = bar // metre.numerator
    melody = [Note(i * step, step, 60 + (i * 5) % 13, 70 + i % 20) for i in range(bars * metre.numerator)]
    bass = [Note(i * bar, bar, 36 + i % 5) for i in range(bars)]
    drums = [Note(i * step, step // 2 or 1, 36 if i % 2 else 42) for i in range(bars * metre.numerator)]
    return Score(
        (
            Track("Melody", NoteTable.of(melody)),
            Track("Bass", NoteTable.of(bass), program=32),
            Track("Drums", NoteTable.of(drums), channel=9, drums=True),
        ),
        time_map,
    )


def answer(trunk: str, request: GenerationRequest):
    items = list(generate(MODELS[trunk], request, lambda: False))
    return [item.value for item in items if isinstance(item, TakeItem)], items


@pytest.mark.parametrize("trunk", sorted(SHAPES))
def test_the_same_seed_gives_the_same_notes_and_another_seed_others(trunk):
    score = sketch()
    request = GenerationRequest(score, continue_region(score, 0, 4), takes=3, seed=5)
    first, _ = answer(trunk, request)
    again, _ = answer(trunk, request)
    other, _ = answer(trunk, GenerationRequest(score, request.region, takes=3, seed=6))
    assert [take.notes for take in first] == [take.notes for take in again]
    assert [take.notes for take in first] != [take.notes for take in other]
    assert len({take.notes for take in first}) == 3


@pytest.mark.parametrize("trunk", sorted(SHAPES))
def test_a_long_answer_slides_past_the_window(trunk):
    """With rows of 72 events a dense answer of 24 bars needs several, each given the end of the one before."""
    score = sketch(8)
    region = continue_region(score, 0, 24)
    request = GenerationRequest(score, Region(region.start_tick, region.end_tick, (0, 1, 2)), takes=2, seed=2)
    items = list(generate(MODELS[trunk], request, lambda: False, max_events=72))
    takes = [item.value for item in items if isinstance(item, TakeItem)]
    assert len(takes) == 2
    for take in takes:
        last_bar = score.time_map.bar_start(score.time_map.bar_at(region.end_tick) - 1)
        starts = [note.start for note in take.notes]
        assert max(starts) >= last_bar
        assert starts == sorted(starts)


def test_notes_stream_before_takes_are_finished_and_takes_hold_what_was_streamed():
    score = sketch()
    takes, items = answer("lstm", GenerationRequest(score, continue_region(score, 0, 2), takes=2, seed=3))
    first_take = next(i for i, item in enumerate(items) if isinstance(item, TakeItem))
    assert any(isinstance(item, NoteItem) for item in items[:first_take])
    for take in takes:
        number = take.provenance.take
        streamed = {(i.note.start, i.note.pitch) for i in items if isinstance(i, NoteItem) and i.take == number}
        assert {(n.start, n.pitch) for n in take.notes} <= streamed


def test_cancel_is_looked_at_before_every_note():
    score = sketch()
    asked = [0]

    def cancelled() -> bool:
        asked[0] += 1
        return asked[0] > 4

    items = list(generate(MODELS["lstm"], GenerationRequest(score, continue_region(score, 0, 16), takes=1), cancelled))
    assert sum(isinstance(item, NoteItem) for item in items) <= 4
    assert not any(isinstance(item, TakeItem) for item in items)


def test_a_melody_of_one_voice_stays_one():
    score = sketch()
    for take in answer("transformer", GenerationRequest(score, continue_region(score, 0, 8), takes=3, seed=1))[0]:
        for before, after in zip(take.notes, take.notes[1:], strict=False):
            assert before.start + before.length <= after.start


@pytest.mark.parametrize("verb", list(Verb))
def test_a_take_replays_from_its_own_request_whatever_was_cancelled(verb):
    """The recorded batch is drawn again: all takes come out as they were, also after a job that was cancelled."""
    score = sketch(6)
    bar = score.time_map.bar_start
    request = GenerationRequest(
        score, Region(bar(2), bar(4), (0, 1)), verb, Limits(polyphony=2), keep=Keep(rhythm=True), takes=3, seed=21
    )
    takes, _ = answer("transformer", request)
    stopped: list[int] = []

    def cancelled() -> bool:
        stopped.append(1)
        return len(stopped) > 7

    early = [item.value for item in generate(MODELS["transformer"], request, cancelled) if isinstance(item, TakeItem)]
    assert len(early) < len(takes)
    assert all(take in takes for take in early)
    for take in takes:
        again, _ = answer("transformer", take.request)
        assert [other.notes for other in again if other.provenance.take == take.provenance.take] == [take.notes]
        assert (take.provenance.takes, take.provenance.seed) == (3, 21)


def test_finished_takes_do_not_change_the_others():
    """The batch is never shrunk: take 0 is the same whether the others end early or late."""
    score = sketch()
    short = GenerationRequest(score, continue_region(score, 0, 2), takes=4, seed=9)
    assert [t.provenance.take for t in sorted(answer("lstm", short)[0], key=lambda t: t.provenance.take)] == [
        0,
        1,
        2,
        3,
    ]


def test_provenance_says_how_to_make_it_again():
    score = sketch()
    request = GenerationRequest(
        score, continue_region(score, 0, 2), limits=Limits(Key.parse("D:maj")), takes=1, seed=77
    )
    take = answer("lstm", request)[0][0]
    facts = take.provenance
    assert (facts.model, facts.seed, facts.key, facts.verb) == ("lstm", 77, "D major", Verb.CONTINUE.value)
    assert facts.region_start_tick == request.region.start_tick == facts.prompt_end_tick
    assert facts.bits_per_note > 0


def test_more_tracks_than_models_hear_are_said():
    score = sketch()
    score = score.with_tracks(score.tracks + tuple(Track(f"X{i}", score.tracks[1].notes) for i in range(20)))
    _, items = answer("lstm", GenerationRequest(score, continue_region(score, 0, 1), takes=1))
    assert any(isinstance(item, RemarkItem) and "16 tracks" in item.text for item in items)


@pytest.mark.parametrize(
    ("region", "limits"),
    [
        (Region(0, 0, (0,)), Limits()),
        (Region(960, 100, (0,)), Limits()),
        (Region(-5, 100, (0,)), Limits()),
        (Region(0, 960, ()), Limits()),
        (Region(0, 960, (7,)), Limits()),
        (Region(0, 3840 * 500, (0,)), Limits()),
        (Region(0, 3840, (0,)), Limits(lowest=70, highest=60)),
        (Region(0, 3840, (0,)), Limits(Key.parse("C:maj"), 61, 61)),
    ],
)
def test_requests_without_room_are_refused_in_a_sentence(region, limits):
    request = GenerationRequest(sketch(), region, limits=limits)
    with pytest.raises(RefusedRequest, match=r"^[A-Z0-9].*\.$"):
        list(generate(MODELS["lstm"], request, lambda: False))
