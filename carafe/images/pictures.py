"""Pictures from strangers, redrawn by a process of their own: see `rendering.py`."""

import json
import logging
import os
import subprocess  # nosec B404
import sys
from collections.abc import Sequence
from itertools import accumulate, pairwise
from pathlib import Path
from threading import Lock

from werkzeug.exceptions import ServiceUnavailable

from carafe.images import rendering
from carafe.images.rendering import RefusedError, Size

__all__ = ["MIMETYPE", "RefusedError", "Size", "draw"]

log = logging.getLogger(__name__)

MIMETYPE = "image/webp"
PROGRAM = Path(rendering.__file__)
# The app's own variables hold secrets.
ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if name in ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR", "TEMP")
}

# Each process draws one at a time.
_turn = Lock()
SLOT_TIMEOUT_SECONDS = 5
# Of addresses, those of Python and its libraries included. The worst picture within the budgets
# takes 460 MiB (`bench/pictures.py`); what takes more is made to.
MAX_MEMORY_BYTES = 768 * 1024 * 1024
# Of the processor. The worst picture takes less than one. A progressive JPEG is drawn once for each
# of its scans: ten or so, but a file of 2 MB can have 50,000 (libjpeg-turbo's report LJT-01-005).
MAX_SECONDS = 4
# By the clock.
TIMEOUT_SECONDS = 30


def draw(content: bytes, sizes: Sequence[Size]) -> list[bytes]:
    """Return a PNG, JPEG, or WebP picture in these sizes, as WebP files.

    By what it holds, whatever it is called. Raises `RefusedError`, whose text is the reason, and
    503 while others are drawn.
    """
    if not _turn.acquire(timeout=SLOT_TIMEOUT_SECONDS):
        raise ServiceUnavailable(
            "We're busy processing other pictures. Try again in a moment.",
            retry_after=SLOT_TIMEOUT_SECONDS,
        )
    try:
        answer = _run(content, sizes)
    finally:
        _turn.release()
    head, _, files = answer.partition(b"\n")
    result = json.loads(head)
    if "refused" in result:
        raise RefusedError(result["refused"])
    ends = accumulate(result["lengths"], initial=0)
    return [files[start:end] for start, end in pairwise(ends)]


def _run(content: bytes, sizes: Sequence[Size]) -> bytes:
    options = {"sizes": sizes, "seconds": MAX_SECONDS, "bytes": MAX_MEMORY_BYTES}
    command = [sys.executable, "-I", str(PROGRAM), json.dumps(options)]
    try:
        ran = subprocess.run(  # noqa: S603  # nosec B603: a program and numbers of ours
            command, input=content, capture_output=True, env=ENVIRONMENT, timeout=TIMEOUT_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise RefusedError(rendering.A_BOMB) from None
    if ran.returncode == 0:
        return ran.stdout
    log.warning(
        "a picture ended its decoder with %d: %s",
        ran.returncode,
        ran.stderr[-500:].decode("utf-8", "replace"),
    )
    raise RefusedError(rendering.A_BOMB if ran.returncode < 0 else rendering.DAMAGED)
