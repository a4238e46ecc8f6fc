"""Numbers that one process writes, and others read while it does.

`<name>.numbers` is mapped into memory: a slot is counted up without asking the system. What each
slot is stands in `<name>.keys`, a line for each.
"""

import errno
import json
import mmap
import os
from array import array
from collections.abc import Iterable
from io import FileIO
from pathlib import Path
from threading import Lock

# The name of a metric, the part (of a histogram) and its labels' values.
Key = tuple[str, ...]

# A page that is asked for takes 17 of them. Those of all pages of a large app are 128 KiB.
SLOTS = 16_384
BYTES = 8 * SLOTS


class Sheet:
    """`numbers[slot(key)] += 1`, with the lock held. Without a path, in memory alone."""

    def __init__(self, path: Path | None):
        self.lock = Lock()
        self.slots: dict[Key, int] = {}
        self.keys: FileIO | None = None
        if path is None:
            self.numbers = memoryview(bytearray(BYTES)).cast("d")
            return
        if not path.exists() or path.stat().st_size != BYTES:
            _make(path)
        with path.open("r+b") as file:
            self.numbers = memoryview(mmap.mmap(file.fileno(), BYTES)).cast("d")
        self.keys = keys_of(path).open("a+b", buffering=0)
        self.keys.seek(0)
        keys = _keys_in(self.keys.readall())
        self.keys.truncate(len(_lines(keys)))
        self.slots = {key: slot for slot, key in enumerate(keys)}

    def slot(self, *keys: Key) -> int:
        """The slot of the first key; those of the others follow it."""
        if keys[0] not in self.slots:
            first = len(self.slots)
            if first + len(keys) > SLOTS:
                raise OverflowError("more numbers than there is place for")
            if self.keys:
                _append(self.keys, _lines(keys))
            self.slots.update(zip(keys, range(first, SLOTS), strict=False))
        return self.slots[keys[0]]

    def totals(self) -> dict[Key, float]:
        return {key: self.numbers[slot] for key, slot in list(self.slots.items())}

    def close(self) -> None:
        if self.keys:
            self.keys.close()


def _make(path: Path) -> None:
    """Whole, or not at all, and with all of its place on the disk.

    To write to a mapped page for which there is no place left kills the process.
    """
    new = path.with_suffix(".new")
    try:
        with new.open("wb") as file:
            file.write(bytes(BYTES))
            file.flush()
            if hasattr(os, "posix_fallocate"):  # zeros may take no place
                os.posix_fallocate(file.fileno(), 0, BYTES)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def _append(file: FileIO, lines: bytes) -> None:
    """All of it or nothing: half a line would shift the slots of those that follow."""
    end = os.fstat(file.fileno()).st_size
    try:
        if file.write(lines) != len(lines):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    except OSError:
        file.truncate(end)
        raise


def keys_of(path: Path) -> Path:
    return path.with_suffix(".keys")


def read(path: Path) -> dict[Key, float]:
    """The numbers of another process, or of one that is dead."""
    try:
        keys = _keys_in(keys_of(path).read_bytes())
        numbers = array("d", path.read_bytes())
    except (OSError, ValueError):  # killed before it had both, or damaged
        return {}
    return dict(zip(keys, numbers, strict=False))


def _lines(keys: Iterable[Key]) -> bytes:
    return b"".join(json.dumps(key).encode() + b"\n" for key in keys)


def _keys_in(lines: bytes) -> list[Key]:
    """As far as lines are whole: the last may be written at this moment, or never be finished."""
    keys: list[Key] = []
    for line in lines.splitlines(keepends=True):
        try:
            key = tuple(map(str, json.loads(line)))
        except (ValueError, TypeError):
            break
        if _lines([key]) != line:
            break
        keys.append(key)
    return keys
