"""generate: answer a request with takes, note by note."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch

from ml.generation.cleaning import Line, clean
from ml.generation.guards import fault
from ml.generation.items import GenerationItem, NoteItem, RemarkItem, TakeItem
from ml.generation.lane import Lane
from ml.generation.prompt import MAX_EVENTS, Prompt, make_prompt
from ml.generation.writer import Writer
from ml.models.checkpoint import LoadedModel
from ml.requests import GenerationRequest, Provenance, Take, TakeNote

RETRIES = 3
"""How often a take that a guard stops is drawn again."""


def generate(
    model: LoadedModel, request: GenerationRequest, cancelled: Callable[[], bool], *, max_events: int = MAX_EVENTS
) -> Iterator[GenerationItem]:
    """Yield notes as they are written, remarks, and each take when it is complete; ends early once `cancelled()`.

    All takes are written as one batch. A take that a guard stops is drawn again with the next random stream; its
    streamed notes are then not those of the finished take. One that is stopped each time is offered with a remark, or
    left out if it is empty. The same request gives the same takes, whatever was cancelled or kept before. Past
    `max_events` the rows slide. Raises RefusedRequest before anything is generated.
    """
    request.check()
    with torch.inference_mode():
        prompt = make_prompt(request)
    for remark in prompt.remarks:
        yield RemarkItem(remark)
    waiting = [Writer(prompt, take) for take in range(request.takes)]
    faulty: dict[int, tuple[Writer, list[TakeNote], str]] = {}
    for attempt in range(RETRIES + 1):
        again: list[Writer] = []
        for item in write(model, waiting, cancelled, stream=attempt == 0, max_events=max_events):
            if isinstance(item, NoteItem):
                yield item
                continue
            notes = finished_notes(item)
            trouble = fault(prompt, notes)
            take = item.take % request.takes
            if trouble is None:
                yield TakeItem(take, take_of(model, prompt, item, notes, prompt.remarks))
                continue
            if notes:
                # Should all attempts fail, the first is offered: its notes were streamed.
                faulty.setdefault(take, (item, notes, trouble))
            if attempt < RETRIES:
                # The next stream of the same take: numbers above the request's own.
                again.append(Writer(prompt, item.take + request.takes))
            elif take in faulty:
                item, notes, trouble = faulty[take]
                yield TakeItem(take, take_of(model, prompt, item, notes, (*prompt.remarks, f"This take {trouble}.")))
            else:
                yield RemarkItem(f"Take {take + 1} {trouble} and is left out.")
        if cancelled() or not again:
            return
        waiting = again


def write(
    model: LoadedModel, writers: list[Writer], cancelled: Callable[[], bool], stream: bool, max_events: int
) -> Iterator[NoteItem | Writer]:
    """Step all takes to their end; yields notes (if `stream`) and each writer when it is done."""
    lanes: list[Lane] = []
    with torch.inference_mode():
        if not cancelled():
            lanes.append(Lane(model.decoder, writers, max_events))
    while lanes and not cancelled():
        lane = lanes.pop(0)
        with torch.inference_mode():
            written = lane.step()
        for writer, note in written:
            if note is None:
                yield writer
            elif stream:
                yield NoteItem(writer.take, note)
        if lane.done:
            continue
        if lane.full:
            with torch.inference_mode():
                lanes.extend(lane.split())
        else:
            lanes.append(lane)


def finished_notes(writer: Writer) -> list[TakeNote]:
    """The writer's notes in ticks, cleaned."""
    notes = [writer.in_ticks(index) for index in range(len(writer.notes))]
    tables, plan = writer.prompt.tables, writer.prompt.plan
    if plan is not None and plan.rhythm:
        return sorted(notes, key=lambda n: (n.start, n.track, n.pitch))
    lines = {track: Line(tables.polyphony[part], tables.staying[part]) for part, track in tables.tracks.items()}
    return clean(notes, lines)


def take_of(
    model: LoadedModel, prompt: Prompt, writer: Writer, notes: list[TakeNote], remarks: tuple[str, ...]
) -> Take:
    """The finished take with its provenance."""
    request = prompt.request
    region = request.region
    given = [
        int(track.notes.start[0]) for track in request.score.tracks
        if len(track.notes) and track.notes.start[0] < region.start_tick
    ]  # fmt: skip
    provenance = Provenance.of(
        request,
        model=model.id,
        checkpoint=model.checkpoint,
        take=writer.take % request.takes,
        prompt_start_tick=min(given, default=region.start_tick),
        prompt_end_tick=region.start_tick,
        bits_per_note=(sum(writer.bits) + writer.end_bits) / max(len(writer.notes), 1),
    )
    return Take(request, tuple(notes), provenance, remarks)
