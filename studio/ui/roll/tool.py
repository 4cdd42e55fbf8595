"""The tools of the roll, in the order of their keys 1 to 5."""

from __future__ import annotations

from enum import Enum


class Tool(Enum):
    """What the left mouse button does on empty ground."""

    SELECT = "select"
    DRAW = "draw"
    PAINT = "paint"
    ERASE = "erase"
    SPLIT = "split"
