"""More takes are written than shown: the first stream, the others are made unseen, and the engine tells the choice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ml.requests import Choosing, GenerationRequest, RefusedRequest, TakeNote
from ml.requests.choosing import AS_WRITTEN
from studio.engine import Chosen, Failed, Finished, ModelDone, NoteMade, Progress, Remarked, TakeDone

POOL = Choosing(pool=3, drop_empty=False, drop_alike=False)


def of_type(kind: type, messages: list[Any]) -> list[Any]:
    return [message for message in messages if isinstance(message, kind)]


def test_the_first_takes_stream_and_the_choice_comes_before_the_model_is_done(
    rig: Any, request_4_bars: GenerationRequest
) -> None:
    messages = rig.finished(rig.engine.submit(request_4_bars, ["alpha"], POOL))
    assert {m.take for m in of_type(NoteMade, messages)} == {0, 1}
    done = {m.index: m.take for m in of_type(TakeDone, messages)}
    assert sorted(done) == [0, 1], "the other rounds are written unseen"
    (chosen,) = of_type(Chosen, messages)
    assert len(chosen.takes) == 2 and chosen.sentence.startswith("The best 2 of 6 are shown")
    assert messages.index(chosen) < messages.index(of_type(ModelDone, messages)[0])
    for ranked in chosen.takes:
        assert 0 <= ranked.number < 6
        if ranked.number < 2:
            assert ranked.take == done[ranked.number]
    fractions = [m.fraction for m in of_type(Progress, messages)]
    assert fractions == sorted(fractions) and fractions[-1] == 1.0


def test_any_take_that_was_chosen_can_be_written_again_from_what_it_says_itself(
    rig: Any, request_4_bars: GenerationRequest
) -> None:
    messages = rig.finished(rig.engine.submit(request_4_bars, ["alpha"], POOL))
    for ranked in of_type(Chosen, messages)[0].takes:
        take = ranked.take
        again = rig.finished(rig.engine.submit(take.request, ["alpha"], POOL.for_replay))
        notes = {m.index: m.take.notes for m in of_type(TakeDone, again)}
        assert notes[take.provenance.take] == take.notes
        assert not of_type(Chosen, again), "there is nothing to choose"


def test_each_answer_is_judged_by_another_model_and_a_wish_is_honoured(
    rig: Any, models: Path, make_model: Any, request_4_bars: GenerationRequest
) -> None:
    make_model(models / "gamma")
    rig.engine.shelf.rescan()
    rig.finished(rig.engine.submit(request_4_bars, ["alpha"], POOL))
    rig.finished(rig.engine.submit(request_4_bars, ["alpha"], replace(POOL, second_model="gamma")))
    rig.finished(rig.engine.submit(request_4_bars, ["gamma"], replace(POOL, second_model="gamma")))
    rig.finished(rig.engine.submit(request_4_bars, ["alpha"], replace(POOL, second_model="gone")))
    assert rig.walker.judges == ["beta", "gamma", "alpha", "beta"]


def test_a_model_that_breaks_down_in_a_later_round_leaves_its_first_takes(
    rig: Any, request_4_bars: GenerationRequest
) -> None:
    calls = []

    def fail_later(take: int, number: int) -> None:
        calls.append((take, number))
        if calls.count((0, 0)) == 2:
            raise MemoryError

    rig.walker.before_note["alpha"] = fail_later
    messages = rig.finished(rig.engine.submit(request_4_bars, ["alpha"], POOL))
    assert len(of_type(TakeDone, messages)) == 2 and not of_type(Chosen, messages)
    assert "ran out of memory" in of_type(Failed, messages)[0].sentence


def test_when_choosing_fails_the_takes_are_shown_as_they_were_written(
    rig: Any, request_4_bars: GenerationRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise ValueError("no such luck")

    monkeypatch.setattr(rig.walker, "choose", fail)
    job = rig.engine.submit(request_4_bars, ["alpha"], POOL)
    messages = rig.finished(job)
    assert [m.text for m in of_type(Remarked, messages)] == [
        "These takes could not be ranked and are shown as they were written."
    ]
    assert len(of_type(TakeDone, messages)) == 2 and messages[-1] == Finished(job, cancelled=False)


def test_takes_are_cleaned_before_anyone_sees_them(rig: Any, request_4_bars: GenerationRequest, shifted: Any) -> None:
    rig.walker.twist["alpha"] = lambda note: replace(note, pitch=note.pitch - 48)
    raw = rig.finished(rig.engine.submit(request_4_bars, ["alpha"], AS_WRITTEN))
    tidy = rig.finished(rig.engine.submit(request_4_bars, ["alpha"], replace(AS_WRITTEN, clean=True)))

    def lowest(messages: list[Any]) -> int:
        notes: list[TakeNote] = [note for m in of_type(TakeDone, messages) for note in m.take.notes]
        return min(note.pitch for note in notes)

    assert lowest(raw) < 21 <= lowest(tidy), "a piano has no keys below"


def test_a_pool_that_cannot_be_is_refused(rig: Any, request_4_bars: GenerationRequest) -> None:
    with pytest.raises(RefusedRequest, match="1 to 8"):
        rig.engine.submit(request_4_bars, ["alpha"], Choosing(pool=0))
    assert not rig.engine.busy
