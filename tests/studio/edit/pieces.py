"""Random pieces for property tests of editing, and a small song to tell stories with."""

from __future__ import annotations

from hypothesis import strategies as st

from ml.music import Metre, Note, NoteTable, Score, Tempo, TimeMap, Track
from studio.edit import Selection

TPQ = 960
BAR = 4 * TPQ


def melody(*pitches: int, length: int = TPQ, start: int = 0) -> list[Note]:
    """Notes of equal length, one after the other."""
    return [Note(start + index * length, length, pitch) for index, pitch in enumerate(pitches)]


def song(*notes: Note, tpq: int = TPQ) -> Score:
    """One piano track with these notes, 4/4 at 120."""
    return Score(tracks=(Track(name="Piano", notes=NoteTable.of(notes)),), time_map=TimeMap(tpq))


def everything(score: Score, track: int = 0) -> Selection:
    return Selection(track, frozenset(score.tracks[track].notes.id.tolist()))


def sounds(score: Score, track: int = 0) -> list[tuple[int, int, int]]:
    """Start, length and pitch of every note of a track."""
    return [(note.start, note.length, note.pitch) for note in score.tracks[track].notes]


NOTES = st.builds(
    Note,
    start=st.integers(0, 4 * BAR),
    length=st.integers(1, BAR),
    pitch=st.integers(0, 127),
    velocity=st.integers(1, 127),
    release=st.integers(0, 127),
    flags=st.integers(0, 3),
    source=st.integers(0, 2),
)


@st.composite
def pieces(draw: st.DrawFn, tracks: int = 2, most: int = 12) -> Score:
    """Scores of one to `tracks` tracks with up to `most` notes each, under changing metre and tempo."""
    made = tuple(
        Track(name=f"part {index}", notes=NoteTable.of(draw(st.lists(NOTES, max_size=most))), channel=index)
        for index in range(draw(st.integers(1, tracks)))
    )
    metres = [Metre(0, *draw(st.sampled_from([(4, 4), (3, 4), (7, 8), (5, 4)])))]
    if draw(st.booleans()):
        metres.append(Metre(draw(st.integers(1, 3 * BAR)), *draw(st.sampled_from([(2, 4), (6, 8)]))))
    return Score(tracks=made, time_map=TimeMap(TPQ, (Tempo.of_qpm(0, 120),), tuple(metres)))


@st.composite
def chosen(draw: st.DrawFn, tracks: int = 2, most: int = 12) -> tuple[Score, Selection]:
    """A piece and some of the notes of one of its tracks."""
    score = draw(pieces(tracks, most))
    track = draw(st.integers(0, len(score.tracks) - 1))
    ids = score.tracks[track].notes.id.tolist()
    return score, Selection(track, frozenset(draw(st.sets(st.sampled_from(ids))) if ids else ()))
