"""How much memory something takes at most, beyond what the process had."""

from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any


def measure(run: Callable[[], Any]) -> tuple[float, float, float]:
    """Seconds, and MB before and at most."""
    Path("/proc/self/clear_refs").write_text("5")  # resets the peak
    before, began = _megabytes("VmRSS"), monotonic()
    run()
    return monotonic() - began, before, _megabytes("VmHWM")


def _megabytes(name: str) -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.partition(f"{name}:")[2].split()[0]) / 1024
