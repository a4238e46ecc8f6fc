"""What every store of files offers."""

import logging
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from werkzeug.exceptions import ServiceUnavailable

log = logging.getLogger(__name__)

RETRY_SECONDS = 30

# A folder and a name of plain characters: nothing that leads out of the folder, on any system.
KEY = re.compile(r"[a-z]+/[A-Za-z0-9_-][A-Za-z0-9_.-]*")


class Storage(Protocol):
    """Where files are. What it can neither do nor say raises `StorageUnavailable`."""

    def put(self, key: str, content: bytes, content_type: str) -> None:
        """Store a file as a whole; when this raises, it may be there or not."""

    def get(self, key: str) -> bytes | None:
        """The content of a file, or None where none exists."""

    def delete(self, key: str) -> None:
        """Delete a file; one that is not there is deleted already."""

    def list_older_than(self, cutoff: datetime, folder: str) -> Iterator[str]:
        """The keys of the files in a folder that were stored before `cutoff`."""


class StorageUnavailable(ServiceUnavailable):
    """The store cannot be reached, or refuses. Where nothing catches it, the answer is 503."""

    def __init__(self, cause: object):
        log.error("file storage unavailable: %s", cause)
        super().__init__(
            "Files are temporarily unavailable. Try again in a moment.", retry_after=RETRY_SECONDS
        )


def validate_key(key: str) -> str:
    if not KEY.fullmatch(key):
        raise ValueError(f"invalid storage key: {key!r}")
    return key
