"""Meta events that mean something here: texts, tempo, metre and key, decoded and encoded through mido."""

from __future__ import annotations

from mido.midifiles.meta import KeySignatureError, MetaMessage, build_meta_message

from ml.music.keys import Key
from ml.music.midi.limits import MAX_DENOMINATOR_POWER
from ml.music.score import KeySignature
from ml.music.time_map import Metre, Tempo

TEXT, TRACK_NAME, MARKER = 0x01, 0x03, 0x06
CHANNEL_PREFIX, PORT, END_OF_TRACK = 0x20, 0x21, 0x2F
TEMPO, METRE, KEY = 0x51, 0x58, 0x59

MAJOR_NAMES = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
MINOR_NAMES = ("Cm", "C#m", "Dm", "D#m", "Em", "Fm", "F#m", "Gm", "G#m", "Am", "Bbm", "Bm")


class BadMeta(ValueError):
    """A meta event that makes no sense; the text says what it is, to follow "Track 2: "."""


def decode_text(data: bytes) -> str:
    """The text of a meta event: UTF-8, else Shift-JIS where that gives Japanese, else Windows Latin."""
    data = data.rstrip(b"\0")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        text = data.decode("cp932")
    except UnicodeDecodeError:
        text = ""
    foreign = [c for c in text if ord(c) > 127]
    if foreign and all(_is_japanese(c) for c in foreign):
        return text
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _is_japanese(character: str) -> bool:
    """Full-width kana, kanji or punctuation: half-width kana are more often Latin letters with accents."""
    code = ord(character)
    return 0x3000 <= code <= 0x30FF or 0x4E00 <= code <= 0x9FFF or 0xFF01 <= code <= 0xFF60


def check(kind: int, payload: bytes) -> None:
    """Raise BadMeta for an event of a known kind that strict programs could not read back."""
    try:
        build_meta_message(kind, payload)
    except (IndexError, KeyError, ValueError) as error:
        raise BadMeta(f"an event of kind {kind:#04x} is malformed and was left out") from error


def decode_tempo(tick: int, payload: bytes) -> Tempo:
    """Raises BadMeta for tempo 0 and for payloads that are too short."""
    if len(payload) < 3:
        raise BadMeta("a tempo is malformed and was left out")
    value = build_meta_message(TEMPO, payload).tempo
    if value < 1:
        raise BadMeta("a tempo of no duration was left out")
    return Tempo(tick, value)


def decode_metre(tick: int, payload: bytes) -> Metre:
    """Raises BadMeta for 0 beats, for notes shorter than 1/128, and for payloads that are too short."""
    if len(payload) < 2:
        raise BadMeta("a metre is malformed and was left out")
    if not payload[0] or payload[1] > MAX_DENOMINATOR_POWER:
        raise BadMeta(f"the metre {payload[0]}/2^{payload[1]} makes no sense and was left out")
    message = build_meta_message(METRE, payload[:2] + b"\x18\x08")
    return Metre(tick, message.numerator, message.denominator)


def decode_key(tick: int, payload: bytes) -> KeySignature:
    """Raises BadMeta for more than seven accidentals or a mode that is neither major nor minor."""
    try:
        name = build_meta_message(KEY, payload).key
    except (IndexError, KeySignatureError, ValueError) as error:
        raise BadMeta("a key signature makes no sense and was left out") from error
    return KeySignature(tick, Key.parse(name))


def encode_meta(kind: int, payload: bytes) -> bytes:
    """A whole meta event, with its length."""
    return bytes((0xFF, kind)) + encode_number(len(payload)) + payload


def encode_text(kind: int, text: str) -> bytes:
    """A whole text event in UTF-8; what no encoding can hold (lone surrogates) becomes a question mark."""
    return encode_meta(kind, text.encode("utf-8", "replace"))


def encode_tempo(tempo: Tempo) -> bytes:
    return bytes(MetaMessage("set_tempo", tempo=min(max(tempo.us_per_quarter, 1), 0xFFFFFF)).bytes())


def encode_metre(metre: Metre) -> bytes:
    """The whole event; more beats than a byte holds, or a note that is no power of two, come out nearest."""
    power = max(metre.denominator.bit_length() - 1, 0)
    return bytes(
        MetaMessage(
            "time_signature", numerator=min(metre.numerator, 255), denominator=2 ** min(power, MAX_DENOMINATOR_POWER)
        ).bytes()
    )


def encode_key(key: Key) -> bytes:
    """The whole event; scales other than major and minor are written as one of them on the same tonic."""
    return bytes(MetaMessage("key_signature", key=(MINOR_NAMES if key.is_minor else MAJOR_NAMES)[key.tonic]).bytes())


def encode_number(value: int) -> bytes:
    """A variable-length number; value 0 to 2**28 - 1."""
    if value < 0x80:
        return bytes((value,))
    groups = [value & 127]
    while value := value >> 7:
        groups.append(value & 127 | 128)
    return bytes(reversed(groups))
