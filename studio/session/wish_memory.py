"""Remembers wishes: what is a matter of taste in the user's settings, what belongs to a piece in its project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from ml.requests import (
    DENSITY_LEVELS,
    GRIDS,
    LEAP_LEVELS,
    STYLES,
    Choosing,
    ChordRule,
    Keep,
    Leanings,
    Limits,
    Sampling,
)
from studio.project import Setting, SettingsStore
from studio.project.settings import (
    BARS,
    CHOSEN_MODELS,
    DIVERSE_TAKES,
    DROP_ALIKE_TAKES,
    DROP_EMPTY_TAKES,
    RANK_BY_ENDING,
    RANK_BY_FORM,
    RANK_BY_LEANINGS,
    RANK_BY_SURPRISE,
    SECOND_MODEL,
    TAKES,
    TEMPERATURE,
    TIDY_TAKES,
    TOP_P,
    TRIES,
)
from studio.session.wishes import BASS, Partner, Wishes

FIELD = "asking"
"""The object of a project's view that holds the wishes of the piece."""
CHOOSING_STEPS: dict[str, Setting[bool]] = {
    "clean": TIDY_TAKES,
    "drop_empty": DROP_EMPTY_TAKES,
    "drop_alike": DROP_ALIKE_TAKES,
    "by_surprise": RANK_BY_SURPRISE,
    "by_leanings": RANK_BY_LEANINGS,
    "by_ending": RANK_BY_ENDING,
    "by_form": RANK_BY_FORM,
    "diverse": DIVERSE_TAKES,
}
"""The steps of choosing, each by the setting that switches it."""
LONGEST_LINE = 4000
MOST_VOICES, MOST_NOTES_PER_BAR = 4, 64
SEEDS = 1 << 31


class WishMemory:
    """Settings hold bars, takes, models and sampler values; a project's view holds the rest."""

    def __init__(self, settings: SettingsStore) -> None:
        self._settings = settings

    def of_settings(self) -> Wishes:
        """Wishes of a new piece."""
        get = self._settings.get
        return Wishes(
            bars=get(BARS),
            takes=get(TAKES),
            models=get(CHOSEN_MODELS),
            sampling=Sampling(get(TEMPERATURE), get(TOP_P)),
            choosing=self.choosing(),
        )

    def choosing(self) -> Choosing:
        """How takes are chosen, as the settings say."""
        get = self._settings.get
        steps = {name: get(setting) for name, setting in CHOOSING_STEPS.items()}
        return Choosing(pool=get(TRIES), second_model=get(SECOND_MODEL) or None, **steps)

    def keep(self, wishes: Wishes) -> None:
        """Write what is about no piece into the settings."""
        put = self._settings.set
        put(TAKES, wishes.takes)
        put(TEMPERATURE, wishes.sampling.temperature)
        put(TOP_P, wishes.sampling.top_p)
        put(CHOSEN_MODELS, wishes.models)
        put(TRIES, wishes.choosing.pool)
        put(SECOND_MODEL, wishes.choosing.second_model or "")
        for name, setting in CHOOSING_STEPS.items():
            put(setting, getattr(wishes.choosing, name))
        if wishes.bars in BARS.choices:
            put(BARS, wishes.bars)


def to_view(wishes: Wishes) -> dict[str, Any]:
    """What a project keeps, as JSON values."""
    limits, partner = wishes.limits, wishes.partner
    classes = limits.pitch_classes
    return {
        "all_tracks": wishes.all_tracks,
        "song_key": wishes.song_key,
        "pitch_classes": None if classes is None else sorted(classes),
        "range": [limits.lowest, limits.highest],
        "instrument_ranges": limits.instrument_ranges,
        "chords": wishes.chords,
        "chord_rule": limits.chord_rule.value,
        "polyphony": limits.polyphony,
        "grid": limits.grid,
        "notes_per_bar": limits.notes_per_bar,
        "leanings": asdict(wishes.leanings),
        "keep": asdict(wishes.keep),
        "amount": wishes.amount,
        "surprise": wishes.sampling.surprise,
        "partner": asdict(partner),
        "seed": wishes.seed,
    }


