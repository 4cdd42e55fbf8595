"""Audition: what the user does with the takes that show. Heard, compared, marked, mixed, kept whole or in part."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from ml.music import Score
from ml.requests import RefusedRequest, Take, TakeNote
from studio.audio import SwitchWhen
from studio.edit.document import Document
from studio.edit.edited import Edited
from studio.edit.operations.take_parts import accept_bars, accept_excerpts
from studio.edit.operations.takes import accept_take
from studio.engine import Engine
from studio.project import SettingsStore
from studio.project.settings import HEAR_TAKES_ALONE, MATCH_LOUDNESS, SWITCH_TAKES
from studio.session.arranging import Arrangement
from studio.session.hearing import Hearing, HowHeard
from studio.session.join_loop import JoinLoop
from studio.session.laying import excerpts_of, excerpts_of_notes
from studio.session.mixture import Mixture
from studio.session.piece import Piece
from studio.session.summary import counted
from studio.session.take_figures import LONGEST_LABEL, LONGEST_NOTE, TakeMark
from studio.session.takes import TakesBoard, TakeSlot
from studio.session.topic import Topic
from studio.session.transport import Transport

TRACK_GONE = "The track that this take was written for is gone: undo its deletion, then accept."
UNFINISHED = "This take is still being written: wait for it or choose another one."


@dataclass(frozen=True, slots=True)
class TakePart:
    """What of a take is meant: `notes` by their number in it, or whole bars [first, end) of the song, counted from 0,
    and tracks of its request; None are all of them."""

    bars: tuple[int, int] | None = None
    tracks: tuple[int, ...] | None = None
    notes: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class LastAccept:
    """The song before and after notes of a take were accepted last."""

    label: str
    before: Score
    after: Score


class Audition:
    """Takes stay beside the document: only the `accept` methods change it, each by exactly one step of history.

    `tell` says what should be looked at again; `say` shows a sentence.
    """

    def __init__(
        self,
        engine: Engine,
        document: Document,
        piece: Piece,
        board: TakesBoard,
        transport: Transport,
        settings: SettingsStore,
        tell: Callable[[Topic], None],
        say: Callable[[str], None],
    ) -> None:
        self.join = JoinLoop(transport)
        self.choose_first = False
        """Whether the first take that has a whole bar is to be heard by itself."""
        self.last_accept: LastAccept | None = None
        self.hearing_before = False
        """Whether the song is heard as it was before the last accept."""
        self.on_accepted: list[Callable[[TakeSlot, tuple[TakeSlot, ...]], None]] = []
        """Told after each accept what was accepted, and which takes its notes came from."""
        self._engine, self._document, self._piece = engine, document, piece
        self._board = board
        self._settings, self._tell, self._say = settings, tell, say
        self._hearing = Hearing(transport, board, document.score)

    # --- hearing

    @property
    def when(self) -> SwitchWhen:
        """When a take that is chosen while the song plays comes in."""
        return SwitchWhen(self._settings.get(SWITCH_TAKES))

    def hear_now(self, when: SwitchWhen = SwitchWhen.NOW) -> None:
        """Bring what is heard up to date with the document, the auditioned take and the settings."""
        score, last = self._document.score, self.last_accept
        if last is not None and score is not last.after:
            self.hearing_before = False
        if self.hearing_before and last is not None and self._board.auditioned is None:
            score = last.before
        matched = self._settings.get(MATCH_LOUDNESS) or self._board.blind
        self._hearing.hear(score, HowHeard(matched, self._settings.get(HEAR_TAKES_ALONE)), when)

    def hear(self, slot: TakeSlot | None) -> None:
        """Let a take be heard in the song in place of what is there; None lets the document be heard."""
        if slot is not None and slot not in (*self._board.slots, self._board.original):
            raise RefusedRequest("This take is not showing any more: choose another one.")
        self._board.auditioned, self.choose_first, self.hearing_before = slot, False, False
        self._board.heard_by_itself = False
        self.hear_now(self.when)
        self._tell(Topic.TAKES)

    def hear_next(self, step: int) -> None:
        """Audition the next shown take (or, with -1, the one before), round and round."""
        slots = self._board.shown
        if slots:
            now = self._board.auditioned
            index = slots.index(now) + step if now in slots else (0 if step > 0 else -1)
            self.hear(slots[index % len(slots)])

    def follow(self, before: TakeSlot | None) -> None:
        """Takes have got further: bring what is heard up to date; `before` was auditioned until now.

        The loop plays the first take as soon as it has a whole bar, unless the user chose already.
        """
        if self.choose_first and self._board.auditioned is None:
            slot = next((slot for slot in self._board.shown if slot.playable_notes), None)
            if slot is not None:
                self._board.auditioned, self.choose_first = slot, False
                self._board.heard_by_itself = True
        now = self._board.auditioned
        if now is not None or before is not None:
            self.hear_now(self.when if before is not None and now is not before else SwitchWhen.NOW)

    @property
    def can_hear_before(self) -> bool:
        """Whether the song is as the last accept left it, so that it can be compared with what was there before."""
        return self.last_accept is not None and self._document.score is self.last_accept.after

    def hear_before(self, on: bool) -> None:
        """Hear the song as it was before the last accept, or as it is; the history stays as it is."""
        if on and not self.can_hear_before:
            raise RefusedRequest("There is nothing to compare with: accept a take first; another edit ends it.")
        self._board.auditioned = None
        self.hearing_before = on
        self.hear_now(self.when)
        assert self.last_accept is not None or not on
        self._say(f"Heard as before: {self.last_accept.label}." if on and self.last_accept else "Heard as it is now.")
        self._tell(Topic.TAKES)

    def say_outcome(self) -> None:
        """What to say when all models have ended: why one failed, or that nothing came."""
        failures = [answer.sentence for answer in self._board.answers if answer.sentence]
        if failures:
            self._say(failures[0])
        elif self._board.showing and not self._board.slots:
            self._say("No take came out of it: try again, or raise the temperature.")

    # --- marking and arranging

    def mark(self, slot: TakeSlot, mark: TakeMark) -> None:
        """Star, name, describe or put aside a take. Texts are cut to what can be kept."""
        mark = replace(mark, label=mark.label.strip()[:LONGEST_LABEL], note=mark.note.strip()[:LONGEST_NOTE])
        if mark == slot.mark:
            return
        put_aside = mark.discarded and not slot.mark.discarded
        shown = self._board.shown
        slot.mark = mark
        if put_aside and self._board.auditioned is slot:
            place = shown.index(slot) + 1 if slot in shown else 0  # a filter may hide what is heard
            left = [other for other in shown[place:] + shown if other is not slot]
            self._board.auditioned = left[0] if left else None
            self.hear_now(self.when)
        self._tell(Topic.TAKES)

    def arrange(self, arrangement: Arrangement) -> None:
        """Sort and filter the takes that show; the one that is heard goes on being heard."""
        self._board.arrangement = arrangement
        self._tell(Topic.TAKES)

    # --- mixing

    def mix(self, bars: Iterable[int], slot: TakeSlot | None, tracks: tuple[int, ...] | None) -> TakeSlot | None:
        """Let the mixture have a take's notes in bars of tracks (all asked ones, when None), or with None the song's.

        Returns the mixture, which is heard then; None once nothing is left in it.
        """
        mixture = self._mixture()
        if slot is not None:
            self._finished(slot)
        tracks = mixture.request.region.tracks if tracks is None else tracks
        bars = [bar for bar in bars if bar in mixture.bars]
        if not bars or not set(tracks) <= set(mixture.request.region.tracks):
            raise RefusedRequest("The takes have nothing there: choose bars and tracks that were asked for.")
        if isinstance(slot, Mixture):
            raise RefusedRequest("The mixture cannot be mixed into itself: choose a take.")
        mixture.put(bars, tracks, slot)
        return self._mixed(mixture)

    def mix_notes(self, slot: TakeSlot, notes: Iterable[int]) -> TakeSlot | None:
        """Add single notes of a take to the mixture, or take those out that were added before."""
        mixture, take, chosen = self._mixture(), self._finished(slot), tuple(notes)
        if isinstance(slot, Mixture) or not all(0 <= note < len(take.notes) for note in chosen):
            raise RefusedRequest("These notes are of no take: choose notes of a take that is showing.")
        mixture.pick(slot, chosen)
        return self._mixed(mixture)

    def _mixture(self) -> Mixture:
        board = self._board
        if board.request is None:
            raise RefusedRequest("No takes are showing: ask for some first, then mix them.")
        return board.mixture if isinstance(board.mixture, Mixture) else Mixture.of(board.request)

    def _mixed(self, mixture: Mixture) -> TakeSlot | None:
        board = self._board
        board.mixture = None if mixture.empty else mixture
        if mixture.empty:
            board.auditioned = None if board.auditioned is mixture else board.auditioned
        else:
            board.auditioned, self.choose_first, self.hearing_before = mixture, False, False
        self.hear_now(self.when)
        self._tell(Topic.TAKES)
        return board.mixture

    def rewrite(self, slot: TakeSlot, notes: tuple[TakeNote, ...]) -> None:
        """Let a complete take have other notes, as when the user swaps one; a mixture of it has them too."""
        before = slot.notes
        self._board.rewrite(slot, replace(self._finished(slot), notes=notes))
        mixture = self._board.mixture
        if isinstance(mixture, Mixture) and slot in mixture.sources:
            mixture.rebuild(slot, before)
        self.hear_now()
        self._tell(Topic.TAKES)

    # --- accepting

    def accept(self, slot: TakeSlot | None) -> str:
        """Put a take (the auditioned one) into the song: one undo step, its notes selected, its origin kept.

        A mixture keeps the origin of each of its takes. The board closes. Raises RefusedRequest when there is no such
        take, it is unfinished, or its track is gone.
        """
        chosen = slot or self._board.auditioned
        if chosen is None:
            raise RefusedRequest("No take is chosen: choose one with [ and ] or a digit, then accept it.")
        take, follower = self._ready(chosen), self._board.follower
        label = f"Accept {chosen.title}"
        numbers = self._numbers(chosen.sources)
        if isinstance(chosen, Mixture):
            edited = accept_excerpts(follower.staged, excerpts_of(chosen, follower, numbers=numbers))
        else:
            edited = accept_take(follower.staged, follower.take(take), numbers[chosen])
        self.drop()
        self._commit(label, edited, chosen, numbers)
        self._say(f"{label}: {counted(len(take.notes), 'note')}.")
        return label

    def accept_part(self, slot: TakeSlot, part: TakePart) -> str:
        """Put some bars, voices or notes of a take or mixture into the song: one undo step; the board stays for more.

        The rest of the song stays as it was; locked and kept notes survive. Of single notes only what they would sound
        over gives way. Raises RefusedRequest or EditRefused, which change nothing.
        """
        take, follower = self._ready(slot), self._board.follower
        asked = slot.request.region.tracks
        tracks = asked if part.tracks is None else tuple(track for track in asked if track in part.tracks)
        if part.notes is not None:
            rows = [row for row in sorted(part.notes) if 0 <= row < len(take.notes)]
            numbers = self._numbers(tuple(dict.fromkeys(map(slot.origin_of, rows))))
            edited = accept_excerpts(follower.staged, excerpts_of_notes(slot, rows, follower, numbers))
            label = f"Accept {counted(len(rows), 'note')} of {slot.title}"
        elif isinstance(slot, Mixture):
            meant = slot.part(slot.bars if part.bars is None else range(*part.bars), tracks)
            numbers = self._numbers(meant.sources)
            edited = accept_excerpts(follower.staged, excerpts_of(meant, follower, numbers=numbers))
            label = f"Accept {self._part_text(slot, part)} of {slot.title}"
        else:
            numbers = self._numbers((slot,))
            region = follower.region(replace(slot.request.region, tracks=tracks))
            time_map = follower.staged.time_map
            if part.bars is not None:
                first, end = part.bars
                region = replace(region, start_tick=time_map.bar_start(first), end_tick=time_map.bar_start(end))
            edited = accept_bars(follower.staged, follower.take(take), region, numbers[slot])
            label = f"Accept {self._part_text(slot, part)} of {slot.title}"
        if edited.score == self._document.score:
            self._say("The song has these notes already.")
            return label
        follower.accepting(edited.score)
        self._commit(label, edited, slot, numbers)
        self._say(f"{label}.")
        self._tell(Topic.TAKES)
        return label

    def _part_text(self, slot: TakeSlot, part: TakePart) -> str:
        """ "bars 5–6", "bar 5 of Bass", "Bass"."""
        score = slot.request.score
        names = [] if part.tracks is None else [score.tracks[t].name or f"track {t + 1}" for t in part.tracks]
        words = [" and ".join(names)] if names else []
        if part.bars is not None:
            first, end = part.bars
            words.insert(0, f"bar {first + 1}" if end - first == 1 else f"bars {first + 1}–{end}")
        return " of ".join(words) or "all"

    def _commit(self, label: str, edited: Edited, chosen: TakeSlot, numbers: dict[TakeSlot, int]) -> None:
        """Make the edit one step, and keep the origin of each take under its number."""
        for slot, number in numbers.items():
            if slot.source is None:
                slot.source = number
                self._piece.keep_origin(self._finished(slot), number)
        before = self._document.score
        self._document.apply(label, edited)
        self.last_accept = LastAccept(label, before, self._document.score)
        for told in tuple(self.on_accepted):
            told(chosen, tuple(numbers))

    def _numbers(self, slots: tuple[TakeSlot, ...]) -> dict[TakeSlot, int]:
        """The numbers of takes for the notes' `source` column: those of before when some were accepted already."""
        fresh = itertools.count(self._piece.next_source)
        return {slot: next(fresh) if slot.source is None else slot.source for slot in slots}

    def _finished(self, slot: TakeSlot) -> Take:
        if slot.take is None:
            raise RefusedRequest(UNFINISHED)
        return slot.take

    def _ready(self, slot: TakeSlot) -> Take:
        take = self._finished(slot)
        if slot not in self._board.slots:
            raise RefusedRequest("This take is not showing any more: choose another one.")
        if not self._board.tracks_found:
            raise RefusedRequest(TRACK_GONE)
        return take

    # --- the board's life

    def drop(self) -> None:
        """Put all takes away; the song and its history stay as they are."""
        if not self._board.showing:
            return
        if self._board.running and self._board.job is not None:
            self._engine.cancel(self._board.job)
        self._board.close()
        self.join.close()
        self._tell(Topic.TRANSPORT)
        self.hear_now()
        self._tell(Topic.TAKES)

    def stop(self) -> None:
        """Stop writing now; takes that are complete stay."""
        board = self._board
        if not board.running or board.job is None:
            return
        self._engine.cancel(board.job)
        board.stop()
        if not board.showing:
            self.join.close()
            self._tell(Topic.TRANSPORT)
        self.hear_now()
        self._tell(Topic.TAKES)
        self._say("Stopped.")

    def stop_model(self, model: str) -> None:
        """Let one model write no more; its complete takes stay, and the other models go on.

        The engine tells the board, after what it still has to tell of complete takes.
        """
        board = self._board
        answer = board.answer_of(model)
        if answer is None or not answer.writing or board.job is None:
            return
        self._engine.cancel_model(board.job, model)
        self._say(f"{answer.card.name} is stopped.")
