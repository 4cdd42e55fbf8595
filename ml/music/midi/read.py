"""Reading: bytes to a Score and plain sentences on what was lost on the way."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ml.music.midi.assemble import assemble
from ml.music.midi.chunks import HEADER, Header, TrackSpan, find_header, gaps, next_chunk, unwrapped
from ml.music.midi.limits import MAX_EVENTS, MAX_FILE_BYTES, MAX_TRACKS
from ml.music.midi.refusals import UnreadableMidi, called, not_midi, refusal
from ml.music.midi.track_events import RawTrack, TooManyEvents, read_events
from ml.music.midi.warnings import Warnings, counted
from ml.music.score import Score


@dataclass(frozen=True)
class MidiFile:
    """What a MIDI file holds, and what was wrong with it: one plain sentence each, none for a sound file."""

    score: Score
    warnings: tuple[str, ...] = ()


def read_midi(data: bytes, name: str = "") -> MidiFile:
    """Read a standard MIDI file of format 0, 1 or 2, also inside a RIFF wrapper, as far as it can be read.

    `name` is what sentences call the file. Raises UnreadableMidi, and nothing else, for bytes that hold no
    MIDI file, are more than 32 MB, or hold more than four million events.
    """
    if len(data) > MAX_FILE_BYTES:
        raise too_large(name, len(data))
    if foreign := refusal(data, name):
        raise foreign
    data = unwrapped(data)
    header = find_header(data)
    if header is None:
        if data.startswith(b"MThd"):
            raise UnreadableMidi(f"{called(name)} ends inside its header: get the file again from where it came from.")
        raise not_midi(name)
    warnings = Warnings()
    for trouble in header.troubles:
        warnings.add(trouble)
    try:
        tracks, unknown_chunks = _read_tracks(data, header, warnings)
    except TooManyEvents as error:
        raise UnreadableMidi(
            f"{called(name)} holds more than {MAX_EVENTS // 1_000_000} million events, too many to edit: "
            "split it in the program that made it."
        ) from error
    score = replace(assemble(header, tracks, warnings), unknown_chunks=tuple(unknown_chunks))
    return MidiFile(score, warnings.sentences())


def too_large(name: str, size: int) -> UnreadableMidi:
    """The refusal of a file of `size` bytes."""
    return UnreadableMidi(
        f"{called(name)} is {size / 1e6:.0f} MB large, and up to {MAX_FILE_BYTES / 1e6:.0f} MB can be opened as MIDI: "
        "split it in the program that made it."
    )


def _read_tracks(data: bytes, header: Header, warnings: Warnings) -> tuple[list[RawTrack], list[bytes]]:
    """The tracks, and the other chunks as they stand in the file."""
    tracks: list[RawTrack] = []
    others: list[bytes] = []
    position, room, found = header.next_position, MAX_EVENTS, 0
    while position < len(data):
        chunk, following = next_chunk(data, position)
        if isinstance(chunk, TrackSpan):
            found += 1
            if found > MAX_TRACKS:
                warnings.add(f"Only the first {MAX_TRACKS} tracks were read; the others were left out.")
                break
            track = read_events(data, chunk.start, chunk.bound, stop_at_end=not chunk.trusted, room=room)
            room -= len(track.start) + len(track.events)
            tracks.append(track)
            _judge_span(found, chunk, track, len(data), warnings)
            if not chunk.trusted and track.end_tick is not None:
                following = track.position
        elif chunk == HEADER.decode():
            warnings.add("A second header between the tracks was left out.")
        elif chunk is not None:
            others.append(data[position:following])
        else:
            for sentence in gaps(data, position, following):
                warnings.add(sentence)
        position = following
    if header.tracks_announced != found and found <= MAX_TRACKS:
        warnings.add(f"The header announces {header.tracks_announced} tracks, and the file holds {found}.")
    return tracks, others


def _judge_span(number: int, span: TrackSpan, track: RawTrack, file_end: int, warnings: Warnings) -> None:
    """Warn about what is wrong with one track's bytes."""
    if not span.trusted and track.end_tick is None and span.announced_end > file_end and span.bound == file_end:
        warnings.track(number, "the file ends before the track does; what was there was kept")
        return
    if not span.trusted and track.position != span.announced_end:
        warnings.track(number, "its length was stated wrongly; it was read as far as it goes")
    if track.cut:
        warnings.track(number, "it ends inside an event, which was left out")
    elif track.end_tick is None:
        warnings.track(number, "its end is not marked")
    if track.skipped_bytes:
        warnings.track(number, f"{counted(track.skipped_bytes, 'byte')} that made no event skipped")
    if track.events_after_end:
        warnings.track(number, f"{counted(track.events_after_end, 'event')} after its end mark kept")
