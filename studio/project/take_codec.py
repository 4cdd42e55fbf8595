"""Requests and takes of the tree as JSON-ready objects, and back from untrusted ones; prompts are stored elsewhere."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from ml.music import Score
from ml.requests import GenerationRequest, Keep, Region, Sampling, TakeNote, Verb
from ml.requests.plain import leanings_of_plain, limits_of_plain, plain_leanings, plain_limits
from ml.requests.request import MAX_BARS, MAX_TAKES, MAX_TRACKS
from studio.project import checked
from studio.project.note_codec import MAX_TICK
from studio.project.score_codec import MAX_TRACKS as MAX_SONG_TRACKS
from studio.project.take_records import Acceptance, RequestRecord, TakeRecord, TakeRef, TakeState
from studio.project.troubles import Damaged

MAX_NUMBER = 2**31 - 1
MAX_TAKES_OF_REQUEST = 8192
MAX_TAKE_NOTES = 500_000
"""Notes of all takes of a project together; a take has some dozens."""
MAX_KEPT = 1_000_000
MAX_MODELS, MAX_REMARKS, MAX_ACCEPTANCES, MAX_ORIGINS = 256, 64, 256, 256
MAX_TEXT = 10_000
"""Characters of a label, a note, a remark or a name."""
KEEPS = tuple(field.name for field in fields(Keep))
SAMPLING = {field.name: field.default for field in fields(Sampling)}
"""The fields of `Sampling`, and what is usual."""

REQUEST_FIELDS = frozenset({
    "number", "at", "parent", "models", "verb", "start", "end", "tracks", "limits", "leanings", "keep", "sampling",
    "takes", "seed", "machine", "choosing", "new_tracks", "kept", "prompt", "results", "whole",
    "song", "on",
})  # fmt: skip
TAKE_FIELDS = frozenset({
    "model", "name", "index", "facts", "state", "starred", "label", "note", "discarded", "edited", "written", "remarks",
    "origins", "cells", "picked", "accepted", "place", "notes", "request", "gone",
})  # fmt: skip
"""What this program writes of a request and of a take, in project and journal: the rest a newer one wrote."""

Json = dict[str, Any]


# --- requests


def encode_request(record: RequestRecord) -> Json:
    """The request without its takes and without the score that was given."""
    request, region = record.request, record.request.region
    limits = plain_limits(request.limits)
    if chords := limits.get("chords"):
        limits["chords"] = dict(zip(("start", "end", "name"), map(list, zip(*chords, strict=True)), strict=True))
    found: Json = {
        **record.unknown,
        "number": record.number,
        "at": record.asked_at_s,
        "parent": _encode_ref(record.parent),
        "models": [list(pair) for pair in record.models],
        "verb": request.verb.value,
        "start": region.start_tick,
        "end": region.end_tick,
        "tracks": list(region.tracks),
        "limits": limits,
        "leanings": plain_leanings(request.leanings),
        "keep": [name for name in KEEPS if getattr(request.keep, name)],
        "sampling": {name: getattr(request.sampling, name) for name in SAMPLING},
        "takes": request.takes,
        "seed": request.seed,
        "machine": record.machine,
        "choosing": dict(record.choosing),
        "new_tracks": record.new_tracks,
    }
    if region.kept:
        kept = sorted(region.kept)
        found["kept"] = {"track": [track for track, _ in kept], "id": [note_id for _, note_id in kept]}
    return found


def decode_request(tree: Any, score: Score, has_prompt: bool, takes: Sequence[TakeRecord] = ()) -> RequestRecord:
    """The inverse of `encode_request` for untrusted data; raises Damaged."""
    tree = checked.mapping(tree, "a request")
    number = checked.integer(tree.get("number"), "the number of a request", 1, MAX_NUMBER)
    what = f"request {number}"
    tracks = checked.integers(tree.get("tracks"), f"{what}, tracks", 0, max(len(score.tracks) - 1, 0), MAX_TRACKS)
    start = checked.integer(tree.get("start"), f"{what}, start", 0, MAX_TICK)
    end = checked.integer(tree.get("end"), f"{what}, end", start + 1, MAX_TICK)
    listed = checked.sequence(tree.get("keep"), f"{what}, what is kept", 8)
    keep = [checked.text(name, f"{what}, what is kept") for name in listed]
    try:
        request = GenerationRequest(
            score=score,
            region=Region(start, end, tuple(tracks), _kept(tree.get("kept"), what)),
            verb=Verb(tree.get("verb")),
            limits=limits_of_plain(_limits(checked.mapping(tree.get("limits"), f"{what}, limits"), what)),
            leanings=leanings_of_plain(checked.mapping(tree.get("leanings"), f"{what}, leanings")),
            keep=Keep(**{name: name in keep for name in KEEPS}),
            sampling=_sampling(checked.mapping(tree.get("sampling"), f"{what}, sampling"), what),
            takes=checked.integer(tree.get("takes"), f"{what}, number of takes", 1, MAX_TAKES),
            seed=checked.integer(tree.get("seed"), f"{what}, seed", 0, 2**63),
        )
    except (TypeError, ValueError) as error:
        if isinstance(error, Damaged):
            raise
        raise Damaged(f"{what} makes no sense ({error})") from None
    if not request.region.tracks or len(set(tracks)) != len(tracks):
        raise Damaged(f"{what} asks for no track, or for one twice")
    if request.bars > MAX_BARS:
        raise Damaged(f"{what} asks for {request.bars:,} bars, more than the {MAX_BARS} that are allowed")
    models = checked.sequence(tree.get("models"), f"{what}, models", MAX_MODELS)
    return RequestRecord(
        number=number,
        request=request,
        models=tuple(_pair(pair, what) for pair in models),
        asked_at_s=_real(tree.get("at"), f"{what}, time", 0.0, 1e12),
        parent=_decode_ref(tree.get("parent"), what),
        machine=_text(tree.get("machine", ""), f"{what}, machine"),
        choosing=checked.mapping(tree.get("choosing", {}), f"{what}, choosing"),
        takes=tuple(takes),
        has_prompt=has_prompt,
        new_tracks=checked.integer(tree.get("new_tracks", 0), f"{what}, new tracks", 0, len(score.tracks)),
        unknown={name: value for name, value in tree.items() if name not in REQUEST_FIELDS},
    )


def _limits(plain: Json, what: str) -> Json:
    """Chords as rows again."""
    if "chords" not in plain:
        return plain
    columns = checked.mapping(plain["chords"], f"{what}, chords")
    rows = [checked.sequence(columns.get(name), f"{what}, chords", 100_000) for name in ("start", "end", "name")]
    if len(set(map(len, rows))) != 1:
        raise Damaged(f"{what}, chords are incomplete")
    return {**plain, "chords": [list(row) for row in zip(*rows, strict=True)]}


def _kept(tree: Any, what: str) -> frozenset[tuple[int, int]]:
    if tree is None:
        return frozenset()
    columns = checked.mapping(tree, f"{what}, kept notes")
    tracks = checked.integers(columns.get("track"), f"{what}, kept notes", 0, MAX_SONG_TRACKS, MAX_KEPT)
    ids = checked.integers(columns.get("id"), f"{what}, kept notes", 0, MAX_NUMBER, MAX_KEPT)
    if len(tracks) != len(ids):
        raise Damaged(f"{what}, kept notes are incomplete")
    return frozenset(zip(tracks, ids, strict=True))


def _sampling(tree: Json, what: str) -> Sampling:
    return Sampling(
        **{name: _real(tree.get(name, usual), f"{what}, {name}", -1e6, 1e6) for name, usual in SAMPLING.items()}
    )


def _pair(value: Any, what: str) -> tuple[str, str]:
    pair = checked.sequence(value, f"{what}, a model", 2)
    if len(pair) != 2:
        raise Damaged(f"{what}, a model has no name")
    return _text(pair[0], f"{what}, a model"), _text(pair[1], f"{what}, a model")


# --- takes


def encode_take(take: TakeRecord) -> Json:
    """The whole take; what is as usual is left out."""
    found: Json = {
        **take.unknown, "model": take.model, "name": take.model_name, "index": take.index, "facts": dict(take.facts),
    }  # fmt: skip
    for name, value in (
        ("state", take.state.value), ("starred", take.starred), ("label", take.label), ("note", take.note),
        ("discarded", take.discarded), ("edited", take.edited), ("remarks", list(take.remarks)),
        ("origins", [_encode_ref(origin) for origin in take.origins]),
        ("cells", [list(column) for column in zip(*take.cells, strict=True)]),
        ("picked", [list(column) for column in zip(*take.picked, strict=True)]),
        ("accepted", [_encode_acceptance(one, take) for one in take.accepted]),
    ):  # fmt: skip
        if value:
            found[name] = value
    if take.place is not None:
        found["place"] = take.place
    if take.written:
        found["written"] = encode_take_notes(take.written)
    found["notes"] = encode_take_notes(take.notes)
    return found


def decode_take(tree: Any, most_notes: int = MAX_TAKE_NOTES) -> TakeRecord:
    """The inverse of `encode_take` for untrusted data; raises Damaged, also for more than `most_notes` notes."""
    tree = checked.mapping(tree, "a take")
    model = _text(tree.get("model"), "the model of a take")
    index = checked.integer(tree.get("index"), "the number of a take", 0, MAX_NUMBER)
    what = f"take {index + 1} of {model[:40] or 'a mixture'}"
    notes = decode_take_notes(tree.get("notes"), what, most_notes)
    facts = checked.mapping(tree.get("facts"), f"{what}, origin")
    remarks = checked.sequence(tree.get("remarks", []), f"{what}, remarks", MAX_REMARKS)
    origins = checked.sequence(tree.get("origins", []), f"{what}, origins", MAX_ORIGINS)
    origins = [ref for origin in origins if (ref := _decode_ref(origin, what)) is not None]
    last = len(origins) - 1
    accepted = checked.sequence(tree.get("accepted", []), f"{what}, acceptances", MAX_ACCEPTANCES)
    try:
        state = TakeState(tree.get("state", TakeState.SHOWING.value))
    except ValueError:
        raise Damaged(f"{what} has a state that is not known") from None
    return TakeRecord(
        model=model,
        model_name=_text(tree.get("name"), f"{what}, name"),
        index=index,
        notes=notes,
        facts=_facts(facts, what),
        remarks=tuple(_text(remark, f"{what}, a remark") for remark in remarks),
        state=state,
        starred=checked.boolean(tree.get("starred", False), f"{what}, star"),
        label=_text(tree.get("label", ""), f"{what}, label"),
        note=_text(tree.get("note", ""), f"{what}, note"),
        discarded=checked.boolean(tree.get("discarded", False), f"{what}, mark"),
        accepted=tuple(_decode_acceptance(one, notes, what, most_notes) for one in accepted),
        origins=tuple(origins),
        cells=_rows(tree, "cells", what, (MAX_NUMBER, MAX_SONG_TRACKS, last)),
        picked=_rows(tree, "picked", what, (last, MAX_NUMBER)),
        place=checked.integer_or_none(tree.get("place"), f"{what}, place", 0, MAX_NUMBER),
        written=_written(tree, what, most_notes),
        unknown={name: value for name, value in tree.items() if name not in TAKE_FIELDS},
    )


def _rows(tree: Json, name: str, what: str, highest: tuple[int, ...]) -> tuple[Any, ...]:
    """Rows of whole numbers from 0 to the highest of their column, which were written as columns."""
    columns = checked.sequence(tree.get(name, []), f"{what}, {name}", len(highest))
    found = [
        checked.integers(column, f"{what}, {name}", 0, high, MAX_KEPT)
        for column, high in zip(columns, highest, strict=False)
    ]
    if columns and (len(found) != len(highest) or len(set(map(len, found))) != 1):
        raise Damaged(f"{what}, {name} are incomplete")
    return tuple(zip(*found, strict=True))


def _written(tree: Json, what: str, most_notes: int) -> tuple[TakeNote, ...] | None:
    if not checked.boolean(tree.get("edited", False), f"{what}, edited"):
        return None
    return decode_take_notes(tree["written"], what, most_notes) if "written" in tree else ()


def _facts(facts: Json, what: str) -> Json:
    """The facts that the program computes with or shows by itself are what they should be."""
    for name in ("model", "checkpoint"):
        if name in facts:
            _text(facts[name], f"{what}, {name}")
    for name, most in (
        ("take", MAX_NUMBER),
        ("seed", 2**63),
        ("prompt_start_tick", MAX_TICK),
        ("prompt_end_tick", MAX_TICK),
    ):
        if name in facts:
            checked.integer(facts[name], f"{what}, {name}", 0, most)
    if "bits_per_note" in facts:
        _real(facts["bits_per_note"], f"{what}, bits", -1e9, 1e9)
    return facts


def _encode_acceptance(one: Acceptance, take: TakeRecord) -> Json:
    """Notes that came in just as the take has them are not written twice."""
    same = one.notes == take.notes
    return {
        "source": one.source,
        "ticks_per_quarter": one.ticks_per_quarter,
        "notes": None if same else encode_take_notes(one.notes),
    }


def _decode_acceptance(tree: Any, notes: tuple[TakeNote, ...], what: str, most_notes: int) -> Acceptance:
    tree = checked.mapping(tree, f"{what}, an acceptance")
    own = tree.get("notes")
    return Acceptance(
        checked.integer(tree.get("source"), f"{what}, source", 1, MAX_NUMBER),
        notes if own is None else decode_take_notes(own, what, most_notes),
        checked.integer(tree.get("ticks_per_quarter"), f"{what}, ticks per quarter", 1, 2**31),
    )


COLUMNS: dict[str, tuple[int, int]] = {
    "track": (0, MAX_SONG_TRACKS),
    "start": (0, MAX_TICK),
    "length": (0, MAX_TICK),
    "pitch": (0, 127),
    "velocity": (0, 127),
}


def encode_take_notes(notes: Sequence[TakeNote]) -> Json:
    """Notes as columns; a track or velocity that is the same in every row as that one number."""
    rows = [(n.track, n.start, n.length, n.pitch, n.velocity, n.bits) for n in notes]
    columns = map(list, zip(*rows, strict=True)) if rows else ([] for _ in range(len(COLUMNS) + 1))
    found: Json = dict(zip((*COLUMNS, "bits"), columns, strict=True))
    for name in ("track", "velocity"):
        if len(set(found[name])) == 1:
            found[name] = found[name][0]
    return found


def decode_take_notes(tree: Any, what: str, most: int) -> tuple[TakeNote, ...]:
    """The inverse of `encode_take_notes` for untrusted data; raises Damaged."""
    tree = checked.mapping(tree, f"{what}, notes")
    rows = len(checked.sequence(tree.get("start"), f"{what}, starts", most))
    columns: list[list[Any]] = []
    for name, (low, high) in COLUMNS.items():
        value = tree.get(name)
        if type(value) is int:
            columns.append([checked.integer(value, f"{what}, {name}", low, high)] * rows)
        else:
            columns.append(checked.integers(value, f"{what}, {name}", low, high, most))
    bits = checked.sequence(tree.get("bits"), f"{what}, surprise", most)
    if not set(map(type, bits)) <= {int, float}:
        raise Damaged(f"{what}, surprise holds something that is no number")
    columns.append(bits)
    if any(len(column) != rows for column in columns):
        raise Damaged(f"{what}, the columns of its notes are not of one length")
    return tuple(map(TakeNote, *columns))


# --- small values


def _encode_ref(ref: TakeRef | None) -> list[Any] | None:
    return None if ref is None else [ref.request, ref.model, ref.index]


def _decode_ref(value: Any, what: str) -> TakeRef | None:
    if value is None:
        return None
    parts = checked.sequence(value, f"{what}, a parent", 3)
    if len(parts) != 3:
        raise Damaged(f"{what}, a parent is incomplete")
    return TakeRef(
        checked.integer(parts[0], f"{what}, a parent", 0, MAX_NUMBER),
        _text(parts[1], f"{what}, a parent"),
        checked.integer(parts[2], f"{what}, a parent", 0, MAX_NUMBER),
    )


def _text(value: Any, what: str) -> str:
    text = checked.text(value, what)
    if len(text) > MAX_TEXT:
        raise Damaged(f"{what} is longer than {MAX_TEXT:,} letters")
    return text


def _real(value: Any, what: str, low: float, high: float) -> float:
    if type(value) not in (int, float) or not math.isfinite(value) or not low <= value <= high:
        raise Damaged(f"{what} is not a number from {low:g} to {high:g}")
    return float(value)
