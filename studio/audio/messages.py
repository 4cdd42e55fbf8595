"""What the app tells the player process, and what the player process reports back."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from studio.audio.passes import SwitchWhen
from studio.audio.plan import PlaybackPlan
from studio.audio.synth import GAIN

AUTO = "auto"
SILENT = "silent"
"""Driver choices beside FluidSynth's own names: try them in turn; make no sound at all."""


@dataclass(frozen=True, slots=True)
class PlayerOptions:
    """How a player process starts. `driver` is AUTO, SILENT, or one of FluidSynth's audio drivers.

    `sound_font` None means the shipped one; `gain` is the synth's linear output gain; `lead_s` how far ahead
    events are handed to the synth.
    """

    sound_font: Path | None = None
    driver: str = AUTO
    output_port: str | None = None
    gain: float = GAIN
    sample_rate: int = 48000
    lead_s: float = 0.4


# --- commands, app -> player process


@dataclass(frozen=True, slots=True)
class SetPlan:
    serial: int
    plan: PlaybackPlan
    when: SwitchWhen = SwitchWhen.NOW


@dataclass(frozen=True, slots=True)
class Play:
    position_s: float
    count_in_bars: int = 0


@dataclass(frozen=True, slots=True)
class Stop:
    pass


@dataclass(frozen=True, slots=True)
class Seek:
    position_s: float


@dataclass(frozen=True, slots=True)
class SetLoop:
    """Loop over [start_s, end_s); both None for no loop."""

    start_s: float | None
    end_s: float | None


@dataclass(frozen=True, slots=True)
class SetMetronome:
    on: bool
    volume: int = 100


@dataclass(frozen=True, slots=True)
class PreviewOn:
    pitch: int
    velocity: int
    program: int = 0
    bank: int = 0
    drums: bool = False
    volume: int = 100


@dataclass(frozen=True, slots=True)
class PreviewOff:
    """End one preview note, or all of them (None)."""

    pitch: int | None = None


@dataclass(frozen=True, slots=True)
class Panic:
    pass


@dataclass(frozen=True, slots=True)
class SetDriver:
    driver: str


@dataclass(frozen=True, slots=True)
class SetSoundFont:
    path: Path


@dataclass(frozen=True, slots=True)
class SetGain:
    gain: float


@dataclass(frozen=True, slots=True)
class SetOutput:
    """Play on an external MIDI port instead of the synth; None: on the synth again."""

    port: str | None


@dataclass(frozen=True, slots=True)
class ListPorts:
    pass


@dataclass(frozen=True, slots=True)
class Quit:
    pass


Command = (
    SetPlan
    | Play
    | Stop
    | Seek
    | SetLoop
    | SetMetronome
    | PreviewOn
    | PreviewOff
    | Panic
    | SetDriver
    | SetSoundFont
    | SetGain
    | SetOutput
    | ListPorts
    | Quit
)


# --- reports, player process -> app


@dataclass(frozen=True, slots=True)
class Position:
    """Where playback was at `measured_s` of `time.perf_counter` (one clock for all processes).

    `waiting` while the count-in clicks or the sound still starts: the position stands although it plays.
    `loop` is the loop in effect. `obeyed` counts the commands that the player process had taken by then.
    """

    position_s: float
    playing: bool
    measured_s: float
    waiting: bool = False
    loop: tuple[float, float] | None = None
    obeyed: int = 0

    def at(self, now_s: float) -> float:
        """The position extrapolated to `now_s` of `time.perf_counter`, wrapped at the loop's end."""
        if not self.playing or self.waiting:
            return self.position_s
        position = self.position_s + max(0.0, now_s - self.measured_s)
        if self.loop and self.position_s < self.loop[1] <= position:
            start, end = self.loop
            position = start + (position - end) % (end - start)
        return position


@dataclass(frozen=True, slots=True)
class Status:
    """The sound in use: FluidSynth's driver name or SILENT, and a sentence for the status bar."""

    driver: str
    text: str

    @property
    def silent(self) -> bool:
        return self.driver == SILENT


@dataclass(frozen=True, slots=True)
class PlanHeard:
    """From now on the plan with this serial number (see `Player.set_plan`) is the one that is heard."""

    serial: int


@dataclass(frozen=True, slots=True)
class Ended:
    """Playback reached the end of the piece and stopped there; `obeyed` as in Position."""

    position_s: float
    obeyed: int = 0


@dataclass(frozen=True, slots=True)
class Ports:
    """The external MIDI outputs there are, and the one in use."""

    names: tuple[str, ...] = field(default=())
    current: str | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something went wrong and playback goes on; one sentence for the user."""

    text: str


@dataclass(frozen=True, slots=True)
class Crashed:
    """The player process died and was started again (`restarted`) or given up; one sentence for the user."""

    text: str
    restarted: bool = True


@dataclass(frozen=True, slots=True)
class Alive:
    """Sent at least each second, so that a player process that hangs is noticed."""


PlayerMessage = Position | Status | PlanHeard | Ended | Ports | Trouble | Crashed
