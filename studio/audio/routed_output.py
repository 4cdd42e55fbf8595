"""RoutedOutput: the music to an external MIDI port, the metronome to the synth, one clock for both."""

from __future__ import annotations

from collections.abc import Iterable

from studio.audio.external_output import ExternalOutput
from studio.audio.midi_message import Message, Timed
from studio.audio.output import Output
from studio.audio.slots import METRONOME_SLOT


class RoutedOutput:
    """An Output (see `output`) that splits messages between two; its clock is the external one's."""

    def __init__(self, external: ExternalOutput, synth: Output) -> None:
        self._external = external
        self._synth = synth
        self.jitter_s = external.jitter_s

    def now_s(self) -> float:
        return self._external.now_s()

    def schedule(self, messages: Iterable[Timed]) -> None:
        listed = list(messages)
        self._external.schedule(timed for timed in listed if timed.message.slot != METRONOME_SLOT)
        self._synth.schedule(timed for timed in listed if timed.message.slot == METRONOME_SLOT)

    def drop_pending(self) -> None:
        self._external.drop_pending()
        self._synth.drop_pending()

    def send(self, messages: Iterable[Message]) -> None:
        listed = list(messages)
        self._external.send(message for message in listed if message.slot != METRONOME_SLOT)
        self._synth.send(message for message in listed if message.slot == METRONOME_SLOT)
