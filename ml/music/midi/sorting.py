"""Sorting: the events of one raw track by what they mean, for the whole piece or for the track's channels."""

from __future__ import annotations

from dataclasses import dataclass, field

from ml.music.midi import metas
from ml.music.midi.track_events import RawTrack
from ml.music.midi.warnings import Warnings
from ml.music.score import KeySignature, Marker, TrackEvent
from ml.music.time_map import Metre, Tempo

PORT_META = bytes((0xFF, metas.PORT))


@dataclass(slots=True)
class Global:
    """What belongs to the whole piece, gathered over all tracks."""

    tempos: list[Tempo] = field(default_factory=list)
    metres: list[Metre] = field(default_factory=list)
    keys: list[KeySignature] = field(default_factory=list)
    markers: list[Marker] = field(default_factory=list)
    conductor: list[TrackEvent] = field(default_factory=list)
    title: str = ""


@dataclass(slots=True)
class Sorted:
    """The events of one raw track by what they are: its own texts and the like, and its channels' messages."""

    name: str = ""
    port: int = 0
    prefix: int | None = None
    metas: list[TrackEvent] = field(default_factory=list)
    by_channel: dict[int, list[TrackEvent]] = field(default_factory=dict)


def sort_events(number: int, raw: RawTrack, whole: Global, warnings: Warnings, leading: bool) -> Sorted:
    """Sort the events of one track; what belongs to the whole piece goes to `whole`."""
    content = Sorted()
    exclusive: list[TrackEvent] = []
    for event in raw.events:
        tick, data = event.tick, event.data
        if data[0] < 0xF0:
            content.by_channel.setdefault(data[0] & 15, []).append(event)
            continue
        if data[0] != 0xFF:
            exclusive.append(event)
            content.metas.append(event)
            continue
        kind, payload = data[1], data[2:]
        try:
            if kind == metas.TEMPO:
                whole.tempos.append(metas.decode_tempo(tick, payload))
            elif kind == metas.METRE:
                whole.metres.append(metas.decode_metre(tick, payload))
            elif kind == metas.KEY:
                whole.keys.append(metas.decode_key(tick, payload))
            elif kind == metas.MARKER:
                whole.markers.append(Marker(tick, metas.decode_text(payload)))
            elif kind == metas.TRACK_NAME and not content.name and payload:
                content.name = metas.decode_text(payload)
            elif kind == metas.CHANNEL_PREFIX and not raw.statuses and payload and content.prefix is None:
                content.prefix = payload[0] & 15
            else:
                metas.check(kind, payload)
                content.metas.append(event)
                if kind == metas.PORT and payload:
                    content.port = content.port or payload[0]
        except metas.BadMeta as trouble:
            warnings.track(number, str(trouble))
    if exclusive and not leading and not content.port:
        # System exclusive messages are for the whole device and have to come before every track's set-up.
        whole.conductor += exclusive
        content.metas = [event for event in content.metas if event.data[0] == 0xFF]
    return content
