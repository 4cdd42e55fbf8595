"""Studio: the running workstation without a screen. Windows, the command line, scripts and tests drive it."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from ml.music import Score
from ml.music.keys import DetectedKey
from ml.requests import Choosing, GenerationRequest, RefusedRequest, Verb, take_alone
from ml.requests.choosing import AS_WRITTEN
from studio.audio import Crashed, Status, SwitchWhen, Trouble, make_plan
from studio.edit.change import Change, ChangeKind
from studio.edit.document import Document
from studio.edit.new_song import empty_song
from studio.engine import Engine, EngineMessage, Finished, Shelf, Studied
from studio.project import Journal, ProjectFile, Recoverable, Setting, SettingsStore, TakeRef
from studio.project.settings import HEAR_TAKES_ALONE, MATCH_LOUDNESS, SECOND_MODEL, SWITCH_TAKES, TRIES
from studio.session.asking import SEED_LIMIT, key_leaning, request_for
from studio.session.audition import UNFINISHED, Audition
from studio.session.copy_desk import CopyDesk
from studio.session.earlier_takes import EarlierTakes
from studio.session.files import Opened, export_score, read_piece
from studio.session.join_loop import join_span
from studio.session.piece import Piece
from studio.session.player_seam import NoPlayer, PlayerSeam
from studio.session.questions import Questions
from studio.session.summary import asking_text, no_models_text
from studio.session.takes import TakesBoard, TakeSlot
from studio.session.topic import Topic
from studio.session.transport import Transport
from studio.session.tree_desk import TreeDesk
from studio.session.wish_memory import CHOOSING_STEPS, FIELD, WishMemory, from_view, to_view
from studio.session.wishes import Place, Wishes

__all__ = ["Studio", "Topic"]


class Studio:
    """One open piece with everything around it. All methods belong to the thread that made it.

    `poll` must be called regularly (a window does it at most 25 times a second, and after `on_wake`): it takes
    in what the engine and the player have told. `on_wake` is called on any thread when there is news.
    """

    def __init__(
        self,
        engine: Engine,
        settings: SettingsStore,
        *,
        player: PlayerSeam | None = None,
        journal: Journal | None = None,
        sound_font: Path | None = None,
        randomness: random.Random | None = None,
        copies: CopyDesk | None = None,
    ) -> None:
        self.engine = engine
        self.settings = settings
        self.sound_font = sound_font
        self.document = Document()
        self.piece = Piece(self.document, journal)
        self.takes = TakesBoard()
        self.transport = Transport(player or NoPlayer(), make_plan, self.document.score)
        self._memory = WishMemory(settings)
        self._wishes = self._memory.of_settings()
        self.sound: Status | None = None
        """The sound in use, once the player has told."""
        self.status = ""
        """The latest sentence for the status line."""
        self.on_wake: Callable[[], None] | None = None
        self.on_shelf_news: Callable[[EngineMessage], None] = lambda message: None
        """Told by `poll` what the engine says about models rather than takes."""
        self._random = randomness or random.SystemRandom()
        self.auditioning = Audition(
            engine, self.document, self.piece, self.takes, self.transport, settings, self._tell, self.say
        )
        """What can be done with the takes that show. The most used of it is also said of the studio:"""
        self.mark, self.hear_before = self.auditioning.mark, self.auditioning.hear_before
        self.accept_part, self.swap_in_take = self.auditioning.accept_part, self.auditioning.rewrite
        self.cancel, self.cancel_model = self.auditioning.stop, self.auditioning.stop_model
        self.reject = self.auditioning.drop
        self.earlier = EarlierTakes()
        """What was answered before, by place: an answer to a fresh seed differs from it."""
        self.takes.on_complete.append(self.earlier.remember_slot)
        self.copies = copies
        """Looks up what complete takes share with the music that models learned from; None leaves that out."""
        if copies is not None:
            self.takes.on_complete.append(copies.check)
            copies.on_news = self._woken
        self._listeners: list[Callable[[Topic], None]] = []
        self.tree = TreeDesk(self, self._tell)
        """What can be done with the takes of all requests so far."""
        self._questions = Questions(engine)
        self.study, self.drop_study = self._questions.ask, self._questions.drop
        """Ask a model something when no request waits, and want no answer any more."""
        self._news = threading.Event()
        self._unsubscribe = (self.document.subscribe(self._on_change), settings.subscribe(self._on_setting))
        engine.on_message = self._woken

    @property
    def shelf(self) -> Shelf:
        return self.engine.shelf

    @property
    def wishes(self) -> Wishes:
        """How models are asked; remembered in the settings, and what belongs to the piece with the project."""
        return self._wishes

    @wishes.setter
    def wishes(self, wishes: Wishes) -> None:
        self._wishes = wishes
        self.piece.view = {**self.piece.view, FIELD: to_view(wishes)}
        self._memory.keep(wishes)

    # --- listeners

    def subscribe(self, listener: Callable[[Topic], None]) -> Callable[[], None]:
        """Call `listener` when something changed; returns what ends that."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def say(self, sentence: str) -> None:
        """Show a sentence in the status line."""
        self.status = sentence
        self._tell(Topic.STATUS)

    def poll(self) -> None:
        """Take in what the engine and the player have told, and bring the player up to date. Never waits."""
        self._news.clear()
        told: list[EngineMessage] = []
        before = self.takes.auditioned
        for message in self.engine.poll():
            if isinstance(message, Studied):
                self._questions.receive(message)
            elif not self.tree.receive(message):
                (told.append if self.takes.receive(message) else self.on_shelf_news)(message)
        if told:
            self.auditioning.follow(before)
            if any(isinstance(message, Finished) for message in told):
                self.auditioning.say_outcome()
            self._tell(Topic.TAKES)
        if self.copies is not None and self.copies.show(self.takes):
            self._tell(Topic.TAKES)
        self.transport.flush()
        moved = False
        for report in self.transport.player.poll():
            moved |= self.transport.receive(report)
            match report:
                case Status():
                    self.sound = report
                    self.say(report.text)
                case Crashed(text=text) | Trouble(text=text):
                    self.say(text)
                case _:
                    pass
        if moved:
            self._tell(Topic.TRANSPORT)
        if problem := self.piece.new_problem():
            self.say(problem)

    def wait(self, timeout_s: float | None = None) -> bool:
        """Block until the next news and take it in, for scripts; False when none came in time."""
        arrived = self._news.wait(timeout_s)
        self.poll()
        return arrived

    def close(self, *, keep_journal: bool = False) -> None:
        """End playing, generating and the journal; the piece itself is not saved.

        `keep_journal` says that the user had no chance to save (log-out, signal): offer it at the next start.
        """
        self.engine.on_message = None
        self.engine.close()
        self.transport.player.close()
        if self.copies is not None:
            self.copies.close()
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self.piece.close(keep_journal=keep_journal)

    # --- files

    @property
    def name(self) -> str:
        """The name of the piece for a title bar."""
        return self.document.name or "Untitled"

    @property
    def path(self) -> Path | None:
        """The project file that Save writes; None until the piece has one."""
        return self.piece.path

    def new(self) -> None:
        """Begin an empty song; the present one is dropped without a question."""
        self._show(lambda: self.piece.begin(ProjectFile(empty_song()), "", None))

    def open(self, path: Path) -> None:
        """Open a project or a MIDI file. Raises UnreadableProject or UnreadableMidi; the present piece then stays."""
        self.show(read_piece(path))

    def show(self, opened: Opened, *, remember: bool = True) -> None:
        """Make a piece that was read (on whatever thread) the document, and a recent file unless told not to."""
        project = opened.project or ProjectFile(opened.score)
        self._show(lambda: self.piece.begin(project, opened.name, opened.path, opened.warnings))
        if remember:
            self.settings.add_recent(opened.path)
        self.say(opened.warnings[0] if opened.warnings else f'Opened "{opened.path.name}".')

    def save(self) -> None:
        """Save to `path`. Raises UnwritableProject; RefusedRequest when the piece has no project file yet."""
        if self.path is None:
            raise RefusedRequest("This piece has no project file yet: choose a name with Save As.")
        self.save_as(self.path)

    def save_as(self, path: Path) -> None:
        """Save as a project, with the ending .continuo. Raises UnwritableProject; then nothing was changed."""
        saved = self.piece.save(path)
        self.settings.add_recent(saved)
        self._tell(Topic.FILE)
        self.say(f'Saved "{saved.name}".')

    def export(self, path: Path, *, slot: TakeSlot | None = None) -> None:
        """Write the song, or a take alone, as MIDI or WAV by the ending of `path`.

        Raises UnknownKind, UnwritableFile, SoundFontMissing or RefusedRequest. A window that wants progress or a
        thread calls `export_score` with the scores that it finds here.
        """
        if slot is not None and slot.take is None:
            raise RefusedRequest(UNFINISHED)
        take = None if slot is None else slot.take
        score = self.document.score if take is None else take_alone(take)
        export_score(score, path, self.sound_font, texts=self.tree.texts(slot))
        self.say(f'Exported "{path.name}".')

    def recoverable(self) -> list[Recoverable]:
        """Unsaved work of a program that crashed, newest first."""
        return self.piece.recoverable()

    def recover(self, work: Recoverable) -> None:
        """Bring unsaved work back with its undo steps, as an unsaved document. Raises UnreadableJournal."""
        self._show(lambda: self.piece.recover(work))
        self.say(self.piece.warnings[0] if self.piece.warnings else f'Brought "{self.name}" back.')

    def _show(self, begin: Callable[[], None]) -> None:
        """Let another piece begin: no takes, no loop, the playhead at the start, a track with music chosen."""
        self.auditioning.drop()
        begin()
        self.tree.begin()
        self.transport.stop()
        self.transport.set_loop(None)
        self.transport.seek(0)
        tracks = self.document.score.tracks
        self.document.set_current_track(next((i for i, t in enumerate(tracks) if len(t.notes) and not t.drums), 0))
        self._tell(Topic.FILE)

    # --- asking

    def place(self, marked: tuple[int, int] | None = None) -> Place:
        """What is pointed at now; `marked` are ticks that a window shows as marked."""
        score, cursor_tick = self.document.score, self.transport.cursor_tick
        return Place.pointed(score, self.document.selection, marked, self.own_loop, cursor_tick)

    @property
    def own_loop(self) -> tuple[int, int] | None:
        """The loop that the user has set, also while takes are heard in another one."""
        return self.auditioning.join.own

    def ask(self, verb: Verb, place: Place | None = None, wishes: Wishes | None = None) -> int:
        """Ask the models for what the verb means at this place; returns the engine's job number.

        Takes that are showing are rejected first. Raises RefusedRequest or UnknownModel, which change nothing.
        """
        wishes = wishes or self.wishes
        request = self.fresh_request(verb, self.document.score, place or self.place(), wishes)
        return self.put(request, wishes.models, wishes.choosing)

    def fresh_request(self, verb: Verb, score: Score, place: Place, wishes: Wishes) -> GenerationRequest:
        """What the verb means in this score, with a seed and unlike what was answered there before."""
        seed = self._random.randrange(SEED_LIMIT) if wishes.seed is None else wishes.seed
        request = request_for(verb, score, place, wishes, seed)
        if wishes.seed is not None:  # with a seed of their own users want just what it gives
            return request
        return replace(request, unlike=self.earlier.of(request))

    def put(
        self,
        request: GenerationRequest,
        models: tuple[str, ...] = (),
        choosing: Choosing = AS_WRITTEN,
        *,
        beside: Score | None = None,
        parent: TakeRef | None = None,
    ) -> int:
        """Put a request to these models or the standard ones; its score is the document's, maybe with new tracks.

        Or that of `beside`, another state of the song; `parent` is the take that it goes on from.
        """
        found = [self.shelf.find(name) for name in models] or self.shelf.standard()
        cards = list({card.id: card for card in found}.values())
        if not cards:
            raise RefusedRequest(no_models_text(self.shelf))
        self.auditioning.drop()
        self.tree.stop_replay()
        base = self.document.score if beside is None else beside
        job = self.engine.submit(request, [card.id for card in cards], choosing)
        self.takes.open(job, request, cards, base, beside=beside is not None)
        self.tree.asked(request, cards, choosing, len(request.score.tracks) - len(base.tracks), parent)
        self.auditioning.choose_first = True
        self.auditioning.join.open(request)
        self._tell(Topic.TAKES)
        self._tell(Topic.TRANSPORT)
        self.say(asking_text(request, [card.name for card in cards]))
        return job

    def warm_up(self) -> None:
        """Load the chosen models ahead of need, on the engine's thread; trouble shows when they are asked."""
        installed = {card.id for card in self.shelf.answering()}
        chosen = [model for model in self.wishes.models if model in installed]
        self.engine.warm_up(chosen or [card.id for card in self.shelf.standard()])

    def join_loop(self) -> tuple[int, int] | None:
        """The ticks that are looped while takes show, None when none do."""
        return None if self.takes.request is None else join_span(self.takes.request)

    def leaning(self) -> DetectedKey | None:
        """The key that the music before the join suggests; shown, and never enforced."""
        return key_leaning(self.document.score, self.document.selection.span(self.document.score))

    # --- the takes that show; what may be refused raises RefusedRequest and changes nothing

    @property
    def switch_when(self) -> SwitchWhen:
        """When a take that is chosen while the song plays comes in; kept in the settings."""
        return self.auditioning.when

    @switch_when.setter
    def switch_when(self, when: SwitchWhen) -> None:
        self.settings.set(SWITCH_TAKES, when.value)

    def audition(self, slot: TakeSlot | None) -> None:
        """Let a take be heard in the song in place of what is there; None lets the document be heard."""
        self.auditioning.hear(slot)

    def audition_next(self, step: int = 1) -> None:
        """Audition the next shown take (or, with -1, the one before), round and round."""
        self.auditioning.hear_next(step)

    def discard(self, slot: TakeSlot) -> None:
        """Put one take aside; when it was heard, the next one is."""
        self.auditioning.mark(slot, replace(slot.mark, discarded=True))

    def mix(self, bar: int, slot: TakeSlot | None, tracks: tuple[int, ...] | None = None) -> TakeSlot | None:
        """Let the mixture have a take's notes in a bar of the song (from 0), or with None the song's own."""
        return self.auditioning.mix((bar,), slot, tracks)

    def accept(self, slot: TakeSlot | None = None) -> None:
        """Put a take (the auditioned one) into the song: one undo step, its notes selected, its origin kept."""
        self.auditioning.accept(slot)

    # --- inside

    def _on_setting(self, setting: Setting[Any]) -> None:
        if setting in (TRIES, SECOND_MODEL, *CHOOSING_STEPS.values()):
            self._wishes = replace(self._wishes, choosing=self._memory.choosing())
        elif setting in (MATCH_LOUDNESS, HEAR_TAKES_ALONE):
            self.auditioning.hear_now()
            self._tell(Topic.TAKES)

    def _on_change(self, change: Change) -> None:
        if not change.kind.changes_music:
            return
        if change.kind is ChangeKind.SCORE:
            # A key in a project is meant; one in a MIDI file may be anything.
            usual = replace(self._memory.of_settings(), song_key=self.path is not None)
            self._wishes = from_view(self.piece.view, usual)
        else:
            self.takes.follow(self.document.score)
        self.auditioning.hear_now()
        if self.takes.showing:
            self._tell(Topic.TAKES)
        self._tell(Topic.FILE)

    def _tell(self, topic: Topic) -> None:
        for listener in tuple(self._listeners):
            listener(topic)

    def _woken(self) -> None:
        self._news.set()
        if self.on_wake is not None:
            self.on_wake()
