"""What every take must pass before it is offered, measured by the song that it goes on."""

from __future__ import annotations

from dataclasses import replace

from ml.generation import NoteItem, TakeItem, generate
from ml.generation.guards import fault
from ml.generation.prompt import Prompt, make_prompt
from ml.music import LOCKED, Note, NoteTable, Score, Track
from ml.requests import GenerationRequest, Keep, Limits, Region, TakeNote, Verb, continue_region
from tests.ml.generation.tiny_models import MODELS

BEAT, BAR = 960, 3840
TUNE = (60, 62, 64, 65, 67, 69, 71, 72, 71, 67, 64, 62, 60, 64, 67, 60)


def song(bars: int = 4, others: bool = False) -> Score:
    melody = Track("Melody", NoteTable.of(Note(i * BEAT, BEAT, TUNE[i % 16]) for i in range(4 * bars)))
    bass = Track("Bass", NoteTable.of(Note(i * BAR, BAR, 40 + i % 3) for i in range(2 * bars)), program=32)
    return Score((melody, bass) if others else (melody,))


def continuing(score: Score, bars: int, **kwargs) -> Prompt:
    return make_prompt(GenerationRequest(score, continue_region(score, 0, bars), **kwargs))


def taken(pitches: tuple[int, ...], start: int, step: int = BEAT, track: int = 0) -> list[TakeNote]:
    return [TakeNote(track, start + i * step, step, pitch, 80, 1.0) for i, pitch in enumerate(pitches)]


def test_an_empty_take_is_a_fault_and_a_tune_of_its_own_is_none():
    prompt = continuing(song(), 4)
    assert fault(prompt, []) == "was empty"
    assert fault(prompt, taken(TUNE[::-1], 4 * BAR)) is None


def test_a_repetition_is_a_copy_and_one_with_a_changed_ending_is_not():
    prompt = continuing(song(), 2)
    assert "repeat" in fault(prompt, taken(TUNE[:8], 4 * BAR))
    assert fault(prompt, taken((*TUNE[:7], 74), 4 * BAR)) is None


def test_drums_may_repeat_the_bar_before():
    beat = NoteTable.of(Note(i * BEAT, BEAT // 2, 36 if i % 2 else 42) for i in range(16))
    prompt = continuing(Score((Track("Drums", beat, drums=True),)), 8)
    assert fault(prompt, taken((42, 36) * 16, 4 * BAR)) is None


def test_a_long_rest_at_the_start_is_a_fault_unless_the_song_rests_so_or_notes_that_stay_force_it():
    late = taken(TUNE[4:12], 6 * BAR)
    assert fault(continuing(song(), 4), late) == "opens with a long rest"
    sparse = Score((Track("M", NoteTable.of(Note(i * 3 * BAR, BEAT, p) for i, p in enumerate(TUNE[:8]))),))
    start = continuing(sparse, 4).request.region.start_tick
    assert fault(continuing(sparse, 4), taken(TUNE[4:12], start + 2 * BAR)) is None
    score = song(6)
    table = score.tracks[0].notes.replaced(slice(16, 24), flags=LOCKED)
    score = score.with_track(0, Track("Melody", table))
    filling = make_prompt(GenerationRequest(score, Region(4 * BAR, 8 * BAR, (0,)), Verb.FILL, Limits(polyphony=1)))
    assert fault(filling, late) is None


def test_a_take_that_rests_through_most_bars_is_a_fault():
    assert fault(continuing(song(), 6), taken(TUNE[3:7], 4 * BAR)) == "rests through most of its bars"


def test_an_asked_track_that_played_before_may_not_fall_silent():
    score = song(others=True)
    prompt = make_prompt(GenerationRequest(score, Region(4 * BAR, 8 * BAR, (0, 1))))
    assert fault(prompt, taken(TUNE[::-1], 4 * BAR)) == "leaves Bass silent"


def test_running_in_circles_is_a_fault_where_the_song_does_not():
    circling = taken((60, 64, 67, 64) * 6, 4 * BAR)
    assert fault(continuing(song(), 6), circling) == "goes round in circles"
    pattern = Score(
        (Track("Arpeggio", NoteTable.of(Note(i * BEAT, BEAT, (60, 63, 67, 63)[i % 4]) for i in range(32))),)
    )
    assert fault(continuing(pattern, 6), [replace(n, start=n.start + 4 * BAR) for n in circling]) is None


def test_one_pitch_for_ever_is_a_fault_unless_nothing_else_is_permitted():
    wall = taken((60,) * 14 + (62,), 4 * BAR, BEAT // 2)
    assert fault(continuing(song(), 2), wall) == "stays on one pitch"
    assert fault(continuing(song(), 2, limits=Limits(lowest=60, highest=60)), wall[:-1]) is None


def test_a_variation_that_changes_nothing_is_a_fault():
    score = song()
    request = GenerationRequest(score, Region(0, BAR, (0,)), Verb.VARY, keep=Keep(rhythm=True))
    prompt = make_prompt(request)
    assert fault(prompt, taken(TUNE[:4], 0)) == "is the same as what was there"
    assert fault(prompt, taken((*TUNE[:3], 66), 0)) is None


def test_a_take_that_fails_every_time_is_offered_as_it_was_streamed_with_a_remark():
    """Rhythm kept and one pitch permitted: nothing but the original is possible."""
    score = Score((Track("Drone", NoteTable.of(Note(i * BEAT, BEAT, 60) for i in range(4))),))
    request = GenerationRequest(
        score, Region(0, BAR, (0,)), Verb.VARY, Limits(lowest=60, highest=60), keep=Keep(rhythm=True), takes=2
    )
    items = list(generate(MODELS["gru"], request, lambda: False))
    takes = [item.value for item in items if isinstance(item, TakeItem)]
    assert len(takes) == 2
    for take in takes:
        assert take.remarks[-1] == "This take is the same as what was there."
        streamed = [item.note for item in items if isinstance(item, NoteItem) and item.take == take.provenance.take]
        assert list(take.notes) == streamed
