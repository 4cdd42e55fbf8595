"""The known corpora: style, licence, which pieces may be learned from, and the share a general model sees."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

Row = dict[str, str]
"""One line of a corpus's metadata.csv."""

FREE = ("publicdomain", "cc0", "creativecommonszero", "ccby", "creativecommonsattribution")
STRINGS_ATTACHED = ("sharealike", "bysa", "noncommercial", "bync", "noderiv", "bynd")


def everything(row: Row) -> bool:
    return True


def no_share_alike(row: Row) -> bool:
    """Mutopia states a licence for each piece; public domain and plain attribution only."""
    licence = re.sub("[^a-z0-9]", "", row.get("license", row.get("licence", "")).lower())
    free = licence.startswith(FREE)
    return free and not any(word in licence for word in STRINGS_ATTACHED)


def freedoom(row: Row) -> bool:
    return row.get("source", "").lower() == "freedoom"


@dataclass(frozen=True)
class Corpus:
    """`share`: part of the notes that a general model sees; 0 keeps a corpus for benchmarks only."""

    name: str
    share: float
    licence: str
    style: str | None = None
    permitted: Callable[[Row], bool] = everything


KNOWN = {
    corpus.name: corpus
    for corpus in (
        Corpus("folk_tunes", 0.24, "public-domain tunes, encoding licence unstated", "folk tune"),
        Corpus("jsb_chorales", 0.16, "public-domain music, encoding licence unstated", "chorale"),
        Corpus("openscore_lieder", 0.17, "CC0", "lied"),
        Corpus("polish_scores", 0.21, "CC BY 4.0, The Fryderyk Chopin Institute"),
        Corpus("mutopia", 0.08, "public domain and CC BY pieces only", permitted=no_share_alike),
        Corpus("openscore_quartets", 0.05, "CC0", "quartet"),
        Corpus("openewld", 0.04, "MIT, songs said to be public domain", "lead sheet"),
        Corpus("groove", 0.03, "CC BY 4.0, Google LLC (Gillick et al., 2019)", "drums"),
        Corpus("game_multitrack", 0.02, "BSD-3-Clause (the Freedoom part)", "band", freedoom),
        Corpus("pop909", 0.0, "songs under copyright: benchmarks only"),
        Corpus("nottingham", 0.0, "GPL-3: benchmarks only", "folk tune"),
        Corpus("drum_patterns", 0.0, "none stated: benchmarks only", "drums"),
    )
}
