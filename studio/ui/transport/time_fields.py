"""What the fields of the transport bar change: the tempo, metre and key that hold at the playhead."""

from __future__ import annotations

from collections.abc import Callable

from ml.music import Key
from studio.edit.edited import Edited
from studio.edit.operations.time import set_key_signature, set_metre, set_tempo
from studio.session.studio import Studio


class TimeFields:
    """Each change is one step; turning a wheel merges. `attempt` runs it so that a refusal becomes a sentence."""

    def __init__(self, studio: Studio, attempt: Callable[[Callable[[], None]], None]) -> None:
        self._studio = studio
        self._attempt = attempt

    @property
    def tick(self) -> int:
        """The playhead."""
        return max(0, int(self._studio.transport.position_tick))

    def set_tempo(self, qpm: float) -> None:
        """Change the tempo entry that is in force at the playhead."""
        score = self._studio.document.score
        at = score.time_map.tempo_at(self.tick).tick
        self._commit(f"Tempo {qpm:g}", lambda: set_tempo(score, at, qpm), f"tempo {at}")

    def set_metre(self, numerator: int, denominator: int) -> None:
        score = self._studio.document.score
        at = score.time_map.metre_at(self.tick).tick
        self._commit(
            f"Metre {numerator}/{denominator}", lambda: set_metre(score, at, numerator, denominator), f"metre {at}"
        )

    def set_key(self, key: Key | None) -> None:
        """Change the key that is in force at the playhead; the first one is written at the start of the song."""
        score = self._studio.document.score
        at = max((s.tick for s in score.key_signatures if s.tick <= self.tick), default=0)
        label = "No key" if key is None else f"Key {key}"
        self._commit(label, lambda: set_key_signature(score, at, key), f"key {at}")

    def _commit(self, label: str, edited: Callable[[], Edited], merge_key: str) -> None:
        def run() -> None:
            result = edited()
            self._studio.document.apply(label, result, merge_key=merge_key)
            if result.remarks:
                self._studio.say(result.remarks[0])

        self._attempt(run)
