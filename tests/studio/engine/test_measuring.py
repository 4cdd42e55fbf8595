"""Speeds are measured on the worker, give way to requests at once, and folders are checked by loading them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ml.generation.items import GenerationItem, NoteItem, RemarkItem
from ml.requests import GenerationRequest, RefusedRequest, TakeNote, continue_region
from studio.engine import Checked, Measured, TakeDone, UnknownModel
from studio.engine.machine import machine_text, spare_threads
from studio.engine.speed import NOTES, Clocks, notes_per_second, prompt


class Wait:
    """Holds a model until it is let go."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.open = threading.Event()

    def __call__(self, take: int, number: int) -> None:
        self.reached.set()
        self.open.wait(30)


def measured(rig: Any, model: str) -> Measured:
    messages = rig.until(lambda message: isinstance(message, Measured) and message.model == model)
    return next(message for message in messages if isinstance(message, Measured))


def test_a_speed_comes_with_the_checkpoint_and_is_not_measured_twice(rig: Any) -> None:
    rig.engine.measure("alpha", {})
    found = measured(rig, "alpha")
    assert found.notes_per_s == 420.0 and len(found.checkpoint) == 64 and found.sentence is None
    rig.engine.measure("beta", {found.checkpoint: 77.0})
    assert measured(rig, "beta") == Measured("beta", found.checkpoint, 77.0), "the same weights"
    assert rig.walker.measured == ["alpha"]
    with pytest.raises(UnknownModel):
        rig.engine.measure("gamma", {})


def test_measuring_does_not_count_as_busy_and_gives_way_to_a_request(
    rig: Any, request_1_bar: GenerationRequest
) -> None:
    wait = rig.walker.before_note["speed alpha"] = Wait()
    rig.engine.measure("alpha", {})
    rig.engine.measure("beta", {})
    assert wait.reached.wait(10) and not rig.engine.busy
    job = rig.engine.submit(request_1_bar, ["beta"])
    wait.open.set()
    messages = rig.finished(job)
    assert {message.model for message in messages if message in (Measured("alpha"), Measured("beta"))} == {
        "alpha",
        "beta",
    }
    assert [message for message in messages if isinstance(message, TakeDone)]
    assert rig.walker.measured == ["alpha"], "what waited was not begun"


def test_a_model_that_hangs_while_it_is_measured_does_not_hold_up_requests(
    rig: Any, request_1_bar: GenerationRequest
) -> None:
    wait = rig.walker.before_note["speed alpha"] = Wait()
    rig.engine.measure("alpha", {})
    assert wait.reached.wait(10)
    messages = rig.finished(rig.engine.submit(request_1_bar, ["beta"]))
    assert Measured("alpha") in messages and any(isinstance(message, TakeDone) for message in messages)
    wait.open.set()


def test_measuring_can_be_stopped_because_the_song_plays(rig: Any) -> None:
    wait = rig.walker.before_note["speed alpha"] = Wait()
    rig.engine.measure("alpha", {})
    assert wait.reached.wait(10)
    rig.engine.stop_measuring()
    wait.open.set()
    assert measured(rig, "alpha") == Measured("alpha")
    rig.engine.stop_measuring()
    assert rig.engine.poll() == []


def test_a_model_that_fails_while_it_is_measured_says_so(rig: Any) -> None:
    def fail(take: int, number: int) -> None:
        raise MemoryError

    rig.walker.before_note["speed alpha"] = fail
    rig.engine.measure("alpha", {})
    found = measured(rig, "alpha")
    assert found.notes_per_s is None and found.sentence is not None and "Alpha ran out of memory" in found.sentence


def test_closing_while_measuring_ends_the_worker(rig: Any) -> None:
    wait = rig.walker.before_note["speed alpha"] = Wait()
    rig.engine.measure("alpha", {})
    assert wait.reached.wait(10)
    wait.open.set()
    rig.engine.close()
    assert rig.engine.poll() == []


def test_a_folder_is_checked_by_loading_it(rig: Any, tmp_path: Path) -> None:
    rig.engine.check(tmp_path, "Mine")
    assert rig.until(lambda message: isinstance(message, Checked))[-1] == Checked(tmp_path)

    def fail(take: int, number: int) -> None:
        raise ValueError("The weights of the model do not match its configuration: install the model again.")

    rig.walker.before_note["check"] = fail
    rig.engine.check(tmp_path, "Mine")
    (checked,) = rig.until(lambda message: isinstance(message, Checked))
    assert "do not match" in checked.sentence


def test_a_model_that_cannot_answer_is_not_asked(
    rig: Any, models: Path, make_model: Callable[..., Path], request_1_bar: GenerationRequest
) -> None:
    (make_model(models / "choir", name="Choir") / "config.json").write_text('{"family": "chorale"}')
    rig.engine.shelf.rescan()
    with pytest.raises(RefusedRequest, match="Choir cannot answer"):
        rig.engine.submit(request_1_bar, ["alpha", "choir"])
    assert not rig.engine.busy


# --- the measurement itself


class Clockwork:
    """A model that takes a hundredth of a second for a note, by its own clock; it gets `share` of the processor."""

    def __init__(self, notes: int = 1000, note_s: float = 0.01, share: float = 1.0) -> None:
        self.now_s = 0.0
        self.notes, self.note_s = notes, note_s
        self.clocks = Clocks(lambda: self.now_s, lambda: self.now_s * share)
        self.requests: list[GenerationRequest] = []

    def generate(self, request: GenerationRequest, stopped: Callable[[], bool]) -> Iterator[GenerationItem]:
        self.requests.append(request)
        self.now_s += 3.0  # reading the prompt is not writing
        yield RemarkItem("Something that is no note.")
        for number in range(self.notes):
            self.now_s += self.note_s
            yield NoteItem(0, TakeNote(0, request.region.start_tick + number, 1, 60, 80, 1.0))


def test_the_speed_is_notes_a_second_of_one_take_without_the_prompt() -> None:
    model = Clockwork()
    assert notes_per_second(model.generate, lambda: False, model.clocks) == (pytest.approx(100.0), True)
    assert {request.takes for request in model.requests} == {1}
    assert len({request.seed for request in model.requests}) == 4, "a warm-up and three rounds"


def test_a_machine_that_is_busy_with_other_things_is_noticed() -> None:
    model = Clockwork(share=0.5)
    assert notes_per_second(model.generate, lambda: False, model.clocks) == (pytest.approx(100.0), False)


def test_a_slow_model_is_not_waited_for_and_a_silent_one_has_no_speed() -> None:
    slow = Clockwork(note_s=1.0)
    assert notes_per_second(slow.generate, lambda: False, slow.clocks) == (pytest.approx(1.0), True)
    assert slow.now_s < 25
    silent = Clockwork(notes=1)
    assert notes_per_second(silent.generate, lambda: False, silent.clocks) is None
    assert notes_per_second(Clockwork().generate, lambda: True) is None


def test_the_piece_that_is_measured_on_leaves_room_for_enough_notes() -> None:
    score = prompt()
    assert score.note_count == 128 and score.end_tick == 16 * 4 * 480
    assert continue_region(score, 0, 16).end_tick == 2 * score.end_tick
    assert NOTES < 128


def test_a_machine_is_told_by_processor_threads_and_versions(tmp_path: Path) -> None:
    facts = tmp_path / "cpuinfo"
    facts.write_text("processor\t: 0\nmodel name\t: Slow CPU @ 1 GHz\n")
    text = machine_text(facts)
    assert text.startswith("Slow CPU @ 1 GHz; ") and f"{spare_threads()} thread" in text and "torch" in text
    assert machine_text(tmp_path / "none")
