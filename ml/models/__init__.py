"""Networks, one family per file, and the checkpoint format.

The event models share `EventEmbedding` (what a note looks like to the network) and `NoteHead` (how a note
is written, field by field); the trunk between them is the only difference, so that trunks can be compared
fairly. `decoding` writes notes one by one with copies of their weights. A checkpoint is a folder of card.json,
config.json and model.safetensors, written and read for all families by `model_folder`; `weights_file` checks the last
one without torch, for loading and for the shelf.

Beyond absolute outputs the head adds logits that are *relative*: onset by its place in the bar, pitch by the
interval from the part's note before and by its degree in the key. They cost one gather each and let a small
network transpose a motif or keep a metre without learning it anew for each pitch and place.

The chorale family (`chorale_*`) has the same four trunks over blocks of frames and a head that writes the voices of a
frame one after the other; several of them can be one `ChoraleMixture`, whose config.json names its members.
config.json says "family": "chorale", and each family refuses the other's folders.
"""
