"""The tree of takes as records of the journal: one for each request and each take, written when it changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from studio.project import checked
from studio.project.prompt_codec import skeleton_of
from studio.project.recovery import RecoveredRecord
from studio.project.take_codec import MAX_NUMBER, decode_request, decode_take, encode_request, encode_take
from studio.project.take_records import RequestRecord, TakeRecord, TakeState, TreeRecord
from studio.project.troubles import Damaged

REQUEST, TAKE = "request-", "take-"
"""What the names of the records begin with."""
OF, WHOLE, GONE = "request", "whole", "gone"


def request_record(record: RequestRecord) -> tuple[str, dict[str, Any]]:
    """Name and value of the record of a request, without its takes; its score belongs to it."""
    return f"{REQUEST}{record.number}", {**encode_request(record), WHOLE: record.has_prompt}


def take_record(number: int, take: TakeRecord) -> tuple[str, dict[str, Any]]:
    """Name and value of the record of a take of request `number`."""
    return _take_name(number, take.model, take.index), {OF: number, **encode_take(take)}


def gone_record(number: int, model: str, index: int) -> tuple[str, dict[str, Any]]:
    """Name and value of a record that says that there is no such take any more."""
    return _take_name(number, model, index), {OF: number, GONE: True}


def _take_name(number: int, model: str, index: int) -> str:
    return f"{TAKE}{number}-{index}-{quote(model, safe='')}"


def with_records(tree: TreeRecord, records: Iterable[RecoveredRecord]) -> tuple[TreeRecord, int]:
    """The tree as the project holds it with what the journal has besides, and how many records were damaged."""
    found = {record.number: record for record in tree.requests}
    lost = 0
    ordered = sorted(records, key=lambda kept: not kept.name.startswith(REQUEST))  # requests before their takes
    for kept in ordered:
        try:
            if kept.name.startswith(REQUEST):
                _add_request(found, kept)
            elif kept.name.startswith(TAKE):
                _add_take(found, kept)
        except Damaged:
            lost += 1
    return TreeRecord(tuple(found[number] for number in sorted(found))), lost


def _add_request(found: dict[int, RequestRecord], kept: RecoveredRecord) -> None:
    if kept.score is None:
        raise Damaged("the prompt of a request is missing")
    record = decode_request(kept.value, kept.score, checked.boolean(kept.value.get(WHOLE), "a prompt"))
    if not record.has_prompt:
        record = replace(record, request=replace(record.request, score=skeleton_of(record.request.score)))
    before = found.get(record.number)
    if before is not None and before.asked_at_s != record.asked_at_s:
        # The project was worked on after the crash: what was asked for then stays, beside the work that comes back.
        other = max(found) + 1
        found[other], before = _aside(before, other), None
    found[record.number] = replace(record, takes=() if before is None else before.takes)


def _aside(record: RequestRecord, number: int) -> RequestRecord:
    """The request under another number; none of its notes are in the song that comes back."""
    takes = tuple(replace(take, state=TakeState.REJECTED, accepted=()) for take in record.takes)
    return replace(record, number=number, parent=None, takes=takes)


def _add_take(found: dict[int, RequestRecord], kept: RecoveredRecord) -> None:
    record = found.get(checked.integer(kept.value.get(OF), "the request of a take", 1, MAX_NUMBER))
    if record is None:
        raise Damaged("the request of a take is missing")
    if kept.value.get(GONE) is True:
        others = tuple(t for t in record.takes if _take_name(record.number, t.model, t.index) != kept.name)
        found[record.number] = replace(record, takes=others)
        return
    found[record.number] = with_take(record, decode_take(kept.value))


def with_take(record: RequestRecord, take: TakeRecord) -> RequestRecord:
    """The request with a take in the place of the one of its name, or after the others."""
    key = (take.model, take.index)
    if any((other.model, other.index) == key for other in record.takes):
        takes = tuple(take if (other.model, other.index) == key else other for other in record.takes)
    else:
        takes = (*record.takes, take)
    return replace(record, takes=takes)
