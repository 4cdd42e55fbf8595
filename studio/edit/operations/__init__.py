"""What can be done to a piece: pure functions from a Score to an `Edited`, one family per file.

Operations on notes take a `Selection` and touch nothing else; with nothing selected they change nothing
(whether "nothing" should mean "all" is for the caller to say). What cannot be done raises `EditRefused`
with a sentence. What follows from physics and not from the user's wish (a group stops at pitch 127, ticks
are rounded) is done, and said in `Edited.remarks` where it would surprise.

Overlaps: notes of one pitch may overlap, and no edit clips or removes a note because another one was laid
over it, so moving a note across others and back changes nothing. Playback and export end the earlier one
where the later starts; `cut_overlaps` does so in the score, when asked. The one exception guards against
invisible doubles: a new or pasted note exactly like one that is there becomes that one (`merge_notes`).

Locked notes are locked against models, never against the musician.
"""

from studio.edit.operations.lengths import cut_overlaps, join, legato, split_at, staccato
from studio.edit.operations.notes import (
    add_note,
    add_notes,
    clamped_move,
    delete_notes,
    duplicate,
    move_notes,
    nudge,
    resize_notes,
    set_flag,
    set_lengths,
)
from studio.edit.operations.pitch import fit_to_key, invert, transpose, transpose_in_key
from studio.edit.operations.takes import accept_take, next_source
from studio.edit.operations.time import remove_metre, remove_tempo, set_key_signature, set_marker, set_metre, set_tempo
from studio.edit.operations.timing import humanise, quantise, reverse, stretch
from studio.edit.operations.tracks import (
    add_track,
    delete_track,
    duplicate_track,
    free_channel,
    move_track,
    on_free_channel,
    rename_track,
    set_colour,
    set_instrument,
    set_mixer,
)
from studio.edit.operations.velocity import change_velocity, ramp_velocity, scale_velocity, set_velocities, set_velocity

__all__ = [
    "accept_take",
    "add_note",
    "add_notes",
    "add_track",
    "change_velocity",
    "clamped_move",
    "cut_overlaps",
    "delete_notes",
    "delete_track",
    "duplicate",
    "duplicate_track",
    "fit_to_key",
    "free_channel",
    "humanise",
    "invert",
    "join",
    "legato",
    "move_notes",
    "move_track",
    "next_source",
    "nudge",
    "on_free_channel",
    "quantise",
    "ramp_velocity",
    "remove_metre",
    "remove_tempo",
    "rename_track",
    "resize_notes",
    "reverse",
    "scale_velocity",
    "set_colour",
    "set_flag",
    "set_instrument",
    "set_key_signature",
    "set_lengths",
    "set_marker",
    "set_metre",
    "set_mixer",
    "set_tempo",
    "set_velocities",
    "set_velocity",
    "split_at",
    "staccato",
    "stretch",
    "transpose",
    "transpose_in_key",
]
