"""From MIDI files to weights.

`corpora` names the known corpora, what may be learned from them and how much of each a general model sees.
`sources` finds files, metadata and splits in any zip or folder; `cache` reads them once into memory-mapped columns.
`windows` chooses requests from pieces and augments them; `batches` groups rows of like length. `validation` lays
held-out pieces out so that each note is asked once. `loop` trains, validates and writes the model folder with its
card; `run_checkpoint` lets it go on exactly where it was stopped. The command is `python -m ml train`.
"""
