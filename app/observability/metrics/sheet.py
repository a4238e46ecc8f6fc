"""Numbers that one process writes, and others read while it does.

`<name>.numbers` is mapped into memory: a slot is counted up without asking the system. What each
slot is stands in `<name>.keys`, a line for each.
"""

import json
import mmap
from array import array
from pathlib import Path
from threading import Lock
from typing import IO

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
        self.keys: IO[str] | None = None
        if path is None:
            self.numbers = memoryview(bytearray(BYTES)).cast("d")
            return
        if not path.exists():
            # With all of its place on the disk: to write to a mapped page for which there is none
            # left kills the process.
            path.write_bytes(bytes(BYTES))
        with path.open("r+b") as file:
            self.numbers = memoryview(mmap.mmap(file.fileno(), BYTES)).cast("d")
        self.keys = keys_of(path).open("a+")
        self.keys.seek(0)
        self.slots = {key: slot for slot, key in enumerate(_keys_in(self.keys.read()))}

    def slot(self, key: Key) -> int:
        if (found := self.slots.get(key)) is None:
            if len(self.slots) == SLOTS:
                raise OverflowError("more numbers than there is place for")
            if self.keys:
                self.keys.write(json.dumps(key) + "\n")
                self.keys.flush()
            found = self.slots[key] = len(self.slots)
        return found

    def totals(self) -> dict[Key, float]:
        return {key: self.numbers[slot] for key, slot in list(self.slots.items())}

    def close(self) -> None:
        if self.keys:
            self.keys.close()


def keys_of(path: Path) -> Path:
    return path.with_suffix(".keys")


def read(path: Path) -> dict[Key, float]:
    """The numbers of another process, or of one that is dead."""
    try:
        keys = _keys_in(keys_of(path).read_text())
        numbers = array("d", path.read_bytes())
    except FileNotFoundError:  # killed before it had both
        return {}
    return dict(zip(keys, numbers, strict=False))


def _keys_in(text: str) -> list[Key]:
    # The last line may be written at this moment, or never have been finished.
    return [tuple(json.loads(line)) for line in text.splitlines(keepends=True) if line[-1] == "\n"]
