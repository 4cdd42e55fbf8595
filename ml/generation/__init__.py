"""From a request to takes: prompt, sampler, limits, guards.

`prompt` lays the request out as an event row. `writer` holds what one take has written so far and which next notes
its limits permit. `lane` steps several takes through the network as one batch with a cache. `drawing` draws one
value from logits by temperature and nucleus. `guards` cleans finished takes and says which must be drawn again.
`generate` ties them together and yields notes as they come; it looks at its cancel token before every note.

Take k of a request is drawn with a random stream made of the seed and k alone. A take that is finished stays in its
batch until all are, so that cancelling or keeping one never changes the others.
"""

from ml.generation.generate import generate
from ml.generation.items import GenerationItem, NoteItem, RemarkItem, TakeItem
from ml.models.checkpoint import LoadedModel, UnusableCheckpoint, load_model

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
