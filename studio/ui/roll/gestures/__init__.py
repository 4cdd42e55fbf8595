"""What the mouse does in the note area: one gesture a file, with begin, update, end and cancel.

`dispatch` chooses the gesture from the tool, what is under the mouse and the keys that are held. A gesture
never changes the document before `end`; until then it paints what would come as an overlay.
"""
