"""Music as arrays for networks. The event family: one note is one event, one network step.

`vocabulary` names every field and its size. `piece` turns a Score into columns on a grid of 24 steps to
the quarter. `sequence` lays one request out as a row of events: controls and part declarations, given
notes, the asked parts' own past, an ASK event where the region starts, the asked notes, END. Because
every event carries its own bar and position, given notes may come from anywhere in time.

Two choices beyond the design page. An explicit ASK event marks where the region starts, so that the
first asked onset counts from the bar line and END has a place to be learned. Onsets farther than twelve
quarters from the note before are shortened by whole bars: a position stays exact, a very long rest does
not, and the field stays small.

The chorale family is a grid instead: `chorale_grid` reads frames by voices and turns them into a Score and back,
`chorale_past` counts what stands before each frame (how long voices have held, how they moved, what followed the place
most like this one), `chorale_pitch` sees pitches from the home of their piece, `chorale_batch` stacks pieces.
"""
