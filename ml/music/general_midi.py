"""General MIDI: names of the 128 instruments and of the percussion keys, and what each instrument can play."""

from __future__ import annotations

GM_INSTRUMENTS: tuple[str, ...] = (
    "Grand Piano", "Bright Piano", "Electric Grand", "Honky-tonk Piano",
    "Electric Piano 1", "Electric Piano 2", "Harpsichord", "Clavinet",
    "Celesta", "Glockenspiel", "Music Box", "Vibraphone",
    "Marimba", "Xylophone", "Tubular Bells", "Dulcimer",
    "Drawbar Organ", "Percussive Organ", "Rock Organ", "Church Organ",
    "Reed Organ", "Accordion", "Harmonica", "Tango Accordion",
    "Nylon Guitar", "Steel Guitar", "Jazz Guitar", "Clean Guitar",
    "Muted Guitar", "Overdriven Guitar", "Distortion Guitar", "Guitar Harmonics",
    "Acoustic Bass", "Finger Bass", "Pick Bass", "Fretless Bass",
    "Slap Bass 1", "Slap Bass 2", "Synth Bass 1", "Synth Bass 2",
    "Violin", "Viola", "Cello", "Double Bass",
    "Tremolo Strings", "Pizzicato Strings", "Harp", "Timpani",
    "Strings 1", "Strings 2", "Synth Strings 1", "Synth Strings 2",
    "Choir Aahs", "Voice Oohs", "Synth Voice", "Orchestra Hit",
    "Trumpet", "Trombone", "Tuba", "Muted Trumpet",
    "French Horn", "Brass Section", "Synth Brass 1", "Synth Brass 2",
    "Soprano Sax", "Alto Sax", "Tenor Sax", "Baritone Sax",
    "Oboe", "English Horn", "Bassoon", "Clarinet",
    "Piccolo", "Flute", "Recorder", "Pan Flute",
    "Blown Bottle", "Shakuhachi", "Whistle", "Ocarina",
    "Square Lead", "Sawtooth Lead", "Calliope Lead", "Chiff Lead",
    "Charang Lead", "Voice Lead", "Fifths Lead", "Bass and Lead",
    "New Age Pad", "Warm Pad", "Polysynth Pad", "Choir Pad",
    "Bowed Pad", "Metallic Pad", "Halo Pad", "Sweep Pad",
    "Rain", "Soundtrack", "Crystal", "Atmosphere",
    "Brightness", "Goblins", "Echoes", "Science Fiction",
    "Sitar", "Banjo", "Shamisen", "Koto",
    "Kalimba", "Bagpipe", "Fiddle", "Shanai",
    "Tinkle Bell", "Agogo", "Steel Drums", "Woodblock",
    "Taiko Drum", "Melodic Tom", "Synth Drum", "Reverse Cymbal",
    "Fret Noise", "Breath Noise", "Seashore", "Bird Tweet",
    "Telephone Ring", "Helicopter", "Applause", "Gunshot",
)  # fmt: skip
"""Names by program number, 0 to 127."""

_FAMILY_RANGES = (
    (21, 108), (60, 108), (36, 96), (40, 88), (28, 67), (36, 103), (28, 103), (36, 86),
    (36, 88), (60, 96), (21, 108), (24, 108), (24, 108), (48, 84), (36, 84), (0, 127),
)  # fmt: skip
"""Lowest and highest pitch of each family of eight: pianos, chromatic percussion, organs, guitars, basses, strings,
ensembles, brass, reeds, pipes, leads, pads, synth effects, plucked instruments of the world, percussive, noises."""

