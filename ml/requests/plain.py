"""Limits, leanings and what is kept as plain values that JSON can hold: only what is set, by its field's name."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

from ml.requests.limits import Limits
from ml.requests.request import GenerationRequest, Leanings, Verb

Plain = dict[str, Any]


def plain_limits(limits: Limits) -> Plain:
    """Key, chords and rule as text, chords as [start tick, end tick, name], pitch classes as a sorted list."""
    values: Plain = {field.name: getattr(limits, field.name) for field in fields(limits)}
    defaults = Limits()
    found = {name: value for name, value in values.items() if value != getattr(defaults, name)}
    if limits.key is not None:
        found["key"] = str(limits.key)
    if limits.pitch_classes is not None:
        found["pitch_classes"] = sorted(limits.pitch_classes)
    if limits.chords is not None:
        found["chords"] = [[span.start_tick, span.end_tick, str(span.chord)] for span in limits.chords.spans]
        found["chord_rule"] = limits.chord_rule.value
    else:
        found.pop("chord_rule", None)
    return found


def plain_leanings(leanings: Leanings) -> Plain:
    return {name: value for name, value in asdict(leanings).items() if value is not None}


def plain_keep(request: GenerationRequest) -> Plain:
    """What Vary kept, and as "notes" the [track, note id] of every note that was to stay besides locked ones."""
    found: Plain = {}
    if request.verb is Verb.VARY:
        found = {name: True for name, value in asdict(request.keep).items() if value}
    if request.region.kept:
        found["notes"] = [list(pair) for pair in sorted(request.region.kept)]
    return found
