"""`python -m ml index-copies`: from corpora to the index that copies are looked up in."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from ml.measures.copy_index import LINK_BITS, CopyIndex
from ml.measures.copy_index_file import write_index
from ml.measures.usual_copying import UsualCopying
from ml.measures.winnowing import Winnowing
from ml.training.cache import CachedCorpus, open_corpora
from ml.training.copy_index import made_index
from ml.training.corpora import KNOWN
from ml.training.piece_titles import piece_title
from ml.training.run_checkpoint import write_whole
from ml.training.sources import metadata
from ml.training.usual_runs import usual_copying

INDEX_FILE, CARD_FILE = "fingerprints.bin", "card.json"
MOST_NOTES, MOST_WINDOW, MOST_COMMON = 64, 64, 100_000
DESCRIPTION = """
Write an index in which a run of notes can be looked up: which training piece has it too, at whatever pitch. The
folder then holds fingerprints.bin, which has hashes, titles and no notes, and card.json, which says what it was made
from, what it promises, and how long the runs are that held-out music shares with the training pieces. Known corpora
give their permitted pieces only. The same corpora and options give the same bytes. As the folder copy_index inside a
model's folder it is what the studio compares that model's takes with, besides the index that ships.
"""


def add_to(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "index-copies", help="index training pieces so that copies are found", description=DESCRIPTION
    )
    parser.add_argument("corpora", nargs="+", type=Path, metavar="CORPUS", help="zips or folders of MIDI files")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FOLDER", help="where the index is written")
    parser.add_argument("--cache", type=Path, default=Path("cache"), help="where read corpora are kept")
    parser.add_argument("--notes", type=int, default=8, help="notes of a fingerprint (default %(default)s)")
    parser.add_argument("--window", type=int, default=14,
                        help="one fingerprint of so many is kept (default %(default)s)")  # fmt: skip
    parser.add_argument("--common", type=int, default=50, metavar="PIECES",
                        help="of figures in more pieces than this none is named (default %(default)s)")  # fmt: skip
    parser.add_argument("--quantile", type=float, default=0.95,
                        help="share of held-out passages that count as usual (default %(default)s)")  # fmt: skip
    parser.add_argument("--seed", type=int, default=0, help="decides which held-out passages are measured")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Returns 0, or 2 after one sentence on stderr."""
    try:
        check(options)
        corpora = open_corpora(options.corpora, options.cache, report)
        rows = {corpus.name: metadata(source) for corpus, source in zip(corpora, options.corpora, strict=True)}

        def title(corpus: CachedCorpus, name: str) -> str:
            return piece_title(name, rows[corpus.name].get(name) or {})

        winnowing = Winnowing(options.notes, options.window)
        index = made_index(corpora, title, winnowing, options.common, report)
        usual = usual_copying(corpora, index, options.quantile, options.seed, report)
        options.output.mkdir(parents=True, exist_ok=True)
        written = options.output / INDEX_FILE
        write_index(index, written)
        card = index_card(corpora, index, usual, options, hashlib.sha256(written.read_bytes()).hexdigest())
        write_whole(options.output / CARD_FILE, (json.dumps(card, indent=2, ensure_ascii=False) + "\n").encode())
    except ValueError as error:
        report(str(error))
        return 2
    except OSError as error:
        report(f"{error.filename or 'A file'}: {error.strerror or error}.")
        return 2
    report(
        f"{written}: {written.stat().st_size:,} bytes, {len(index.words):,} fingerprints of {len(index.names)} pieces"
    )
    return 0


def check(options: argparse.Namespace) -> None:
    """Raises ValueError with a sentence for options that make no sense."""
    limits = {"notes": (3, MOST_NOTES), "window": (1, MOST_WINDOW), "common": (1, MOST_COMMON)}
    for name, (least, most) in limits.items():
        if not least <= getattr(options, name) <= most:
            raise ValueError(f"--{name} must lie between {least} and {most}, not {getattr(options, name)}.")
    if not 0 < options.quantile < 1:
        raise ValueError(f"--quantile must lie between 0 and 1, not {options.quantile:g}.")


def index_card(
    corpora: list[CachedCorpus], index: CopyIndex, usual: UsualCopying, options: argparse.Namespace, digest: str
) -> dict[str, Any]:
    """What stands beside the index: from what, how, what is promised, what is usual."""
    by_chance = len(index.words) / 2**index.layout.hash_bits
    winnowing = index.winnowing
    return {
        "what": "Winnowed fingerprints of the parts of training pieces, to look up whether runs of notes stand there",
        "sha256": digest,
        "made_from": [
            {
                "corpus": corpus.name,
                "licence": KNOWN[corpus.name].licence if corpus.name in KNOWN else "the user's own",
                "training_pieces": len(corpus.splits["train"]),
                "training_notes": corpus.notes("train"),
                "data": corpus.data_hash,
            }
            for corpus in corpora
        ],
        "made_how": {
            "notes": winnowing.notes, "window": winnowing.window, "hash_bits": index.layout.hash_bits,
            "common": options.common, "seed": options.seed, "quantile": options.quantile,
            "fingerprints": len(index.words), "common_figures": len(index.common),
            "source": "Schleimer, Wilkerson, Aiken: Winnowing, SIGMOD 2003",
        },
        "promises": [
            f"A run of {winnowing.guaranteed} notes or more, equal in intervals and in times between onsets on a grid "
            "of 24 to the quarter, that a part of a training piece has too is always found: with the piece, or, where "
            f"all its fingerprints stand in more than {options.common} pieces, as a common figure without one.",
            "The length told is from the first to the last fingerprint of a stretch; of one that repeats itself only "
            f"what is different counts. The shared run may go on for up to {winnowing.window - 1} notes at either end, "
            "more at common figures. Shorter runs are found with luck.",
            f"By chance a run of {winnowing.notes} notes is taken for one of the index with {by_chance:.4f}, "
            f"and two neighbours that a piece has apart from each other are taken for joined with {2**-LINK_BITS:.4f}. "
            "Pitches are told apart modulo 16.",
        ],
        "usual": usual.as_data(),
    }  # fmt: skip


def report(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
