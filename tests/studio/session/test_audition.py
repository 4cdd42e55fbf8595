"""What the user does with takes: hear them, compare, mark, sort, and ask for others."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ml.music import Score
from ml.requests import Choosing, GenerationRequest, RefusedRequest, Region, TakeNote, Verb
from ml.requests.choosing import RankedTake
from studio.audio import SwitchWhen
from studio.engine import Chosen
from studio.project.settings import HEAR_TAKES_ALONE, MATCH_LOUDNESS, RANK_BY_FORM, SWITCH_TAKES
from studio.session import AnswerState, Arrangement, SortBy, Studio, TakeMark, Wishes
from studio.session.loudness import USUAL_VELOCITY, as_loud_as, board_velocity, mean_velocity
from studio.session.takes import TakeSlot
from tests.studio.session.asks import BAR, Answered, Until

# --- hearing


@pytest.mark.parametrize("when", list(SwitchWhen))
def test_a_take_comes_in_when_the_user_wants_it_and_the_wish_is_remembered(
    asked: Studio, player: Any, when: SwitchWhen
) -> None:
    asked.transport.play()
    asked.switch_when = when
    asked.audition_next()
    asked.poll()
    assert player.calls[-1] == ("plan", when.value)
    assert asked.transport.switching == (when is not SwitchWhen.NOW)
    assert type(asked.settings)(asked.settings.path).get(SWITCH_TAKES) == when.value


def test_without_a_loop_what_waits_for_it_comes_at_the_next_bar(asked: Studio, player: Any) -> None:
    asked.transport.set_loop(None)
    asked.transport.play()
    asked.switch_when = SwitchWhen.LOOP
    asked.audition_next()
    asked.poll()
    assert player.calls[-1] == ("plan", "bar")


def test_all_takes_are_heard_equally_loud_and_kept_as_they_were_written(
    open_tune: Studio, rig: Any, answered: Answered, shifted: Any
) -> None:
    loudness = iter([30, 40, 50, 127] * 8)
    rig.walker.twist["alpha"] = lambda note: replace(note, velocity=next(loudness, 110))
    rig.walker.twist["beta"] = shifted(velocity=25)
    open_tune.ask(Verb.CONTINUE, None, Wishes(bars=2, takes=2, seed=5))
    answered(open_tune)
    request = open_tune.takes.request
    assert request is not None
    target, heard = board_velocity(request), []
    for slot in open_tune.takes.slots:
        open_tune.audition(slot)
        table = open_tune.transport.heard.tracks[0].notes
        new = table.start >= 4 * BAR
        heard.append(mean_velocity(table.velocity[new].astype(float), table.length[new].astype(float)))
    decibels = 40 * np.log10(np.array(heard) / target)
    assert np.abs(decibels).max() < 0.3, "the song's own loudness, to the rounding of velocities"
    open_tune.settings.set(MATCH_LOUDNESS, False)
    table = open_tune.transport.heard.tracks[0].notes
    assert set(table.velocity[table.start >= 4 * BAR].tolist()) == {25}
    open_tune.settings.set(MATCH_LOUDNESS, True)
    slot = open_tune.takes.slots[-1]
    open_tune.accept(slot)
    assert {n.velocity for n in open_tune.document.score.tracks[0].notes if n.source} == {25}


def test_takes_can_be_heard_alone(asked: Studio) -> None:
    document = asked.document
    other = document.score.tracks[1]
    notes = document.score.tracks[0].notes
    document.commit("Bass", document.score.with_track(1, other.with_notes(notes)))
    asked.audition(asked.takes.slots[0])
    assert not any(track.mixer.soloed for track in asked.transport.heard.tracks)
    asked.settings.set(HEAR_TAKES_ALONE, True)
    assert [track.mixer.soloed for track in asked.transport.heard.tracks] == [True, False]
    asked.audition(None)
    assert [track.mixer.soloed for track in asked.transport.heard.tracks] == [True, False], "so that it can be compared"
    asked.reject()
    assert asked.transport.heard is document.score and not document.score.tracks[0].mixer.soloed


def test_what_was_there_before_is_one_key_away_after_accepting_and_leaves_no_trace(asked: Studio) -> None:
    document = asked.document
    assert not asked.auditioning.can_hear_before
    with pytest.raises(RefusedRequest, match="nothing to compare"):
        asked.hear_before(True)
    before = document.score
    asked.accept(asked.takes.slots[0])
    after, history = document.score, document.history
    asked.hear_before(True)
    assert asked.transport.heard is before and asked.auditioning.hearing_before
    asked.hear_before(False)
    assert asked.transport.heard is after and document.history is history
    asked.hear_before(True)
    document.undo()
    assert asked.transport.heard is document.score
    assert (asked.auditioning.hearing_before, asked.auditioning.can_hear_before) == (False, False)
    document.redo()
    assert asked.auditioning.can_hear_before


# --- marks, order, figures


def test_figures_are_there_when_a_take_is_complete(asked: Studio) -> None:
    for slot in asked.takes.slots:
        figures = slot.figures
        assert figures is not None and slot.take is not None
        pitches = [note.pitch for note in slot.notes]
        assert (figures.lowest, figures.highest) == (min(pitches), max(pitches))
        assert (figures.bars, figures.notes, figures.notes_per_bar) == (2, 16, 8.0)
        in_c = sum(pitch % 12 in {0, 2, 4, 5, 7, 9, 11} for pitch in pitches) / 16
        assert str(figures.key) == "C major" and figures.in_key == pytest.approx(in_c)


def test_stars_labels_and_discarding(asked: Studio) -> None:
    first, second, third, _ = asked.takes.slots
    asked.mark(third, TakeMark(starred=True, label="  the good one  ", note="ends well"))
    assert third.title == "the good one" and third.mark.note == "ends well"
    asked.audition(first)
    asked.discard(first)
    assert asked.takes.auditioned is second, "the next one is heard"
    assert first not in asked.takes.shown and first in asked.takes.slots
    asked.auditioning.arrange(Arrangement(by=SortBy.STAR, discarded=True))
    assert asked.takes.shown[0] is third and first in asked.takes.shown
    asked.auditioning.arrange(Arrangement(starred=True))
    assert asked.takes.shown == (third,)
    asked.audition_next()
    assert asked.takes.auditioned is third
    for slot in (second, third, asked.takes.slots[3]):
        asked.discard(slot)
    assert asked.transport.heard is asked.document.score and len(asked.takes.shown) == 0


def test_a_heard_take_that_a_filter_hides_can_be_put_aside(asked: Studio) -> None:
    hidden, starred, *_ = asked.takes.slots
    asked.mark(starred, TakeMark(starred=True))
    asked.audition(hidden)
    asked.auditioning.arrange(Arrangement(starred=True))
    asked.discard(hidden)
    assert hidden.mark.discarded and asked.takes.auditioned is starred


def test_digits_follow_the_order_that_shows(asked: Studio) -> None:
    asked.auditioning.arrange(Arrangement(by=SortBy.BITS))
    bits = [slot.figures.bits_per_note for slot in asked.takes.shown if slot.figures]
    assert bits == sorted(bits) and len(bits) == 4
    asked.audition(asked.takes.shown[0])
    asked.audition_next()
    assert asked.takes.auditioned is asked.takes.shown[1]
    asked.auditioning.arrange(Arrangement(models=frozenset({"beta"}), by=SortBy.BITS, descending=True))
    assert {slot.model for slot in asked.takes.shown} == {"beta"}


# --- asking again, models, questions


def test_a_take_like_an_earlier_one_of_its_place_is_asked_to_be_different(asked: Studio, answered: Answered) -> None:
    earlier = [slot.take.placed for slot in asked.takes.slots if slot.take]
    asked.reject()
    asked.ask(Verb.CONTINUE, None, Wishes(bars=2, takes=1))
    assert asked.takes.request is not None and asked.takes.request.unlike == frozenset(earlier)
    answered(asked)
    asked.ask(Verb.CONTINUE, None, Wishes(bars=4, takes=1))
    assert asked.takes.request.unlike == frozenset(), "another place"
    answered(asked)
    asked.ask(Verb.CONTINUE, None, Wishes(bars=2, takes=1, seed=5))
    assert asked.takes.request.unlike == frozenset(), "who names a seed wants what it gives"
    answered(asked)
    asked.new()
    request = GenerationRequest(asked.document.score, Region(4 * BAR, 6 * BAR, (0,)))
    assert asked.earlier.of(request) == frozenset(), "another piece"


def test_earlier_takes_are_remembered_with_the_project(asked: Studio, answered: Answered, tmp_path: Path) -> None:
    earlier = {slot.take.placed for slot in asked.takes.slots if slot.take}
    asked.reject()
    asked.save_as(tmp_path / "song.continuo")
    asked.new()
    asked.open(tmp_path / "song.continuo")
    asked.ask(Verb.CONTINUE, None, Wishes(bars=2, takes=1))
    assert asked.takes.request is not None and asked.takes.request.unlike == earlier
    answered(asked)


def test_one_model_can_be_stopped_alone(open_tune: Studio, rig: Any, until: Until, answered: Answered) -> None:
    gate, reached = threading.Event(), threading.Event()

    def hold(take: int, number: int) -> None:
        if number == 3:
            reached.set()
            gate.wait(30)

    rig.walker.before_note["alpha"] = hold
    open_tune.ask(Verb.CONTINUE, None, Wishes(bars=2, takes=2, seed=5))
    until(open_tune, reached.is_set)
    open_tune.cancel_model("alpha")
    gate.set()
    answered(open_tune)
    alpha, beta = open_tune.takes.answers
    assert (alpha.state, alpha.slots) == (AnswerState.STOPPED, ())
    assert beta.state is AnswerState.DONE and len(beta.slots) == 2
    assert open_tune.takes.auditioned in (None, *beta.slots)
    open_tune.cancel_model("alpha")
    open_tune.cancel_model("nobody")


def chosen_of(slots: tuple[TakeSlot, ...], *numbers: int) -> tuple[RankedTake, ...]:
    """Candidates by number; those that did not stream are like the first, a semitone higher."""
    first = slots[0].take
    assert first is not None
    higher = replace(first, notes=tuple(replace(note, pitch=note.pitch + 1) for note in first.notes))
    known = {slot.index: slot.take for slot in slots}
    return tuple(RankedTake(known.get(number) or higher, number, (f"reason {number}",)) for number in numbers)


def test_chosen_takes_come_first_and_what_the_user_hears_or_starred_stays(asked: Studio) -> None:
    board = asked.takes
    assert board.job is not None
    alpha, beta = board.answers
    a0, _, b0, b1 = board.slots
    asked.audition(a0)
    asked.mark(b0, TakeMark(starred=True))
    board.receive(Chosen(board.job, "alpha", chosen_of(alpha.slots, 3, 1), "Chosen from 4."))
    board.receive(Chosen(board.job, "beta", chosen_of(beta.slots, 1), "Chosen from 2."))
    assert [slot.index for slot in alpha.slots] == [3, 1, 0] and alpha.slots[2] is a0, "it goes on being heard"
    assert [slot.title for slot in alpha.slots] == ["Alpha 1", "Alpha 2", "Alpha 3"]
    assert alpha.slots[0].done and alpha.slots[0].reasons == ("reason 3",) and alpha.chosen == "Chosen from 4."
    assert beta.slots == (b1, b0)


def test_a_first_take_that_played_by_itself_gives_way_to_the_best_of_its_model(asked: Studio) -> None:
    board = asked.takes
    assert board.job is not None and board.auditioned is board.slots[0]
    alpha = board.answers[0]
    board.receive(Chosen(board.job, "alpha", chosen_of(alpha.slots, 3, 1), "Chosen from 4."))
    assert [slot.index for slot in alpha.slots] == [3, 1] and board.auditioned is alpha.slots[0]


def test_how_takes_are_chosen_is_a_wish_that_the_settings_remember(studio: Studio, rig: Any) -> None:
    assert studio.wishes.choosing == Choosing()
    studio.wishes = replace(studio.wishes, choosing=Choosing(pool=5, drop_alike=False, second_model="beta"))
    again = Studio(rig.engine, type(studio.settings)(studio.settings.path))
    assert again.wishes.choosing == studio.wishes.choosing == Choosing(pool=5, drop_alike=False, second_model="beta")
    again.settings.set(RANK_BY_FORM, False)
    assert not again.wishes.choosing.by_form
    again.piece.close(keep_journal=False)


def test_questions_aside_are_answered_to_who_asked(studio: Studio, until: Until) -> None:
    told: list[object] = []
    studio.study("alpha", lambda model, cancelled: "an answer", told.append)
    dropped = studio.study("alpha", lambda model, cancelled: "nobody wants it", told.append)
    studio.drop_study(dropped)
    until(studio, lambda: bool(told))

    def fails(model: Any, cancelled: Any) -> object:
        raise MemoryError

    studio.study("beta", fails, told.append, lambda sentence: told.append(f"no: {sentence}"))
    until(studio, lambda: len(told) == 2)
    assert told[0] == "an answer" and "memory" in str(told[1]) and str(told[1]).startswith("no: ")


def test_loudness_of_nothing_and_of_the_unheard(tune: Score) -> None:
    assert as_loud_as((), 90.0) == ()
    quiet = (TakeNote(0, 0, 10, 60, 1, 0.0), TakeNote(0, 10, 1000, 60, 127, 0.0))
    assert as_loud_as(quiet, 127.0)[1].velocity == 127
    empty = Score((tune.tracks[1],), tune.time_map)
    assert board_velocity(GenerationRequest(empty, Region(0, BAR, (0,)))) == USUAL_VELOCITY
