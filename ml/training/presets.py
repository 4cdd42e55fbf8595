"""The shapes that ship: one for each trunk, of like size for a fair comparison, and the larger blend."""

from __future__ import annotations

from ml.models.event_model import ModelConfig

PRESETS = {
    "rnn": ModelConfig("rnn", width=96, layers=3, hidden=256),
    "lstm": ModelConfig("lstm", width=96, layers=2, hidden=160),
    "gru": ModelConfig("gru", width=96, layers=2, hidden=184),
    "transformer": ModelConfig("transformer", width=96, layers=4, heads=3, feed_forward=224, dropout=0.05),
    "blend": ModelConfig(
        "transformer", width=192, layers=3, heads=4, feed_forward=448, recurrent_layers=1, dropout=0.05
    ),
}
"""Shapes by name. `blend` is attention on a recurrent layer."""
