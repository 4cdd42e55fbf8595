"""The declarations of all actions, one file per menu.

Each function takes what its actions work on and returns them in menu order. A callback does its job or raises
one of the session's troubles: the window shows its sentence. Nothing here makes widgets, and nothing else in
`studio.ui` knows keys, except the mouse's modifiers in the roll.
"""
