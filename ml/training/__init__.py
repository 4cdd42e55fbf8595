"""From MIDI files to weights.

`corpora` names the known corpora, what may be learned from them and how much of each a general model sees.
`cache` reads any zip or folder of MIDI files once into memory-mapped columns. `windows` chooses requests from
pieces and augments them; `batches` groups rows of like length. `loop` trains, validates, resumes and writes
the model folder with its card. The command is `python -m ml train`.
"""
