"""Features of music, as numbers: what a listener would notice, measured on notes alone.

`passage` is what most measures look at: notes of some bars as columns. `muspy_features` and `yang_lerch` describe one
passage by scalars and histograms; `overlap` says how alike two sets of passages are in one such feature.
`voice_leading` counts what a teacher of harmony would mark in four-part writing. `note_runs` gives every run of notes
a number, so that `copying` finds runs in millions of notes and `returns` finds the themes that come back in a piece.

`copying` needs the corpora. The program ships without them, so it looks copies up in a `copy_index`: `winnowing`
chooses fingerprints, `copy_postings` puts them in order, `copy_index_file` keeps them in a few bytes each, and
`usual_copying` says how long the runs are that music by people shares, without which no run means anything.

Published definitions are kept to the letter, and tests compare them with published or printed rows; where a
definition is ours, its docstring says so. Figures mean little alone: print the corpus's own row beside them.
"""
