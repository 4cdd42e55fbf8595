"""Blind tests in the window: dialogs before and after, the strip while one runs, and the tallies of all.

The dialogs and what counts votes are imported when they are first asked for: no start needs them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ml.requests import RefusedRequest, Verb
from studio.project import AppFolders
from studio.project.ballot import Ballot
from studio.project.vote_store import VoteStore
from studio.session.blind_desk import BlindDesk, Plan, Revealed
from studio.ui.blind.blind_strip import BlindStrip
from studio.ui.commands.blind_actions import BlindCommands
from studio.ui.jobs import FileJob

if TYPE_CHECKING:
    from studio.session.scores import Scores
    from studio.session.tally import Counts
    from studio.ui.blind.tallies_dialog import TalliesDialog
    from studio.ui.main_window import MainWindow

SCORES_NAME, VOTES_NAME, KIND = "Continuo tallies.csv", "Continuo votes.csv", "Table (*.csv)"


class BlindFlow:
    """Between the session's `BlindDesk` and the window. `now_s` tells seconds since 1970."""

    def __init__(
        self, window: MainWindow, folders: AppFolders, now_s: Callable[[], float], randomness: random.Random | None
    ) -> None:
        self._window = window
        self._now_s = now_s
        self.desk = BlindDesk(window.studio, VoteStore(folders.votes_file), now_s, randomness)
        self.strip = BlindStrip(window.bound)
        self.tallies: TalliesDialog | None = None
        self._refusal = self._problem = ""
        self.desk.on_change = self._show
        self.desk.on_reveal = self._reveal

    def close(self) -> None:
        """Listen no more; the votes are on the disk already, or are tried for the last time."""
        self.desk.close()
        self.desk.store.write_waiting()

    # --- beginning

    def ask_how(self) -> None:
        """Open the dialog that begins a test."""
        from studio.ui.blind.begin_dialog import BeginDialog, Offer

        window = self._window
        verbs = [verb for verb in Verb if window.asking.can(verb)]
        last = window.studio.takes.request
        verb = last.verb if last is not None and last.verb in verbs else Verb.CONTINUE
        offer = Offer(self.desk.can_begin(), self.desk.song_takes_part(), verbs, verb)
        BeginDialog(offer, self.begin, window).show()

    def begin(self, plan: Plan, verb: Verb | None) -> None:
        """Test the takes that show, or those of a fresh request with this verb."""

        def run() -> None:
            if verb is None:
                self.desk.begin(plan)
            else:
                before = self._window.studio.takes.job
                self._window.asking.ask(verb)
                if self._window.studio.takes.job == before:
                    return  # nothing was asked, and the status line says why
                self.desk.begin_when_written(plan)
            self._window.takes.play_join()
            self._window.roll.setFocus()

        self._window.attempt(run)

    # --- showing

    def _show(self) -> None:
        desk, notice, problem = self.desk, self._window.notice, self.desk.store.problem
        notice.take_back(self._refusal)
        if problem != self._problem:
            notice.take_back(self._problem)
            if problem:
                notice.show_sentence(problem)
            self._problem = problem
        self.strip.show_test(desk.test, waiting=desk.waiting)
        self._window.bound.refresh()

    def _reveal(self, revealed: Revealed) -> None:
        from studio.ui.blind.result_dialog import ResultDialog

        ResultDialog(revealed, self.show_tallies, self._window).show()
        if self.tallies is not None:
            self._fill(self.tallies)

    def show_tallies(self) -> None:
        """Open the dialog with all votes so far."""
        from studio.ui.blind.tallies_dialog import TalliesDialog, TallyWishes

        if self.tallies is None:
            wishes = TallyWishes(self._score, self._export_scores, self._export_votes)
            self.tallies = TalliesDialog(wishes, self._now_s, self._window.context.theme, self._window)
            self.tallies.destroyed.connect(self._forget_tallies)
        self._fill(self.tallies)
        self.tallies.show()
        self.tallies.raise_()

    def _fill(self, tallies: TalliesDialog) -> None:
        ballots, store = self.desk.ballots, self.desk.store
        tallies.show_ballots(ballots, " ".join(text for text in (store.warning, store.problem) if text))

    def _forget_tallies(self) -> None:
        self.tallies = None

    def _score(self, counts: Counts, done: Callable[[Scores], None]) -> None:
        """On the files thread: scipy takes a second to import, and the resampling as long."""
        from studio.session.scores import scores_of

        def scored(scores: Scores) -> None:
            if self.tallies is not None:
                done(scores)

        window = self._window
        window.jobs.start(FileJob("Counting votes", lambda _: scores_of(counts), scored, window.show_trouble))

    # --- exporting

    def _export_scores(self, counts: Counts, scores: Scores) -> None:
        from studio.session.tally_csv import scores_csv

        self._export("Export the tallies", SCORES_NAME, lambda: scores_csv(counts, scores))

    def _export_votes(self, ballots: Sequence[Ballot]) -> None:
        from studio.session.tally_csv import votes_csv

        self._export("Export the votes", VOTES_NAME, lambda: votes_csv(ballots))

    def _export(self, title: str, name: str, data: Callable[[], bytes]) -> None:
        from studio.session.tally_csv import write_csv

        self._window.files.export_table(title, name, KIND, lambda path: write_csv(data(), path))

    # --- commands

    @property
    def undecided(self) -> bool:
        """Whether a test runs, or waits for its takes."""
        return self.desk.running or self.desk.waiting

    @property
    def choices(self) -> int:
        """How many there are to compare now, 0 while no test runs."""
        return 0 if self.desk.trial is None else len(self.desk.trial.candidates)

    @property
    def ranks(self) -> bool:
        """Whether takes are put in order; otherwise compared in pairs."""
        return self.desk.test is not None and self.desk.test.circumstances.ranking

    @property
    def picks(self) -> int:
        """How many have a place already."""
        return 0 if self.desk.test is None else sum(map(len, self.desk.test.picked))

    @property
    def can_undo(self) -> bool:
        return self.desk.test is not None and self.desk.test.can_undo

    def hear(self, index: int) -> None:
        self.desk.hear(index)
        self._window.takes.play_join()

    def hear_next(self, step: int) -> None:
        self.desk.hear_next(step)
        self._window.takes.play_join()

    def better(self, index: int | None) -> None:
        """Vote for one, None for the one that is heard."""
        self._vote(lambda: self.desk.pick(index))

    def level(self) -> None:
        """A tie; in a ranking, what is heard is as good as what was placed last."""
        self._vote(lambda: self.desk.pick(level=True) if self.ranks else self.desk.tie())

    def _vote(self, cast: Callable[[], None]) -> None:
        """Why a vote does not count yet is said until the next step."""
        try:
            cast()
        except RefusedRequest as refusal:
            self._refusal = str(refusal)
            self._window.notice.show_sentence(self._refusal)


def blind_commands(window: MainWindow) -> BlindCommands:
    """What the actions do; the flow is looked up when one runs, as it is made after them."""
    return BlindCommands(
        begin=lambda: window.blind.ask_how(),
        show_tallies=lambda: window.blind.show_tallies(),
        hear=lambda index: window.blind.hear(index),
        hear_next=lambda step: window.blind.hear_next(step),
        better=lambda index: window.blind.better(index),
        level=lambda: window.blind.level(),
        skip=lambda: window.blind.desk.skip(),
        undo=lambda: window.blind.desk.undo(),
        end=lambda: window.blind.desk.end(),
        choices=lambda: window.blind.choices,
        ranks=lambda: window.blind.ranks,
        picks=lambda: window.blind.picks,
        heard=lambda: window.blind.desk.heard,
        can_undo=lambda: window.blind.can_undo,
        undecided=lambda: window.blind.undecided,
    )
