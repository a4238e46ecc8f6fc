"""Redraws untrusted pictures in a separate process: see `rendering.py`."""

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
# The app's own environment variables contain secrets.
ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if name in ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR", "TEMP")
}

# Each process draws one at a time.
_turn = Lock()
SLOT_TIMEOUT_SECONDS = 5
# Address space, including Python and its libraries. The worst picture within the limits takes 460
# MiB (`bench/pictures.py`); one that takes more was crafted for that.
MAX_MEMORY_BYTES = 768 * 1024 * 1024
# Processor time. The worst picture takes less than one second. A progressive JPEG is drawn once for
# each of its scans: about ten, but a file of 2 MB can have 50,000 (libjpeg-turbo's report
# LJT-01-005).
MAX_SECONDS = 4
# Wall-clock time.
TIMEOUT_SECONDS = 30


def draw(content: bytes, sizes: Sequence[Size]) -> list[bytes]:
    """Redraw a PNG, JPEG, or WebP picture in these sizes, as WebP files.

    The type is determined by the content. Raise `RefusedError`, whose text is the reason, or
    respond with 503 while others are drawn.
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
