"""A queue in front of SQLite's write lock.

SQLite's waiters sleep for longer and longer, so newcomers overtake those who have waited
(`bench/write_queue.py`). Here, threads queue inside their process, and the first one of each
process goes through locks on a file beside the database. These end with the process that holds
them, and a fork doesn't inherit them.

The queue only orders; SQLite's lock protects. A thread whose turn doesn't come in time tries
SQLite's lock once: a process that hangs blocks nobody, and "locked" remains the only error. Where
files can't be locked (Windows, a read-only folder), each process orders only its own threads.
"""

import os
import weakref
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock, RLock, get_ident
from time import monotonic, sleep
from typing import Any

from sqlalchemy import Connection

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

# Bytes of the file, locked one after the other down to TURN. With one, the process whose turn ended
# could take it again before the others check; with several, they move up in order.
LAST_QUEUE_BYTE, LOCK_BYTE = 3, 0
WHOLE_FILE = 0  # as a length

# A file lock can't be waited for with a timeout: the first thread of each process polls this often.
POLL_SECONDS = 0.0005

# A process keeps its turn this long while its own threads wait: passing it on takes up to a poll,
# in which nobody writes.
TIME_SLICE_SECONDS = 0.005


class WriteQueue:
    def __init__(self, database: str | None, timeout: float):
        """Create a queue for the file at the path `database`, if any, with this timeout."""
        self.timeout = timeout
        self._file = _open(database)
        if self._file is not None:
            weakref.finalize(self, os.close, self._file)
        self._start()

    def _start(self) -> None:
        self._process = os.getpid()
        # Reentrant: the garbage collector may return a lost connection, and so call release, at any
        # time.
        self._mutex = RLock()
        self._waiters: deque[tuple[object, int, Lock]] = deque()
        self._holder: object | None = None
        self._thread: int | None = None
        self._slice_ends_at = 0.0

    def begin(self, connection: Connection) -> None:
        """Begin a write transaction in turn; `release(its driver's connection)` ends the turn."""
        driver: Any = connection.connection.dbapi_connection
        try:
            left = round(self._acquire(driver) * 1000)
            timeout_ms = round(self.timeout * 1000)
            if left == timeout_ms:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                return
            # Time spent in the queue must not be spent again waiting for SQLite.
            driver.execute(f"PRAGMA busy_timeout={left}")
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            finally:
                driver.execute(f"PRAGMA busy_timeout={timeout_ms}")
        except BaseException:
            self.release(driver)
            raise

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Block writers without a transaction, or continue after the timeout."""
        visitor = object()
        try:
            self._acquire(visitor)
            yield
        finally:
            self.release(visitor)

    def release(self, owner: object) -> None:
        """End the turn of `owner`, if it has one, and start the next one."""
        if owner is None or owner is not self._holder:
            return
        with self._mutex:
            if not self._waiters or monotonic() > self._slice_ends_at:
                self._unlock(
                    LOCK_BYTE, WHOLE_FILE
                )  # after an interruption, it may hold another place
                self._slice_ends_at = 0.0
            self._holder = self._thread = None
            if self._waiters:
                self._holder, self._thread, turn = self._waiters.popleft()
                turn.release()

    def _acquire(self, owner: object) -> float:
        """Wait for the turn; return the seconds left, 0 if it didn't come in time."""
        if self._process != os.getpid():
            self._start()  # after a fork: the waiting threads are in the parent
        if self._thread == get_ident():
            return self.timeout  # a thread with two connections would wait for itself
        deadline = monotonic() + self.timeout
        if not self._wait_for_threads(owner, deadline):
            return 0
        if not self._slice_ends_at:
            if not self._wait_for_processes(deadline):
                self.release(owner)
                return 0
            self._slice_ends_at = monotonic() + TIME_SLICE_SECONDS
        return max(0, deadline - monotonic())

    def _wait_for_threads(self, owner: object, deadline: float) -> bool:
        turn = Lock()
        place = (owner, get_ident(), turn)
        with self._mutex:
            if self._holder is None:
                self._holder, self._thread = owner, get_ident()
                return True
            turn.acquire()
            self._waiters.append(place)
        try:
            turn.acquire(timeout=max(0, deadline - monotonic()))
        finally:
            with self._mutex:
                if place in self._waiters:
                    self._waiters.remove(place)
        return self._holder is owner

    def _wait_for_processes(self, deadline: float) -> bool:
        for place in range(LAST_QUEUE_BYTE, LOCK_BYTE - 1, -1):
            if not self._lock(place, deadline):
                return False
            if place < LAST_QUEUE_BYTE:
                self._unlock(place + 1)
        return True

    def _lock(self, place: int, deadline: float) -> bool:
        while self._file is not None:
            try:
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
                break
            except (BlockingIOError, PermissionError):  # taken
                if monotonic() > deadline:
                    return False
                sleep(POLL_SECONDS)
            except OSError:  # a file system without locks
                break
        return True

    def _unlock(self, place: int, length: int = 1) -> None:
        if self._file is not None:
            with suppress(OSError):
                fcntl.lockf(self._file, fcntl.LOCK_UN, length, place)


def _open(database: str | None) -> int | None:
    if not fcntl or not database or database == ":memory:" or database.startswith("file:"):
        return None
    try:
        return os.open(f"{database}.queue", os.O_RDWR | os.O_CREAT, 0o666)
    except OSError:
        return None
