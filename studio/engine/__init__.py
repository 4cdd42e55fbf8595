"""The worker between requests and takes, and the shelf of models.

`Shelf` looks at model folders without torch: it reads cards and the header of the weights (`ml.models.weights_file`,
the same strict reader that loading uses), believes nothing, and lists what cannot be used with one sentence each.
`families` says which kinds of models this version knows and which of them answer requests; a shipped card's `order`
puts it in its place, and the first two that answer do so until the user chooses. `adding` copies a folder that a user
brings into their own, whole or not at all; `card_text` words a card for people.

`Engine` owns one worker thread; torch is imported there and nowhere else. A job is one request put to one or several
models (`answer`: one model's part), which share the worker by time (`turns`), so that all of them answer side by side
and a slow one does not hold a fast one to its own pace; the first bar of the first model comes before all else. Each
can be cancelled alone. With `ml.requests.Choosing` a model writes more rounds of takes, unseen, and `Chosen` tells
which of all are worth showing (`ml.generation.ranking`), judged by another model of the shelf. Messages wait in a
queue until `poll`; `on_message` wakes whoever polls (it is called on any thread). Between jobs the worker also loads
models ahead of need, loads folders to check them, and measures speeds (`speed`): a request interrupts measuring.
Questions aside (`Engine.study`: how surprising are these notes, what else was possible) are functions that get the
loaded model on the worker; they wait until no job does, and one that a request interrupts is asked again after it.

Cancelling is two things: for the user the job is over at once (its unread messages vanish, `Finished` is next);
for the worker it is a token that the generator checks at every note. A worker that ignores the token for
`patience_s` is abandoned, its output dropped, and a new one takes its place. Whatever a model raises becomes one
`Failed` sentence for that model; the others go on. What a model yields is checked at this border (`border`):
no note outside the region, the limits or MIDI's own ranges gets through, whoever trained the model. Loaded models
are bounded in number and memory; those unused for longest go first.
"""

from studio.engine.adding import RefusedModel
from studio.engine.card import ModelCard
from studio.engine.engine import Engine
from studio.engine.generator import Generator
from studio.engine.messages import (
    Checked,
    Chosen,
    EngineMessage,
    Failed,
    Finished,
    Measured,
    ModelDone,
    NoteMade,
    Progress,
    Remarked,
    Started,
    Studied,
    TakeDone,
    Warmed,
)
from studio.engine.shelf import Shelf, ShelfProblem, UnknownModel
from studio.engine.tasks import StudyWork

__all__ = [
    "Checked",
    "Chosen",
    "Engine",
    "EngineMessage",
    "Failed",
    "Finished",
    "Generator",
    "Measured",
    "ModelCard",
    "ModelDone",
    "NoteMade",
    "Progress",
    "RefusedModel",
    "Remarked",
    "Shelf",
    "ShelfProblem",
    "Started",
    "Studied",
    "StudyWork",
    "TakeDone",
    "UnknownModel",
    "Warmed",
]
