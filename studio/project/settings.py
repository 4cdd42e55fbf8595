"""Every setting, declared once: preferences, documentation and the store are made from this list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

Value = TypeVar("Value", str, int, float, bool, tuple[str, ...])


@dataclass(frozen=True)
class Setting(Generic[Value]):
    """One setting. Its type is that of `default`: text, number, yes or no, or a list of texts.

    `choices` lists what is allowed for texts and whole numbers, `lowest` and `highest` bound numbers.
    `listed` False keeps it out of the preferences: the program itself remembers something there.
    """

    key: str
    default: Value
    description: str
    choices: tuple[Value, ...] = ()
    lowest: float | None = None
    highest: float | None = None
    listed: bool = True

    def checked(self, value: Any) -> Value:
        """`value` as this setting's type; raises ValueError with a sentence if it is not allowed."""
        kind: Any = type(self.default)
        found: Any = value
        if kind is tuple and isinstance(value, (list, tuple)) and all(type(item) is str for item in value):
            found = tuple(value)
        elif kind is float and type(value) is int:
            found = float(value)
        if type(found) is not kind:
            raise ValueError(f"The setting {self.key} cannot be {value!r}: {self.description}")
        if self.choices and found not in self.choices:
            allowed = ", ".join(str(choice) for choice in self.choices)
            raise ValueError(f"The setting {self.key} cannot be {value!r}: choose one of {allowed}.")
        below = self.lowest is not None and not found >= self.lowest  # "not" so that NaN fails too
        if below or (self.highest is not None and not found <= self.highest):
            raise ValueError(f"The setting {self.key} must lie between {self.lowest} and {self.highest}.")
        return cast("Value", found)


THEME = Setting("theme", "dark", "Colours of the window.", choices=("dark", "light"))
GRID = Setting("grid", "1/16", "Note value that drawing and moving snap to in a new window.")
SNAP = Setting("snap", True, "Whether notes snap to the grid.")
FOLLOW_PLAYHEAD = Setting("follow_playhead", True, "Whether the view follows the playhead while playing.")
PREVIEW_NOTES = Setting("preview_notes", True, "Whether a note sounds when it is drawn, clicked or moved.")
METRONOME = Setting("metronome", False, "Whether the metronome clicks while playing.")
VOLUME = Setting("volume", 0.8, "Loudness of everything, from 0 to 1.", lowest=0.0, highest=1.0)
TAKES = Setting("takes", 4, "How many takes each model makes.", lowest=1, highest=32)
BARS = Setting("bars", 4, "How many bars Continue and Generate ask for.", choices=(2, 4, 8, 16))
TEMPERATURE = Setting("temperature", 1.0, "How freely models choose: below 1 tamer, above 1 wilder.",
                      lowest=0.05, highest=4.0)  # fmt: skip
TOP_P = Setting("top_p", 0.97, "How much of the likely choices models draw from: 1 is all of them.",
                lowest=0.01, highest=1.0)  # fmt: skip
CHOSEN_MODELS: Setting[tuple[str, ...]] = Setting(
    "chosen_models", (), "Models that answer when they are asked; none means the first two of the shelf."
)
TRIES = Setting("tries", 3, "How many candidates a model writes for each take that it shows.", lowest=1, highest=8)
TIDY_TAKES = Setting("tidy_takes", True, "Whether hanging, overlapping and unplayable notes are mended.")
DROP_EMPTY_TAKES = Setting("drop_empty_takes", True, "Whether candidates that hold hardly anything are left out.")
DROP_ALIKE_TAKES = Setting("drop_alike_takes", True, "Whether candidates nearly like another or an earlier take are "
                           "left out.")  # fmt: skip
RANK_BY_SURPRISE = Setting("rank_by_surprise", True, "Whether takes that a second model finds likely come first.")
RANK_BY_LEANINGS = Setting("rank_by_leanings", True, "Whether takes as dense and leaping as asked for come first.")
RANK_BY_ENDING = Setting("rank_by_ending", True, "Whether takes that end their phrase come first.")
RANK_BY_FORM = Setting("rank_by_form", True, "Whether takes that repeat themselves as much as the song come first.")
DIVERSE_TAKES = Setting("diverse_takes", True, "Whether the takes shown should differ from each other.")
SECOND_MODEL = Setting("second_model", "", "Model that judges the takes of the others; empty for the first other one.")
SWITCH_TAKES = Setting("switch_takes", "bar", "When a take that is chosen while the song plays comes in: now, at the "
                       "next bar, or when the loop comes round.", choices=("now", "bar", "loop"))  # fmt: skip
MATCH_LOUDNESS = Setting("match_loudness", True, "Whether all takes are heard equally loud; what you keep is as the "
                         "model wrote it.")  # fmt: skip
HEAR_TAKES_ALONE = Setting("hear_takes_alone", False, "Whether takes are heard without the song's other tracks.")
WHY_MODEL = Setting("why_model", "", "Model that is asked about notes; empty for who wrote them, else the first.",
                    listed=False)  # fmt: skip
MODELS_FOLDER = Setting("models_folder", "", "Folder with more models; empty for the program's own.")
PROVENANCE_IN_MIDI = Setting(
    "provenance_in_midi", False, "Whether an exported MIDI file tells, as text, the model, seed and settings of each"
    " accepted take.",
)  # fmt: skip
SOUND_FONT = Setting("sound_font", "", "Sound font file (.sf2 or .sf3); empty for the one that is shipped.")
AUDIO_DRIVER = Setting("audio_driver", "", "FluidSynth audio driver, such as pulseaudio; empty to choose by itself.")
MIDI_OUTPUT = Setting("midi_output", "", "MIDI port that notes are also sent to; empty for none.")
RECENT_FILES: Setting[tuple[str, ...]] = Setting("recent_files", (), "Files opened last, newest first.", listed=False)
WINDOW_LAYOUT = Setting("window_layout", "", "Size and panels of the window, as Qt writes them in base64.",
                        listed=False)  # fmt: skip
OPEN_SECTIONS: Setting[tuple[str, ...]] = Setting(
    "open_sections", (), "Parts of the model panel that are unfolded.", listed=False
)
LAST_FOLDER = Setting("last_folder", "", "Folder that file dialogs open in.", listed=False)

SETTINGS: tuple[Setting[Any], ...] = (
    THEME,
    GRID,
    SNAP,
    FOLLOW_PLAYHEAD,
    PREVIEW_NOTES,
    METRONOME,
    VOLUME,
    TAKES,
    BARS,
    TEMPERATURE,
    TOP_P,
    CHOSEN_MODELS,
    TRIES,
    TIDY_TAKES,
    DROP_EMPTY_TAKES,
    DROP_ALIKE_TAKES,
    RANK_BY_SURPRISE,
    RANK_BY_LEANINGS,
    RANK_BY_ENDING,
    RANK_BY_FORM,
    DIVERSE_TAKES,
    SECOND_MODEL,
    SWITCH_TAKES,
    MATCH_LOUDNESS,
    HEAR_TAKES_ALONE,
    WHY_MODEL,
    MODELS_FOLDER,
    PROVENANCE_IN_MIDI,
    SOUND_FONT,
    AUDIO_DRIVER,
    MIDI_OUTPUT,
    RECENT_FILES,
    WINDOW_LAYOUT,
    OPEN_SECTIONS,
    LAST_FOLDER,
)
"""All settings, in the order in which the preferences show them."""
