"""WAV files by the real synth and the shipped sound font: onsets, pitches, loudness, and what can go wrong."""

from __future__ import annotations

import threading
import wave
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ml.music import Note, NoteTable, Score, Tempo, TimeMap, Track
from studio.audio import SoundFontMissing, UnrenderableScore, default_sound_font, make_plan, render_wav
from studio.audio.render_process import PEAK, render_to_file
from studio.audio.synth import BLOCK_FRAMES, Synth
from tests.studio.audio.pieces import SECOND, TPQ, mixed, muted, scale, score, track

RATE = 44100
XYLOPHONE, ORGAN = 13, 19


@pytest.fixture(scope="module")
def font() -> Path:
    return default_sound_font()


@pytest.fixture(scope="module")
def rendered(font: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Score, NDArray[np.float64]]:
    """A xylophone tune at an awkward tempo with a change in it, and its samples (left and right added)."""
    times = (0.0, 0.31, 0.5, 1.2345, 1.9, 2.6)
    notes = NoteTable.of(Note(round(t * SECOND), 200, 60 + 5 * i, 110) for i, t in enumerate(times))
    piece = Score((Track("", notes, program=XYLOPHONE),), TimeMap(TPQ, (Tempo(0, 487_651), Tempo(SECOND, 411_111))))
    path = tmp_path_factory.mktemp("wav") / "tune.wav"
    assert render_wav(piece, path, font) is not None
    return piece, samples_of(path).sum(axis=1)


def samples_of(path: Path) -> NDArray[np.float64]:
    """The samples of a WAV file, shape (frames, 2), full scale at 1."""
    with wave.open(str(path), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, RATE)
        data = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    return data.reshape(-1, 2) / 32768


