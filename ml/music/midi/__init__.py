"""Standard MIDI files in and out: a tolerant reader and an exact writer.

    bytes -> chunks (header, where each track starts and ends) -> track_events (one track: notes paired,
    everything else kept raw) -> sorting (what belongs to the piece, what to a channel; metas decodes texts,
    tempo, metre, key) -> parts (a track for each channel, its set-up at the start) -> assemble -> read
    Score -> channels (who plays where) -> write -> bytes

The framing is the project's own, because files in the wild break it in ways that mido refuses; metas
that are understood go through mido both ways. Reading keeps all that can be read and says what was lost
in plain sentences; only what is no MIDI file at all is refused (`UnreadableMidi`).

Writing then reading gives the same Score. What MIDI cannot hold comes back in its nearest form, and
stays so from then on:
- muted notes are left out, because they are not heard (`export_remarks` says how many); muted and soloed
  tracks are written in full; flags, ids, sources and colours of notes and tracks are not MIDI;
- same-pitch notes of one track that lie one inside the other come back with their ends exchanged;
- of several tempos, metres, key signatures, program changes, volumes or pans at one place, or before a
  track's first note, the one in force stays; what was set before the first note is written at the start;
- the metronome's clicks in a metre become the usual 24, keys in other scales than major and minor
  become minor or major on the same tonic, and texts become UTF-8;
- tracks with different sounds on one channel get channels (or ports) of their own; percussion goes to
  channel 10, and only percussion;
- system exclusive messages belong to the whole piece, except on further ports;
- velocity 0 is written as 1. Volume and pan are always written.
"""

from ml.music.midi.files import UnwritableFile, read_midi_file, write_midi_file
from ml.music.midi.read import MidiFile, read_midi
from ml.music.midi.refusals import UnreadableMidi
from ml.music.midi.write import export_remarks, write_midi

__all__ = [
    "MidiFile",
    "UnreadableMidi",
    "UnwritableFile",
    "export_remarks",
    "read_midi",
    "read_midi_file",
    "write_midi",
    "write_midi_file",
]
