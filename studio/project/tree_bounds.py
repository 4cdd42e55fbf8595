"""How much of the tree of takes a project keeps; what goes first when it grows past that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from studio.project.prompt_codec import skeleton_of
from studio.project.take_records import RequestRecord, TreeRecord


@dataclass(frozen=True)
class TreeBounds:
    """Takes, the notes that a file holds of them, and the notes and events of prompts; what several share counts once.

    In words: the prompts of the oldest requests go first, those with a starred, labelled or noted take last; then whole
    requests from the oldest on, those with a take that is marked so or in the song last. The newest request always
    stays whole. A request without its prompt is still shown, heard and accepted, but cannot be replayed. No
    more requests, and clearly fewer takes and notes, than are read back from a file: the newest request is still to
    bring some.
    """

    take_notes: int = 400_000
    prompt_rows: int = 1_500_000
    requests: int = 20_000
    takes: int = 40_000


BOUNDS = TreeBounds()


def within(tree: TreeRecord, bounds: TreeBounds = BOUNDS) -> TreeRecord:
    """The tree cut to the bounds; the very same one when nothing has to go."""
    return _without_prompts(_without_requests(tree, bounds), bounds)


def _without_requests(tree: TreeRecord, bounds: TreeBounds) -> TreeRecord:
    notes, takes, staying = 0, 0, set()
    for place, record in enumerate(_by_worth(tree, lambda record: record.precious), 1):
        notes += sum(take.stored_notes for take in record.takes)
        takes += len(record.takes)
        if (notes > bounds.take_notes or takes > bounds.takes or place > bounds.requests) and place > 1:
            break
        staying.add(record.number)
    if len(staying) == len(tree.requests):
        return tree
    return TreeRecord(tuple(record for record in tree.requests if record.number in staying))


def _without_prompts(tree: TreeRecord, bounds: TreeBounds) -> TreeRecord:
    counted: set[int] = set()
    rows, full, going = 0, False, set()
    for record in _by_worth(tree, lambda record: any(take.marked for take in record.takes)):
        if not record.has_prompt:
            continue
        new = [part for track in record.request.score.tracks for part in (track.notes, track.events)]
        new = [part for part in new if id(part) not in counted]
        rows += sum(map(len, new))
        full = full or (rows > bounds.prompt_rows and record.number != tree.requests[-1].number)
        if full:
            going.add(record.number)
        else:
            counted |= {id(part) for part in new}
    if not going:
        return tree
    return TreeRecord(tuple(_bare(record) if record.number in going else record for record in tree.requests))


def without_prompts(tree: TreeRecord) -> TreeRecord:
    """The tree with requests and takes only: no request can be replayed any more."""
    return TreeRecord(tuple(_bare(record) for record in tree.requests))


def _bare(record: RequestRecord) -> RequestRecord:
    request = replace(record.request, score=skeleton_of(record.request.score))
    return replace(record, request=request, has_prompt=False)


def _by_worth(tree: TreeRecord, precious: Callable[[RequestRecord], bool]) -> list[RequestRecord]:
    """What is to stay longest first: the newest request, then precious ones, then the others, newest first."""
    newest = tree.requests[-1].number if tree.requests else 0
    return sorted(tree.requests, key=lambda one: (one.number != newest, not precious(one), -one.number))
