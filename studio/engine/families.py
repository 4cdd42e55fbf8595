"""The families of models that this version knows, and which of them can answer a request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Family:
    """`fits(config)` tells whether a model speaks this version's vocabulary; `cannot` why it answers no request."""

    fits: Callable[[Mapping[str, Any]], bool]
    cannot: str = ""


def _speaks_event_vocabulary(config: Mapping[str, Any]) -> bool:
    from ml.tensors.vocabulary import vocabulary_hash

    return bool(config.get("vocabulary") == vocabulary_hash())


EVENT, CHORALE = "event", "chorale"
FAMILIES: Mapping[str, Family] = {
    EVENT: Family(_speaks_event_vocabulary),
    CHORALE: Family(
        lambda config: True,
        "Made to be measured on four-part chorales: it writes no takes.",
    ),
}
"""By the word in `family` of config.json (or of the card, where the configuration has none)."""
