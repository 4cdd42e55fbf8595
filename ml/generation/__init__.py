"""From a request to takes: prompt, sampler, limits, guards.

`prompt` turns a request of any verb into a piece with a window and hints, as in training; `given` says which notes
the models hear, `row_layout` which bars of them fit into a row. `limits_mask` works out once for all takes what limits
and notes that stay leave open; `plan` does so for what Vary keeps, and proves that it is possible. `choices` follows
either while a take is written, `writer` asks it for the masks of each field and keeps the notes. `lane` steps several
takes through the network as one batch with a cache; `drawing` draws one value from logits by temperature and nucleus,
and `last_note` is how the network reads what was written. `cleaning` ends notes that would be too many at once,
`guards` says which takes must be drawn again. `generate` ties them together and yields notes as they come; it looks at
its cancel token before every note.

Where more takes are written than are shown, `tidying` puts right in each what a player would, and `ranking` chooses:
it leaves out what is empty or nearly the same as another, orders the rest by bits per note under a second model and
`criteria` (the song's manner, endings, form), and picks different ones; `ranking_words` says so.

Masks never leave nothing: a step is open only if a pitch, room among the voices and a place in the bar are, and a plan
lets each note move no later than a step from which all others are known to follow. All limits are applied in ticks, so
that rounding from the grid of the models breaks none. Lines that hardly rest in the song may not rest longer than a
bar, or than they do there. Where no step is open within the reach of the onset classes, they count with whole bars
left out, as the models have learned it.

Beside writing, models can be asked about notes that are there, whoever wrote them; answers are plain data
(`ml.requests.explanations`). `surprise` gives bits of any notes: those of a song in the rows of `song_rows`, which are
those that the scoreboard measures; those of takes by `replay`, which walks a writer through a take again, so that a
network reads exactly what it would have read. `field_bits` reads many rows, or many takes after one prompt, at once.
`moment` cuts a row just before one note; `alternatives` says what else was likely there and, with `note_frames`, what
the limits leave of it; `attention_view` what was looked at; `next_pitches` what may come at a cursor, with a memory of
what was read. None of it touches how takes are written, and every answer stops at its cancel token.

Take k of a request is drawn with a random stream made of the seed and k alone. A take that is finished stays in its
batch until all are, so that cancelling or keeping one never changes the others.
"""

from ml.generation.generate import generate
from ml.generation.items import GenerationItem, NoteItem, RemarkItem, TakeItem
from ml.models.checkpoint import LoadedModel, load_model
from ml.models.model_folder import UnusableCheckpoint

__all__ = [
    "GenerationItem",
    "LoadedModel",
    "NoteItem",
    "RemarkItem",
    "TakeItem",
    "UnusableCheckpoint",
    "generate",
    "load_model",
]
