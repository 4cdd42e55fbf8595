"""Fields that a newer program wrote and this one does not know: set aside on reading, put back on writing."""

from __future__ import annotations

from typing import Any

TRACKS = "tracks"
"""The one list whose entries may carry unknown fields; they follow a track by its name."""


def unknown_fields(read: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    """What `read` holds beyond `known`, the same thing as this program would write it.

    Objects are compared field by field; under `tracks` the result is a list of {"name", "fields"}, one for
    each track with something unknown.
    """
    found: dict[str, Any] = {}
    for key, value in read.items():
        if key not in known:
            found[key] = value
        elif isinstance(value, dict) and isinstance(known[key], dict):
            if inner := unknown_fields(value, known[key]):
                found[key] = inner
        elif key == TRACKS and isinstance(known[key], list):
            rows = [
                {"name": now["name"], "index": index, "fields": fields}
                for index, (was, now) in enumerate(zip(value, known[key], strict=True))
                if (fields := unknown_fields(was, now))
            ]
            if rows:
                found[key] = rows
    return found


def with_unknown(known: dict[str, Any], unknown: dict[str, Any]) -> dict[str, Any]:
    """`known` with the fields that `unknown_fields` had set aside; what is known wins."""
    whole = dict(known)
    for key, value in unknown.items():
        mine = whole.get(key)
        if key == TRACKS and isinstance(mine, list):
            whole[key] = _tracks_with(mine, value)
        elif isinstance(mine, dict) and isinstance(value, dict):
            whole[key] = with_unknown(mine, value)
        elif key not in whole:
            whole[key] = value
    return whole


def _tracks_with(tracks: list[Any], rows: list[Any]) -> list[Any]:
    """Each row goes to the first free track of its name, else to the one now at its place if that is free."""
    given: dict[int, dict[str, Any]] = {}
    homeless = []
    for row in rows:
        same_name = (i for i, track in enumerate(tracks) if track["name"] == row["name"] and i not in given)
        index = row["index"] if row["index"] < len(tracks) and tracks[row["index"]]["name"] == row["name"] else None
        if index is None or index in given:
            index = next(same_name, None)
        if index is None:
            homeless.append(row)
        else:
            given[index] = row["fields"]
    for row in homeless:
        if row["index"] < len(tracks):
            given.setdefault(row["index"], row["fields"])
    return [with_unknown(track, given[i]) if i in given else track for i, track in enumerate(tracks)]
