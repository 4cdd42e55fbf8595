"""The head that writes a frame voice by voice, each seeing the voices of the frame before it in the order.

Logits are sums of absolute ones (a pitch seen from the piece's home), relative ones (the step from the voice's last
pitch), and one for each of two earlier places like this one, added to the pitch that followed there.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from ml.models.chorale_dropout import FeatureEmbedding, SharedDropout
from ml.tensors.chorale_batch import VoicePlaces
from ml.tensors.chorale_grid import GridFormat
from ml.tensors.chorale_past import HELD_LIMIT, LEAP_LIMIT, MOTIONS, NONE, RETURN_CLASSES
from ml.tensors.chorale_pitch import relative, relative_size

STEP_LIMIT = 12
STEPS = 2 * STEP_LIMIT + 2
INTERVALS = 2 * LEAP_LIMIT + 1
AGREEMENTS = 3
"""No earlier place; the voices written so far differ from it; they agree with it."""


class VoiceHead(nn.Module):
    """`order` is the order of writing; tables are a voice's own, all other weights are shared by the voices."""

    def __init__(
        self, form: GridFormat, order: tuple[int, ...], width: int, dropout: float, feature_dropout: float
    ) -> None:
        super().__init__()
        self.form, self.order = form, order
        pitch = relative_size(form)
        self.tables = nn.ModuleList()
        for written in range(form.voices):
            sizes = [form.bar, pitch, (HELD_LIMIT + 1) * form.beat, MOTIONS]
            sizes += [pitch, INTERVALS + 1, STEPS] * written + [pitch, INTERVALS + 1] * (form.voices - 1 - written)
            sizes += [RETURN_CLASSES * AGREEMENTS, RETURN_CLASSES, INTERVALS + 2, INTERVALS + 2]
            self.tables.append(FeatureEmbedding(sizes, width, feature_dropout))
        self.dropout = SharedDropout(dropout)
        self.norm = nn.RMSNorm(width)
        self.gate = nn.Linear(width, 2 * width)
        self.down = nn.Linear(width, width)
        self.norm_out = nn.RMSNorm(width)
        self.absolute = pitch - 1
        self.out = nn.Linear(width, self.absolute + INTERVALS + 3)
        self.voice_out = nn.Parameter(torch.zeros(form.voices, self.out.out_features))
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, known: Tensor, at: VoicePlaces, tokens: Tensor) -> Tensor:
        """Logits of all voices in writing order: (n, voices, tokens).

        `known` (n, width) from the trunk; `tokens` (n, voices), the frames themselves: each voice sees only those
        that come before it in the order.
        """
        inputs = [table(self.columns(written, at, tokens)) for written, table in enumerate(self.tables)]
        logits = self._logits(known[:, None], torch.stack(inputs, 1), at, list(range(self.form.voices)))
        for written in range(self.form.voices if self.form.sets else 0):
            logits[:, written] = self._descending(logits[:, written], written, tokens)
        return logits

    def one_voice(self, written: int, known: Tensor, at: VoicePlaces, tokens: Tensor) -> Tensor:
        """Logits (n, tokens) of the next voice, when `written` voices of the frames in `tokens` stand."""
        inputs = self.tables[written](self.columns(written, at, tokens))
        logits = self._logits(known[:, None], inputs[:, None], at, [written])[:, 0]
        return self._descending(logits, written, tokens) if self.form.sets else logits

    def columns(self, written: int, at: VoicePlaces, tokens: Tensor) -> Tensor:
        """What the voice at place `written` of the order looks at: (n, columns)."""
        form, order = self.form, self.order
        voice, earlier = order[written], order[:written]
        shift, own = at.shift[:, None], at.last[:, voice]
        before = relative(at.last, shift, form)
        now = relative(tokens, shift, form)
        columns = [
            at.position % form.bar,
            before[:, voice],
            at.held[:, voice] * form.beat + at.position % form.beat,
            at.motion[:, voice],
        ]
        agrees = torch.ones_like(own, dtype=torch.bool)
        for other in earlier:
            columns += [now[:, other], self._interval(tokens[:, other], own)]
            step = (tokens[:, other] - at.last[:, other]).clamp(-STEP_LIMIT, STEP_LIMIT) + STEP_LIMIT
            moved = tokens[:, other] != at.last[:, other]
            known = self._sounds(tokens[:, other]) & self._sounds(at.last[:, other])
            columns.append(torch.where(moved & ~known, STEPS - 1, torch.where(moved, step, STEP_LIMIT)))
            agrees = agrees & (tokens[:, other] == at.tutti[:, other])
        for other in order[written + 1 :]:
            columns += [before[:, other], self._interval(at.last[:, other], own)]
        agreement = torch.where(at.tutti_length > 0, 1 + agrees.long(), 0)
        columns += [at.tutti_length * AGREEMENTS + agreement, at.solo_length[:, voice]]
        for expected in (at.tutti[:, voice], at.solo[:, voice]):
            columns.append(torch.where(expected == NONE, INTERVALS + 1, self._interval(expected, own)))
        return torch.stack(columns, 1)

    def _sounds(self, tokens: Tensor) -> Tensor:
        return (tokens >= 0) & (tokens != self.form.silent)

    def _interval(self, tokens: Tensor, own: Tensor) -> Tensor:
        """Semitones from the voice's last pitch to `tokens`, as a class; the last class where one of them is silent."""
        both = self._sounds(tokens) & self._sounds(own)
        return torch.where(both, (tokens - own).clamp(-LEAP_LIMIT, LEAP_LIMIT) + LEAP_LIMIT, INTERVALS)

    def _logits(self, known: Tensor, inputs: Tensor, at: VoicePlaces, places: list[int]) -> Tensor:
        """`inputs` (n, places, width) -> (n, places, tokens)."""
        form = self.form
        voices = [self.order[place] for place in places]
        state = known + self.dropout(inputs)
        gate, value = self.gate(self.norm(state)).chunk(2, -1)
        state = state + self.down(self.dropout(functional.silu(gate) * value))
        found = self.out(self.dropout(self.norm_out(state))) + self.voice_out[voices]
        tokens = torch.arange(form.tokens, device=found.device)
        absolute = relative(tokens, at.shift[:, None], form)[:, None].expand(-1, len(places), -1)
        logits: Tensor = found[..., : self.absolute].gather(2, absolute)
        last = at.last[:, voices, None]
        step = tokens - last
        near = (step.abs() <= LEAP_LIMIT) & self._sounds(last) & (tokens != form.silent)
        by_step = found[..., self.absolute : self.absolute + INTERVALS]
        logits = logits + by_step.gather(2, (step + LEAP_LIMIT).clamp(0, INTERVALS - 1)) * near
        still, tutti, solo = found[..., self.absolute + INTERVALS :].unbind(-1)
        logits = logits + still[..., None] * ((last == form.silent) & (tokens == form.silent))
        for bonus, expected in ((tutti, at.tutti), (solo, at.solo)):
            logits = logits + bonus[..., None] * (expected[:, voices, None] == tokens)
        return logits

    def _descending(self, logits: Tensor, written: int, tokens: Tensor) -> Tensor:
        """Block what a set cannot hold: a pitch not below the one before, or any after its end."""
        if not written:
            return logits
        silent = self.form.silent
        above = tokens[:, written - 1, None]
        classes = torch.arange(self.form.tokens, device=logits.device)
        allowed = (classes == silent) | ((classes < above) & (above != silent))
        return logits.masked_fill(~allowed, float("-inf"))
