"""Model folders come from others: everything is checked before it is believed."""

from __future__ import annotations

import json

import pytest
import torch
from safetensors.torch import load_file, save_file

from ml.models.checkpoint import load_model, save_model
from ml.models.event_model import EventModel, ModelConfig
from ml.models.model_folder import CONFIG_FILE, UnusableCheckpoint
from ml.models.weights_file import WEIGHTS_FILE

CONFIG = ModelConfig("lstm", width=16, layers=1, hidden=16)


@pytest.fixture
def folder(tmp_path):
    torch.manual_seed(0)
    save_model(tmp_path / "tiny", EventModel(CONFIG), {"name": "Tiny"}, half=False)
    return tmp_path / "tiny"


def test_weights_survive_the_folder(folder):
    torch.manual_seed(0)
    original = EventModel(CONFIG).state_dict()
    loaded = load_model(folder)
    assert loaded.card["name"] == "Tiny"
    assert len(loaded.checkpoint) == 64
    assert all(torch.equal(tensor, original[name]) for name, tensor in loaded.network.state_dict().items())


def rewrite_config(folder, **changes):
    config = json.loads((folder / CONFIG_FILE).read_text())
    (folder / CONFIG_FILE).write_text(json.dumps({**config, **changes}))


def truncate(folder):
    path = folder / WEIGHTS_FILE
    path.write_bytes(path.read_bytes()[:-100])


def huge_header(folder):
    (folder / WEIGHTS_FILE).write_bytes((10 * 2**30).to_bytes(8, "little") + b"{}" * 20)


def not_a_number(folder):
    tensors = load_file(folder / WEIGHTS_FILE)
    name = next(iter(tensors))
    tensors[name].view(-1)[0] = float("nan")
    save_file(tensors, folder / WEIGHTS_FILE)


def other_names(folder):
    tensors = load_file(folder / WEIGHTS_FILE)
    save_file({f"x.{name}": tensor for name, tensor in tensors.items()}, folder / WEIGHTS_FILE)


def whole_numbers(folder):
    tensors = {name: tensor.to(torch.int64) for name, tensor in load_file(folder / WEIGHTS_FILE).items()}
    save_file(tensors, folder / WEIGHTS_FILE)


def rewrite_header(folder, change):
    """Change the header's text and leave the numbers as they are."""
    data = (folder / WEIGHTS_FILE).read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = change(data[8 : 8 + length])
    (folder / WEIGHTS_FILE).write_bytes(len(header).to_bytes(8, "little") + header + data[8 + length :])


def overlapping(header):
    entries = json.loads(header)
    tensors = [entry for name, entry in entries.items() if name != "__metadata__"]
    same = next(e for e in tensors if sum(e["shape"] == other["shape"] for other in tensors) > 1)
    for entry in tensors:
        if entry["shape"] == same["shape"]:
            entry["data_offsets"] = same["data_offsets"]
    return json.dumps(entries).encode()


def named_twice(header):
    name = next(name for name in json.loads(header) if name != "__metadata__")
    entry = json.dumps({name: json.loads(header)[name]}).encode()
    return header.rstrip()[:-1] + b"," + entry[1:]


def test_weights_in_bfloat16_are_loaded_too(folder):
    tensors = {name: tensor.to(torch.bfloat16) for name, tensor in load_file(folder / WEIGHTS_FILE).items()}
    save_file(tensors, folder / WEIGHTS_FILE)
    assert next(load_model(folder).network.parameters()).dtype == torch.float32


@pytest.mark.parametrize(
    "damage",
    [
        truncate,
        huge_header,
        not_a_number,
        other_names,
        whole_numbers,
        lambda folder: rewrite_header(folder, overlapping),
        lambda folder: rewrite_header(folder, named_twice),
        lambda folder: rewrite_header(folder, lambda header: b"[" * 200_000),
        lambda folder: rewrite_config(folder, family="diffusion"),
        lambda folder: (folder / CONFIG_FILE).write_text('{"trunk": "lstm", "trunk": "gru"}'),
        lambda folder: rewrite_config(folder, hidden=32),
        lambda folder: rewrite_config(folder, hidden=2**40),
        lambda folder: rewrite_config(folder, vocabulary="another"),
        lambda folder: (folder / CONFIG_FILE).write_text("[" * 100_000),
        lambda folder: (folder / WEIGHTS_FILE).unlink(),
        lambda folder: (folder / WEIGHTS_FILE).write_bytes(b""),
    ],
)
def test_a_damaged_or_hostile_folder_is_refused_with_its_name(folder, damage):
    damage(folder)
    with pytest.raises(UnusableCheckpoint, match="tiny"):
        load_model(folder)
