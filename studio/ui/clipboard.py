"""Notes on the system's clipboard, as a small MIDI file: so that they travel between windows and programs."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QMimeData
from PySide6.QtGui import QClipboard

from ml.music import Score, TimeMap, Track
from ml.music.midi import UnreadableMidi, read_midi, write_midi
from studio.edit.clipboard import Clip

MIDI_TYPES = ("audio/midi", "audio/x-midi")
MAX_BYTES = 8 << 20


class SystemClipboard:
    """Puts and takes clips. A clip of this window comes back as it was, with all that MIDI cannot hold."""

    def __init__(self, clipboard: QClipboard) -> None:
        self._clipboard = clipboard
        self._own: tuple[bytes, Clip] | None = None

    def put(self, clip: Clip) -> None:
        data = write_midi(Score(tracks=(Track(notes=clip.notes),), time_map=TimeMap(clip.ticks_per_quarter)))
        self._own = (data, clip)
        mime = QMimeData()
        for kind in MIDI_TYPES:
            mime.setData(kind, QByteArray(data))
        self._clipboard.setMimeData(mime)

    def forget_takes(self) -> None:
        """Another piece is open, where the numbers of takes mean other takes or none."""
        if self._own is not None:
            data, clip = self._own
            self._own = (data, clip.without_sources())

    def clip(self) -> Clip | None:
        """The notes on the clipboard, all tracks in one; None when there are none that can be read."""
        mime = self._clipboard.mimeData()
        for kind in MIDI_TYPES:
            if mime is None or not mime.hasFormat(kind):
                continue
            data = bytes(mime.data(kind).data())
            if self._own is not None and data == self._own[0]:
                return self._own[1]
            if len(data) <= MAX_BYTES and (clip := _read(data)) is not None:
                return clip
        return None


def _read(data: bytes) -> Clip | None:
    try:
        score = read_midi(data, "the clipboard").score
    except UnreadableMidi:
        return None
    tables = [track.notes for track in score.tracks if len(track.notes)]
    if not tables:
        return None
    table = tables[0]
    for other in tables[1:]:
        table = table.added(other)
    return Clip.of(table, score.ticks_per_quarter)
