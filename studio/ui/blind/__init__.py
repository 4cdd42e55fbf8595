"""Blind tests in the window: takes are compared while the song loops, and nobody sees whose they are.

`begin_dialog` asks how to test; `blind_strip` is the row above the roll that shows letters and progress while a test
runs; `result_dialog` is the reveal; `tallies_dialog` with `score_plot` shows all votes ever cast. `blind_flow` joins
them with the session's `BlindDesk`, which holds the test itself. While `studio.takes.blind` is set the panel, the
comparison and the roll show neither names nor notes of takes, and the commands of single takes are off: whatever
tells takes apart by eye would spoil the test. What the song itself has in those bars is hidden in one place,
`RollContext.score`, which all that draws, finds or selects notes reads; the tallies leave the votes of the running test
out. Letters belong to one comparison only and mean nothing in the next.
"""
