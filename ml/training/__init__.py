"""From MIDI files to weights.

    zip or folder -> sources (files, metadata, splits; all untrusted) -> cache, columns (memory-mapped, one piece in
    memory at a time; held_out chooses what is held out where nobody else did)
    -> windows, hints, augmentation (a random request) -> batches (rows of like length); reading_ahead lays them out
    in other processes -> loop (optimise, validate, checkpoint) -> run folder

`corpora` names the known corpora, what may be learned from them and how much of each a general model sees.
`validation` lays held-out pieces out so that each note is asked once. `settings`, `progress`, `precision` and
`optimiser` are what the loop is set to; `run_checkpoint` lets a run go on exactly where it was stopped, `interruption`
stops it between two steps, `run_record` writes log, plot and the best model, `distributed` shares each batch among
processes. The command is `python -m ml train`: `options` declares it, `model_card` begins the card, `fine_tuning`
begins from a trained model without touching it, `install` puts a new one beside others.

`python -m ml index-copies` (`copy_index_command`) makes from the same training pieces what copies are looked up in:
`copy_index` takes their fingerprints, `piece_titles` says what they are called, `usual_runs` measures held-out pieces.

A run folder: resume.json and the resume-STEP.safetensors that it names; log.json, one entry for each validation;
train.json, the training loss (each step, of long runs each few steps); loss.svg; best/, a model folder.
"""
