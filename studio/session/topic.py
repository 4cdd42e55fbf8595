"""Topic: what listeners of the studio are told to look at again."""

from __future__ import annotations

from enum import Enum


class Topic(Enum):
    """What a listener of the studio should look at again. The document tells its own changes itself."""

    TAKES = "takes"
    TRANSPORT = "transport"
    FILE = "file"
    STATUS = "status"
