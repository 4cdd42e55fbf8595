"""Pieces on a grid from wherever the format has them: the published JSON, or a corpus of MIDI files with its splits."""

from __future__ import annotations

from pathlib import Path

from ml.music.midi import UnreadableMidi, read_midi
from ml.tensors.chorale_grid import SPLITS, Chorales, Frames, GridFormat, UnreadableChorales, from_score, read_chorales
from ml.training.sources import EmptyCorpus, check_source, corpus_name, given_splits, metadata, midi_files, source_hash


def open_chorales(source: Path, form: GridFormat) -> Chorales:
    """The pieces of a format by split; raises UnreadableChorales with one plain sentence.

    MIDI files without a split are left out: guessing would let pieces of a benchmark's test be learned.
    """
    if form.member:
        return read_chorales(source, form)
    splits: dict[str, list[Frames]] = {split: [] for split in SPLITS}
    try:
        check_source(source)
        if corpus_name(source) != form.corpus:
            raise UnreadableChorales(f"{form.name} is measured on the corpus {form.corpus}, not on {source.name}.")
        known = given_splits(source, metadata(source))
        for file in midi_files(source):
            split = known.get(file.name) or known.get(file.stem)
            if split:
                splits[split].append(from_score(read_midi(file.read(), file.stem).score, form))
        digest = source_hash(source)
    except (EmptyCorpus, UnreadableMidi) as error:
        raise UnreadableChorales(str(error)) from error
    if not splits["train"]:
        raise UnreadableChorales(f"{source.name} names no pieces to learn from: give it a metadata.csv with splits.")
    return Chorales(form, splits, digest)
