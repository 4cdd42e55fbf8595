"""What can be done with the takes of earlier requests: go back, go on, replay and compare them."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.requests import RefusedRequest, TakeNote, Verb
from studio.edit.operations.pitch import transpose
from studio.edit.operations.tracks import add_track, move_track
from studio.edit.selection import select_all
from studio.project import TakeState
from studio.project.prompt_codec import skeleton_of
from studio.session import Studio
from studio.session.replay import earlier_answers
from studio.session.take_diff import difference
from studio.session.take_figures import TakeMark
from tests.studio.session.asks import WISHES, Answered, Until, ask, record_of, states

# --- going back and on


def test_earlier_takes_are_shown_heard_and_accepted_again(open_tune: Studio, answered: Answered) -> None:
    studio = open_tune
    first = ask(studio, answered)
    record = record_of(studio, first)
    studio.reject()
    studio.tree.show_again(first, record.ref(record.takes[1]))
    assert [slot.title for slot in studio.takes.slots] == ["Alpha 1", "Alpha 2", "Beta 1", "Beta 2"]
    assert studio.takes.auditioned is studio.takes.slots[1]
    assert not studio.takes.prompt_changed
    studio.accept()
    assert states(studio, first) == [TakeState.REJECTED, TakeState.ACCEPTED, TakeState.REJECTED, TakeState.REJECTED]
    assert studio.document.undo_label == "Accept Alpha 2"
    assert len(studio.tree.tree.requests) == 1


def test_a_star_put_in_the_tree_shows_on_the_board_and_the_other_way_round(
    open_tune: Studio, answered: Answered
) -> None:
    studio = open_tune
    number = ask(studio, answered)
    record = record_of(studio, number)
    ref = record.ref(record.takes[0])
    studio.tree.mark(ref, TakeMark(starred=True))
    assert studio.takes.slots[0].mark.starred
    studio.reject()
    studio.tree.mark(ref, TakeMark(starred=True, label="keep"))
    studio.tree.show_again(number, ref)
    assert studio.takes.slots[0].mark == TakeMark(starred=True, label="keep")


def test_going_back_to_a_take_is_one_undo_step(open_tune: Studio, answered: Answered) -> None:
    studio = open_tune
    number = ask(studio, answered)
    record = record_of(studio, number)
    take = record.takes[3]
    studio.reject()
    document = studio.document
    document.apply("Transpose", transpose(document.score, select_all(document.score, 0), 5))
    edited = document.score
    studio.tree.go_back(record.ref(take))
    assert document.undo_label == "Go back to Beta 2"
    lead = document.score.tracks[0].notes
    assert [n.pitch for n in lead if n.source] == [n.pitch for n in take.notes]
    assert lead.pitch[0] == 60, "also the notes before are those of then"
    assert states(studio, number)[3] is TakeState.ACCEPTED
    document.undo()
    assert document.score is edited
    studio.tree.go_back_before(number)
    assert document.score == record.request.score
    with pytest.raises(RefusedRequest, match="just as it was then"):
        studio.tree.go_back_before(number)


def test_going_on_from_any_take_happens_beside_the_song(open_tune: Studio, answered: Answered) -> None:
    studio = open_tune
    number = ask(studio, answered)
    record = record_of(studio, number)
    left, right = record.takes[0], record.takes[2]
    studio.accept(studio.takes.slots[0])
    song = studio.document.score
    studio.tree.continue_from(record.ref(right), WISHES)
    answered(studio)
    assert studio.document.score is song
    (_, branch) = studio.tree.tree.requests
    assert branch.parent == record.ref(right)
    assert branch.request.region.start_tick == record.request.region.end_tick
    document = studio.document
    document.apply("Transpose", transpose(document.score, select_all(document.score, 0), 1))
    studio.accept(studio.takes.slots[0])
    lead = document.score.tracks[0].notes
    sources = sorted({n.source for n in lead} - {0})
    assert [[n.pitch for n in lead if n.source == source] for source in sources] == [
        [n.pitch for n in right.notes],
        [n.pitch for n in record_of(studio, 2).takes[0].notes],
    ]
    assert states(studio, number)[2] is TakeState.ACCEPTED
    assert states(studio, number)[0] is TakeState.ACCEPTED
    document.undo()
    assert document.undo_label == "Transpose"
    third = ask(studio, answered)
    grown = record_of(studio, third)
    assert grown.parent == record.ref(left)


def test_going_on_from_the_take_that_the_song_has_is_asking_as_usual(open_tune: Studio, answered: Answered) -> None:
    studio = open_tune
    number = ask(studio, answered)
    record = record_of(studio, number)
    studio.accept(studio.takes.slots[0])
    studio.tree.continue_from(record.ref(record.takes[0]), WISHES)
    assert not studio.takes.beside
    answered(studio)


def test_an_accompaniment_shows_again_with_its_new_track(open_tune: Studio, answered: Answered) -> None:
    studio = open_tune
    number = ask(studio, answered, Verb.ACCOMPANY)
    record = record_of(studio, number)
    assert record.new_tracks == 1
    studio.reject()
    studio.tree.show_again(number, record.ref(record.takes[0]))
    studio.accept()
    assert len(studio.document.score.tracks) == 3
    assert len(studio.document.score.tracks[2].notes) == len(record.takes[0].notes)
    studio.tree.go_back_before(number)
    assert len(studio.document.score.tracks) == 2


# --- replaying


def replayed(studio: Studio, number: int, until: Until) -> str:
    studio.tree.replay(number)
    assert studio.tree.replaying == number
    until(studio, lambda: studio.tree.replaying is None)
    return studio.tree.replayed[number].sentence


def test_a_replay_gives_the_same_notes_also_after_the_song_was_edited(
    open_tune: Studio, answered: Answered, until: Until
) -> None:
    studio = open_tune
    number = ask(studio, answered)
    studio.accept(studio.takes.slots[0])
    document = studio.document
    document.apply("Transpose", transpose(document.score, select_all(document.score, 0), 5))
    score = document.score
    assert replayed(studio, number, until) == "Replayed: All 4 takes came out the same, note for note."
    assert studio.status == studio.tree.replayed[number].sentence
    assert document.score is score
    assert not studio.takes.showing


def test_another_machine_is_named_and_the_stored_notes_stand(
    open_tune: Studio, answered: Answered, until: Until, walker: Any
) -> None:
    studio = open_tune
    number = ask(studio, answered)
    studio.reject()
    before = record_of(studio, number)
    walker.twist["beta"] = lambda note: replace(note, pitch=note.pitch + 1)
    sentence = replayed(studio, number, until)
    assert sentence == (
        "Replayed: 2 of 4 takes came out the same. 2 takes came out with other notes. "
        "The model drew other notes this time. The stored notes stand."
    )
    elsewhere = replace(before, machine="a big machine; 16 threads")
    studio.tree.tree.begin(replace(studio.tree.tree.record, requests=(elsewhere,)))
    assert "They were made elsewhere or with other versions (a big machine; 16 threads)." in replayed(
        studio, number, until
    )
    kept = record_of(studio, number)
    assert [take.notes for take in kept.takes] == [take.notes for take in before.takes]


def test_what_cannot_be_replayed_is_refused_with_the_reason_and_stays(
    open_tune: Studio, answered: Answered, models: Path, until: Until, rig: Any
) -> None:
    studio = open_tune
    number = ask(studio, answered)
    studio.reject()
    record = record_of(studio, number)
    shutil.rmtree(models / "beta")
    studio.shelf.rescan()
    assert replayed(studio, number, until) == (
        "Replayed: 2 of 4 takes came out the same. Beta is not installed here. The stored notes stand."
    )
    shutil.rmtree(models / "alpha")
    studio.shelf.rescan()
    with pytest.raises(RefusedRequest, match="Alpha and Beta are not installed here"):
        studio.tree.replay(number)
    studio.tree.show_again(number, record.ref(record.takes[0]))
    studio.accept()
    assert studio.document.undo_label == "Accept Alpha 1"

    bare = replace(record, has_prompt=False, request=replace(record.request, score=skeleton_of(record.request.score)))
    studio.tree.tree.begin(replace(studio.tree.tree.record, requests=(bare,)))
    for refused in (
        lambda: studio.tree.replay(number),
        lambda: studio.tree.go_back(record.ref(record.takes[0])),
        lambda: studio.tree.continue_from(record.ref(record.takes[0]), WISHES),
    ):
        with pytest.raises(RefusedRequest, match="not kept any more"):
            refused()
    assert studio.tree.title(bare) == "Continue Lead with bar 5"


def test_models_with_other_weights_are_not_asked_to_replay(
    open_tune: Studio, answered: Answered, models: Path, until: Until
) -> None:
    studio = open_tune
    number = ask(studio, answered)
    studio.reject()
    weights = models / "beta" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"1")
    assert replayed(studio, number, until) == (
        "Replayed: 2 of 4 takes came out the same. Beta has other weights here than those that wrote the takes. "
        "The stored notes stand."
    )
    shutil.rmtree(models / "alpha")
    studio.shelf.rescan()
    before = studio.tree.tree.record
    with pytest.raises(RefusedRequest) as refused:
        studio.tree.replay(number)
    assert str(refused.value) == (
        "Alpha is not installed here. Beta has other weights here than those that wrote the takes. So these takes "
        "cannot be made again: the stored notes stand. Add what wrote them to your models and try again."
    )
    assert studio.tree.tree.record == before


def test_a_take_that_the_user_changed_is_replayed_as_its_model_wrote_it(
    open_tune: Studio, answered: Answered, until: Until, tmp_path: Path
) -> None:
    studio = open_tune
    number = ask(studio, answered)
    slot = studio.takes.slots[1]
    studio.swap_in_take(slot, (replace(slot.notes[0], pitch=40), *slot.notes[1:]))
    studio.save_as(tmp_path / "song.continuo")
    studio.open(tmp_path / "song.continuo")
    record = studio.tree.tree.requests[0]
    assert [take.edited for take in record.takes] == [False, True, False, False]
    assert record.takes[1].notes[0].pitch == 40
    assert replayed(studio, number, until) == "Replayed: All 4 takes came out the same, note for note."
    studio.tree.show_again(number)
    assert [slot.edited for slot in studio.takes.slots] == [False, True, False, False]
    studio.reject()
    assert studio.tree.tree.requests[0] == record


def test_what_was_continued_beside_the_song_is_known_after_opening(
    open_tune: Studio, answered: Answered, tmp_path: Path
) -> None:
    studio = open_tune
    number = ask(studio, answered)
    record = record_of(studio, number)
    studio.accept(studio.takes.slots[0])
    parent = record.ref(record.takes[2])
    studio.tree.continue_from(parent, WISHES)
    answered(studio)
    studio.save_as(tmp_path / "song.continuo")
    studio.open(tmp_path / "song.continuo")
    assert states(studio, number)[2] is TakeState.REJECTED, "it was continued, and never came into the song"
    branch = studio.tree.tree.requests[1]
    studio.tree.go_back(branch.ref(branch.takes[0]))
    assert states(studio, number)[2] is TakeState.ACCEPTED
    assert [(m.name, m.edited) for m in studio.tree.report().models] == [("Alpha", 0), ("Beta", 0)]


def test_what_a_named_seed_gave_twice_may_come_again_in_a_replay(open_tune: Studio, answered: Answered) -> None:
    first, second = (ask(open_tune, answered, seed=7) for _ in range(2))
    records = open_tune.tree.tree.requests
    assert [record.number for record in records] == [first, second]
    assert [take.notes for take in records[0].takes] == [take.notes for take in records[1].takes]
    assert earlier_answers(records, records[1]) == frozenset()
    other = ask(open_tune, answered, seed=8)
    grown = open_tune.tree.tree.request(other)
    assert grown is not None
    assert len(earlier_answers(open_tune.tree.tree.requests, grown)) > 0


def test_a_new_request_ends_a_replay(open_tune: Studio, answered: Answered) -> None:
    studio = open_tune
    number = ask(studio, answered)
    studio.reject()
    studio.tree.replay(number)
    with pytest.raises(RefusedRequest, match="being replayed already"):
        studio.tree.replay(number)
    ask(studio, answered)
    assert studio.tree.replaying is None
    assert number not in studio.tree.replayed


# --- comparing

NOTE = st.builds(
    TakeNote,
    st.integers(0, 1),
    st.integers(0, 5).map(lambda step: 240 * step),
    st.sampled_from((120, 240)),
    st.integers(60, 64),
    st.sampled_from((60, 90)),
    st.just(0.0),
)


def in_order(notes: Iterable[TakeNote]) -> list[tuple[int, ...]]:
    """The notes by all that is heard of them."""
    return sorted((n.track, n.start, n.pitch, n.length, n.velocity) for n in notes)


@settings(max_examples=50)
@given(st.lists(NOTE, max_size=12), st.lists(NOTE, max_size=12))
def test_a_difference_leads_from_one_take_to_the_other(before: list[TakeNote], after: list[TakeNote]) -> None:
    found = difference(before, after)
    assert in_order((*found.same, *found.gone, *(b for b, _ in found.changed))) == in_order(before)
    assert in_order((*found.same, *found.added, *(a for _, a in found.changed))) == in_order(after)
    back = difference(after, before)
    assert (len(back.added), len(back.gone)) == (len(found.gone), len(found.added))
    assert difference(before, before).empty


def test_a_difference_says_what_changed() -> None:
    one = [TakeNote(0, 0, 240, 60, 80, 1.0), TakeNote(0, 240, 240, 62, 80, 1.0), TakeNote(0, 480, 240, 64, 80, 1.0)]
    two = [replace(one[0], bits=3.0), replace(one[1], pitch=63), TakeNote(0, 960, 240, 64, 80, 1.0)]
    found = difference(one, two)
    assert found.text == "1 note the same, 1 added, 1 gone, 1 changed"
    assert found.changed == ((one[1], two[1]),)
    assert difference(one, one).text == "the same 3 notes"


def test_a_take_is_compared_on_the_track_where_it_is_now(open_tune: Studio, answered: Answered) -> None:
    studio = open_tune
    number = ask(studio, answered)
    record = record_of(studio, number)
    studio.accept(studio.takes.slots[0])
    document = studio.document
    document.apply("Add track", add_track(document.score, "Before"))
    document.apply("Move track", move_track(document.score, len(document.score.tracks) - 1, 0))
    assert studio.tree.difference_to_song(record.ref(record.takes[0])).empty
    among = studio.tree.difference(record.ref(record.takes[0]), record.ref(record.takes[1]))
    assert {note.track for note in among.notes} == {1}
    accompanied = ask(studio, answered, Verb.ACCOMPANY)
    bass = record_of(studio, accompanied)
    ref = bass.ref(bass.takes[0])
    assert len(studio.tree.difference_to_song(ref).gone) == len(bass.takes[0].notes)
    studio.accept(studio.takes.slots[0])
    assert studio.tree.difference_to_song(ref).empty


def test_a_take_is_compared_with_what_the_song_has_there_now(open_tune: Studio, answered: Answered) -> None:
    studio = open_tune
    number = ask(studio, answered)
    record = record_of(studio, number)
    ref = record.ref(record.takes[0])
    studio.accept(studio.takes.slots[0])
    assert studio.tree.difference_to_song(ref).empty
    document = studio.document
    chosen = document.selection.with_ids(set(list(document.selection.ids)[:2]))
    document.apply("Transpose", transpose(document.score, chosen, 1))
    assert len(studio.tree.difference_to_song(ref).changed) == 2
    assert len(studio.tree.difference(ref, record.ref(record.takes[1])).same) < len(record.takes[0].notes)
