"""Where the sound font is: the one that the program ships, or one that the user names."""

from __future__ import annotations

from pathlib import Path

SHIPPED = "FluidR3Mono_GM.sf3"
RESOURCES = Path(__file__).parents[2] / "resources"


class SoundFontMissing(Exception):
    """No readable sound font at a path; the text is one sentence that says what to do."""

    def __init__(self, path: Path, trouble: str = "there is no such file") -> None:
        self.path = path
        super().__init__(
            f"The sound font {path.name} cannot be used ({trouble}): put an .sf2 or .sf3 file at {path}, "
            "or choose another in the preferences."
        )


def default_sound_font(resources: Path = RESOURCES) -> Path:
    """The shipped sound font; raises SoundFontMissing when the installation lacks it."""
    return checked_sound_font(resources / "soundfonts" / SHIPPED)


def checked_sound_font(path: Path) -> Path:
    """`path`, if a sound font (a RIFF file of form sfbk) can be read there; else raises SoundFontMissing."""
    try:
        with path.open("rb") as file:
            head = file.read(12)
    except OSError as error:
        raise SoundFontMissing(path, (error.strerror or str(error)).lower()) from None
    if head[:4] != b"RIFF" or head[8:12] != b"sfbk":
        raise SoundFontMissing(path, "the file is no sound font")
    return path
