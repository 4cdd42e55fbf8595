"""Score and Track without their notes and events, as JSON-ready objects, and back from untrusted ones."""

from __future__ import annotations

import math
from typing import Any

from ml.music import Key, KeySignature, Marker, Metre, Mixer, NoteTable, Scale, Score, Tempo, TimeMap, Track, TrackEvent
from ml.music.time_map import MAX_TICKS_PER_QUARTER, MAX_US_PER_QUARTER
from studio.project import checked
from studio.project.note_codec import MAX_TICK
from studio.project.troubles import Damaged

MAX_TRACKS = 65_535
MAX_CHANGES = 1_000_000
"""Most tempos, metres, key signatures or markers."""

MAX_METRE = 2**256
"""A damaged MIDI file can state a beat of a 1/2**255 note."""


def encode_song(score: Score) -> dict[str, Any]:
    """Everything of the score but its tracks and its conductor events."""
    time_map = score.time_map
    return {
        "title": score.title,
        "ticks_per_quarter": time_map.ticks_per_quarter,
        "ticks_per_second": time_map.ticks_per_second,
        "smpte": score.smpte,
        "end_tick_hint": score.end_tick_hint,
        "unknown_chunks": [chunk.hex() for chunk in score.unknown_chunks],
        "tempos": {
            "tick": [tempo.tick for tempo in time_map.tempos],
            "us_per_quarter": [tempo.us_per_quarter for tempo in time_map.tempos],
        },
        "metres": {
            "tick": [metre.tick for metre in time_map.metres],
            "numerator": [metre.numerator for metre in time_map.metres],
            "denominator": [metre.denominator for metre in time_map.metres],
        },
        "key_signatures": {
            "tick": [signature.tick for signature in score.key_signatures],
            "tonic": [signature.key.tonic for signature in score.key_signatures],
            "scale": [signature.key.scale.name.lower() for signature in score.key_signatures],
        },
        "markers": {
            "tick": [marker.tick for marker in score.markers],
            "text": [marker.text for marker in score.markers],
        },
    }


def decode_song(tree: Any, tracks: tuple[Track, ...], conductor: tuple[TrackEvent, ...]) -> Score:
    """The inverse of `encode_song` for untrusted data; raises Damaged."""
    tree = checked.mapping(tree, "the song")
    time_map = TimeMap(
        checked.integer(tree.get("ticks_per_quarter"), "the number of ticks per quarter", 1, MAX_TICKS_PER_QUARTER),
        tuple(Tempo(*row) for row in _rows(tree, "tempos", tick=_TICKS, us_per_quarter=(1, MAX_US_PER_QUARTER))),
        tuple(Metre(*row) for row in _rows(tree, "metres", tick=_TICKS, numerator=_METRE, denominator=_METRE)),
        _rate(tree.get("ticks_per_second")),
    )
    signatures = tuple(
        KeySignature(tick, Key(tonic, _scale(scale)))
        for tick, tonic, scale in _rows(tree, "key_signatures", tick=_TICKS, tonic=(0, 11), scale=None)
    )
    markers = tuple(Marker(tick, text) for tick, text in _rows(tree, "markers", tick=_TICKS, text=None))
    return Score(
        tracks=tracks,
        time_map=time_map,
        key_signatures=signatures,
        markers=markers,
        conductor=conductor,
        title=checked.text(tree.get("title"), "the title"),
        smpte=checked.integer_or_none(tree.get("smpte"), "the SMPTE division", 0, 0xFFFF),
        end_tick_hint=checked.integer(tree.get("end_tick_hint"), "the end of the song", 0, MAX_TICK),
        unknown_chunks=tuple(
            _bytes(chunk) for chunk in checked.sequence(tree.get("unknown_chunks", []), "the kept chunks", MAX_CHANGES)
        ),
    )


def _bytes(digits: Any) -> bytes:
    try:
        return bytes.fromhex(checked.text(digits, "a kept chunk"))
    except ValueError as error:
        raise Damaged("a kept chunk is no row of hexadecimal digits") from error


def encode_track(track: Track, notes: str, events: str) -> dict[str, Any]:
    """The track with the hashes of its notes and events in their place."""
    mixer = track.mixer
    return {
        "name": track.name,
        "program": track.program,
        "bank": track.bank,
        "channel": track.channel,
        "drums": track.drums,
        "colour": track.colour,
        "volume": mixer.volume,
        "pan": mixer.pan,
        "muted": mixer.muted,
        "soloed": mixer.soloed,
        "notes": notes,
        "events": events,
    }


def decode_track(tree: Any, what: str, notes: NoteTable, events: tuple[TrackEvent, ...]) -> Track:
    """The inverse of `encode_track` for untrusted data; raises Damaged."""
    tree = checked.mapping(tree, what)
    return Track(
        name=checked.text(tree.get("name"), f"the name of {what}"),
        notes=notes,
        program=checked.integer_or_none(tree.get("program"), f"the instrument of {what}", 0, 127),
        bank=checked.integer_or_none(tree.get("bank"), f"the bank of {what}", 0, 16383),
        channel=checked.integer(tree.get("channel"), f"the channel of {what}", 0, 15),
        drums=checked.boolean(tree.get("drums"), f"the drum mark of {what}"),
        events=events,
        mixer=Mixer(
            checked.integer(tree.get("volume"), f"the volume of {what}", 0, 127),
            checked.integer(tree.get("pan"), f"the pan of {what}", 0, 127),
            checked.boolean(tree.get("muted"), f"the mute of {what}"),
            checked.boolean(tree.get("soloed"), f"the solo of {what}"),
        ),
        colour=checked.integer(tree.get("colour"), f"the colour of {what}", -1, 2**31),
    )


_TICKS = (0, MAX_TICK)
_METRE = (1, MAX_METRE)


def _rows(tree: dict[str, Any], name: str, **bounds: tuple[int, int] | None) -> list[tuple[Any, ...]]:
    """Columns of equal length as rows; bounds of whole numbers, None for a column of texts."""
    what = f"the list of {name.replace('_', ' ')}"
    table = checked.mapping(tree.get(name), what)
    columns: list[list[Any]] = []
    for key, limits in bounds.items():
        if limits is not None:
            columns.append(checked.integers(table.get(key), what, *limits, MAX_CHANGES))
        else:
            texts = checked.sequence(table.get(key), what, MAX_CHANGES)
            columns.append([checked.text(text, f"an entry in {what}") for text in texts])
    if len({len(column) for column in columns}) > 1:
        raise Damaged(f"{what} is incomplete")
    return list(zip(*columns, strict=True))


def _scale(name: str) -> Scale:
    try:
        return Scale[name.upper()]
    except KeyError:
        raise Damaged("a key signature names a scale that is not known") from None


def _rate(value: Any) -> float | None:
    if value is None:
        return None
    if type(value) not in (int, float) or not 0 < value <= 1e9 or not math.isfinite(value):
        raise Damaged("the number of ticks per second is out of range")
    return float(value)
