"""What a MIDI file may cost: checked before anything is allocated for it."""

MAX_FILE_BYTES = 32 * 1024 * 1024
"""Files above this are refused unread: a million notes need about 8 MB."""

MAX_EVENTS = 4_000_000
"""Notes and other events together; files with more are refused."""

MAX_TRACKS = 2_048
"""Tracks that are kept; further ones are left out with a warning."""

MAX_TICK = 0x0FFF_FFFF
"""Latest place in a piece: what one delta time can express. Events beyond are put here with a warning."""

MAX_DENOMINATOR_POWER = 7
"""Metres down to x/128 are musical; smaller ones would make bars of no length."""

DEFAULT_TICKS_PER_QUARTER = 480
"""Assumed when a file states none that makes sense."""
