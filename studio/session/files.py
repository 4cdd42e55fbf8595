"""Opening and writing pieces: MIDI files and projects by the ending of their name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ml.music import Score
from ml.music.midi import UnwritableFile, read_midi_file, write_midi_file
from studio.audio import default_sound_font, render_wav
from studio.project import ProjectFile, load_project

PROJECT_SUFFIX = ".continuo"
MIDI_SUFFIXES = (".mid", ".midi", ".kar", ".rmi", ".smf")
MIDI_SUFFIX, WAV_SUFFIX = ".mid", ".wav"


class UnknownKind(ValueError):
    """A file name whose ending says nothing that can be written; one sentence."""


@dataclass(frozen=True)
class Opened:
    """A piece as read from a file. `project` is None for a MIDI file. `warnings` are sentences for the user."""

    path: Path
    score: Score
    warnings: tuple[str, ...] = ()
    project: ProjectFile | None = None
    view: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.path.stem


def read_piece(path: Path) -> Opened:
    """Read a project (.continuo) or, whatever its ending, a MIDI file. Safe to call on any thread.

    Raises UnreadableProject or UnreadableMidi with one sentence.
    """
    if path.suffix.lower() == PROJECT_SUFFIX:
        project = load_project(path)
        return Opened(path, project.score, project.warnings, project, project.view)
    midi = read_midi_file(path)
    return Opened(path, midi.score, midi.warnings)


def export_score(
    score: Score,
    path: Path,
    sound_font: Path | None,
    *,
    texts: tuple[str, ...] = (),
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> None:
    """Write a score as MIDI or WAV, as the ending of `path` says; an old file is replaced only when all went well.

    `sound_font` None takes the one that is shipped. `texts` become text events of a MIDI file. `progress` gets 0 to 1
    on this thread; once `cancelled` says so nothing is written. Safe to call on any thread. Raises UnknownKind,
    UnwritableFile, SoundFontMissing, SynthMissing or UnrenderableScore with one sentence.
    """
    suffix = path.suffix.lower()
    if suffix in MIDI_SUFFIXES:
        write_midi_file(score, path, texts)
    elif suffix == WAV_SUFFIX:
        try:
            render_wav(score, path, sound_font or default_sound_font(), progress=progress, cancelled=cancelled)
        except OSError as error:
            raise UnwritableFile(path, (error.strerror or "unknown reason").lower()) from error
    else:
        raise UnknownKind(f'"{path.name}" cannot be exported: end the name in {MIDI_SUFFIX} or {WAV_SUFFIX}.')
