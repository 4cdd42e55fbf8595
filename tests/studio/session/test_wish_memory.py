"""Wishes come back with the project that they were made for, and a project's own text cannot upset them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ml.requests import DENSITY_LEVELS, GRIDS, LEAP_LEVELS, STYLES, ChordRule, Keep, Leanings, Limits, Sampling
from studio.session import Partner, Studio, Wishes
from studio.session.wish_memory import FIELD, from_view, to_view

pitch = st.integers(0, 127)
wishes = st.builds(
    Wishes,
    all_tracks=st.booleans(),
    song_key=st.booleans(),
    limits=st.builds(
        Limits,
        lowest=pitch,
        highest=pitch,
        pitch_classes=st.none() | st.frozensets(st.integers(0, 11), min_size=1),
        instrument_ranges=st.booleans(),
        chord_rule=st.sampled_from(ChordRule),
        polyphony=st.none() | st.integers(1, 4),
        grid=st.none() | st.sampled_from(GRIDS),
        notes_per_bar=st.none() | st.integers(1, 64),
    ),
    chords=st.text(max_size=40),
    leanings=st.builds(
        Leanings,
        style=st.none() | st.sampled_from(STYLES),
        density=st.none() | st.integers(1, DENSITY_LEVELS),
        leaps=st.none() | st.integers(1, LEAP_LEVELS),
    ),
    keep=st.builds(Keep, st.booleans(), st.booleans(), st.booleans()),
    amount=st.floats(0.05, 1.0),
    partner=st.builds(Partner, st.text(min_size=1, max_size=20), pitch, st.booleans()),
    sampling=st.builds(Sampling, surprise=st.floats(-2, 2)),
    seed=st.none() | st.integers(0, (1 << 31) - 1),
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(wishes)
def test_what_a_project_keeps_comes_back(made: Wishes) -> None:
    view = json.loads(json.dumps({FIELD: to_view(made)}))
    assert from_view(view, Wishes()) == made


@given(st.dictionaries(st.sampled_from(sorted(to_view(Wishes()))), anything), wishes)
def test_any_other_text_gives_wishes_that_can_be_kept(kept: dict[str, Any], usual: Wishes) -> None:
    read = from_view({FIELD: kept}, usual)
    assert from_view({FIELD: to_view(read)}, Wishes()) == read


def test_they_are_saved_with_the_project_and_are_no_change_of_the_song(studio: Studio, tmp_path: Path) -> None:
    studio.wishes = replace(studio.wishes, chords="C | G", limits=Limits(polyphony=1), seed=7)
    assert not studio.document.modified and not studio.document.can_undo
    path = tmp_path / "song.continuo"
    studio.save_as(path)
    studio.new()
    assert (studio.wishes.chords, studio.wishes.limits, studio.wishes.seed) == ("", Limits(), None)
    studio.open(path)
    assert (studio.wishes.chords, studio.wishes.limits.polyphony, studio.wishes.seed) == ("C | G", 1, 7)
