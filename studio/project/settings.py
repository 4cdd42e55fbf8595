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
MODELS_FOLDER = Setting("models_folder", "", "Folder with more models; empty for the program's own.")
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
    MODELS_FOLDER,
    SOUND_FONT,
    AUDIO_DRIVER,
    MIDI_OUTPUT,
    RECENT_FILES,
    WINDOW_LAYOUT,
    OPEN_SECTIONS,
    LAST_FOLDER,
)
"""All settings, in the order in which the preferences show them."""
