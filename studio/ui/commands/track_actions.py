"""The Track menu: adding, deleting and ordering tracks, and the current track's mixer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from studio.edit.edited import Edited
from studio.edit.operations.tracks import add_track, delete_track, duplicate_track, move_track, set_mixer
from studio.ui.actions import Action
from studio.ui.commands.desk import Desk

VOLUME_STEP = 8


@dataclass(frozen=True)
class TrackFields:
    """What the track panel opens for the current track."""

    rename: Callable[[], None]
    instrument: Callable[[], None]


def track_actions(desk: Desk, fields: TrackFields) -> list[Action]:
    document = desk.document

    def current() -> int:
        return document.current_track

    def several() -> bool:
        return len(desk.score.tracks) > 1

    def on_track(label: str, edited: Callable[[int], Edited]) -> Callable[[], None]:
        return lambda: desk.apply(label, edited(current()))

    def move(step: int) -> Callable[[], None]:
        return on_track("Move track", lambda index: move_track(desk.score, index, index + step))

    def volume(step: int) -> Callable[[], None]:
        def run() -> None:
            edited = set_mixer(desk.score, current(), volume=document.track.mixer.volume + step)
            document.apply("Track volume", edited, merge_key=f"volume {current()}")
            desk.studio.say(f"Volume {document.track.mixer.volume} of 127.")

        return run

    def mute() -> None:
        muted = not document.track.mixer.muted
        desk.apply("Mute track" if muted else "Unmute track", set_mixer(desk.score, current(), muted=muted))

    def solo() -> None:
        soloed = not document.track.mixer.soloed
        desk.apply("Solo track" if soloed else "Unsolo track", set_mixer(desk.score, current(), soloed=soloed))

    return [
        Action("track.add", "Add track", on_track("Add track", lambda i: add_track(desk.score, at=i + 1)), "Ctrl+T",
               "Track", "tracks", tooltip="Add an empty track below the current one", icon="add"),
        Action("track.duplicate", "Duplicate track",
               on_track("Duplicate track", lambda i: duplicate_track(desk.score, i)),
               "Ctrl+Shift+D", "Track", "tracks", tooltip="Copy the current track with its notes"),
        Action("track.delete", "Delete track", on_track("Delete track", lambda i: delete_track(desk.score, i)),
               "Ctrl+Shift+Backspace", "Track", "tracks", tooltip="Delete the current track", icon="delete"),
        Action("track.rename", "Rename track…", fields.rename, "F2", "Track", "name",
               tooltip="Give the current track another name"),
        Action("track.instrument", "Instrument…", fields.instrument, "I", "Track", "name",
               tooltip="Choose what plays the current track"),
        Action("track.previous", "Track above", lambda: document.set_current_track(current() - 1), "PgUp",
               "Track", "order", lambda: current() > 0, tooltip="Edit the track above, at the same place"),
        Action("track.next", "Track below", lambda: document.set_current_track(current() + 1), "PgDown",
               "Track", "order", lambda: current() < len(desk.score.tracks) - 1,
               tooltip="Edit the track below, at the same place"),
        Action("track.up", "Move track up", move(-1), "Ctrl+Shift+Up", "Track", "order",
               lambda: several() and current() > 0, tooltip="Put the current track one place higher"),
        Action("track.down", "Move track down", move(1), "Ctrl+Shift+Down", "Track", "order",
               lambda: several() and current() < len(desk.score.tracks) - 1,
               tooltip="Put the current track one place lower"),
        Action("track.mute", "Mute track", mute, "M", "Track", "mixer",
               checked_when=lambda: document.track.mixer.muted, tooltip="Silence the current track"),
        Action("track.solo", "Solo track", solo, "S", "Track", "mixer",
               checked_when=lambda: document.track.mixer.soloed,
               tooltip="Hear the current track and other soloed ones only"),
        Action("track.louder", "Track louder", volume(VOLUME_STEP), "Ctrl+PgUp", "Track", "mixer",
               lambda: document.track.mixer.volume < 127, tooltip="Turn the current track up"),
        Action("track.softer", "Track softer", volume(-VOLUME_STEP), "Ctrl+PgDown", "Track", "mixer",
               lambda: document.track.mixer.volume > 0, tooltip="Turn the current track down"),
    ]  # fmt: skip
