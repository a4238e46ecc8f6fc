"""The interface of stores."""

import logging
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from werkzeug.exceptions import ServiceUnavailable

log = logging.getLogger(__name__)

RETRY_SECONDS = 30

# A folder and a name of plain characters, which can't lead out of the folder on any system.
KEY = re.compile(r"[a-z]+/[A-Za-z0-9_-][A-Za-z0-9_.-]*")


class Storage(Protocol):
    """A store of files. Operations that fail raise `StorageUnavailable`."""

    def put(self, key: str, content: bytes, content_type: str) -> None:
        """Store a whole file; if this raises, it may or may not exist."""

    def get(self, key: str) -> bytes | None:
        """Return the content of a file, or None if it doesn't exist."""

    def delete(self, key: str) -> None:
        """Delete a file, if it exists."""

    def list_older_than(self, cutoff: datetime, folder: str) -> Iterator[str]:
        """Return the keys of the files in a folder that were stored before `cutoff`."""


class StorageUnavailable(ServiceUnavailable):
    """The store can't be reached, or refuses. If nothing catches it, the response is 503."""

    def __init__(self, cause: object):
        log.error("file storage unavailable: %s", cause)
        super().__init__(
            "Files are temporarily unavailable. Try again in a moment.", retry_after=RETRY_SECONDS
        )


def validate_key(key: str) -> str:
    if not KEY.fullmatch(key):
        raise ValueError(f"invalid storage key: {key!r}")
    return key
