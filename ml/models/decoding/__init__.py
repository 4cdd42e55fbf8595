"""Writing notes one by one, fast: the network once more, in numpy, for the few rows of a few takes.

A note costs some thirty small products and five times as many small operations. In torch each of them costs 3 to
16 microseconds of bookkeeping, many times what it computes; in numpy half of one. So torch trains and reads
prompts, whole rows at once, and what follows note by note runs here, on copies of the weights:

`layers` holds the products, norms and the few functions all share; `recurrent` and `attention` step the trunks;
`head` writes the five fields of a note; `decoder` ties them together. Everything is float32 and what a take gets
does not depend on what the other rows of its batch hold. What can be multiplied into weights beforehand is: the
gains of norms, the scales of attention, the halves of sigmoids, the key of the piece.

There is no second definition to keep in step by eye: tests compare every field's log-likelihood, note by note,
with `EventModel.losses` on the whole row, for every trunk.

Not here: int8. Dynamic quantisation of the linear layers costs 30 to 40 microseconds a product whatever its size;
float32 costs 5 to 30 in the models that ship, whose products have 10,000 to 170,000 weights (`python -m tests.perf
generation` measures both). It would begin to pay at 250,000 and is worth a tenth of the time at 4.5 million
parameters, where it would also make a take depend on the others of its batch.
"""
