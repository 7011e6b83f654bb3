"""Half the digits where the machine is faster with them."""

from __future__ import annotations

from pathlib import Path

import torch


def autocast(device: torch.device) -> torch.autocast:
    """bfloat16 where the machine computes in it; one that imitates it is ten times slower."""
    return torch.autocast(device.type, torch.bfloat16, enabled=has_fast_bfloat16(device))


def has_fast_bfloat16(device: torch.device) -> bool:
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported()
    flags = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    return "avx512_bf16" in flags or "amx_bf16" in flags
