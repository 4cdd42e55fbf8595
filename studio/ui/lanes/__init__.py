"""Lanes under the roll: one value of every note (velocity) over the same time axis as the note area.

A lane shares the `RollContext` and so scrolls and zooms with the roll; its gutter is as wide as the strip
of keys, so that a stem stands exactly under the start of its note. Its gestures follow the roll's: nothing
is committed before the button is let go, and then as one named step.
"""
