"""The exceptions that a user may see: the text of each is one plain sentence with the fix."""

from __future__ import annotations

from ml.music.midi import UnreadableMidi, UnwritableFile
from ml.requests import RefusedRequest
from studio.audio import SoundFontMissing, UnrenderableScore
from studio.audio.fluid_library import SynthMissing
from studio.edit.edited import EditRefused
from studio.engine import RefusedModel, UnknownModel
from studio.project import UnreadableJournal, UnreadableProject, UnwritableProject
from studio.session.files import UnknownKind

TROUBLES: tuple[type[Exception], ...] = (
    EditRefused,
    RefusedModel,
    RefusedRequest,
    SoundFontMissing,
    SynthMissing,
    UnknownKind,
    UnknownModel,
    UnreadableJournal,
    UnreadableMidi,
    UnreadableProject,
    UnrenderableScore,
    UnwritableFile,
    UnwritableProject,
)