def from_view(view: Mapping[str, Any], wishes: Wishes) -> Wishes:
    """`wishes` with what a project's view says; what is missing or makes no sense there stays as it is."""
    kept = view.get(FIELD)
    if not isinstance(kept, dict):
        return wishes
    old = wishes.limits
    low, high = _pair(kept.get("range"))
    limits = Limits(
        lowest=_number(low, 0, 127, old.lowest),
        highest=_number(high, 0, 127, old.highest),
        pitch_classes=_classes(kept.get("pitch_classes")),
        instrument_ranges=_flag(kept, "instrument_ranges", old.instrument_ranges),
        chord_rule=next((rule for rule in ChordRule if rule.value == kept.get("chord_rule")), old.chord_rule),
        polyphony=_number(kept.get("polyphony"), 1, MOST_VOICES, None),
        grid=kept.get("grid") if kept.get("grid") in GRIDS else None,
        notes_per_bar=_number(kept.get("notes_per_bar"), 1, MOST_NOTES_PER_BAR, None),
    )
    return replace(
        wishes,
        all_tracks=_flag(kept, "all_tracks", wishes.all_tracks),
        song_key=_flag(kept, "song_key", wishes.song_key),
        limits=limits,
        chords=_text(kept.get("chords")),
        leanings=_leanings(_mapping(kept, "leanings")),
        keep=_keep(_mapping(kept, "keep")),
        amount=_real(kept.get("amount"), 0.05, 1.0, wishes.amount),
        partner=_partner(_mapping(kept, "partner")),
        sampling=replace(wishes.sampling, surprise=_real(kept.get("surprise"), -2.0, 2.0, 0.0)),
        seed=_number(kept.get("seed"), 0, SEEDS - 1, None),
    )


# --- values from a file that anybody may have written


def _number(value: Any, lowest: int, highest: int, otherwise: Any) -> Any:
    return value if type(value) is int and lowest <= value <= highest else otherwise


def _real(value: Any, lowest: float, highest: float, otherwise: float) -> float:
    return float(value) if type(value) in (int, float) and lowest <= value <= highest else otherwise


def _flag(kept: Mapping[str, Any], name: str, otherwise: bool = False) -> bool:
    value = kept.get(name)
    return value if isinstance(value, bool) else otherwise


def _text(value: Any) -> str:
    return value if isinstance(value, str) and len(value) <= LONGEST_LINE else ""


def _mapping(kept: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = kept.get(name)
    return value if isinstance(value, dict) else {}


def _pair(value: Any) -> tuple[Any, Any]:
    return (value[0], value[1]) if isinstance(value, list) and len(value) == 2 else (None, None)


def _classes(value: Any) -> frozenset[int] | None:
    if not isinstance(value, list) or not all(type(item) is int and 0 <= item < 12 for item in value):
        return None
    return frozenset(value) or None


def _leanings(kept: Mapping[str, Any]) -> Leanings:
    style = kept.get("style")
    return Leanings(
        style=style if style in STYLES else None,
        density=_number(kept.get("density"), 1, DENSITY_LEVELS, None),
        leaps=_number(kept.get("leaps"), 1, LEAP_LEVELS, None),
    )


def _keep(kept: Mapping[str, Any]) -> Keep:
    return Keep(_flag(kept, "rhythm"), _flag(kept, "contour"), _flag(kept, "harmony"))


def _partner(kept: Mapping[str, Any]) -> Partner:
    """A new track's instrument; a track of the song is not remembered: it may be another one by then."""
    name, program = _text(kept.get("name"))[:80], _number(kept.get("program"), 0, 127, None)
    if not name or program is None or kept.get("track") is not None:
        return BASS
    return Partner(name, program, _flag(kept, "drums"))
