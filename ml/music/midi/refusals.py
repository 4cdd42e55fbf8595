"""Refusing what is no MIDI file: recognised by its first bytes, said in one sentence with the way out."""

from __future__ import annotations


class UnreadableMidi(ValueError):
    """Nothing can be read; the text is one plain sentence naming the file, the trouble and the fix."""


SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "a ZIP archive", "unpack it and open the .mid file inside"),
    (b"PK\x05\x06", "an empty ZIP archive", "get the .mid file itself"),
    (b"\x1f\x8b", "a gzip archive", "unpack it and open the .mid file inside"),
    (b"7z\xbc\xaf", "a 7z archive", "unpack it and open the .mid file inside"),
    (b"Rar!", "a RAR archive", "unpack it and open the .mid file inside"),
    (b"SMF2CLIP", "a MIDI 2.0 clip", "save it as a standard MIDI file (.mid) in the program that made it"),
    (b"ID3", "MP3 audio", "open a MIDI file, which holds notes instead of sound"),
    (b"\xff\xfb", "MP3 audio", "open a MIDI file, which holds notes instead of sound"),
    (b"\xff\xf3", "MP3 audio", "open a MIDI file, which holds notes instead of sound"),
    (b"\xff\xf2", "MP3 audio", "open a MIDI file, which holds notes instead of sound"),
    (b"OggS", "Ogg audio", "open a MIDI file, which holds notes instead of sound"),
    (b"fLaC", "FLAC audio", "open a MIDI file, which holds notes instead of sound"),
    (b"%PDF", "a PDF document", "open a MIDI file"),
    (b"\x89PNG", "a picture", "open a MIDI file"),
    (b"\xff\xd8\xff", "a picture", "open a MIDI file"),
    (b"\x80\x02", "Python data", "open a MIDI file"),
    (b"\x80\x03", "Python data", "open a MIDI file"),
    (b"\x80\x04", "Python data", "open a MIDI file"),
    (b"\x80\x05", "Python data", "open a MIDI file"),
    (b"SQLite format 3", "a database", "open a MIDI file"),
)


def called(name: str) -> str:
    """How sentences name the file: its name in quotes, control characters left out, or "This file"."""
    clean = "".join(c for c in name if c.isprintable())[:80]
    return f'"{clean}"' if clean else "This file"


def refusal(data: bytes, name: str) -> UnreadableMidi | None:
    """The reason to refuse a file that holds no MIDI chunk at all, None when its start is no known other kind."""
    if not data:
        return UnreadableMidi(f"{called(name)} is empty: get the file again from where it came from.")
    kind = _foreign_kind(data)
    if kind is None:
        return None
    return UnreadableMidi(f"{called(name)} is {kind[0]} and not a MIDI file: {kind[1]}.")


def not_midi(name: str) -> UnreadableMidi:
    """The refusal of bytes that nobody recognises."""
    return UnreadableMidi(f"{called(name)} is not a MIDI file, or is damaged from its first byte: open another one.")


def _foreign_kind(data: bytes) -> tuple[str, str] | None:
    for signature, kind, fix in SIGNATURES:
        if data.startswith(signature):
            return kind, fix
    if data[:4] == b"RIFF" and data[8:12] not in (b"RMID", b""):
        return "a RIFF file with other content (WAV audio, a sound font, video)", "open a MIDI file"
    start = data[:512].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return "a web page", "download the MIDI file itself, not the page about it"
    if start.startswith((b"<?xml", b"<score-partwise", b"<museScore".lower())):
        return "an XML document", "export it as MIDI (.mid) in the program that made it"
    return None
