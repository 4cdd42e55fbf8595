"""Keys: names, what they permit, and finding one in notes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.music import Key, Note, NoteTable, Scale
from ml.music.keys import detect_key

KEYS = st.builds(Key, st.integers(0, 11), st.sampled_from(Scale))


@given(KEYS)
def test_a_key_can_be_read_back_from_its_name(key: Key) -> None:
    assert Key.parse(str(key)) == key


@given(KEYS)
def test_a_mask_permits_the_scale_in_every_octave(key: Key) -> None:
    mask = key.pitch_mask()
    assert mask.shape == (128,)
    assert all(bool(mask[p]) == ((p - key.tonic) % 12 in key.scale.value) for p in range(128))
    assert key.tonic in key.pitch_classes


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("D:maj", Key(2)),
        ("F#:min", Key(6, Scale.MINOR)),
        ("G:dorian", Key(7, Scale.DORIAN)),
        ("bb dorian", Key(10, Scale.DORIAN)),
        ("Am", Key(9, Scale.MINOR)),
        ("CM", Key(0)),
        ("b", Key(11)),
        ("B♭", Key(10)),
        ("C♯ harmonic minor", Key(1, Scale.HARMONIC_MINOR)),
        ("  e-minor ", Key(4, Scale.MINOR)),
        ("Cb", Key(11)),
        ("D_natural_minor", Key(2, Scale.NATURAL_MINOR)),
    ],
)
def test_keys_are_read_as_musicians_write_them(text: str, key: Key) -> None:
    assert Key.parse(text) == key


@pytest.mark.parametrize("text", ["", "H:maj", "D:funny", "C##", "maj", "7", "C" * 500])
def test_other_texts_are_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="write for example"):
        Key.parse(text)


def scale_tune(key: Key) -> NoteTable:
    """Up and down the scale, with longer notes on the tonic triad."""
    third, sixth = (3, 8) if key.is_minor else (4, 9)
    steps = [0, 2, third, 5, 7, sixth, 7, 5, third, 2, 0, third, 7, third, 0]
    triad = (0, third, 7)
    return NoteTable.of(
        Note(i * 480, 480 if step in triad else 240, 60 + key.tonic + step) for i, step in enumerate(steps)
    )


@given(st.integers(0, 11), st.sampled_from([Scale.MAJOR, Scale.MINOR]))
def test_the_key_of_a_plain_tune_is_found(tonic: int, scale: Scale) -> None:
    key = Key(tonic, scale)
    found = detect_key([scale_tune(key)])
    assert found is not None
    assert found.key == key
    assert 0 < found.lead <= 2


def test_the_key_is_looked_for_in_the_range_only() -> None:
    there, later = scale_tune(Key(0)), scale_tune(Key(6))
    both = there.added(later.replaced(slice(None), start=later.start + 20_000))
    first, second = detect_key([both], 0, 20_000), detect_key([both], 20_000)
    assert first is not None
    assert second is not None
    assert (first.key, second.key) == (Key(0), Key(6))


def test_no_notes_and_all_notes_alike_have_no_key() -> None:
    assert detect_key([]) is None
    assert detect_key([NoteTable.empty()]) is None
    assert detect_key([NoteTable.of(Note(0, 10, pitch) for pitch in range(60, 72))]) is None
