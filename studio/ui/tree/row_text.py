"""What the rows of the tree of takes say, and all that is known of a take or request in words."""

from __future__ import annotations

from datetime import datetime

from ml.requests import Region
from ml.requests.plain import plain_leanings, plain_limits
from studio.project import RequestRecord, TakeRecord, TakeState
from studio.session.song_report import Standing
from studio.session.summary import bars_text, counted
from studio.session.take_record import provenance_of
from studio.ui.tree.outline import RequestRow, Row

STATE_TEXT = {
    TakeState.SHOWING: "showing",
    TakeState.ACCEPTED: "in the song",
    TakeState.PARTLY_ACCEPTED: "partly in the song",
    TakeState.REJECTED: "rejected",
}
NOT_NOW = "not in the song now"
NO_PROMPT = "prompt not kept"


def spoken(row: Row) -> str:
    """The row in one line, also for screen readers."""
    if isinstance(row, RequestRow):
        return f"{row.title}, {request_line(row.record)}"
    return f"{take_title(row.take)}, {take_line(row.take)}"


def take_title(take: TakeRecord) -> str:
    """The label that the user gave, or the model and the number."""
    return take.label or take.title


def request_line(record: RequestRecord) -> str:
    """ "22 Nov 14:03 · Transformer, LSTM" """
    names = ", ".join(name for _, name in record.models)
    return " · ".join(filter(None, [time_text(record.asked_at_s), names, "" if record.has_prompt else NO_PROMPT]))


def take_line(take: TakeRecord, standing: Standing | None = None, *, with_state: bool = True) -> str:
    """ "14 notes · 4.2 bits · in the song, 3 edited since"; a row says what became of it by a mark."""
    state = STATE_TEXT[take.state] if with_state else ""
    if standing is not None and take.state.kept:
        edited = f"{standing.edited} edited since" if standing.edited else ""
        state = ", ".join(filter(None, [state, edited])) if standing.notes else NOT_NOW
    parts = [take.title if take.label else "", counted(len(take.notes), "note")]
    if take.notes and not take.origins:
        parts.append(f"{sum(note.bits for note in take.notes) / len(take.notes):.1f} bits")
    return " · ".join(filter(None, [*parts, state]))


def time_text(at_s: float) -> str:
    """Day and time of the user's own clock."""
    try:
        return f"{datetime.fromtimestamp(at_s):%-d %b %H:%M}"
    except (ValueError, OverflowError, OSError):
        return "some time"


def row_tooltip(row: Row) -> str:
    """A row's tooltip: what is known of it."""
    if isinstance(row, RequestRow):
        return "\n".join([row.title, *request_facts(row.record)])
    return "\n".join([take_title(row.take), *take_facts(row.request.record, row.take)])


def request_facts(record: RequestRecord, parent: TakeRecord | None = None) -> list[str]:
    """All that is known of a request, a line each; `parent` is the take that it went on from."""
    request = record.request
    settings = [f"temperature {request.sampling.temperature:g}", f"top-p {request.sampling.top_p:g}"]
    if request.sampling.surprise:
        settings.append(f"surprise {request.sampling.surprise:+g}")
    found = [
        f"Asked {time_text(record.asked_at_s)} of {', '.join(name for _, name in record.models) or 'no model'}",
        f"Seed {request.seed}, {', '.join(settings)}",
    ]
    if parent is not None:
        found.append(f"Went on from {take_title(parent)}")
    limits = {**plain_limits(request.limits), **plain_leanings(request.leanings)}
    if chords := limits.pop("chords", None):
        limits["chords"] = " ".join(str(chord[2]) for chord in chords[:8]) + (" …" if len(chords) > 8 else "")
    if limits:
        found.append("; ".join(f"{name.replace('_', ' ')} {value}" for name, value in limits.items()))
    if record.choosing:
        found.append(f"Chosen from {record.choosing.get('pool', 1)} tries for each take")
    if not record.has_prompt:
        found.append("What the models were given is not kept any more: it cannot be replayed")
    if record.machine:
        found.append(f"Written on {record.machine}")
    return found


def take_facts(record: RequestRecord, take: TakeRecord, standing: Standing | None = None) -> list[str]:
    """All that is known of a take, a line each."""
    found = [take_line(take, standing)]
    if take.origins:
        found.append(f"Put together from {counted(len(take.origins), 'take')}")
    else:
        origin = provenance_of(record, take)
        weights = str(origin.checkpoint)[:10] or "not known"
        found.append(f"{take.model_name}, weights {weights}, seed {origin.seed}, try {origin.take + 1}")
        if origin.prompt_start_tick < origin.prompt_end_tick:
            given = Region(origin.prompt_start_tick, origin.prompt_end_tick, record.request.region.tracks)
            found.append(f"It was given {bars_text(record.request.score, given)}")
    if take.edited:
        found.append("You changed notes of it among the takes")
    if take.discarded:
        found.append("Put aside")
    if take.note:
        found.append(f"“{take.note}”")
    return [*found, *take.remarks[:3]]
