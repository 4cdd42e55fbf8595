"""Limits, leanings and what is kept as plain values for JSON, only what is set; and back from untrusted ones."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

from ml.music import Key
from ml.music.harmony import Chord, ChordSpan, ChordTrack
from ml.requests.limits import ChordRule, Limits
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


def limits_of_plain(plain: Plain) -> Limits:
    """The inverse of `plain_limits`, for values from a file that anybody may have written; raises ValueError."""
    unknown = plain.keys() - {field.name for field in fields(Limits)}
    if unknown:
        raise ValueError(f"a limit called {min(unknown)[:40]} is not known")
    found: Plain = {}
    for name, value in plain.items():
        if name == "key":
            found[name] = Key.parse(_text(value))
        elif name == "pitch_classes":
            found[name] = frozenset(_number(item, 0, 11) for item in _listed(value))
        elif name == "chords":
            found[name] = ChordTrack(tuple(_span(item) for item in _listed(value)))
        elif name == "chord_rule":
            found[name] = ChordRule(value)
        elif name == "instrument_ranges":
            found[name] = _flag(value)
        else:
            found[name] = _number(value, 0, 1_000_000)
    return Limits(**found)


def leanings_of_plain(plain: Plain) -> Leanings:
    """The inverse of `plain_leanings`; raises ValueError."""
    unknown = plain.keys() - {field.name for field in fields(Leanings)}
    if unknown:
        raise ValueError(f"a leaning called {min(unknown)[:40]} is not known")
    found: Plain = {name: _text(v) if name == "style" else _number(v, 0, 1000) for name, v in plain.items()}
    return Leanings(**found)


def _span(value: Any) -> ChordSpan:
    start, end, name = _listed(value) if len(_listed(value)) == 3 else (None, None, None)
    chord = Chord.parse(_text(name))
    if chord is None:
        raise ValueError("a chord is none")
    return ChordSpan(_number(start, 0, 2**53), _number(end, 0, 2**53), chord)


def _number(value: Any, lowest: int, highest: int) -> int:
    if type(value) is not int or not lowest <= value <= highest:
        raise ValueError(f"a value is not a whole number from {lowest} to {highest}")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 200:
        raise ValueError("a value is no short text")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("a value is neither true nor false")
    return value


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list) or len(value) > 100_000:
        raise ValueError("a value is no list")
    return value
