"""Why this note: what models say of notes when asked, and where it is shown.

`WhyFlow` joins the session's `WhyDesk`, which asks, with the roll's `RollInsight`, which shows: colours of surprise,
arcs of attention from the note under the mouse, bars of the next pitches on the keys. It waits a moment after every
edit, scroll and movement of the mouse, so that models are asked once and not a hundred times. `WhatElse` is the
small window with the other ways to write a note; `why_words` holds the sentences, `arcs_view` makes arcs of attention.
"""
