"""Asking a studio and waiting for the answer, and what became of the takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ml.requests import Verb
from studio.project import RequestRecord, TakeState
from studio.session import Studio
from studio.session.wishes import Wishes

Answered = Callable[[Studio], None]
Until = Callable[[Studio, Callable[[], bool]], None]

BAR = 1920
WISHES = Wishes(bars=1, takes=2)


def ask(studio: Studio, answered: Answered, verb: Verb = Verb.CONTINUE, **wishes: Any) -> int:
    """Ask and wait; the number of the request in the tree."""
    studio.ask(verb, wishes=replace(WISHES, **wishes))
    answered(studio)
    number = studio.tree.tree.open_request
    assert number is not None
    return number


def record_of(studio: Studio, number: int) -> RequestRecord:
    """What the tree has of a request now."""
    record = studio.tree.tree.request(number)
    assert record is not None
    return record


def states(studio: Studio, number: int) -> list[TakeState]:
    return [take.state for take in record_of(studio, number).takes]
