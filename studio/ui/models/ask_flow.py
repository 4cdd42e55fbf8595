"""What the model panel's fields and the verbs do: keep the session's wishes, say what would be asked, and ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ml.music import Key
from ml.requests import DENSITY_LEVELS, Choosing, Keep, RefusedRequest, Verb
from ml.requests.choosing import AS_WRITTEN
from studio.project.settings import BARS, CHOSEN_MODELS, OPEN_SECTIONS, TAKES, TEMPERATURE, TOP_P
from studio.session.asking import chord_line, marked_ticks, region_for, request_for
from studio.session.studio import Studio
from studio.session.summary import summary, summary_of
from studio.session.wishes import Partner, Place, Wishes
from studio.ui.models.ask_box import MOST_TAKES
from studio.ui.models.model_panel import ModelPanel
from studio.ui.models.partner_menu import partner_menu, partner_name
from studio.ui.models.words import AMOUNT_STEPS
from studio.ui.roll.context import RollContext

SURPRISE_STEP = 0.5


class AskFlow:
    """Between the panel and the studio. `refresh` is called when actions may be enabled differently now, `asked` when
    models have been asked."""

    def __init__(
        self,
        studio: Studio,
        context: RollContext,
        panel: ModelPanel,
        refresh: Callable[[], None],
        asked: Callable[[], None],
    ) -> None:
        self._studio = studio
        self._context = context
        self._panel = panel
        self._refresh = refresh
        self._asked = asked
        self._verb = Verb.CONTINUE
        self._hovered: Verb | None = None
        self._chosen_by = Choosing()
        self._seen: tuple[tuple[object, ...], tuple[Place, int]] | None = None
        self._panel.show_open(studio.settings.get(OPEN_SECTIONS))
        self.show_shelf()
        self.show_wishes()

    def show_shelf(self) -> None:
        """List the models that there are now."""
        shelf = self._studio.shelf
        self._panel.show_models(shelf.models(), shelf.problems, self._studio.wishes.models, shelf.folders[-1])

    # --- what would be asked

    def place(self) -> Place:
        """What the user points at: selected notes, bars marked on the ruler, the loop, the playhead."""
        return replace(self._pointed()[0], cursor_tick=self._studio.transport.cursor_tick)

    def join_tick(self) -> int:
        """The bar line from which Continue would write."""
        return self._pointed()[1]

    def _pointed(self) -> tuple[Place, int]:
        """Place and join, found once for what is pointed at: the actions ask often, and all notes may be selected."""
        document, marked, loop = self._studio.document, self._context.time_selection, self._studio.own_loop
        seen = (document.score, document.selection, marked, loop)
        if self._seen is None or any(now is not then for now, then in zip(seen, self._seen[0], strict=True)):
            score = document.score
            place = Place.pointed(score, document.selection, marked, loop)
            ticks = marked_ticks(score, place)
            self._seen = (seen, (place, score.time_map.ceil_bar(ticks[1] if ticks else score.end_tick)))
        return self._seen[1]

    def key(self) -> Key | None:
        """The key that is set where the models would write."""
        return self._studio.document.score.key_at(self.join_tick())

    def can(self, verb: Verb) -> bool:
        """Whether the verb makes sense here. Continue and Generate always may be asked: they say what is missing."""
        score, place = self._studio.document.score, self._pointed()[0]
        marked = place.ids or place.marked or place.loop
        match verb:
            case Verb.FILL:
                return bool(score.note_count and marked)
            case Verb.VARY:
                return bool(marked) and self._has_notes_there(place)
            case Verb.ACCOMPANY:
                return bool(score.note_count)
            case _:
                return True

    def _has_notes_there(self, place: Place) -> bool:
        if place.ids:
            return True
        ticks, score = place.marked or place.loop, self._studio.document.score
        tracks = score.tracks if self._studio.wishes.all_tracks else score.tracks[place.track : place.track + 1]
        return ticks is not None and any(len(track.notes.start[track.notes.starting(*ticks)]) for track in tracks)

    def describe(self, verb: Verb) -> str:
        """What a verb would do now, or why it cannot."""
        said, trouble = self._said(verb)
        return trouble or said

    def _said(self, verb: Verb) -> tuple[str, str]:
        """What would be done, and the sentence that stands against it: one of the two may be empty."""
        score, place, wishes = self._studio.document.score, self.place(), self._studio.wishes
        try:
            asked, region = region_for(verb, score, place, wishes)
        except RefusedRequest as refusal:
            return str(refusal), ""
        said = summary_of(verb, asked, region)
        try:
            request = request_for(verb, score, place, wishes, 0)
        except RefusedRequest as refusal:
            return said, str(refusal)
        return summary(request), ""

    def show_place(self) -> None:
        """Say in the panel what the verb in hand would do, or the one under the mouse."""
        said, trouble = self._said(self._hovered or self._verb)
        score, wishes = self._studio.document.score, self._studio.wishes
        self._panel.show_place(said, trouble, self.key(), partner_name(wishes.partner, score.tracks))

    def place_changed(self) -> None:
        """Bars were marked, or the loop is another one."""
        self.show_place()
        self._refresh()

    def hover(self, verb: Verb | None) -> None:
        self._hovered = verb
        self.show_place()

    # --- asking

    def ask(self, verb: Verb) -> None:
        """Put the request. Raises RefusedRequest or UnknownModel with a sentence."""
        self._verb = verb
        self.show_place()
        if self._panel.shelf.boxes and not self._panel.shelf.chosen:
            self._studio.say("No model is ticked: tick at least one in the panel on the right.")
            return
        self._studio.wishes = self._read()
        self._studio.ask(verb, self.place())
        self._asked()

    def choose_partner(self) -> None:
        """Open the menu of who accompanies."""
        tracks = self._studio.document.score.tracks
        self._panel.pop_up(partner_menu(self._panel, self._studio.wishes.partner, tracks, self.set_partner))

    def set_partner(self, partner: Partner) -> None:
        self._verb = Verb.ACCOMPANY
        self._take(replace(self._studio.wishes, partner=partner))

    def detect_chords(self) -> None:
        """Write down the chords heard where the verb in hand would ask. May raise RefusedRequest."""
        score, wishes = self._studio.document.score, self._studio.wishes
        self._take(replace(wishes, chords=chord_line(self._verb, score, self.place(), wishes)))

    # --- the fields

    def changed(self) -> None:
        """A field was moved: remember it."""
        self._studio.wishes = self._read()
        self._panel.show_summary(self._studio.wishes)
        self.show_place()
        self._refresh()

    def _read(self) -> Wishes:
        return replace(self._panel.read(self._studio.wishes), models=self._panel.shelf.chosen)

    def show_wishes(self) -> None:
        """Show the session's wishes, as after another piece was opened."""
        self._panel.show_wishes(self._studio.wishes)

    def keep_open(self, sections: tuple[str, ...]) -> None:
        """Remember which parts of the panel are unfolded."""
        self._studio.settings.set(OPEN_SECTIONS, sections)

    def follow_settings(self) -> None:
        """The preferences changed how is asked: show it, unless the panel said so itself."""
        settings, wishes = self._studio.settings, self._studio.wishes
        chosen = settings.get(CHOSEN_MODELS)
        if chosen and set(chosen) != set(self._panel.shelf.chosen):
            self._panel.shelf.tick(chosen)
        told = replace(
            wishes,
            bars=settings.get(BARS),
            takes=min(settings.get(TAKES), MOST_TAKES),
            models=self._panel.shelf.chosen,
            sampling=replace(wishes.sampling, temperature=settings.get(TEMPERATURE), top_p=settings.get(TOP_P)),
        )
        if told != wishes:
            self._take(told)

    def _take(self, wishes: Wishes) -> None:
        self._studio.wishes = wishes
        self.show_wishes()
        self.show_place()
        self._refresh()

    # --- by key

    def set_bars(self, bars: int) -> None:
        self._take(replace(self._studio.wishes, bars=bars))

    def step_takes(self, step: int) -> None:
        wishes = self._studio.wishes
        self._take(replace(wishes, takes=min(max(wishes.takes + step, 1), MOST_TAKES)))

    def step_surprise(self, step: int) -> None:
        wishes = self._studio.wishes
        surprise = min(max(wishes.sampling.surprise + step * SURPRISE_STEP, -2.0), 2.0)
        self._take(replace(wishes, sampling=replace(wishes.sampling, surprise=surprise)))

    def step_density(self, step: int) -> None:
        """Denser or sparser; below the sparsest it is left to the music."""
        leanings = self._studio.wishes.leanings
        density = min(max((leanings.density or 0) + step, 0), DENSITY_LEVELS) or None
        self._take(replace(self._studio.wishes, leanings=replace(leanings, density=density)))

    def step_amount(self, step: int) -> None:
        wishes = self._studio.wishes
        amount = min(max(round(wishes.amount * AMOUNT_STEPS) + step, 1), AMOUNT_STEPS) / AMOUNT_STEPS
        self._take(replace(wishes, amount=amount))

    def toggle_keep(self, part: str) -> None:
        """`part`: "rhythm", "contour" or "harmony"."""
        keep: Keep = self._studio.wishes.keep
        self._take(replace(self._studio.wishes, keep=replace(keep, **{part: not getattr(keep, part)})))

    def toggle_all_tracks(self) -> None:
        self._take(replace(self._studio.wishes, all_tracks=not self._studio.wishes.all_tracks))

    def set_stay_in_key(self, on: bool) -> None:
        self._take(replace(self._studio.wishes, song_key=on))

    def toggle_key(self) -> None:
        self.set_stay_in_key(not self._studio.wishes.song_key)

    def stays_in_key(self) -> bool:
        return self.key() is not None and self._studio.wishes.song_key

    @property
    def chooses(self) -> bool:
        """Whether takes are chosen from more of them, cleaned or ranked."""
        return self._studio.wishes.choosing != AS_WRITTEN

    def toggle_choosing(self) -> None:
        """Show takes as they are written, or choose them again as before that, at first by every step."""
        now = self._studio.wishes.choosing
        if self.chooses:
            self._chosen_by = now
        self._take(replace(self._studio.wishes, choosing=AS_WRITTEN if self.chooses else self._chosen_by))

    def toggle_drawer(self) -> None:
        self._panel.toggle_drawer()
