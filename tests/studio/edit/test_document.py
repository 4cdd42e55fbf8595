"""The document: every edit can be undone, listeners hear what changed, and nothing is forgotten."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.music import Key, Note, Score, Track
from studio.edit import Change, ChangeKind, Document, Selection, empty_song
from studio.edit.clipboard import copy, paste
from studio.edit.edited import Edited
from studio.edit.operations import (
    add_note,
    add_track,
    cut_overlaps,
    delete_notes,
    delete_track,
    duplicate,
    humanise,
    join,
    legato,
    move_notes,
    move_track,
    quantise,
    rename_track,
    resize_notes,
    reverse,
    set_flag,
    set_instrument,
    set_key_signature,
    set_metre,
    set_mixer,
    set_tempo,
    set_velocity,
    split_at,
    transpose_in_key,
)
from tests.studio.edit.pieces import BAR, TPQ, everything, melody, pieces, song, sounds


def heard(document: Document) -> list[Change]:
    """What a listener is told from now on."""
    changes: list[Change] = []
    document.subscribe(changes.append)
    return changes


def draw(document: Document, start: int, pitch: int) -> None:
    document.apply("Draw note", add_note(document.score, document.current_track, Note(start, TPQ, pitch)))


# --- a new document


def test_a_new_song_has_one_piano_in_four_four_at_120() -> None:
    document = Document()
    score = document.score
    assert [(track.name, track.program) for track in score.tracks] == [("Piano", 0)]
    assert (score.ticks_per_quarter, str(score.time_map.metres[0]), score.time_map.tempos[0].qpm) == (960, "4/4", 120)
    assert not document.modified
    assert not document.can_undo


def test_a_piece_without_tracks_gets_somewhere_to_write() -> None:
    document = Document(Score())
    assert document.track.name == "Piano"
    assert not document.modified


# --- undo


def test_undo_and_redo_give_back_score_selection_and_current_track() -> None:
    document = Document(add_track(song(*melody(60, 62, 64))).score)
    document.select(Selection(0, frozenset({0})))
    document.apply("Move", move_notes(document.score, document.selection, 0, 5))
    document.select(Selection(0, frozenset({2})))
    document.apply("Delete", delete_notes(document.score, document.selection))
    document.set_current_track(1)
    document.undo()
    assert document.current_track == 0
    assert document.selection == Selection(0, frozenset({2})), "as it was just before the notes were deleted"
    document.undo()
    assert document.selection == Selection(0, frozenset({0}))
    assert sounds(document.score) == [(0, TPQ, 60), (TPQ, TPQ, 62), (2 * TPQ, TPQ, 64)]
    document.redo()
    document.redo()
    assert sounds(document.score) == [(0, TPQ, 65), (TPQ, TPQ, 62)]
    assert document.selection == Selection(0)


def test_undoing_a_copy_drag_removes_only_the_copy() -> None:
    document = Document(song(*melody(60, 62)))
    document.select(everything(document.score))
    document.apply("Copy notes", move_notes(document.score, document.selection, BAR, 0, copy=True))
    assert len(document.track.notes) == 4
    document.undo()
    assert sounds(document.score) == [(0, TPQ, 60), (TPQ, TPQ, 62)]


def test_steps_are_named() -> None:
    document = Document()
    for pitch in (60, 62, 64):
        draw(document, 0, pitch)
    assert [step.label for step in document.history.steps] == ["New song", "Draw note", "Draw note", "Draw note"]
    document.undo()
    assert (document.undo_label, document.redo_label) == ("Draw note", "Draw note")


def test_a_new_edit_after_undo_drops_what_was_undone() -> None:
    document = Document()
    draw(document, 0, 60)
    draw(document, 0, 62)
    document.undo()
    draw(document, 0, 67)
    assert not document.can_redo
    assert [note.pitch for note in document.track.notes] == [60, 67]


def test_undo_and_redo_at_the_ends_do_nothing() -> None:
    document = Document()
    changes = heard(document)
    document.undo()
    document.redo()
    assert changes == []
    assert (document.undo_label, document.redo_label) == ("", "")


# --- what is a step


def test_an_edit_that_changes_nothing_is_no_step_but_may_select() -> None:
    document = Document(song(*melody(60, 62)))
    changes = heard(document)
    assert document.apply("Quantise", quantise(document.score, everything(document.score), TPQ)) is None
    same = song(*melody(60, 62))
    assert document.commit("Nothing", same, selection=Selection(0, frozenset({1}))) is None
    assert len(document.history.steps) == 1
    assert [change.kind for change in changes] == [ChangeKind.SELECTION, ChangeKind.SELECTION]


def test_dragging_a_slider_is_one_step_and_dragging_it_back_is_none() -> None:
    document = Document()
    for volume in (90, 80, 70):
        document.apply("Volume", set_mixer(document.score, 0, volume=volume), merge_key="volume 0")
    assert len(document.history.steps) == 2
    assert document.track.mixer.volume == 70
    document.apply("Volume", set_mixer(document.score, 0, volume=100), merge_key="volume 0")
    assert len(document.history.steps) == 1
    assert not document.can_redo
    document.apply("Volume", set_mixer(document.score, 0, volume=20), merge_key="volume 0")
    document.undo()
    assert document.track.mixer.volume == 100


@pytest.mark.parametrize("between", ["save", "another edit", "another key", "undo"])
def test_anything_in_between_ends_the_merging(between: str) -> None:
    document = Document()
    document.apply("Volume", set_mixer(document.score, 0, volume=50), merge_key="volume")
    steps = 2
    if between == "save":
        document.mark_saved()
    elif between == "another edit":
        draw(document, 0, 60)
        steps += 1
    elif between == "another key":
        document.apply("Pan", set_mixer(document.score, 0, pan=0), merge_key="pan")
        steps += 1
    else:
        draw(document, 0, 60)
        document.undo()
    document.apply("Volume", set_mixer(document.score, 0, volume=40), merge_key="volume")
    assert len(document.history.steps) == steps + 1


# --- saved or not


def test_undoing_back_to_the_saved_state_is_not_modified() -> None:
    document = Document()
    draw(document, 0, 60)
    assert document.modified
    document.mark_saved("Sketch")
    assert (document.modified, document.name) == (False, "Sketch")
    draw(document, 0, 62)
    assert document.modified
    document.undo()
    assert not document.modified
    document.undo()
    assert document.modified


def test_opening_another_piece_starts_a_new_history() -> None:
    document = Document()
    draw(document, 0, 60)
    changes = heard(document)
    document.replace(song(*melody(67)), "Other")
    assert (document.name, document.modified, document.can_undo) == ("Other", False, False)
    assert [(change.kind, change.tracks) for change in changes] == [(ChangeKind.SCORE, None)]
    document.replace(song(*melody(67)), "Recovered", modified=True)
    assert document.modified


# --- selection and current track


def test_selecting_on_another_track_makes_it_current() -> None:
    document = Document(add_track(song(*melody(60))).score)
    document.set_current_track(1)
    changes = heard(document)
    document.select(Selection(0, frozenset({0})))
    document.select(Selection(0, frozenset({0})))
    document.select(Selection(0))
    assert [change.kind for change in changes] == [ChangeKind.CURRENT_TRACK, ChangeKind.SELECTION]
    assert document.current_track == 0
    assert not document.can_undo


def test_notes_that_do_not_exist_cannot_be_selected_nor_tracks() -> None:
    document = Document(song(*melody(60)))
    document.select(Selection(0, frozenset({0, 99})))
    assert document.selection == Selection(0, frozenset({0}))
    document.set_current_track(12)
    document.select(Selection(5, frozenset({1})))
    assert document.current_track == 0


def test_deleted_notes_leave_the_selection() -> None:
    document = Document(song(*melody(60, 62)))
    document.select(everything(document.score))
    document.commit("Delete", song(*melody(60)))
    assert document.selection == Selection(0, frozenset({0}))


def test_deleting_the_current_track_moves_on_and_undo_comes_back() -> None:
    document = Document(add_track(song(*melody(60))).score)
    document.set_current_track(1)
    document.apply("Delete track", delete_track(document.score, 1))
    assert document.current_track == 0
    document.undo()
    assert document.current_track == 1


# --- listeners


def test_a_change_says_which_tracks_and_ticks_it_touches() -> None:
    document = Document(add_track(song(*melody(60, 62, 64, 65))).score)
    changes = heard(document)
    document.select(Selection(0, frozenset({2})))
    document.apply("Move", move_notes(document.score, document.selection, -100, 3))
    assert changes[-1] == Change("Move", frozenset({0}), 2 * TPQ - 100, 3 * TPQ, ChangeKind.NOTES)
    document.undo()
    assert changes[-1] == Change("Undo Move", frozenset({0}), 2 * TPQ - 100, 3 * TPQ, ChangeKind.NOTES)
    document.apply("Rename", rename_track(document.score, 1, "Bass"))
    assert (changes[-1].kind, changes[-1].tracks) == (ChangeKind.TRACKS, frozenset({1}))
    document.apply("Add track", add_track(document.score))
    assert (changes[-1].kind, changes[-1].tracks) == (ChangeKind.TRACKS, None)
    document.apply("Metre", set_metre(document.score, BAR, 3, 4))
    assert (changes[-1].kind, changes[-1].tracks, changes[-1].start_tick) == (ChangeKind.TIME, None, BAR)


def test_a_listener_that_left_hears_nothing_more() -> None:
    document = Document()
    changes: list[Change] = []
    leave = document.subscribe(changes.append)
    draw(document, 0, 60)
    leave()
    leave()
    draw(document, 0, 62)
    assert len(changes) == 1


def test_changes_made_by_a_listener_reach_all_in_the_same_order() -> None:
    document = Document(song(*melody(60)))

    def first(change: Change) -> None:
        if change.label == "Draw note":
            document.commit("Answer", set_tempo(document.score, 0, 90).score)

    document.subscribe(first)
    changes = heard(document)
    draw(document, BAR, 60)
    assert [change.label for change in changes] == ["Draw note", "Answer"]


def test_a_listener_that_fails_does_not_keep_others_from_hearing() -> None:
    document = Document()

    def broken(change: Change) -> None:
        raise RuntimeError("the view is gone")

    document.subscribe(broken)
    changes = heard(document)
    with pytest.raises(RuntimeError, match="the view is gone"):
        draw(document, 0, 60)
    assert len(changes) == 1
    assert len(document.track.notes) == 1
    with pytest.raises(RuntimeError):
        draw(document, 0, 62)
    assert len(changes) == 2


# --- every operation

SMALL = st.integers(-BAR, BAR)
STEP = st.integers(-13, 13)
Operation = Callable[[Score, Selection], Edited]


def pasted(score: Score, selection: Selection, tick: int) -> Edited:
    clip = copy(score, selection)
    return paste(score, clip, selection.track, tick) if clip else Edited(score)


OPERATIONS: st.SearchStrategy[Operation] = st.one_of(
    st.builds(lambda t, p: lambda s, x: move_notes(s, x, t, p), SMALL, STEP),
    st.builds(lambda t, p: lambda s, x: move_notes(s, x, t, p, copy=True), SMALL, STEP),
    st.builds(lambda a, b: lambda s, x: resize_notes(s, x, a, b), SMALL, SMALL),
    st.builds(lambda t: lambda s, x: split_at(s, x, t), st.integers(0, BAR)),
    st.builds(lambda g: lambda s, x: duplicate(s, x, g), st.integers(1, BAR)),
    st.builds(lambda g, e: lambda s, x: quantise(s, x, g, ends=e), st.integers(1, BAR), st.booleans()),
    st.builds(lambda seed: lambda s, x: humanise(s, x, seed, 30, 10, 0.2), st.integers(0, 99)),
    st.builds(lambda t: lambda s, x: pasted(s, x, t), st.integers(0, BAR)),
    st.builds(lambda v: lambda s, x: set_velocity(s, x, v), st.integers(1, 127)),
    st.builds(lambda p: lambda s, x: add_note(s, x.track, Note(0, TPQ, p)), st.integers(0, 127)),
    st.builds(lambda n: lambda s, x: transpose_in_key(s, x, Key(2), n), STEP),
    st.builds(lambda f: lambda s, x: set_flag(s, x, f), st.sampled_from([1, 2])),
    st.builds(lambda q: lambda s, x: set_tempo(s, 0, q), st.integers(20, 300)),
    st.builds(lambda n: lambda s, x: set_metre(s, BAR, n, 4), st.integers(1, 9)),
    st.builds(lambda n: lambda s, x: rename_track(s, x.track, n), st.sampled_from("abc")),
    st.builds(lambda v: lambda s, x: set_mixer(s, x.track, volume=v), st.integers(0, 127)),
    st.builds(lambda p: lambda s, x: set_instrument(s, x.track, p), st.integers(0, 127)),
    st.builds(lambda to: lambda s, x: move_track(s, x.track, to), st.integers(0, 4)),
    st.sampled_from(
        [
            lambda s, x: add_track(s),
            lambda s, x: delete_track(s, x.track),
            lambda s, x: set_key_signature(s, 0, Key(5)),
            delete_notes,
            join,
            legato,
            reverse,
            cut_overlaps,
        ]
    ),
)


@given(pieces(most=6), st.lists(st.tuples(OPERATIONS, st.integers(0, 2**12 - 1)), min_size=1, max_size=8))
def test_undo_inverts_and_redo_repeats_whatever_was_done(score: Score, edits: list[tuple[Operation, int]]) -> None:
    document = Document(score)
    seen = [document.score]
    copies = [frozen_copy(document.score)]
    for operation, chosen_bits in edits:
        ids = document.track.notes.id.tolist()
        document.select(Selection(document.current_track, frozenset(i for i in ids if chosen_bits >> (i % 12) & 1)))
        if document.apply("Edit", operation(document.score, document.selection)) is not None:
            seen.append(document.score)
            copies.append(frozen_copy(document.score))
        assert document.selection == document.selection.pruned(document.score)
        for track in document.score.tracks:
            check_table(track)
    assert len(document.history.steps) == len(seen)
    for expected in reversed(seen[:-1]):
        document.undo()
        assert document.score is expected
    for expected in seen[1:]:
        document.redo()
        assert document.score is expected
    assert [frozen_copy(score) for score in seen] == copies, "no edit wrote into a score that was there before"


def frozen_copy(score: Score) -> list[tuple[str, list[Note]]]:
    return [(track.name, list(track.notes)) for track in score.tracks]


def check_table(track: Track) -> None:
    """The invariants that a note table promises, and that edits never leave an empty or impossible note."""
    rows = [(note.start, note.pitch, note.id) for note in track.notes]
    assert rows == sorted(rows)
    assert len({identity for _, _, identity in rows}) == len(rows)
    for note in track.notes:
        assert note.start >= 0
        assert note.length >= 1
        assert 0 <= note.pitch <= 127
        assert 1 <= note.velocity <= 127


def test_an_empty_song_is_a_song() -> None:
    assert Document(empty_song()).score == empty_song()
