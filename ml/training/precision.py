"""Which precision trains faster on this machine."""

from __future__ import annotations

import time

import torch


def bfloat16_is_faster(device: torch.device) -> bool:
    """Time one matrix product in both precisions; processors without bfloat16 units are several times slower in it."""
    if device.type == "cuda":
        return True
    seconds = {}
    for dtype in (torch.float32, torch.bfloat16):
        left, right = torch.ones(2048, 256, dtype=dtype), torch.ones(256, 512, dtype=dtype)
        left @ right
        started = time.perf_counter()
        for _ in range(5):
            left @ right
        seconds[dtype] = time.perf_counter() - started
    return seconds[torch.bfloat16] < 0.7 * seconds[torch.float32]
