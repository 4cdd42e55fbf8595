"""Everything that is heard: playback plans, the player process, ports, and WAV files.

    Score -> make_plan -> PlaybackPlan          immutable columns of notes and controllers in seconds
          -> Player (this process) -> pipe -> player process (spawned, restarted after a crash)
                Transport                       play, stop, seek, loop, metronome, swapping of plans
                   -> Output                    the seam: FluidSynth's sequencer, an external MIDI port,
                                                a silent clock, a WAV file, or a virtual synth in tests

No note waits on Python: `Transport.feed` hands events to the output some 400 ms ahead of time, and the
output's own clock (the samples rendered) plays them. To change anything that was already handed over,
the transport drops what is pending, asks the clock, ends the notes that no longer belong, and feeds again
from there; it therefore knows at each moment which notes sound. FluidSynth's own removal by event type
leaves notes stuck, so nothing here relies on it.

The 256 channels of the synth are called slots (`slots`): each track has one, previews and the metronome
have some of their own. Only this package knows FluidSynth and RtMidi; both are imported inside the player
process or late, so that this package costs numpy only. Neither torch nor Qt are imported anywhere in it.
"""

from studio.audio.messages import (
    Crashed,
    Ended,
    PlanHeard,
    PlayerMessage,
    PlayerOptions,
    Ports,
    Position,
    Status,
    Trouble,
)
from studio.audio.passes import SwitchWhen
from studio.audio.plan import PlaybackPlan, make_plan
from studio.audio.player import Player
from studio.audio.render import Rendered, UnrenderableScore, render_wav
from studio.audio.sound_font import SoundFontMissing, default_sound_font

__all__ = [
    "Crashed",
    "Ended",
    "PlanHeard",
    "PlaybackPlan",
    "Player",
    "PlayerMessage",
    "PlayerOptions",
    "Ports",
    "Position",
    "Rendered",
    "SoundFontMissing",
    "Status",
    "SwitchWhen",
    "Trouble",
    "UnrenderableScore",
    "default_sound_font",
    "make_plan",
    "render_wav",
]
