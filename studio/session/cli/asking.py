"""Waits for the takes that a command has asked for, telling how far they are."""

from __future__ import annotations

from ml.requests import RefusedRequest
from studio.session.cli.output import ProgressLine
from studio.session.studio import Studio
from studio.session.takes import AnswerState, ModelAnswer, TakeSlot

WAIT_S = 0.5


def finished_takes(studio: Studio, line: ProgressLine) -> list[TakeSlot]:
    """Wait for the answer; the takes by model and number. Says why models failed, and what takes share with other
    music; raises RefusedRequest if all models failed."""
    told: set[str] = set()
    try:
        while studio.takes.running:
            studio.wait(WAIT_S)
            for answer in studio.takes.answers:
                _tell(answer, told, line)
            line.show(f"{studio.takes.progress:4.0%}  {_counts(studio)}")
    except KeyboardInterrupt:
        studio.cancel()
        raise
    finally:
        line.clear()
    slots = [slot for slot in studio.takes.slots if slot.done]
    if not slots:
        failures = [answer.sentence for answer in studio.takes.answers if answer.sentence]
        raise RefusedRequest(failures[0] if failures else "No take came out of it: try another seed.")
    for answer in studio.takes.answers:
        if answer.sentence:
            line.say(answer.sentence)
    for slot in slots:
        _tell_copies(studio, slot, line)
    return slots


def _tell_copies(studio: Studio, slot: TakeSlot, line: ProgressLine) -> None:
    """Say what a take shares with the music that models learned from, and with what it was given."""
    if studio.copies is not None and slot.take is not None:
        report = studio.copies.report(slot.take)
        studio.takes.show_copy(slot, report)
        line.say(f"{slot.title}: {' '.join(report.text.splitlines())}")


def _tell(answer: ModelAnswer, told: set[str], line: ProgressLine) -> None:
    """Say once when a model begins and what it remarks."""
    if answer.state is not AnswerState.WAITING and answer.card.id not in told:
        told.add(answer.card.id)
        line.say(f"{answer.card.name} is writing ...")
    for remark in answer.remarks:
        if remark not in told:
            told.add(remark)
            line.say(f"{answer.card.name}: {remark}")


def _counts(studio: Studio) -> str:
    return "  ".join(
        f"{answer.card.name}: {sum(slot.done for slot in answer.slots)} of {len(answer.slots)} takes"
        for answer in studio.takes.answers
    )
