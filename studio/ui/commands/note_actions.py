"""The Notes menu: moving, lengths, loudness and time of the selected notes, all from the keyboard."""

from __future__ import annotations

import random
from collections.abc import Callable

from ml.music import LOCKED, MUTED, Score
from studio.edit.edited import Edited, EditRefused
from studio.edit.operations.lengths import cut_overlaps, join, legato, split_at, staccato
from studio.edit.operations.notes import move_notes, nudge, resize_notes, set_flag
from studio.edit.operations.pitch import fit_to_key, invert, transpose_in_key
from studio.edit.operations.timing import humanise, quantise, reverse
from studio.edit.operations.velocity import change_velocity
from studio.edit.selection import Selection
from studio.ui.actions import Action
from studio.ui.commands.desk import Desk, Operation

VELOCITY_STEP = 5
SEED_LIMIT = 1 << 31
HUMANISE_QUARTERS = 0.02
"""Spread of starts, in quarters: 10 ms at 120 quarters a minute."""
HUMANISE_VELOCITY = 6


def note_actions(desk: Desk, randomness: random.Random) -> list[Action]:
    """`randomness` seeds humanise, whose result is then a function of the seed."""

    def some() -> bool:
        return desk.has_selection

    def any_notes() -> bool:
        return desk.has_notes

    def pitch(semitones: int) -> Operation:
        return lambda score, chosen: move_notes(score, chosen, 0, semitones)

    def steps(count: int) -> Operation:
        def operation(score: Score, chosen: Selection) -> Edited:
            span = chosen.span(score)
            key = score.key_at(span[0]) if span else None
            if key is None:
                raise EditRefused("Scale steps need a key: set one at the top of the window.")
            return transpose_in_key(score, chosen, key, count)

        return operation

    def into_key(score: Score, chosen: Selection) -> Edited:
        span = chosen.span(score)
        key = score.key_at(span[0]) if span else None
        if key is None:
            raise EditRefused("There is no key to bring notes into: set one at the top of the window.")
        return fit_to_key(score, chosen, key)

    def time(ticks: Callable[[], int]) -> Operation:
        return lambda score, chosen: nudge(score, chosen, ticks())

    def longer(sign: int) -> Operation:
        return lambda score, chosen: resize_notes(score, chosen, 0, sign * desk.grid_ticks)

    def louder(step: int) -> Operation:
        return lambda score, chosen: change_velocity(score, chosen, step)

    def quantised(strength: float, ends: bool = False) -> Operation:
        return lambda score, chosen: quantise(score, chosen, desk.context.grid.ticks, strength, ends)

    def loosened(score: Score, chosen: Selection) -> Edited:
        ticks = score.ticks_per_quarter * HUMANISE_QUARTERS
        return humanise(score, chosen, randomness.randrange(SEED_LIMIT), ticks, HUMANISE_VELOCITY)

    def fine_ticks() -> int:
        return max(1, desk.grid_ticks // 16)

    def note(
        action_id: str, title: str, key: str, section: str, operation: Operation, tooltip: str, whole: bool = False
    ) -> Action:
        callback = desk.edit_chosen(title, operation) if whole else desk.edit(title, operation)
        enabled = any_notes if whole else some
        return Action(f"notes.{action_id}", title, callback, key, "Notes", section, enabled, tooltip=tooltip)

    return [
        note("up", "Semitone up", "Up", "pitch", pitch(1), "Move the selected notes a semitone up"),
        note("down", "Semitone down", "Down", "pitch", pitch(-1), "Move the selected notes a semitone down"),
        note("octave_up", "Octave up", "Shift+Up", "pitch", pitch(12), "Move the selected notes an octave up"),
        note("octave_down", "Octave down", "Shift+Down", "pitch", pitch(-12), "Move the selected notes an octave down"),
        note("step_up", "Scale step up", "Alt+Up", "pitch", steps(1), "Move the selected notes to the next one in key"),
        note("step_down", "Scale step down", "Alt+Down", "pitch", steps(-1),
             "Move the selected notes to the one before in key"),
        note("into_key", "Bring into the key", "Alt+A", "pitch", into_key,
             "Move notes outside the key to the nearest pitch in it", whole=True),
        note("invert", "Mirror pitches", "Alt+I", "pitch", invert, "Turn the selected melody upside down"),
        note("later", "Later", "Right", "time", time(lambda: desk.grid_ticks),
             "Move the selected notes by a grid step"),
        note("earlier", "Earlier", "Left", "time", time(lambda: -desk.grid_ticks),
             "Move the selected notes back by a grid step"),
        note("bar_later", "Bar later", "Ctrl+Right", "time", time(lambda: desk.bar_ticks),
             "Move the selected notes by a bar"),
        note("bar_earlier", "Bar earlier", "Ctrl+Left", "time", time(lambda: -desk.bar_ticks),
             "Move the selected notes back by a bar"),
        note("bit_later", "A little later", "Alt+Right", "time", time(fine_ticks), "Move by a sixteenth of the grid"),
        note("bit_earlier", "A little earlier", "Alt+Left", "time", time(lambda: -fine_ticks()),
             "Move back by a sixteenth of the grid"),
        note("quantise", "Quantise", "Q", "time", quantised(1.0), "Pull note starts onto the grid", whole=True),
        note("quantise_half", "Quantise halfway", "Alt+Q", "time", quantised(0.5),
             "Pull note starts half the way to the grid", whole=True),
        note("quantise_ends", "Quantise starts and ends", "Shift+Q", "time", quantised(1.0, ends=True),
             "Pull note starts and ends onto the grid", whole=True),
        note("humanise", "Humanise", "Alt+H", "time", loosened,
             "Loosen time and loudness a little", whole=True),
        note("reverse", "Reverse", "Alt+R", "time", reverse, "Play the selected notes backwards"),
        note("longer", "Longer", "Shift+Right", "length", longer(1), "Lengthen the selected notes by a grid step"),
        note("shorter", "Shorter", "Shift+Left", "length", longer(-1), "Shorten the selected notes by a grid step"),
        note("legato", "Legato", "Alt+L", "length", legato, "Let each note last until the next one", whole=True),
        note("staccato", "Staccato", "Alt+S", "length", staccato, "Make each note half as long", whole=True),
        note("cut_overlaps", "Cut overlaps", "Alt+O", "length", cut_overlaps,
             "End each note where the next one of its pitch starts", whole=True),
        note("split", "Split at the playhead", "Ctrl+E", "length",
             lambda score, chosen: split_at(score, chosen, desk.playhead_tick),
             "Cut the notes that sound at the playhead in two", whole=True),
        note("join", "Join", "Ctrl+J", "length", lambda score, chosen: join(score, chosen, desk.grid_ticks),
             "Make neighbours of one pitch one note"),
        note("louder", "Louder", "Ctrl+Up", "loudness", louder(VELOCITY_STEP), "Raise the velocity by 5"),
        note("softer", "Softer", "Ctrl+Down", "loudness", louder(-VELOCITY_STEP), "Lower the velocity by 5"),
        Action("notes.mute", "Mute notes", desk.edit("Mute notes", lambda s, c: set_flag(s, c, MUTED)),
               "0", "Notes", "flags", some, keys_when=lambda: not desk.studio.takes.showing,
               tooltip="Keep the selected notes but do not play them; again to hear them"),
        note("lock", "Lock notes", "Shift+L", "flags", lambda s, c: set_flag(s, c, LOCKED),
             "Keep models from changing the selected notes, again to unlock them; you may edit them all the same"),
    ]  # fmt: skip
