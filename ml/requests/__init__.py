"""What is asked of a model and what comes back: one request for every verb and every model.

A model never knows about verbs. A request says: these notes are given, this region is asked. The verb
only decides how the request is made. `Limits` are guarantees: they are enforced by masking.

What a limit means is said once and asked by everyone: which pitches are permitted where (`permitted`), which notes
stay (`staying`), whether an answer obeys (`obedience`: tests, the engine's border, the scoreboard), and whether any
answer can (`contradictions`, which `GenerationRequest.check` asks before anything is generated).

What models say of notes beside writing them (surprise, alternatives, attention) is in `explanations`.
"""

from ml.requests.choosing import Choosing, RankedTake
from ml.requests.explanations import (
    NOTE_FIELDS,
    Alternatives,
    Attention,
    NextPitches,
    Option,
    Surprise,
    TakeSurprise,
    Unexplained,
)
from ml.requests.limits import GRIDS, ChordRule, Limits
from ml.requests.obedience import Violation, violations
from ml.requests.permitted import PermittedPitches, kept_harmony
from ml.requests.request import (
    DENSITY_LEVELS,
    LEAP_LEVELS,
    STYLES,
    GenerationRequest,
    Keep,
    Leanings,
    Placed,
    RefusedRequest,
    Region,
    Sampling,
    Verb,
    continue_region,
)
from ml.requests.staying import replaced_notes, ringing_notes, staying
from ml.requests.take import Provenance, Take, TakeNote, making_way, score_with_notes, score_with_take, take_alone
from ml.requests.variation import varied_region

__all__ = [
    "DENSITY_LEVELS",
    "GRIDS",
    "LEAP_LEVELS",
    "NOTE_FIELDS",
    "STYLES",
    "Alternatives",
    "Attention",
    "Choosing",
    "ChordRule",
    "GenerationRequest",
    "Keep",
    "Leanings",
    "Limits",
    "NextPitches",
    "Option",
    "PermittedPitches",
    "Placed",
    "Provenance",
    "RankedTake",
    "RefusedRequest",
    "Region",
    "Sampling",
    "Surprise",
    "Take",
    "TakeNote",
    "TakeSurprise",
    "Unexplained",
    "Verb",
    "Violation",
    "continue_region",
    "kept_harmony",
    "making_way",
    "replaced_notes",
    "ringing_notes",
    "score_with_notes",
    "score_with_take",
    "staying",
    "take_alone",
    "varied_region",
    "violations",
]
