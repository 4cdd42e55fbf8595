"""The shapes that ship, one for each trunk, of like size."""

from __future__ import annotations

from ml.models.event_model import ModelConfig

PRESETS = {
    "rnn": ModelConfig("rnn", width=96, layers=2, hidden=360),
    "lstm": ModelConfig("lstm", width=96, layers=2, hidden=176),
    "gru": ModelConfig("gru", width=96, layers=2, hidden=204),
    "transformer": ModelConfig(
        "transformer", width=192, layers=3, heads=4, feed_forward=448, recurrent_layers=1, dropout=0.05
    ),
}
