"""Turns whatever a model raised into one plain sentence for the user."""

from __future__ import annotations

import re

from ml.requests import RefusedRequest
from studio.engine.card import plain_text

OUT_OF_MEMORY = ("not enough memory", "can't allocate memory", "out of memory", "cannot allocate memory")
"""How torch words a failed allocation in a RuntimeError."""
NOT_A_NUMBER = re.compile(r"\b(nan|inf)\b|(non-|not )finite")
"""How torch and numpy word results that are no numbers."""


SENTENCE_LIMIT = 400


class BrokenOutput(ValueError):
    """A model wrote something that is no permitted note; the text says what, without a full stop."""


def failure_sentence(error: BaseException, model: str) -> str:
    """One sentence: what happened to `model` (its shown name) and what to do."""
    text = str(error).strip()
    low = text.lower()
    if isinstance(error, RefusedRequest):
        return text
    if is_out_of_memory(error):
        return f"{model} ran out of memory: ask for fewer takes or bars, or close other programs, and try again."
    if isinstance(error, BrokenOutput):
        return f"{model} was stopped because it wrote {text}: try another seed or model; its files may be damaged."
    if isinstance(error, ArithmeticError) or (
        isinstance(error, RuntimeError | ValueError) and NOT_A_NUMBER.search(low) and not _is_sentence(text)
    ):
        return f"{model} computed numbers that are not finite: its files are damaged; install the model again."
    if isinstance(error, FileNotFoundError):
        return f"{model} could not be opened because a file of it is missing: install the model again."
    if isinstance(error, OSError):
        return f"{model} could not be read ({error.strerror or text}): check its folder, or choose another model."
    if isinstance(error, ValueError) and _is_sentence(text):
        return plain_text(text, SENTENCE_LIMIT)
    reason = f"{type(error).__name__}: {text.splitlines()[0][:160]}" if text else type(error).__name__
    return f"{model} stopped with an error ({reason}): choose another model, or install this one again."


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an allocation failed, in Python or in torch."""
    return isinstance(error, MemoryError) or any(words in str(error).lower() for words in OUT_OF_MEMORY)


def _is_sentence(text: str) -> bool:
    """Whether a ValueError was worded for users, as those of ml are: one line, capital first, full stop last."""
    return "\n" not in text and len(text) > 20 and text.endswith(".") and text[0].isupper()
