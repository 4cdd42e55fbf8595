"""The child process of `render_wav`: renders a plan to samples and writes them as a WAV file."""

from __future__ import annotations

import errno
import os
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from studio.audio.fluid_library import SynthMissing
from studio.audio.plan import PlaybackPlan
from studio.audio.render_output import RenderOutput
from studio.audio.sound_font import SoundFontMissing
from studio.audio.synth import BLOCK_FRAMES, Synth
from studio.audio.transport import Transport

TAIL_S = 10.0
"""The sound after the last bar is kept until it has died away, but no longer than this."""
SILENCE = 10 ** (-80 / 20)
PEAK = 10 ** (-0.3 / 20)
"""The loudest sample of a file; a louder piece is turned down as a whole, never clipped."""
CHUNK_BLOCKS = 128
RENDER_SHARE = 0.95
"""The part of the work that is rendering; the rest is writing the file."""


@dataclass(frozen=True, slots=True)
class Progress:
    done: float


@dataclass(frozen=True, slots=True)
class Done:
    seconds: float
    turned_down: float


@dataclass(frozen=True, slots=True)
class NoSynth:
    """FluidSynth is not installed, or cannot read the sound font."""

    library_missing: bool


@dataclass(frozen=True, slots=True)
class CannotWrite:
    number: int
    reason: str


def run_render(
    connection: Connection, plan: PlaybackPlan, path: Path, scratch: Path, sound_font: Path, sample_rate: int
) -> None:
    """Render `plan` to `path`, with `scratch` for samples; ends early when the other end of the pipe closes."""
    try:
        synth = Synth(sample_rate)
        synth.load(sound_font)
        seconds, turned_down = render_to_file(plan, synth, path, scratch, lambda done: connection.send(Progress(done)))
        connection.send(Done(seconds, turned_down))
    except (SynthMissing, SoundFontMissing) as error:
        connection.send(NoSynth(isinstance(error, SynthMissing)))
    except (BrokenPipeError, EOFError):
        return
    except OSError as error:
        connection.send(CannotWrite(error.errno or errno.EIO, error.strerror or str(error)))


def render_to_file(
    plan: PlaybackPlan, synth: Synth, path: Path, scratch: Path, progress: Callable[[float], None]
) -> tuple[float, float]:
    """Render a plan and write it; returns seconds and the factor by which it was turned down (at most 1).

    The samples go to `scratch` as 32-bit floats first: only at the end is it known how loud the piece gets.
    """
    peak, frames = 0.0, 0
    with scratch.open("wb") as raw:
        for samples in rendered(plan, synth):
            peak = max(peak, float(np.abs(samples).max(initial=0.0)))
            frames += len(samples)
            raw.write(samples.tobytes())
            progress(RENDER_SHARE * min(1.0, frames / synth.sample_rate / max(plan.end_s, 0.1)))
    turned_down = min(1.0, PEAK / peak) if peak else 1.0
    with scratch.open("rb") as raw, path.open("wb") as file:
        _write_wav(raw, file, synth.sample_rate, turned_down)
        file.flush()
        os.fsync(file.fileno())
    progress(1.0)
    return frames / synth.sample_rate, turned_down


def rendered(plan: PlaybackPlan, synth: Synth) -> Iterator[NDArray[np.float32]]:
    """The samples of a whole plan in chunks of shape (frames, 2), until the sound has died away."""
    for preset in synth.unpinned(plan.presets()):
        synth.pin(*preset)
    output = RenderOutput(synth)
    transport = Transport(output, lead_s=0.5, start_delay_s=0.0)
    transport.set_plan(plan, 1)
    transport.play(0.0)
    tail_chunks = int(TAIL_S * synth.sample_rate / (CHUNK_BLOCKS * BLOCK_FRAMES))
    while True:
        samples = output.render(CHUNK_BLOCKS)
        yield samples
        transport.feed()
        if not transport.playing:
            tail_chunks -= 1
            quiet = float(np.abs(samples).max()) < SILENCE
            if tail_chunks <= 0 or (quiet and not synth.active_voices()):
                return


def _write_wav(raw: BinaryIO, file: BinaryIO, sample_rate: int, factor: float) -> None:
    """Copy 32-bit float stereo samples into a 16-bit WAV file, scaled by `factor`."""
    with wave.open(file, "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(sample_rate)
        while data := raw.read(1 << 20):
            samples = np.frombuffer(data, np.float32) * (factor * 32767)
            out.writeframes(np.rint(np.clip(samples, -32768, 32767)).astype("<i2").tobytes())
