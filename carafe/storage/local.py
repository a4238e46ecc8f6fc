"""Files in a folder of this machine, readable only by the server's user."""

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from carafe.storage.base import KEY, StorageUnavailable, validate_key


class LocalStorage:
    def __init__(self, root: Path):
        self.root = root

    def put(self, key: str, content: bytes, content_type: str) -> None:
        path = self._path(key)
        # Under another name until it is complete, because the process may be killed halfway.
        partial = path.with_name(f"{path.name}.part")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
        except OSError as error:
            with suppress(OSError):
                partial.unlink()
            raise StorageUnavailable(error) from error

    def get(self, key: str) -> bytes | None:
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StorageUnavailable(error) from error

    def delete(self, key: str) -> None:
        try:
            self._path(key).unlink(missing_ok=True)
        except OSError as error:
            raise StorageUnavailable(error) from error

    def list_older_than(self, cutoff: datetime, folder: str) -> Iterator[str]:
        try:
            files = list(os.scandir(self.root / folder))
            old = [file.name for file in files if file.stat().st_mtime < cutoff.timestamp()]
        except FileNotFoundError:
            return  # the folder is created with its first file, or another process is deleting
        except OSError as error:
            raise StorageUnavailable(error) from error
        yield from filter(KEY.fullmatch, (f"{folder}/{name}" for name in old))

    def _path(self, key: str) -> Path:
        return self.root / validate_key(key)
