"""SurpriseDesk: has the notes of the song in sight and of the heard take judged, a few bars at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ml.requests import NOTE_FIELDS, Surprise, TakeSurprise
from studio.edit.change import Change, ChangeKind
from studio.session.aside import Aside, Same
from studio.session.studies import Studies
from studio.session.studio import Studio
from studio.session.surprise_book import STRETCH_BARS, SurpriseBook, stretches, ticks_of
from studio.session.takes import TakeSlot
from studio.session.whom import NO_MODEL, Whom

MOST_STRETCHES = 128
"""Of the song in sight so much is judged at most, from its left edge on."""
MOST_TOGETHER = 16
"""So many stretches are asked about at once: fewer come hardly sooner, since models read long rows for any of them."""
FIRST_TIME = "asking; the first answer may take some seconds…"
LOUDNESS = NOTE_FIELDS.index("velocity")


def loudness_aside(fields: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bits (5, n) without those of the velocity: in music played by hand they would drown what is written."""
    found = fields.copy()
    found[LOUDNESS] = 0.0
    return found


class SurpriseDesk:
    """Asks only about what is in sight and not known as it is now. `told` is called when more is known, or why not."""

    def __init__(self, studio: Studio, studies: Studies, whom: Whom, told: Callable[[], None]) -> None:
        self._studio = studio
        self._studies = studies
        self._whom = whom
        self._told = told
        self._book = SurpriseBook()
        self._span: tuple[int, int] | None = None
        self._edited = False
        """Whether the song has changed since `look` was called."""
        self._stretch = Aside(studio, self._on_stretch, kept=1)
        self._take = Aside(studio, told)

    def watch(self, span: tuple[int, int] | None) -> None:
        """Judge the notes of the song that start in these ticks and those of the heard take; None: no more."""
        self._span = span
        if span is None:
            self._stretch.forget()
            self._take.forget()
            self._book.blank()
        else:
            self.look()

    def edited(self, change: Change) -> None:
        """Show at once what is known of the song as it is now: no changed note keeps a figure for a moment."""
        if change.kind is not ChangeKind.NOTES:
            self._book.blank()  # tracks may have come or gone, and tempo and metre mean something for every note
        model = self._whom.of()
        if self._span is not None and model is not None:
            self._edited = True
            self._book.show(model.id, self._studio.document.score, *self._clipped(self._span))
            self._told()

    def look(self) -> None:
        """Show what is known of the song as it is now, and ask for what is not. Call after edits, a moment later."""
        model = self._whom.of()
        if self._span is None or model is None:
            return
        self._edited = False
        score, span = self._studio.document.score, self._clipped(self._span)
        self._book.show(model.id, score, *span)
        missing = self._book.missing(model.id, score, *span)
        if missing:
            together = range(missing[0], missing[0] + MOST_TOGETHER)
            last = next((number for number in together if number + 1 not in missing), together[-1])
            work = self._studies.surprise(score, ticks_of(score, missing[0])[0], ticks_of(score, last)[1])
            self._stretch.ask((model.id, Same(score), missing[0], last), model.id, work)
        else:
            self._stretch.forget()
        self._look_at_take()

    def bits(self, track: int, ids: NDArray[np.int32]) -> NDArray[np.float64]:
        """Bits of these notes of the song, loudness aside; not a number where they are not known; shape of `ids`."""
        return self._book.bits(track, ids)

    def take_bits(self, slot: TakeSlot) -> NDArray[np.float64]:
        """The same of a take's notes, in their order."""
        model = self._whom.of(slot)
        asked = model is not None and self._take.key == (model.id, Same(slot.notes))
        answer = self._take.answer if asked else None
        if isinstance(answer, TakeSurprise) and answer.fields.shape[1] == len(slot.notes):
            return np.asarray(loudness_aside(answer.fields).sum(axis=0), np.float64)
        return np.full(len(slot.notes), np.nan)

    @property
    def state(self) -> str:
        """What stands behind the name of the model: "asking…", why there is no answer, "" when all is there."""
        model = self._whom.of()
        if model is None:
            return NO_MODEL
        if sentence := self._stretch.sentence or self._take.sentence:
            return sentence
        if self._stretch.waiting or self._take.waiting or self._edited:
            if self._studio.takes.running:
                return "waiting for the takes"
            return "asking…" if self._book.knows(model.id) else FIRST_TIME
        cut = self._span is not None and self._clipped(self._span) != self._span
        return "zoom in to see all" if cut else ""

    # --- keeping in step

    def go_on(self) -> None:
        """Models have news of takes: ask what was held back, and about the take that is heard now."""
        self._stretch.go_on()
        self._take.go_on()
        if self._span is not None:
            self._look_at_take()

    def begin_anew(self) -> None:
        """Another model is asked, or another piece is open: show nothing of what was shown, and ask about it."""
        self._stretch.forget()
        self._take.forget()
        self._book.blank()
        self.look()

    def close(self) -> None:
        self._stretch.forget()
        self._take.forget()

    # --- inside

    def _clipped(self, span: tuple[int, int]) -> tuple[int, int]:
        score = self._studio.document.score
        numbers = stretches(score, *span)
        if len(numbers) <= MOST_STRETCHES:
            return span
        return span[0], score.time_map.bar_start((numbers[0] + MOST_STRETCHES) * STRETCH_BARS)

    def _look_at_take(self) -> None:
        slot = self._studio.takes.auditioned
        model = self._whom.of(slot)
        if slot is None or slot.take is None or model is None or self._studio.takes.blind:
            self._take.forget()
        else:
            self._take.ask((model.id, Same(slot.notes)), model.id, self._studies.take_surprise(slot.take))

    def _on_stretch(self) -> None:
        """Keep what has come, show it, and ask on. What was asked of another score may serve this one too."""
        answer, key = self._stretch.answer, self._stretch.key
        if isinstance(answer, Surprise) and isinstance(key, tuple):
            model, score, first, last = key
            answer = replace(answer, fields=loudness_aside(answer.fields))
            for number in range(first, last + 1):
                self._book.write(model, score.value, number, answer)
            self._stretch.forget()
            self.look()
        self._told()
