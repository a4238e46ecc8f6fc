"""Numbers of several processes that add up: each writes files of its own, a scrape reads them all.

The files lie in `INSTANCE_PATH/metrics`, for every process that works on this instance: those of
the web server, and workers in another container on the same volume. There, process ids repeat;
so a process makes up a name, and holds a lock that ends with it. What a dead process has counted
is added to one file for all the dead, and deleted once nobody is alive.
"""

import atexit
import logging
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from time import monotonic, sleep
from typing import Any

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

log = logging.getLogger(__name__)

KINDS = ("counter", "histogram", "gauge_livesum")
DEAD = "dead"

# The files are mapped into memory: where the disk is full, writing to a page that has no place on
# it yet kills the process. This is ten times what all endpoints need.
RESERVED_BYTES = 1024 * 1024

PATIENCE_SECONDS = 1
POLL_SECONDS = 0.005


class Member:
    """This process among those that count into a folder. Calling it gives the process's name."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._mutex = Lock()
        self._join()
        atexit.register(self.leave)

    def __call__(self) -> str:
        if os.getpid() != self.pid:  # forked
            self._join()
        return self.name

    def leave(self) -> None:
        """Be dead from now on, as when the process ends."""
        self._lock.close()

    @contextmanager
    def reading(self) -> Iterator[list[Path]]:
        """Read the files while nobody moves any; gives the locks of those that are alive."""
        with self._alone() as undisturbed:
            yield self._sweep() if undisturbed else list(self.folder.glob("*.lock"))

    def _join(self) -> None:
        self.folder.mkdir(mode=0o700, exist_ok=True)
        with self._alone() as undisturbed:
            self.pid, self.name = os.getpid(), _new_name()
            if undisturbed and not self._sweep():
                for file in self.folder.glob("*.db"):
                    file.unlink()
            for kind in KINDS:
                _reserve(self.folder / f"{kind}_{self.name}.db")
            # A fork does not inherit it; opening the file again, and closing it, would end it.
            self._lock = (self.folder / f"{self.name}.lock").open("w")
            fcntl.lockf(self._lock, fcntl.LOCK_EX)

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        """Keep other processes from joining and sweeping; False if one of them seems to hang."""
        with self._mutex, (self.folder / "turn").open("w") as file:
            deadline = monotonic() + PATIENCE_SECONDS
            while not (had := _try_lock(file.fileno())) and monotonic() < deadline:
                sleep(POLL_SECONDS)
            yield had

    def _sweep(self) -> list[Path]:
        locks = list(self.folder.glob("*.lock"))
        living = [lock for lock in locks if lock.stem == self.name or _is_held(lock)]
        for lock in set(locks) - set(living):
            for kind in KINDS:
                file = self.folder / f"{kind}_{lock.stem}.db"
                if "gauge" not in kind and file.exists():
                    _add(file, self.folder / f"{kind}_{DEAD}.db")
                file.unlink(missing_ok=True)
            lock.unlink()
        return living


def join(folder: Path) -> Member | None:
    """Count into `folder` together with others, where files can be written and locked."""
    if fcntl is None:
        return None  # type: ignore[unreachable]
    try:
        return Member(folder)
    except OSError as error:
        log.error("metrics are those of this process alone: %s", error)
        return None


def process_of(lock: Path) -> str | None:
    """The id of a process by its lock, if it means the same process here."""
    id, place, _ = lock.stem.split("-")
    return id if place == _namespace() else None


def _new_name() -> str:
    return f"{os.getpid()}-{_namespace()}-{secrets.token_hex(4)}"


def _namespace() -> str:
    """Where ids of processes are unique: containers number theirs anew."""
    try:
        return os.readlink("/proc/self/ns/pid").strip("pid:[]")
    except OSError:
        return ""


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _is_held(lock: Path) -> bool:
    with lock.open("r+") as file:
        return not _try_lock(file.fileno())


def _reserve(file: Path) -> None:
    if not file.exists():
        file.write_bytes(bytes(RESERVED_BYTES))


def _add(file: Path, total: Path) -> None:
    from prometheus_client import mmap_dict

    numbers: Any = mmap_dict.MmapedDict  # without types
    _reserve(total)
    totals = numbers(str(total))
    with suppress(ValueError, RuntimeError):  # cut off where the process was killed
        for key, value, _, _ in numbers.read_all_values_from_file(str(file)):
            totals.write_value(key, totals.read_value(key)[0] + value, 0.0)
    totals.close()