def pitch_at(samples: NDArray[np.float64], start: int, rate: int = RATE) -> float:
    """The MIDI pitch of the strongest partial in 0.1 s, by the spectrum's peak."""
    piece = samples[start : start + rate // 10]
    spectrum = np.abs(np.fft.rfft(piece * np.hanning(len(piece)), 1 << 17))
    return float(69 + 12 * np.log2(np.argmax(spectrum) * rate / (1 << 17) / 440))


def onset_near(samples: NDArray[np.float64], at: int) -> int:
    """The frame around `at` where it gets louder than a tenth of the coming peak, and than what was before."""
    start = max(at - 300, 0)
    loud = np.abs(samples[start : at + 3000])
    before = loud[: at - start].max(initial=0.0)
    return start + int(np.argmax(loud > max(0.1 * loud.max(), 1.5 * before)))


def test_every_onset_is_within_a_block_of_64_frames(rendered: tuple[Score, NDArray[np.float64]]) -> None:
    piece, samples = rendered
    # The sample itself rises for some frames: the first note tells how many.
    rise = onset_near(samples, 0)
    for at_s in make_plan(piece).on_s.tolist():
        assert abs(onset_near(samples, round(at_s * RATE)) - rise - at_s * RATE) <= BLOCK_FRAMES


def test_every_pitch_is_right(rendered: tuple[Score, NDArray[np.float64]]) -> None:
    piece, samples = rendered
    plan = make_plan(piece)
    for at_s, key in zip(plan.on_s.tolist(), plan.key.tolist(), strict=True):
        off = (pitch_at(samples, round(at_s * RATE) + 200) - key) % 12
        assert min(off, 12 - off) < 0.3, "a xylophone may sound in octaves"


def test_the_last_sound_dies_away_and_nothing_follows(rendered: tuple[Score, NDArray[np.float64]]) -> None:
    piece, samples = rendered
    assert len(samples) / RATE >= make_plan(piece).end_s
    assert np.abs(samples[-2000:]).max() < 0.001
    assert len(samples) / RATE < make_plan(piece).end_s + 10.5


def test_two_renderings_are_the_same(font: Path, tmp_path: Path) -> None:
    for name in ("a.wav", "b.wav"):
        render_wav(score(scale(4)), tmp_path / name, font)
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()


def test_a_loud_piece_is_turned_down_and_not_clipped(font: Path, tmp_path: Path) -> None:
    blast = replace(track(*((0, 1, pitch) for pitch in range(36, 96))), program=ORGAN)
    result = render_wav(score(mixed(blast, 127)), tmp_path / "loud.wav", font)
    assert result is not None and result.turned_down < 1
    assert np.abs(samples_of(tmp_path / "loud.wav")).max() == pytest.approx(PEAK, abs=0.001)


def test_volume_pan_and_mute_are_heard(font: Path, tmp_path: Path) -> None:
    organ = replace(track((0, 1, 60)), program=ORGAN)

    def energy(name: str, *tracks: Track) -> tuple[float, float]:
        render_wav(score(*tracks), tmp_path / name, font)
        left, right = (samples_of(tmp_path / name) ** 2).mean(axis=0)
        return float(left), float(right)

    full = energy("full.wav", mixed(organ, 127))
    quiet = energy("quiet.wav", mixed(organ, 40), muted(scale()))
    assert sum(quiet) < sum(full) / 20
    left, right = energy("left.wav", mixed(organ, 127, pan=0))
    assert left > 20 * right


def test_drums_and_seventeen_tracks_sound(font: Path, tmp_path: Path) -> None:
    tracks = [replace(track((index * 0.2, 0.1, 60)), program=XYLOPHONE) for index in range(17)]
    drums = replace(track((4, 0.1, 38), channel=9), drums=True)
    render_wav(score(*tracks, drums), tmp_path / "many.wav", font)
    samples = samples_of(tmp_path / "many.wav").sum(axis=1)
    for index in range(17):
        assert np.abs(samples[round(index * 0.2 * RATE) :][:2000]).max() > 0.01
    assert np.abs(samples[4 * RATE :][:2000]).max() > 0.02


def test_progress_rises_to_one(font: Path, tmp_path: Path) -> None:
    seen: list[float] = []
    render_wav(score(scale(8)), tmp_path / "x.wav", font, progress=seen.append)
    assert seen == sorted(seen) and seen[-1] == 1.0 and len(seen) > 3


def test_cancel_leaves_nothing_behind(font: Path, tmp_path: Path) -> None:
    begun = threading.Event()
    (tmp_path / "x.wav").write_bytes(b"older")
    long_piece = score(scale(60, step_s=10))
    result = render_wav(long_piece, tmp_path / "x.wav", font, progress=lambda _: begun.set(), cancelled=begun.is_set)
    assert result is None
    assert [path.name for path in tmp_path.iterdir()] == ["x.wav"]
    assert (tmp_path / "x.wav").read_bytes() == b"older"


def test_an_empty_score_is_refused_in_a_sentence(font: Path, tmp_path: Path) -> None:
    for piece in (Score(), score(muted(scale()))):
        with pytest.raises(UnrenderableScore, match="nothing to play"):
            render_wav(piece, tmp_path / "x.wav", font)
    assert not list(tmp_path.iterdir())


def test_a_piece_of_days_is_refused(font: Path, tmp_path: Path) -> None:
    with pytest.raises(UnrenderableScore, match="hours"):
        render_wav(score(track((0, 1, 60), (400_000, 1, 60))), tmp_path / "x.wav", font)


@pytest.mark.parametrize("content", [None, b"", b"RIFF\0\0\0\0WAVEfmt ", b"RIFF\x10\0\0\0sfbkLIST" + bytes(64)])
def test_a_missing_or_damaged_sound_font_is_a_sentence(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "my.sf2"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SoundFontMissing, match=r"my\.sf2"):
        render_wav(score(scale(1)), tmp_path / "x.wav", path)
    assert not (tmp_path / "x.wav").exists()


def test_a_place_that_cannot_be_written_is_an_os_error(font: Path, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        render_wav(score(scale(1)), tmp_path / "nowhere" / "x.wav", font)


def test_rendering_goes_on_where_no_preset_is(font: Path, tmp_path: Path) -> None:
    """A bank that the sound font lacks falls back to the plain instrument."""
    synth = Synth(RATE)
    synth.load(font)
    odd = replace(track((0, 0.5, 60)), program=XYLOPHONE, bank=99 << 7)
    try:
        render_to_file(make_plan(score(odd)), synth, tmp_path / "x.wav", tmp_path / "raw", lambda _: None)
    finally:
        synth.close()
    assert np.abs(samples_of(tmp_path / "x.wav")).max() > 0.02
