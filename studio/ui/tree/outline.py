"""The tree of takes as nested rows: which takes are shown, and what hangs below what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from studio.project import RequestRecord, TakeRecord, TakeRef, TakeState
from studio.session.summary import summary_of


class Show(Enum):
    """Which takes are shown."""

    ALL = "All"
    STARRED = "Starred"
    KEPT = "Kept"
    REJECTED = "Rejected"

    def wants(self, take: TakeRecord) -> bool:
        match self:
            case Show.ALL:
                return True
            case Show.STARRED:
                return take.starred
            case Show.KEPT:
                return take.state.kept
            case Show.REJECTED:
                return take.state is TakeState.REJECTED


@dataclass(eq=False)
class RequestRow:
    """A request. `above` is the take that it hangs below, None on the main line."""

    record: RequestRecord
    title: str
    above: TakeRow | None = None
    takes: list[TakeRow] = field(default_factory=list)
    number: int = 0
    """Its place among the rows that it stands with."""


@dataclass(eq=False)
class TakeRow:
    """A take of `request`, with the requests that branch off from it."""

    request: RequestRow
    take: TakeRecord
    number: int
    branches: list[RequestRow] = field(default_factory=list)

    @property
    def ref(self) -> TakeRef:
        return self.request.record.ref(self.take)


Row = RequestRow | TakeRow


def outline(requests: Sequence[RequestRecord], words: str = "", show: Show = Show.ALL) -> list[RequestRow]:
    """The rows, oldest first.

    A request that goes on from a take stands below the request of that take, on the same line, if it is the first to
    do so; others are branches and hang below the take. Searched or filtered, all requests with a take that fits stand
    on one line; every one of `words` must occur in what is known of the request and the take.
    """
    rows = {record.number: RequestRow(record, title_of(record)) for record in requests}
    wanted = words.casefold().split()
    searching = bool(wanted) or show is not Show.ALL
    for row in rows.values():
        takes = [t for t in row.record.takes if show.wants(t) and (not wanted or _fits(row, t, wanted))]
        row.takes = [TakeRow(row, take, number) for number, take in enumerate(takes)]
    if searching:
        return _numbered([row for row in rows.values() if row.takes])
    return _nested(rows)


def title_of(record: RequestRecord) -> str:
    """What was asked, as the takes bar says it."""
    return summary_of(record.request.verb, record.request.score, record.request.region)


def _nested(rows: dict[int, RequestRow]) -> list[RequestRow]:
    takes = {take.ref: take for row in rows.values() for take in row.takes}
    children: dict[int, list[RequestRow]] = defaultdict(list)
    top: list[RequestRow] = []
    for row in rows.values():
        parent = row.record.parent
        # A request goes on from an earlier one; a damaged file may say otherwise.
        if parent is None or parent not in takes or parent.request >= row.record.number:
            top.append(row)
        else:
            children[parent.request].append(row)
    line = [follower for row in top for follower in _line(row, children, None)]
    waiting = list(line)
    while waiting:
        row = waiting.pop()
        for branch in children[row.record.number][1:]:
            assert branch.record.parent is not None
            take = takes[branch.record.parent]
            found = _line(branch, children, take)
            take.branches += found
            waiting += found
    for take in takes.values():
        _numbered(take.branches)
    return _numbered(sorted(line, key=lambda row: row.record.number))


def _line(row: RequestRow, children: dict[int, list[RequestRow]], above: TakeRow | None) -> list[RequestRow]:
    """The request and those that go on from it first, from one to the next."""
    found = [row]
    while followers := children[found[-1].record.number]:
        found.append(followers[0])
    for follower in found:
        follower.above = above
    return found


def _numbered(rows: list[RequestRow]) -> list[RequestRow]:
    for number, row in enumerate(rows):
        row.number = number
    return rows


def _fits(row: RequestRow, take: TakeRecord, words: list[str]) -> bool:
    record = row.record
    text = (
        f"{row.title} {take.title} {take.model} {take.label} {take.note} {take.state.value} seed {record.request.seed}"
    )
    text = text.casefold()
    return all(word in text for word in words)