_OWN_RANGES: dict[int, tuple[int, int]] = {
    4: (28, 103), 5: (28, 103), 6: (29, 89), 7: (29, 88),
    8: (60, 108), 9: (79, 108), 10: (60, 108), 11: (53, 89), 12: (36, 96), 13: (65, 108), 14: (60, 79), 15: (50, 88),
    19: (24, 108), 20: (29, 89), 21: (41, 93), 22: (60, 96), 23: (36, 95),
    24: (40, 83), 25: (40, 84), 28: (40, 84), 31: (52, 100), 38: (24, 72), 39: (24, 72),
    40: (55, 103), 41: (48, 91), 42: (36, 81), 43: (28, 67), 44: (28, 103), 45: (28, 96), 46: (24, 103), 47: (36, 57),
    50: (24, 108), 51: (24, 108), 52: (36, 84), 53: (36, 84), 54: (36, 96), 55: (36, 84),
    56: (54, 86), 57: (40, 77), 58: (26, 65), 59: (54, 86), 60: (34, 77), 62: (36, 96), 63: (36, 96),
    64: (56, 88), 65: (49, 81), 66: (44, 76), 67: (36, 69), 68: (58, 91), 69: (52, 81), 70: (34, 75), 71: (50, 94),
    72: (74, 108), 73: (59, 98), 74: (65, 98), 77: (55, 88), 79: (60, 89),
    105: (48, 86), 107: (43, 91), 108: (48, 91), 109: (36, 84), 110: (55, 100),
    112: (60, 96), 114: (47, 89), 116: (36, 72), 117: (36, 72), 118: (36, 72), 119: (24, 84),
}  # fmt: skip
"""Programs that differ from their family."""

GM_RANGES = tuple(_OWN_RANGES.get(program, _FAMILY_RANGES[program // 8]) for program in range(128))
"""Lowest and highest sounding MIDI pitch by program, as good players reach them; voices from bass to soprano."""

GM_DRUMS: dict[int, str] = {
    27: "High Q", 28: "Slap", 29: "Scratch Push", 30: "Scratch Pull", 31: "Sticks",
    32: "Square Click", 33: "Metronome Click", 34: "Metronome Bell",
    35: "Acoustic Kick", 36: "Kick", 37: "Side Stick", 38: "Snare", 39: "Hand Clap",
    40: "Electric Snare", 41: "Low Floor Tom", 42: "Closed Hi-hat", 43: "High Floor Tom",
    44: "Pedal Hi-hat", 45: "Low Tom", 46: "Open Hi-hat", 47: "Low-mid Tom", 48: "High-mid Tom",
    49: "Crash 1", 50: "High Tom", 51: "Ride 1", 52: "Chinese Cymbal", 53: "Ride Bell",
    54: "Tambourine", 55: "Splash", 56: "Cowbell", 57: "Crash 2", 58: "Vibraslap", 59: "Ride 2",
    60: "High Bongo", 61: "Low Bongo", 62: "Muted High Conga", 63: "Open High Conga", 64: "Low Conga",
    65: "High Timbale", 66: "Low Timbale", 67: "High Agogo", 68: "Low Agogo", 69: "Cabasa",
    70: "Maracas", 71: "Short Whistle", 72: "Long Whistle", 73: "Short Guiro", 74: "Long Guiro",
    75: "Claves", 76: "High Woodblock", 77: "Low Woodblock", 78: "Muted Cuica", 79: "Open Cuica",
    80: "Muted Triangle", 81: "Open Triangle", 82: "Shaker", 83: "Jingle Bell", 84: "Bell Tree",
    85: "Castanets", 86: "Muted Surdo", 87: "Open Surdo",
}  # fmt: skip
"""Names of percussion keys by pitch: General MIDI 35 to 81, and what General MIDI 2 adds around them."""


def instrument_name(program: int | None, drums: bool = False) -> str:
    """What to call a track's instrument: "Drums" for percussion, the piano where a file named none."""
    return "Drums" if drums else GM_INSTRUMENTS[(program or 0) & 127]


def instrument_range(program: int | None) -> tuple[int, int]:
    """Lowest and highest pitch that the instrument can play, both included; the piano where a file named none."""
    return GM_RANGES[(program or 0) & 127]
