"""What the note area is drawn from, one layer a file, from back to front.

rows, grid, regions, ghosts, notes and takes are drawn into a picture that is kept until something in it
changes; gesture overlays, arcs, captions, the hint of an empty roll and the playhead are drawn over it on every
frame, so that playback repaints two narrow strips. A layer reads the `RollContext` and paints one rectangle.
"""
