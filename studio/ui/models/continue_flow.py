"""What the model panel's fields do: keep the session's wishes, say what would be asked, and ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ml.music import Key
from studio.project.settings import BARS, CHOSEN_MODELS, TAKES, TEMPERATURE
from studio.session.asking import Wishes
from studio.session.studio import Studio
from studio.ui.models.ask_box import HIGH_PERCENT, LOW_PERCENT, MOST_TAKES, Asking
from studio.ui.models.model_panel import ModelPanel
from studio.ui.roll.context import RollContext

TEMPERATURE_STEP = 0.1


class ContinueFlow:
    """Between the panel and the studio. `refresh` is called when actions may be enabled differently now."""

    def __init__(self, studio: Studio, context: RollContext, panel: ModelPanel, refresh: Callable[[], None]) -> None:
        self._studio = studio
        self._context = context
        self._panel = panel
        self._refresh = refresh
        wishes = studio.wishes
        panel.ask.show_asking(Asking(wishes.bars, wishes.takes, wishes.temperature, stay_in_key=False))
        self.show_shelf()

    def show_shelf(self) -> None:
        """List the models that there are now."""
        shelf = self._studio.shelf
        self._panel.show_models(shelf.models(), shelf.problems, self._studio.wishes.models, shelf.folders[-1])

    # --- what would be asked

    def marked(self) -> tuple[int, int] | None:
        """The ticks after which Continue goes on: the selected notes, or the bars marked on the ruler."""
        document = self._studio.document
        return document.selection.span(document.score) or self._context.time_selection

    def join_tick(self) -> int:
        """The bar line from which the models would write."""
        score, marked = self._studio.document.score, self.marked()
        return score.time_map.ceil_bar(marked[1] if marked else score.end_tick)

    def key(self) -> Key | None:
        """The key that is set where the models would write."""
        return self._studio.document.score.key_at(self.join_tick())

    def show_place(self) -> None:
        """Say in the panel what Continue would do now."""
        document = self._studio.document
        score = document.score
        bars = self._panel.ask.asking().bars
        track = document.track.name or f"track {document.current_track + 1}"
        if not score.note_count:
            text = "The song is empty: write a few notes first."
        else:
            bar = score.time_map.bar_at(self.join_tick())
            after = "after the selection" if self.marked() else "after the end"
            text = f"Bars {bar + 1}–{bar + bars} on {track}, {after}"
        self._panel.show_place(text, self.key())

    # --- the fields

    def changed(self) -> None:
        """A field was moved: remember it."""
        self._studio.wishes = self._wishes()
        self.show_place()
        self._refresh()

    def _wishes(self) -> Wishes:
        asking = self._panel.ask.asking()
        chosen = self._panel.shelf.chosen
        return replace(
            self._studio.wishes,
            bars=asking.bars,
            takes=asking.takes,
            temperature=asking.temperature,
            models=chosen,
            key=self.key() if asking.stay_in_key else None,
        )

    def follow_settings(self) -> None:
        """The preferences changed how is asked: show it, unless the panel said so itself."""
        settings = self._studio.settings
        wished = self._panel.ask.asking()
        told = replace(
            wished,
            bars=settings.get(BARS),
            takes=min(settings.get(TAKES), MOST_TAKES),
            temperature=settings.get(TEMPERATURE),
        )
        chosen = settings.get(CHOSEN_MODELS)
        if chosen and set(chosen) != set(self._panel.shelf.chosen):
            self._panel.shelf.tick(chosen)
        if told != wished:
            self._panel.ask.show_asking(told)
        if self._wishes() != self._studio.wishes:
            self.changed()

    def ask(self) -> None:
        """Put the request. Raises RefusedRequest or UnknownModel with a sentence."""
        if self._panel.shelf.boxes and not self._panel.shelf.chosen:
            self._studio.say("No model is ticked: tick at least one in the panel on the right.")
            return
        self._studio.wishes = self._wishes()
        self._studio.continue_(selection=self.marked())

    def set_bars(self, bars: int) -> None:
        self._show(replace(self._panel.ask.asking(), bars=bars))

    def step_temperature(self, step: int) -> None:
        asking = self._panel.ask.asking()
        wanted = asking.temperature + step * TEMPERATURE_STEP
        self._show(replace(asking, temperature=min(max(wanted, LOW_PERCENT / 100), HIGH_PERCENT / 100)))

    def step_takes(self, step: int) -> None:
        asking = self._panel.ask.asking()
        self._show(replace(asking, takes=min(max(asking.takes + step, 1), MOST_TAKES)))

    def set_stay_in_key(self, on: bool) -> None:
        self._show(replace(self._panel.ask.asking(), stay_in_key=on))

    def toggle_key(self) -> None:
        self.set_stay_in_key(not self._panel.ask.asking().stay_in_key)

    def stays_in_key(self) -> bool:
        return self.key() is not None and self._panel.ask.asking().stay_in_key

    def _show(self, asking: Asking) -> None:
        self._panel.ask.show_asking(asking)
        self.changed()
