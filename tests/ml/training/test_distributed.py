"""Several processes under torchrun learn what one process with the same batches learns."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from ml.__main__ import main
from ml.tensors.piece import piece_events
from ml.training.batches import stack
from ml.training.distributed import ALONE, Ranks, joined
from ml.training.validation import evaluation_rows
from tests.ml.training.tunes import fill, tune, tunes

ROOT = Path(__file__).parents[3]
SHAPE = {"trunk": "transformer", "width": 64, "layers": 1, "heads": 2, "feed_forward": 32, "recurrent_layers": 1}
BATCH = stack([evaluation_rows(piece_events(tune(seed, bars=2 + seed)))[0] for seed in range(5)])


@pytest.mark.parametrize("world", [2, 3, 5])
def test_the_rows_of_a_batch_are_shared_out_whole(world):
    shares = [Ranks(rank, world, rank).share(BATCH) for rank in range(world)]
    assert sum(len(share.features) for share in shares) == len(BATCH.features)
    assert {share.notes for share in shares} == {BATCH.notes}
    for field in fields(BATCH):
        whole = getattr(BATCH, field.name)
        if isinstance(whole, torch.Tensor):
            for row in range(len(whole)):
                share = getattr(shares[row % world], field.name)
                assert torch.equal(share[row // world], whole[row])


def test_a_process_too_many_has_no_share():
    assert Ranks(5, 6, 5).share(BATCH) is None
    assert ALONE.share(BATCH) is BATCH


def test_without_torchrun_a_process_is_alone(monkeypatch):
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with joined() as ranks:
        assert ranks == ALONE
        assert ranks.agree(3.0, 2, True) == (3.0, 2, True)
        assert ranks.in_turn(lambda: 7) == 7


def torchrun(folder: Path, processes: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The same command in several processes that meet by gloo."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc_per_node={processes}"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    return subprocess.run(
        [*command, "-m", "ml", "train", *arguments],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip


@pytest.mark.timeout(300)  # three interpreters load torch, on a machine that may be busy
def test_two_processes_have_the_losses_of_one_and_one_goes_on_where_two_stopped(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    fill(tmp_path / "songs", tunes(20, bars=6))
    Path("shape.json").write_text(json.dumps({**SHAPE, "dropout": 0.0}))
    usual = ["songs", "--config", "shape.json", "--batch-events", "300", "--max-events", "128", "--warmup", "3"]
    usual += ["--full-precision", "--threads", "1", "--seed", "3"]
    two = torchrun(tmp_path, 2, *usual, "-o", "two", "--notes", "1500")
    assert two.returncode == 0, two.stderr
    assert two.stderr.count("best model: two/best") == 1
    assert "2 processes" in two.stderr
    assert main(["train", *usual, "-o", "one", "--notes", "1500"]) == 0
    assert losses("two") == pytest.approx(losses("one"), abs=1e-4)
    assert len(losses("one")) >= 8
    assert [entry["bits_per_note"] for entry in log("two")] == [
        pytest.approx(entry["bits_per_note"], abs=1e-3) for entry in log("one")
    ]
    one, other = (weights(run) for run in ("one", "two"))
    for name in one:
        assert torch.allclose(one[name], other[name], atol=1e-4), name
    for run in ("one", "two"):
        assert main(["train", *usual, "-o", run, "--notes", "2000"]) == 0
    assert "resumed at step" in capsys.readouterr().err
    assert losses("two") == pytest.approx(losses("one"), abs=1e-3)
    assert len(losses("one")) > 10


def losses(run: str) -> list[float]:
    return [row["bits_per_note"] for row in json.loads(Path(run, "train.json").read_text())]


def log(run: str) -> list[dict]:
    return json.loads(Path(run, "log.json").read_text())


def weights(run: str) -> dict[str, torch.Tensor]:
    (path,) = Path(run).glob("resume-*.safetensors")
    return {name: tensor for name, tensor in load_file(path).items() if name.startswith("model.")}
