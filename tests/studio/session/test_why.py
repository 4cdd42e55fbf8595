"""Asking models about notes: who is asked and when, what becomes of late answers, and swapping an offer in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from ml.music import LOCKED, Key, Score, Tempo, TimeMap
from ml.requests import Limits, RefusedRequest, Verb
from studio.edit.edited import EditRefused
from studio.edit.operations.notes import delete_notes, move_notes
from studio.edit.selection import Selection
from studio.session import Studio
from studio.session.why import NoteOfTake, SongNote, WhyDesk
from tests.studio.canned_studies import CannedStudies

Until = Callable[[Studio, Callable[[], bool]], None]


class Curious:
    """A desk, what it told, and the hands of somebody who asks."""

    def __init__(self, studio: Studio, until: Until) -> None:
        self.studio, self.studies = studio, CannedStudies()
        self.desk = WhyDesk(studio, self.studies)
        self._until = until

    def until(self, is_so: Callable[[], bool]) -> None:
        self._until(self.studio, is_so)

    def note(self, row: int = 3) -> SongNote:
        return SongNote(0, int(self.studio.document.track.notes.id[row]))

    def watch_all(self) -> None:
        self.desk.surprise.watch((0, self.studio.document.score.end_tick))
        self.until(lambda: not self.desk.surprise.state)

    @property
    def bits(self) -> np.ndarray:
        return self.desk.surprise.bits(0, self.studio.document.track.notes.id)

    def move(self, row: int, pitches: int) -> None:
        document = self.studio.document
        chosen = Selection(0, frozenset({int(document.track.notes.id[row])}))
        document.apply("Move", move_notes(document.score, chosen, 0, pitches))

    def takes(self) -> None:
        self.studio.ask(Verb.CONTINUE)
        self.until(lambda: not self.studio.takes.running)


@pytest.fixture
def curious(open_tune: Studio, until: Until) -> Iterator[Curious]:
    found = Curious(open_tune, until)
    yield found
    found.desk.close()


@pytest.fixture
def held(walker: Any) -> Iterator[threading.Event]:
    """Models write nothing until the event is set."""
    go = threading.Event()
    for model in ("alpha", "beta"):
        walker.before_note[model] = lambda take, number: go.wait(20) and None
    yield go
    go.set()


# --- whom


def test_the_first_model_is_asked_about_the_song_and_who_wrote_a_take_about_it(curious: Curious) -> None:
    curious.takes()
    beta = next(slot for slot in curious.studio.takes.slots if slot.model == "beta")
    whom = curious.desk.whom
    assert [card.id for card in whom.models] == ["alpha", "beta"]
    assert whom.of().id == "alpha" and whom.of(beta).id == "beta"  # type: ignore[union-attr]
    curious.desk.choose("alpha")
    assert whom.of(beta).id == "alpha"  # type: ignore[union-attr]
    curious.desk.choose("gone")
    assert whom.chosen is None and whom.of(beta).id == "beta"  # type: ignore[union-attr]


def test_with_no_model_there_is_a_sentence(curious: Curious, models: Any) -> None:
    for folder in list(models.iterdir()):
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()
    curious.studio.shelf.rescan()
    with pytest.raises(RefusedRequest, match="No model is installed"):
        curious.desk.ask_alternatives(curious.note())
    curious.desk.surprise.watch((0, 1000))
    assert "No model is installed" in curious.desk.surprise.state
    curious.desk.ask_next(0, 0)
    assert "No model is installed" in curious.desk.next_sentence


# --- how surprising


def test_notes_in_sight_are_judged_and_an_edit_asks_only_when_it_has_settled(curious: Curious) -> None:
    curious.watch_all()
    pitch = curious.studio.document.track.notes.pitch
    assert np.allclose(curious.bits, pitch / 10)
    asked = curious.studies.count("surprise")
    curious.move(2, 1)
    curious.move(2, 1)
    assert curious.studies.count("surprise") == asked
    curious.desk.surprise.look()
    assert np.isnan(curious.bits[2]) and not np.isnan(curious.bits[[0, 1, 3]]).any()
    curious.until(lambda: not curious.desk.surprise.state)
    assert np.allclose(curious.bits, curious.studio.document.track.notes.pitch / 10)
    curious.studio.document.undo()
    curious.studio.document.undo()
    asked = curious.studies.count("surprise")
    assert np.allclose(curious.bits, pitch / 10), "undo finds at once what was known"
    curious.desk.surprise.look()
    assert np.allclose(curious.bits, pitch / 10) and curious.studies.count("surprise") == asked


def test_no_figure_stays_on_a_note_that_is_another_one_by_now(curious: Curious) -> None:
    curious.watch_all()
    document = curious.studio.document
    curious.move(2, 1)
    assert np.flatnonzero(np.isnan(curious.bits)).tolist() == [2], "the others wait for their new figure with the old"
    assert curious.desk.surprise.state == "asking…"
    document.undo()
    twice = Score((document.track, document.track), document.score.time_map)
    document.commit("Double", twice)
    assert np.isnan(curious.bits).all() and np.isnan(curious.desk.surprise.bits(1, document.track.notes.id)).all()
    curious.watch_all()
    document.commit("Slower", replace(twice, time_map=TimeMap(twice.ticks_per_quarter, tempos=(Tempo(0, 900_000),))))
    assert np.isnan(curious.bits).all()


def test_a_late_answer_to_an_older_song_is_not_shown(curious: Curious) -> None:
    reached, go = threading.Event(), threading.Event()
    curious.studies.before = lambda: (reached.set(), go.wait(20))[0]
    curious.desk.surprise.watch((0, 10_000))
    assert reached.wait(10)
    curious.move(0, 2)
    go.set()
    curious.until(lambda: not curious.desk.surprise.state)
    assert np.allclose(curious.bits, curious.studio.document.track.notes.pitch / 10)


def test_nothing_is_asked_while_models_write(curious: Curious, held: threading.Event) -> None:
    curious.studio.ask(Verb.CONTINUE)
    curious.desk.surprise.watch((0, 10_000))
    curious.desk.ask_alternatives(curious.note())
    assert curious.desk.surprise.state == "waiting for the takes"
    assert curious.studies.asked == []
    held.set()
    curious.until(lambda: curious.desk.alternatives is not None and not curious.desk.surprise.state)
    assert not curious.studio.takes.running


def test_a_failed_question_is_one_sentence_and_the_next_may_work(curious: Curious) -> None:
    def fail() -> None:
        raise MemoryError

    curious.studies.before = fail
    curious.desk.surprise.watch((0, 10_000))
    curious.until(lambda: "ran out of memory" in curious.desk.surprise.state)
    assert np.isnan(curious.bits).all()
    curious.studies.before = lambda: None
    curious.watch_all()
    assert not np.isnan(curious.bits).any()


def test_a_take_is_judged_by_who_wrote_it_or_by_the_model_that_is_chosen(curious: Curious) -> None:
    curious.takes()
    slot = curious.studio.takes.slots[0]
    curious.studio.audition(slot)
    curious.watch_all()
    desk = curious.desk.surprise
    curious.until(lambda: not np.isnan(desk.take_bits(slot)).any())
    assert ("take surprise", "alpha") in curious.studies.asked
    curious.desk.choose("beta")
    assert np.isnan(desk.take_bits(slot)).all()
    curious.until(lambda: not np.isnan(desk.take_bits(slot)).any())
    assert np.allclose(desk.take_bits(slot), [note.pitch / 10 for note in slot.notes])
    assert ("take surprise", "beta") in curious.studies.asked


def test_takes_in_a_blind_test_are_not_asked_about(curious: Curious) -> None:
    curious.takes()
    curious.desk.choose("beta")
    curious.studio.takes.blind = True
    curious.studio.audition(curious.studio.takes.slots[0])
    curious.watch_all()
    assert curious.studies.count("take surprise") == 0


def test_loudness_is_left_out_of_the_colours(curious: Curious) -> None:
    curious.studies.loudness_bits = 6.5
    curious.watch_all()
    assert np.allclose(curious.bits, curious.studio.document.track.notes.pitch / 10)
    curious.takes()
    slot = curious.studio.takes.slots[0]
    curious.studio.audition(slot)
    curious.until(lambda: not np.isnan(curious.desk.surprise.take_bits(slot)).any())
    assert np.allclose(curious.desk.surprise.take_bits(slot), [note.pitch / 10 for note in slot.notes])


def test_another_piece_forgets_what_was_shown(curious: Curious) -> None:
    curious.watch_all()
    curious.studio.new()
    assert np.isnan(curious.desk.surprise.bits(0, np.arange(4, dtype=np.int32))).all()


# --- what else


def test_an_offer_comes_into_the_song_as_one_undo_step(curious: Curious) -> None:
    note, before = curious.note(), curious.studio.document.score
    curious.desk.ask_alternatives(note)
    curious.until(lambda: curious.desk.alternatives is not None)
    found = curious.desk.alternatives
    assert found is not None
    steps = len(curious.studio.document.history.steps)
    curious.desk.swap(note, found.pitches[0])
    table = curious.studio.document.track.notes
    assert table.pitch[table.rows_of([note.note_id])[0]] == found.note.pitch + 4
    assert len(curious.studio.document.history.steps) == steps + 1
    assert curious.studio.document.undo_label == "Swap note"
    assert curious.desk.alternatives is None, "what was said of the old song is dropped"
    curious.studio.document.undo()
    assert curious.studio.document.score is before


def test_a_longer_or_later_note_is_swapped_in_alike(curious: Curious) -> None:
    note = curious.note()
    curious.desk.ask_alternatives(note)
    curious.until(lambda: curious.desk.alternatives is not None)
    found = curious.desk.alternatives
    assert found is not None
    curious.desk.swap(note, found.lengths[0])
    table = curious.studio.document.track.notes
    assert table.length[table.rows_of([note.note_id])[0]] == 2 * found.note.length


def test_limits_are_obeyed_and_locked_or_lost_notes_refused(curious: Curious) -> None:
    studio = curious.studio
    studio.wishes = replace(studio.wishes, limits=Limits(key=Key.parse("C:maj")))
    note = curious.note(0)
    curious.desk.ask_alternatives(note)
    curious.until(lambda: curious.desk.alternatives is not None)
    found = curious.desk.alternatives
    assert found is not None
    sharp = next(option for option in found.pitches if option.note.pitch == 61)
    with pytest.raises(RefusedRequest, match="limits forbid"):
        curious.desk.swap(note, sharp)
    table = studio.document.track.notes
    locked = studio.document.score.with_track(
        0, studio.document.track.with_notes(table.replaced([0], flags=[LOCKED]))
    )  # fmt: skip
    studio.document.commit("Lock", locked)
    with pytest.raises(EditRefused, match="locked"):
        curious.desk.swap(note, found.pitches[0])
    studio.document.apply("Delete", delete_notes(studio.document.score, Selection(0, frozenset({note.note_id}))))
    with pytest.raises(EditRefused, match="not in the song any more"):
        curious.desk.swap(note, found.pitches[0])
    with pytest.raises(RefusedRequest, match="not in the song any more"):
        curious.desk.ask_alternatives(note)


def test_a_note_of_a_take_is_swapped_and_the_take_remembers_that_it_was_edited(curious: Curious) -> None:
    curious.takes()
    slot = curious.studio.takes.slots[0]
    curious.studio.audition(slot)
    target, before = NoteOfTake(slot, 2), slot.notes
    curious.desk.ask_alternatives(target)
    curious.until(lambda: curious.desk.alternatives is not None)
    found = curious.desk.alternatives
    assert found is not None and not slot.edited
    curious.desk.swap(target, found.pitches[0])
    assert slot.edited and slot.take is not None and slot.take.notes == slot.notes
    assert slot.notes[2].pitch == before[2].pitch + 4
    assert [n for i, n in enumerate(slot.notes) if i != 2] == [n for i, n in enumerate(before) if i != 2]
    heard = curious.studio.transport.heard.tracks[0].notes
    assert slot.notes[2].pitch in heard.pitch[heard.start == slot.notes[2].start]
    curious.studio.accept(slot)
    table = curious.studio.document.track.notes
    assert slot.notes[2].pitch in table.pitch[table.start == slot.notes[2].start]


def test_swaps_in_takes_are_undone_and_redone_one_by_one_after_what_was_done_to_the_song_since(
    curious: Curious,
) -> None:
    curious.takes()
    slot, swaps = curious.studio.takes.slots[0], curious.desk.swaps
    versions = [slot.notes]
    assert swaps.undo_label == swaps.redo_label == ""
    for index in (2, 4):
        target = NoteOfTake(slot, index)
        curious.desk.ask_alternatives(target)
        curious.until(lambda: curious.desk.alternatives is not None)
        assert curious.desk.alternatives is not None
        curious.desk.swap(target, curious.desk.alternatives.pitches[0])
        versions.append(slot.notes)
    assert swaps.undo_label == f"Swap note in {slot.title}"
    curious.move(0, 1)
    assert swaps.undo_label == "", "the song's own step comes first"
    curious.studio.document.undo()
    swaps.undo()
    assert slot.notes == versions[1] and slot.edited
    swaps.redo()
    assert slot.notes == versions[2]
    swaps.undo()
    swaps.undo()
    assert slot.notes == versions[0] and not slot.edited, "it is as its model wrote it"
    assert swaps.undo_label == "" and swaps.redo_label
    curious.studio.takes.blind = True
    assert swaps.redo_label == "", "nothing gives a take away"
    curious.studio.takes.blind = False
    curious.studio.reject()
    assert swaps.redo_label == ""


def test_a_take_that_is_gone_or_unfinished_is_refused(curious: Curious, held: threading.Event) -> None:
    curious.studio.ask(Verb.CONTINUE)
    slot = curious.studio.takes.slots[0]
    with pytest.raises(RefusedRequest, match=r"not showing|still being written"):
        curious.desk.ask_alternatives(NoteOfTake(slot, 0))
    curious.studio.reject()
    with pytest.raises(RefusedRequest, match="not showing"):
        curious.desk.ask_attention(NoteOfTake(slot, 0))


# --- what it looked at, and what comes next


def test_attention_answers_for_song_and_take_and_is_remembered(curious: Curious) -> None:
    curious.desk.ask_attention(curious.note(5))
    curious.until(lambda: curious.desk.attention is not None)
    assert curious.desk.attention is not None and len(curious.desk.attention.track) == 5
    curious.desk.ask_attention(curious.note(2))
    curious.until(lambda: curious.desk.attention is not None)
    asked = curious.studies.count("looked at")
    curious.desk.ask_attention(curious.note(5))
    assert curious.desk.attention is not None and curious.studies.count("looked at") == asked
    curious.takes()
    curious.desk.ask_attention(NoteOfTake(curious.studio.takes.slots[0], 3))
    curious.until(lambda: curious.desk.attention is not None)
    assert curious.desk.attention.take_note.tolist() == [0, 1, 2]


def test_a_model_without_attention_says_so(curious: Curious) -> None:
    curious.studies.no_attention = frozenset({"alpha"})
    curious.desk.ask_attention(curious.note(5))
    curious.until(lambda: bool(curious.desk.attention_sentence))
    assert curious.desk.attention is None


def test_the_next_pitches_are_those_of_the_latest_place(curious: Curious) -> None:
    told: list[int] = []
    curious.desk.on_next = lambda: told.append(curious.desk.next_pitches.tick)  # type: ignore[union-attr]
    for tick in (0, 480, 960):
        curious.desk.ask_next(0, tick)
    curious.until(lambda: bool(told))
    assert told == [960]
    assert curious.desk.next_pitches is not None and curious.desk.next_pitches.probability[60] == 0.77
    curious.desk.forget_next()
    assert curious.desk.next_pitches is None
