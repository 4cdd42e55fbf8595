"""The piano roll: one custom-painted note area with ruler, keys and overview around it.

`RollContext` is what they share: the document, the `Viewport` (pure maths between pixels and music), the
grid, the tool, and what is shown beside the document (takes, loop, playhead). Drawing is a stack of layers,
one file each, in `layers/`; what the mouse does is one small gesture a file, in `gestures/`, chosen by a
dispatcher. A gesture shows what it would do as an overlay and commits once, when the button is let go, as
one named step; Esc drops it. Notes are painted in batches from the columns of a `NoteTable`, found by
binary search, so a frame costs the same whether the piece has a thousand notes or a million.

`RollInsight` holds what models say of notes, for the layers and keys that show it; `studio.ui.why` fills it.
"""
