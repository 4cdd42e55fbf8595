"""The model panel: shelf, what to ask, and the takes that come back, as rows of little rolls that fill while heard.

`AskFlow` and `TakeFlow` ask the session; `board_view` turns the session's board into plain values for the rows and into
ghost notes for the roll; the widgets show values and pass wishes on. While the comparison (`studio.ui.audition`) shows
all takes side by side, the panel shows only the one that is heard.
"""
