"""Waiting for what another thread or process does."""

import time
from collections.abc import Callable

# For what a separate process does, on a machine that has other things to do.
PATIENCE_SECONDS = 120


def until(met: Callable[[], object], seconds: float = 15) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)
