"""Parts of takes: bars, voices and single notes that go into the song, mixtures of several takes, swapped notes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ml.music import Score
from ml.requests import Keep, RefusedRequest, Verb
from studio.edit.edited import Edited
from studio.edit.operations.notes import delete_notes
from studio.edit.selection import Selection, ids_of
from studio.project import TakeRef, TakeState
from studio.session import Mixture, Place, Studio, TakePart, Wishes
from studio.session.remixing import remixed
from studio.session.song_report import standings
from studio.session.wishes import Partner
from tests.studio.session.asks import BAR, Answered


def fill(studio: Studio, answered: Answered, **wishes: Any) -> None:
    """Two takes for bars 2 and 3 of the four."""
    studio.ask(Verb.FILL, Place(marked=(BAR, 3 * BAR)), replace(Wishes(takes=2, seed=5, models=("alpha",)), **wishes))
    answered(studio)


def lead(score: Score, track: int = 0) -> list[tuple[int, int, int, int]]:
    table = score.tracks[track].notes
    return sorted((n.start, n.length, n.pitch, n.velocity) for n in table)


def music(score: Score) -> list[list[tuple[int, ...]]]:
    return [sorted((n.start, n.length, n.pitch, n.velocity, n.source) for n in t.notes) for t in score.tracks]


# --- parts


def test_accepting_bars_one_after_the_other_is_accepting_the_take(open_tune: Studio, answered: Answered) -> None:
    fill(open_tune, answered)
    document, slot = open_tune.document, open_tune.takes.slots[1]
    assert slot.take is not None
    before, steps = document.score, len(document.history.steps)
    open_tune.accept_part(slot, TakePart(bars=(2, 3)))
    assert document.undo_label == "Accept bar 3 of Alpha 2" and len(document.history.steps) == steps + 1
    assert lead(document.score)[:8] == lead(before)[:8], "bar 2 is as it was"
    assert open_tune.takes.showing and not open_tune.takes.prompt_changed
    open_tune.accept_part(slot, TakePart(bars=(1, 2)))
    parts = music(document.score)
    assert [kept["source"] for kept in open_tune.piece.provenance] == [1], "one take, one origin"
    document.undo()
    document.undo()
    assert document.score is before
    open_tune.accept(slot)
    assert music(document.score) == parts and not open_tune.takes.showing


def test_single_notes_and_voices(open_tune: Studio, answered: Answered) -> None:
    document = open_tune.document
    fill(open_tune, answered, all_tracks=True)
    slot = open_tune.takes.slots[0]
    assert slot.request.region.tracks == (0, 1)
    before = document.score
    open_tune.accept_part(slot, TakePart(tracks=(1,)))
    assert document.undo_label == "Accept Bass of Alpha 1"
    assert document.score.tracks[0] is before.tracks[0] and len(document.score.tracks[1].notes) == 16
    document.undo()
    assert document.score is before
    chosen = [index for index, note in enumerate(slot.notes) if note.track == 1][:3]
    open_tune.accept_part(slot, TakePart(notes=frozenset(chosen)))
    assert document.undo_label == "Accept 3 notes of Alpha 1"
    assert [n.pitch for n in document.score.tracks[1].notes] == [slot.notes[index].pitch for index in chosen]
    assert document.score.tracks[0] is before.tracks[0]
    open_tune.accept_part(slot, TakePart(notes=frozenset(chosen)))
    assert open_tune.status == "The song has these notes already."
    for nothing in (TakePart(bars=(9, 10)), TakePart(notes=frozenset({999}))):
        with pytest.raises(ValueError, match="choose"):
            open_tune.accept_part(slot, nothing)


def test_a_new_track_comes_with_its_first_bars_and_undo_takes_it_away(open_tune: Studio, answered: Answered) -> None:
    document = open_tune.document
    open_tune.ask(Verb.ACCOMPANY, Place(), Wishes(takes=1, models=("alpha",), partner=Partner("Strings", 48)))
    answered(open_tune)
    (slot,) = open_tune.takes.slots
    open_tune.audition(slot)
    before = document.score
    open_tune.accept_part(slot, TakePart(bars=(0, 2)))
    assert [t.name for t in document.score.tracks] == ["Lead", "Bass", "Strings"]
    assert [t.name for t in open_tune.transport.heard.tracks] == ["Lead", "Bass", "Strings"]
    first = document.score
    open_tune.accept_part(slot, TakePart(bars=(2, 4)))
    assert len(document.score.tracks) == 3 and len(document.score.tracks[2].notes) == len(slot.notes)
    assert not open_tune.takes.prompt_changed
    document.undo()
    document.undo()
    assert document.score is before and open_tune.takes.new_tracks == 1
    assert len(open_tune.transport.heard.tracks) == 3, "it waits behind the others again"
    document.redo()
    assert document.score is first and open_tune.takes.new_tracks == 0
    open_tune.accept(slot)
    assert len(document.score.tracks) == 3 and len(document.score.tracks[2].notes) == len(slot.notes)


# --- mixtures


def test_bars_of_several_takes_make_a_mixture_that_is_accepted_as_one_step(asked: Studio) -> None:
    document, board = asked.document, asked.takes
    one, two = board.slots[0], board.slots[3]
    before, steps = document.score, len(document.history.steps)
    asked.mix(4, one)
    mixture = asked.mix(5, two)
    assert isinstance(mixture, Mixture) and board.slots[-1] is mixture and board.auditioned is mixture
    assert mixture.sources == (one, two) == tuple(dict.fromkeys(mixture.origins))
    wanted = [n for n in one.notes if n.start < 5 * BAR] + [n for n in two.notes if n.start >= 5 * BAR]
    assert sorted(n.start for n in mixture.notes) == sorted(n.start for n in wanted)
    heard = {(n.start, n.pitch) for n in asked.transport.heard.tracks[0].notes if n.start >= 4 * BAR}
    assert heard == {(n.start, n.pitch) for n in wanted}
    assert document.score is before
    asked.accept()
    assert len(document.history.steps) == steps + 1 and document.undo_label == "Accept Mixture"
    sources = {(n.start < 5 * BAR, n.source) for n in document.score.tracks[0].notes if n.start >= 4 * BAR}
    assert sources == {(True, 1), (False, 2)}, "each note remembers its take"
    assert [(kept["source"], kept["model"]) for kept in asked.piece.provenance] == [(1, "alpha"), (2, "beta")]
    document.undo()
    assert document.score is before


def test_bars_voices_and_notes_of_a_mixture_are_accepted_alone(open_tune: Studio, answered: Answered) -> None:
    fill(open_tune, answered, all_tracks=True)
    document, (one, two) = open_tune.document, open_tune.takes.slots
    before = document.score
    open_tune.mix(1, one)
    mixture = open_tune.mix(2, two)
    assert mixture is not None
    open_tune.accept_part(mixture, TakePart(bars=(2, 3)))
    assert document.undo_label == "Accept bar 3 of Mixture" and open_tune.takes.mixture is mixture
    assert {n.source for t in document.score.tracks for n in t.notes if n.start < 2 * BAR} == {0}
    assert {n.source for t in document.score.tracks for n in t.notes if 2 * BAR <= n.start < 3 * BAR} == {two.source}
    document.undo()
    assert document.score is before
    for track in (1, 0):
        open_tune.accept_part(mixture, TakePart(tracks=(track,)))
    parts = music(document.score)
    document.undo()
    assert document.score.tracks[0] is before.tracks[0], "one voice, one step"
    document.undo()
    open_tune.accept_part(mixture, TakePart(notes=frozenset({0, len(mixture.notes) - 1})))
    assert document.undo_label == "Accept 2 notes of Mixture"
    assert {n.source for t in document.score.tracks for n in t.notes} == {0, one.source, two.source}
    document.undo()
    with pytest.raises(ValueError, match="choose other bars"):
        open_tune.accept_part(mixture, TakePart(bars=(0, 1)))
    open_tune.accept(mixture)
    assert music(document.score) == parts


def test_a_picked_note_gives_way_to_none_and_leaves_no_double(open_tune: Studio, answered: Answered) -> None:
    fill(open_tune, answered)
    one, two = open_tune.takes.slots
    first = one.notes[0]
    open_tune.swap_in_take(two, (replace(two.notes[0], start=first.start + 10, pitch=first.pitch), *two.notes[1:]))
    open_tune.mix(1, one)
    mixture = open_tune.auditioning.mix_notes(two, (0,))
    assert mixture is not None
    here = [n for n in mixture.notes if n.pitch == first.pitch and n.start < first.start + first.length]
    assert [(n.start, n.length) for n in here] == [(first.start, 10), (first.start + 10, two.notes[0].length)]
    heard = [n for n in open_tune.transport.heard.tracks[0].notes if n.pitch == first.pitch and n.start >= BAR]
    assert [(n.start, n.length) for n in heard][:2] == [(n.start, n.length) for n in here]
    open_tune.accept(mixture)
    assert {n.source for n in open_tune.document.score.tracks[0].notes if n.start >= BAR} >= {one.source, two.source}


def test_bars_without_a_take_stay_the_songs_own(open_tune: Studio, answered: Answered) -> None:
    fill(open_tune, answered)
    document, slot = open_tune.document, open_tune.takes.slots[0]
    open_tune.mix(1, slot)
    open_tune.mix(2, open_tune.takes.slots[1])
    mixture = open_tune.mix(2, None)
    assert isinstance(mixture, Mixture) and mixture.sources == (slot,)
    assert mixture.cells == {(1, 0): slot}
    before = lead(document.score)
    open_tune.accept(mixture)
    after = lead(document.score)
    assert [n for n in after if n[0] >= 2 * BAR] == [n for n in before if n[0] >= 2 * BAR]
    assert [n for n in after if BAR <= n[0] < 2 * BAR] != [n for n in before if BAR <= n[0] < 2 * BAR]


def test_a_mixture_is_kept_with_the_project_and_shown_again(asked: Studio, tmp_path: Path) -> None:
    one, two = asked.takes.slots[0], asked.takes.slots[3]
    asked.mix(4, one)
    asked.mix(5, two)
    mixture = asked.auditioning.mix_notes(one, (len(one.notes) - 1,))
    assert mixture is not None
    asked.mark(mixture, replace(mixture.mark, label="the bridge"))
    notes, before = mixture.notes, asked.document.score
    asked.accept(mixture)
    accepted = music(asked.document.score)
    number = asked.tree.tree.requests[-1].number
    states = {take.model: take.state for take in asked.tree.tree.requests[-1].takes if take.origins}
    assert states == {"mixture": TakeState.ACCEPTED}
    ref = TakeRef(number, "mixture", 0)
    assert standings(asked.document.score, asked.tree.tree.requests)[ref].notes == len(notes)
    asked.document.undo()
    assert standings(asked.document.score, asked.tree.tree.requests)[ref].notes == 0
    asked.save_as(tmp_path / "mixed.continuo")
    asked.open(tmp_path / "mixed.continuo")
    asked.tree.show_again(number, ref)
    again = asked.takes.mixture
    assert isinstance(again, Mixture) and again is asked.takes.auditioned and again.title == "the bridge"
    assert [(n.start, n.length, n.pitch) for n in again.notes] == [(n.start, n.length, n.pitch) for n in notes]
    assert [slot.title for slot in again.sources] == [one.title, two.title]
    assert lead(asked.document.score) == lead(before)
    asked.accept(again)
    assert music(asked.document.score) == accepted, "its notes have the numbers of before"
    take = next(take for take in asked.tree.tree.requests[-1].takes if take.origins)
    assert remixed(take, again.request, again.sources[:1]) is None, "a take of it is gone"


def test_picked_notes_stay_picked_when_a_swap_changes_their_order(asked: Studio) -> None:
    slot = asked.takes.slots[0]
    written = slot.notes
    asked.auditioning.mix_notes(slot, (0, 2))
    mixture = asked.takes.mixture
    assert mixture is not None
    late = replace(written[0], start=written[1].start + 1)
    asked.swap_in_take(slot, (written[1], late, *written[2:]))
    assert mixture.notes == (late, written[2])
    asked.swap_in_take(slot, written)
    assert mixture.notes == (written[0], written[2])


def test_a_mixture_ends_when_nothing_is_left_in_it(asked: Studio) -> None:
    slot = asked.takes.slots[1]
    asked.auditioning.mix_notes(slot, (0, 2))
    mixture = asked.takes.mixture
    assert mixture is not None and mixture.notes == (slot.notes[0], slot.notes[2])
    asked.auditioning.mix_notes(slot, (0, 2))
    assert asked.takes.mixture is None and asked.takes.auditioned is None
    for bar, what in ((0, "nothing there"), (4, "into itself")):
        asked.mix(4, slot)
        with pytest.raises(RefusedRequest, match=what):
            asked.mix(bar, asked.takes.mixture if bar else slot)


@given(st.data())
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_mixture_of_one_take_is_that_take(open_tune: Studio, answered: Answered, data: st.DataObject) -> None:
    document = open_tune.document
    song = document.score
    fill(open_tune, answered, all_tracks=True)
    slot = open_tune.takes.slots[data.draw(st.integers(0, 1))]
    cells = data.draw(st.permutations([(bar, track) for bar in (1, 2) for track in (0, 1)]))
    for bar, track in cells:
        open_tune.mix(bar, slot, (track,))
    mixture = open_tune.takes.mixture
    assert mixture is not None and set(mixture.notes) == set(slot.notes)
    open_tune.accept(mixture)
    mixed = [lead(document.score, track) for track in (0, 1)]
    document.undo()
    assert document.score is song
    fill(open_tune, answered, all_tracks=True)
    same = next(other for other in open_tune.takes.slots if other.index == slot.index)
    open_tune.accept(same)
    assert [lead(document.score, track) for track in (0, 1)] == mixed
    document.undo()


@given(st.data())
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_partial_accept_is_one_step_and_its_undo_brings_the_same_song_back(
    open_tune: Studio, answered: Answered, data: st.DataObject
) -> None:
    document = open_tune.document
    if not open_tune.takes.showing:
        fill(open_tune, answered, all_tracks=True)
    slot = data.draw(st.sampled_from(open_tune.takes.slots))
    part = data.draw(
        st.one_of(
            st.builds(TakePart, bars=st.sampled_from([(1, 2), (2, 3), (1, 3)])),
            st.builds(TakePart, tracks=st.sampled_from([(0,), (1,), (0, 1)])),
            st.builds(TakePart, notes=st.frozensets(st.integers(0, 31), min_size=1)),
        )
    )
    while document.can_undo:
        document.undo()
    other = data.draw(st.sampled_from([None, TakePart(bars=(1, 2)), TakePart(tracks=(1,))]))
    if other is not None:
        open_tune.accept_part(slot, other)
    before, position = document.score, document.history.position
    open_tune.accept_part(slot, part)
    if document.score is before:
        assert open_tune.status == "The song has these notes already."
        return
    assert document.history.position == position + 1
    document.undo()
    assert document.score is before


def test_a_note_swapped_in_a_take_is_heard_and_kept_in_it(asked: Studio) -> None:
    slot = asked.takes.slots[0]
    asked.mix(4, slot)
    swapped = (replace(slot.notes[0], pitch=90), *slot.notes[1:])
    asked.swap_in_take(slot, swapped)
    assert slot.edited and slot.notes == swapped and asked.takes.mixture is not None
    assert asked.takes.mixture.notes[0].pitch == 90
    assert 90 in asked.transport.heard.tracks[0].notes.pitch
    assert slot.figures is not None and slot.figures.highest == 90


def test_a_part_of_a_vary_that_keeps_something_is_no_change_of_its_prompt(
    open_tune: Studio, answered: Answered
) -> None:
    open_tune.ask(
        Verb.VARY, Place(marked=(0, 2 * BAR)), Wishes(takes=1, models=("alpha",), keep=Keep(rhythm=True), seed=1)
    )
    answered(open_tune)
    document, (slot,) = open_tune.document, open_tune.takes.slots
    open_tune.swap_in_take(slot, tuple(replace(note, pitch=note.pitch + 12) for note in slot.notes))
    for bars in ((0, 1), (1, 2)):
        open_tune.accept_part(slot, TakePart(bars=bars))
        assert not open_tune.takes.prompt_changed
    document.undo()
    document.undo()
    assert not open_tune.takes.prompt_changed
    document.redo()
    assert not open_tune.takes.prompt_changed
    document.apply("Delete", delete_notes(document.score, Selection(0, ids_of(document.score.tracks[0].notes, [0]))))
    assert open_tune.takes.prompt_changed, "what it was told to keep the rhythm of is no longer all there"


def test_a_note_that_an_accepted_part_cuts_is_no_change_of_the_prompt(open_tune: Studio, answered: Answered) -> None:
    document = open_tune.document
    before = document.score.tracks[0].notes
    document.apply("Lengthen", Edited(document.score.with_track(
        0, document.score.tracks[0].with_notes(before.replaced([3], length=3 * 480))
    )))  # fmt: skip
    fill(open_tune, answered)
    open_tune.accept_part(open_tune.takes.slots[0], TakePart(bars=(1, 2)))
    assert document.score.tracks[0].notes.length[3] == 480 and not open_tune.takes.prompt_changed
    document.apply("Delete", delete_notes(document.score, Selection(0, ids_of(document.score.tracks[0].notes, [0]))))
    assert open_tune.takes.prompt_changed
