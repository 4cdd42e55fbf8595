"""The scoreboard: models on held-out music, beside floors that any model must clear and beside the music itself.

`bench` holds models, corpora, split, seed and scale of one measurement, and the work that sections share. Each section
is a file that turns a bench into a `Section` of tables: `bits_table` (bits per note), `bits_by_place` (by place and on
returning themes), `trunk_table` (equal time, equal notes), `feature_tables` and `copying_table` (what samples are
like), `obedience_table` (guarantees, one kind of request for each of `tasks`), `ranking_table` (whether chosen takes
are better ones), `four_voices` (chorales on the grid of the published benchmarks), `note_cost`. `note_bits` and
`ngrams` give bits of single notes; `excerpts`, `samples` and `ngram_writer` what is continued and by whom. `board`
writes sections into `scoreboard.json`, from which `scoreboard.md` is rendered, and leaves those of other splits and
runs alone; `cards` puts a model's own rows on its card. `command` is `python -m ml evaluate`.

Choices are made on "valid"; "test" is for the models that ship, once. Every section states its definition, data and
checkpoint hashes and seed. What could not be measured is said in its place.
"""
