"""render_wav: a score as a 16-bit stereo WAV file, by the same plan and transport that play it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ml.music import Score
from studio.audio.child_process import end, spawn
from studio.audio.fluid_library import SynthMissing
from studio.audio.plan import PlaybackPlan, make_plan
from studio.audio.render_process import CannotWrite, Done, NoSynth, Progress, run_render
from studio.audio.sound_font import SoundFontMissing, checked_sound_font

MAX_S = 6 * 3600
"""WAV files end at 4 GiB; no piece is that long on purpose."""
POLL_S = 0.1


class UnrenderableScore(Exception):
    """The piece cannot become a WAV file; the text is one sentence that says why and what to do."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """What was written: length in seconds, and the factor (at most 1) by which it was turned down."""

    path: Path
    seconds: float
    turned_down: float


def render_wav(
    score: Score,
    path: Path,
    sound_font: Path,
    *,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    sample_rate: int = 44100,
) -> Rendered | None:
    """Write the score to `path`; None when `cancelled` said so. The file appears complete or not at all.

    `progress` gets 0 to 1, on this thread. A process of its own does the work, so that a damaged sound font
    cannot take the program with it. Raises SoundFontMissing, SynthMissing, UnrenderableScore (nothing to
    play, too long, or the synth died), and OSError when the file cannot be written.
    """
    checked_sound_font(sound_font)
    plan = make_plan(score)
    if not plan.note_count:
        raise UnrenderableScore("There is nothing to play: write some notes, or un-mute a track, and export again.")
    if plan.end_s > MAX_S:
        raise UnrenderableScore(
            f"The piece lasts {plan.end_s / 3600:.0f} hours and a WAV file holds at most {MAX_S // 3600}: "
            "look for a stray note far to the right, and export again."
        )
    with tempfile.TemporaryDirectory(prefix=f".{path.stem}-", dir=path.parent, ignore_cleanup_errors=True) as folder:
        finished = Path(folder) / "finished.wav"
        done = _in_child(plan, finished, sound_font, sample_rate, progress or _ignore, cancelled or _never)
        if done is None:
            return None
        finished.replace(path)
        _sync_folder(path.parent)
    return Rendered(path, done.seconds, done.turned_down)


def _in_child(
    plan: PlaybackPlan,
    finished: Path,
    sound_font: Path,
    sample_rate: int,
    progress: Callable[[float], None],
    cancelled: Callable[[], bool],
) -> Done | None:
    scratch = finished.with_name("samples")
    process, connection = spawn(run_render, plan, finished, scratch, sound_font, sample_rate, name="continuo-render")
    try:
        while not cancelled():
            if not connection.poll(POLL_S):
                continue
            match connection.recv():
                case Progress(done):
                    progress(done)
                case Done() as result:
                    return result
                case NoSynth(library_missing):
                    raise SynthMissing if library_missing else SoundFontMissing(sound_font, "FluidSynth cannot read it")
                case CannotWrite(number, reason):
                    raise OSError(number, reason, str(finished))
        process.kill()
        return None
    except EOFError:
        raise UnrenderableScore(
            f"The synth stopped while rendering; the sound font {sound_font.name} may be damaged: choose another."
        ) from None
    finally:
        connection.close()
        end(process)


def _sync_folder(folder: Path) -> None:
    """Make a rename in the folder last, where the system can."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _ignore(_: float) -> None:
    return


def _never() -> bool:
    return False
