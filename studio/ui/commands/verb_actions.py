"""The first part of the Takes menu: the five verbs, and the knobs in sight."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ml.requests import Verb
from studio.session.wishes import BAR_CHOICES, Wishes
from studio.ui.actions import Action


@dataclass(frozen=True)
class VerbCommands:
    """What the panel does for the verbs; `wishes` tells what it shows now."""

    ask: Callable[[Verb], None]
    can: Callable[[Verb], bool]
    wishes: Callable[[], Wishes]
    choose_partner: Callable[[], None]
    set_bars: Callable[[int], None]
    step_takes: Callable[[int], None]
    step_surprise: Callable[[int], None]
    step_density: Callable[[int], None]
    step_amount: Callable[[int], None]
    toggle_keep: Callable[[str], None]
    toggle_all_tracks: Callable[[], None]
    toggle_key: Callable[[], None]
    stays_in_key: Callable[[], bool]
    has_key: Callable[[], bool]
    toggle_drawer: Callable[[], None]
    toggle_choosing: Callable[[], None]
    chooses: Callable[[], bool]


def verb_actions(panel: VerbCommands) -> list[Action]:
    def verb(verb: Verb, key: str, tooltip: str, more_keys: tuple[str, ...] = ()) -> Action:
        return Action(f"takes.{verb.value}", verb.value.capitalize(), lambda: panel.ask(verb), key, "Takes", "ask",
                      lambda: panel.can(verb), tooltip=tooltip, icon=verb.value, more_keys=more_keys)  # fmt: skip

    return [
        verb(Verb.CONTINUE, "Ctrl+Return",
             "Let the ticked models write on, after the selection or the end of the song", ("Ctrl+Enter",)),
        verb(Verb.FILL, "Ctrl+Shift+F",
             "Let models fill the selected bars anew, knowing what comes before and after and what others play"),
        verb(Verb.VARY, "Ctrl+Shift+V",
             "Let models change the selected notes, as many and keeping as much as is set below"),
        verb(Verb.ACCOMPANY, "Ctrl+Shift+A",
             "Let models add bass, chords, drums or any instrument to the selected bars or the whole song"),
        verb(Verb.GENERATE, "Ctrl+Shift+G",
             "Let models write bars of their own, at the playhead or in the selected bars, hearing nothing of it"),
    ]  # fmt: skip


def knob_actions(panel: VerbCommands) -> list[Action]:
    def knob(
        action_id: str, title: str, key: str, callback: Callable[[], None], tooltip: str,
        checked: Callable[[], bool] | None = None,
    ) -> Action:  # fmt: skip
        return Action(f"takes.{action_id}", title, callback, key, "Takes", "settings", tooltip=tooltip,
                      checked_when=checked)  # fmt: skip

    def bars(number: int, count: int) -> Action:
        return Action(f"takes.bars_{count}", f"Ask for {count} bars", lambda: panel.set_bars(count),
                      f"Ctrl+Alt+{number}", "Takes", "bars", checked_when=lambda: panel.wishes().bars == count,
                      tooltip=f"Continue and Generate ask for {count} bars")  # fmt: skip

    def keeps(part: str) -> Callable[[], bool]:
        return lambda: bool(getattr(panel.wishes().keep, part))

    def toggle(part: str) -> Callable[[], None]:
        return lambda: panel.toggle_keep(part)

    return [
        *(bars(number, count) for number, count in enumerate(BAR_CHOICES, 1)),
        knob("more", "More takes", "Ctrl+Alt+Right", lambda: panel.step_takes(1), "Ask each model for one take more"),
        knob("fewer", "Fewer takes", "Ctrl+Alt+Left", lambda: panel.step_takes(-1), "Ask each model for one take less"),
        knob("all_tracks", "Ask for all tracks", "Ctrl+Alt+A", panel.toggle_all_tracks,
             "Ask for all tracks at once, or for the current one only", lambda: panel.wishes().all_tracks),
        knob("surprising", "More surprising", "Ctrl+Alt+Up", lambda: panel.step_surprise(1),
             "Let models choose what they find less likely"),
        knob("familiar", "More familiar", "Ctrl+Alt+Down", lambda: panel.step_surprise(-1),
             "Let models choose what they find likely"),
        knob("denser", "Denser", "Ctrl+Alt+PgUp", lambda: panel.step_density(1), "Lean to more notes"),
        knob("sparser", "Sparser", "Ctrl+Alt+PgDown", lambda: panel.step_density(-1),
             "Lean to fewer notes; in the end leave it to the music"),
        knob("vary_more", "Vary more notes", "Ctrl+Alt+=", lambda: panel.step_amount(1), "Let Vary change more notes"),
        knob("vary_fewer", "Vary fewer notes", "Ctrl+Alt+-", lambda: panel.step_amount(-1),
             "Let Vary change fewer notes"),
        knob("keep_rhythm", "Vary keeps the rhythm", "Ctrl+Alt+R", toggle("rhythm"),
             "Whether Vary keeps when notes start and how long they are", keeps("rhythm")),
        knob("keep_contour", "Vary keeps the contour", "Ctrl+Alt+C", toggle("contour"),
             "Whether Vary keeps where the melody rises and falls", keeps("contour")),
        knob("keep_harmony", "Vary keeps the harmony", "Ctrl+Alt+H", toggle("harmony"),
             "Whether Vary keeps the chords that are heard there", keeps("harmony")),
        knob("partner", "Accompany with…", "Ctrl+Alt+I", panel.choose_partner,
             "Choose who accompanies: a new track with any instrument, or a track of the song"),
        Action("takes.stay_in_key", "Stay in key", panel.toggle_key, "Ctrl+K", "Takes", "settings", panel.has_key,
               checked_when=panel.stays_in_key, tooltip="Hold every note of every take to the key that is set"),
        knob("choosing", "Choose the best of more takes", "Ctrl+Alt+O", panel.toggle_choosing,
             "Let models write more takes than show, clean them and show the best; or show them as they are written",
             panel.chooses),
        knob("drawer", "Limits and leanings", "Ctrl+4", panel.toggle_drawer,
             "Unfold or fold what notes must obey and what models lean to"),
    ]  # fmt: skip
