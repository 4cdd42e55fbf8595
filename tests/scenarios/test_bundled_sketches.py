"""The pieces that ship: they open without a remark, and the first one is what the three minutes of README need."""

from __future__ import annotations

from pathlib import Path

import pytest

from ml.music.keys import Key, detect_key
from ml.music.midi import read_midi_file

EXAMPLES = Path(__file__).resolve().parents[2] / "resources" / "examples"


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.mid")), ids=lambda path: path.stem)
def test_every_sketch_opens_without_a_remark_and_is_heard_on_every_track(path: Path) -> None:
    opened = read_midi_file(path)
    assert opened.warnings == ()
    assert opened.score.title
    assert all(track.name and len(track.notes) for track in opened.score.tracks)


def test_the_first_sketch_is_eight_bars_that_a_model_can_take_up() -> None:
    score = read_midi_file(EXAMPLES / "first-sketch.mid").score
    melody = score.tracks[0].notes
    assert score.end_bar_tick == score.time_map.bar_start(8)
    assert score.key_at(0) == Key.parse("D:maj")
    found = detect_key([track.notes for track in score.tracks])
    assert found is not None
    assert found.key == Key.parse("D:maj")
    assert (melody.start[1:] >= melody.start[:-1] + melody.length[:-1]).all()
    assert len(set(melody.velocity.tolist())) > 10
    assert melody.pitch[-1] % 12 == found.key.tonic
