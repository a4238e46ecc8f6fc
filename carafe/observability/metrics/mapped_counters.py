"""One process's counters, in a memory-mapped file that other processes read at the same time.

The file has its full size from the start, because writing to a mapped page for which the disk has
no space kills the process. Values come first, then a line of JSON for each counter: the number of
values, the name of its metric, and its labels.
"""

import errno
import json
import mmap
import os
from array import array
from bisect import bisect_left
from contextlib import suppress
from io import FileIO
from itertools import repeat
from pathlib import Path
from threading import Lock

# The name of a metric and the values of its labels.
Key = tuple[str, ...]
# A histogram has several values.
Counters = dict[Key, list[float]]

# Room for about 900 pages, with 17 values and 200 bytes of keys each.
MAX_VALUES = 16_384
VALUES_BYTES = 8 * MAX_VALUES
FILE_BYTES = VALUES_BYTES + 256 * 1024


class MappedCounters:
    """Counters in a file, or only in memory.

    Raise `OverflowError` if there is no room for a key.
    """

    def __init__(self, file: FileIO | None = None):
        buffer = mmap.mmap(file.fileno(), FILE_BYTES) if file else bytearray(FILE_BYTES)
        self._buffer = memoryview(buffer)
        self._values = self._buffer[:VALUES_BYTES].cast("d")
        self._slots: dict[Key, int] = {}
        self._next_slot, self._end = 0, VALUES_BYTES
        self._lock = Lock()

    def add(self, key: Key, amount: float = 1) -> None:
        with self._lock:
            self._values[self._slot(key, 1)] += amount

    def observe(self, key: Key, bounds: tuple[float, ...], value: float) -> None:
        """Add to a histogram: one value per bucket, the rest, and the sum."""
        with self._lock:
            slot = self._slot(key, len(bounds) + 2)
            self._values[slot + bisect_left(bounds, value)] += 1
            self._values[slot + len(bounds) + 1] += value

    def _slot(self, key: Key, size: int) -> int:
        if key not in self._slots:
            line = json.dumps([size, *key]).encode() + b"\n"
            slot, end = self._next_slot, self._end + len(line)
            if slot + size > MAX_VALUES or end > FILE_BYTES:
                raise OverflowError("metric slots exhausted")
            self._buffer[self._end : end] = line
            self._slots[key] = slot
            self._next_slot, self._end = slot + size, end
        return self._slots[key]

    def read(self) -> Counters:
        return parse(bytes(self._buffer))


def create_file(path: Path) -> FileIO:
    file = FileIO(path, "w+")
    try:
        if file.write(bytes(FILE_BYTES)) < FILE_BYTES:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if hasattr(os, "posix_fallocate"):  # zeros may take no space
            os.posix_fallocate(file.fileno(), 0, FILE_BYTES)
    except OSError:
        file.close()
        path.unlink()
        raise
    return file


def parse(data: bytes) -> Counters:
    """Return the counters of a file up to the last complete line, which may be half written."""
    counters: Counters = {}
    with suppress(ValueError, TypeError):
        values, slot = array("d", data[:VALUES_BYTES]).tolist(), 0
        for line in data[VALUES_BYTES:].splitlines():
            size, *key = json.loads(line)
            counters[tuple(map(str, key))] = values[slot : slot + size]
            slot += size
    return counters


def merge(total: Counters, counters: Counters) -> None:
    """Add counters to those with the same key in `total`."""
    for key, values in counters.items():
        total[key] = [a + b for a, b in zip(total.get(key, repeat(0.0)), values, strict=False)]
