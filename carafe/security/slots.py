"""Slots that only one holder may have at a time, across all threads and processes of this machine.

A slot is a lock on a file, which the system releases with the process that holds it, however that
ends, so there are no leases or clocks. Where files can't be locked (Windows, a read-only folder),
each process counts separately.
"""

import os
from contextlib import suppress
from pathlib import Path
from threading import Lock
from time import monotonic, sleep

from flask import Flask, current_app

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

POLL_SECONDS = 0.02


class Slot:
    """A held slot. Release it in the process that took it, from any thread."""

    def __init__(self, slots: "Slots", key: str, file: int | None):
        self._slots, self._key, self._file = slots, key, file
        self._once = Lock()

    def release(self) -> None:
        """Release the slot; a second call does nothing."""
        if self._once.acquire(blocking=False):
            self._slots.give_up(self._key, self._file)


class Slots:
    def __init__(self, folder: Path):
        self._folder = folder
        self._mutex = Lock()
        self._keys: set[str] = set()

    def take(self, key: str) -> Slot | None:
        """Take the slot with that key, a file name such as "export-12"; None while it is taken."""
        with self._mutex:
            if key in self._keys:
                return None
            self._keys.add(key)
        try:
            return Slot(self, key, self._lock(self._folder / key))
        except BlockingIOError:
            self.give_up(key, None)
            return None

    def wait(self, key: str, seconds: float) -> Slot | None:
        """Take a slot, waiting for it up to that long."""
        deadline = monotonic() + seconds
        while (slot := self.take(key)) is None and monotonic() < deadline:
            sleep(POLL_SECONDS)
        return slot

    def give_up(self, key: str, file: int | None) -> None:
        if file is not None:
            # While it is locked: a process that opened it in the meantime notices the deletion.
            with suppress(OSError):
                (self._folder / key).unlink()
            os.close(file)
        with self._mutex:
            self._keys.discard(key)

    def _lock(self, path: Path) -> int | None:
        """Return a locked file.

        None if that is impossible. Raise BlockingIOError if it is taken.
        """
        while fcntl:
            try:
                self._folder.mkdir(mode=0o700, exist_ok=True)
                file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            except OSError:
                break
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.path.samestat(os.fstat(file), path.stat()):
                    return file
            except BlockingIOError:
                os.close(file)
                raise
            except FileNotFoundError:  # released, and so deleted, since it was opened
                pass
            except OSError:  # a file system without locks
                os.close(file)
                break
            os.close(file)
        return None


def slots() -> Slots:
    return current_app.extensions["slots"]  # type: ignore[no-any-return]


def init_app(app: Flask) -> None:
    app.extensions["slots"] = Slots(Path(app.instance_path) / "slots")
