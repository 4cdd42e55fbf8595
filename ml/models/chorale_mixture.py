"""ChoraleMixture: several chorale models whose probabilities are averaged, voice by voice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from ml.models.chorale_model import ChoraleConfig, ChoraleModel, judged
from ml.tensors.chorale_batch import ChoraleBatch, VoicePlaces

MOST_MEMBERS = 4
TEMPERATURES = (0.5, 2.0)
"""A checkpoint is untrusted."""


class ChoraleMixture(nn.Module):
    """p(voice | what is before it): the mean of what the members say, to the power 1 / `temperature`, to sum 1.

    Models that learned from few pieces err each in its own way; their mean errs less than any of them (Hansen and
    Salamon, 1990). They are also too sure of themselves, which one temperature fitted on held-out pieces mends (Guo
    et al., 2017). All members read the same grid and write the voices of a frame in the same order.
    """

    def __init__(self, configs: Sequence[ChoraleConfig], temperature: float = 1.0) -> None:
        """Raises ValueError with a sentence for members that do not go together."""
        super().__init__()
        if not 2 <= len(configs) <= MOST_MEMBERS:
            raise ValueError(f"A mixture has 2 to {MOST_MEMBERS} members, not {len(configs)}.")
        if len({(config.form, config.order, config.stride) for config in configs}) > 1:
            raise ValueError("The members of a mixture must share their grid, their order of voices and their stride.")
        low, high = TEMPERATURES
        if not (isinstance(temperature, float | int) and low <= temperature <= high):
            raise ValueError(f"The temperature of a mixture lies between {low} and {high}, not at {temperature!r}.")
        self.members = nn.ModuleList(ChoraleModel(config) for config in configs)
        self.temperature = float(temperature)

    @property
    def models(self) -> list[ChoraleModel]:
        return [member for member in self.members if isinstance(member, ChoraleModel)]

    @property
    def config(self) -> ChoraleConfig:
        """The first member's: grid, order and stride are those of all."""
        return self.models[0].config

    @property
    def parameter_count(self) -> int:
        return sum(model.parameter_count for model in self.models)

    def read_block(self, batch: ChoraleBatch | None, rows: int, states: Any) -> tuple[Any, Any]:
        """As `ChoraleModel.read_block`, with a list of one entry for each member in place of either result."""
        before = states or [None] * len(self.models)
        read = [model.read_block(batch, rows, state) for model, state in zip(self.models, before, strict=True)]
        return [known for known, _ in read], [after for _, after in read]

    def one_voice(self, written: int, known: Any, at: VoicePlaces, tokens: Tensor) -> Tensor:
        """Log-probabilities (rows, tokens) of the next voice."""
        each = [model.one_voice(written, read, at, tokens) for model, read in zip(self.models, known, strict=True)]
        return self._mixed(each)

    def losses(self, batch: ChoraleBatch) -> tuple[Tensor, Tensor]:
        """As `ChoraleModel.losses` of all asked frames."""
        row, frame = batch.asked.nonzero().unbind(1)
        return judged(self.logits(batch, row, frame), batch, row, frame, self.config.order)

    def logits(self, batch: ChoraleBatch, row: Tensor, frame: Tensor) -> Tensor:
        """As `ChoraleModel.logits`; they are log-probabilities."""
        return self._mixed([model.logits(batch, row, frame) for model in self.models])

    def _mixed(self, logits: Sequence[Tensor]) -> Tensor:
        shares = torch.stack([functional.log_softmax(each.float(), -1) for each in logits])
        return functional.log_softmax(shares.logsumexp(0) / self.temperature, -1)

    def to_json(self) -> dict[str, Any]:
        return {"members": [model.config.to_json() for model in self.models], "temperature": self.temperature}


ChoraleNetwork = ChoraleModel | ChoraleMixture


def chorale_network(config: Any) -> ChoraleNetwork:
    """The network that a configuration, untrusted JSON, describes. Raises ValueError or TypeError with a sentence."""
    if not isinstance(config, dict) or "members" not in config:
        return ChoraleModel(ChoraleConfig.from_json(config))
    members = config["members"]
    if set(config) != {"members", "temperature"} or not isinstance(members, list):
        raise ValueError("A mixture names its members, its temperature and nothing else.")
    configs = [ChoraleConfig.from_json(member) for member in members[: MOST_MEMBERS + 1]]
    return ChoraleMixture(configs, config["temperature"])


def mixture_of(models: Sequence[ChoraleModel], temperature: float = 1.0) -> ChoraleMixture:
    """Copies of trained models as one. Raises ValueError with a sentence if they do not go together."""
    mixture = ChoraleMixture([model.config for model in models], temperature)
    for copy, model in zip(mixture.models, models, strict=True):
        copy.load_state_dict(model.state_dict())
    return mixture.eval()
