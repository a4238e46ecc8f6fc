"""Stored archives in encrypted parts.

Reading and writing take no more memory than a part, whatever the size and the storage.
"""

import secrets
from collections.abc import Iterator
from contextlib import suppress
from typing import IO

from carafe.security import encryption
from carafe.storage import StorageUnavailable, delete_on_commit, storage

FOLDER = "exports"
PURPOSE = "export"
PART_BYTES = 1024 * 1024


class MissingError(ValueError):
    """A part is not in this machine's storage. Another may have it, so delete nothing."""

    def __init__(self, key: str):
        super().__init__(
            f"{key} is not in the file storage of this machine. Where several machines serve, set "
            "STORAGE_URL to one that all of them share"
        )


def save(content: IO[bytes], folder: str = FOLDER) -> tuple[str, int, int]:
    """Store a file's content.

    Return its name and the numbers of parts and bytes. No transaction.
    """
    # A new name for each attempt, because a killed one may have left parts.
    name, parts, size = secrets.token_hex(16), 0, 0
    try:
        while part := content.read(PART_BYTES):
            sealed = encryption.encrypt(part, PURPOSE)
            storage().put(_part_key(name, parts, folder), sealed, "application/octet-stream")
            parts, size = parts + 1, size + len(part)
    except BaseException:
        # Each attempt would fill the disk further.
        with suppress(StorageUnavailable):
            for number in range(parts + 1):
                storage().delete(_part_key(name, number, folder))
        raise
    return name, parts, size


def read(name: str, parts: int, folder: str = FOLDER) -> Iterator[bytes]:
    """Yield the content, part by part. Raise `MissingError`, or `ValueError` with another key."""
    for number in range(parts):
        if (sealed := storage().get(key := _part_key(name, number, folder))) is None:
            raise MissingError(key)
        yield encryption.decrypt(sealed, PURPOSE)


def drop(name: str | None, parts: int, folder: str = FOLDER) -> None:
    """Delete an archive, if there is one, once this transaction is committed."""
    for number in range(parts if name else 0):
        delete_on_commit(_part_key(name or "", number, folder))


def _part_key(name: str, number: int, folder: str) -> str:
    return f"{folder}/{name}-{number}"
