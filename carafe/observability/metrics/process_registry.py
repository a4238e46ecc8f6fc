"""All processes of this instance, whose counters any of them can add up.

Each has a file in `INSTANCE_PATH/metrics`: those of the web server, and workers in another
container on the same volume. Containers reuse process IDs, so each process makes up a name, and
holds a lock that ends with it. The counts of exited processes are merged into one file, which
starts from zero when no process is alive.
"""

import json
import logging
import os
import secrets
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from threading import Lock
from time import monotonic, sleep
from typing import IO, Any

from carafe.observability.metrics.mapped_counters import (
    Counters,
    Key,
    MappedCounters,
    create_file,
    merge,
    parse,
)

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

log = logging.getLogger(__name__)

SUFFIX = ".counters"
RETIRED_FILE = "retired.json"
# Not kept when a process exits.
IN_FLIGHT_KEY: Key = ("http_requests_in_flight",)

LOCK_TIMEOUT_SECONDS = 1
POLL_SECONDS = 0.005


class ProcessRegistry:
    """The counters of this process, among the others."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._mutex = Lock()
        self.path: Path | None = None
        self._file: FileIO | None = None
        try:
            if fcntl:
                # Kept open: the lock ends when this process closes the file, through any handle.
                self._file = self._register()
                weakref.finalize(self, self._file.close)
            self.counters = MappedCounters(self._file)
        except OSError as error:
            log.error("metrics limited to this process: %s", error)
            self.counters = MappedCounters()

    def totals(self) -> tuple[Counters, list[str]]:
        """Return the sum of all processes, and the IDs of the live ones on this machine."""
        total, process_ids = self.counters.read(), [str(os.getpid())]
        if self._file:
            try:
                with self._exclusive() as acquired:
                    live, retired = self._reap(acquired)
                merge(total, retired)
                for path in live:
                    merge(total, _read(path))
                process_ids += filter(None, map(_process_id, live))
            except OSError as error:
                log.error("cannot read metrics of other processes: %s", error)
        return total, process_ids

    def _register(self) -> FileIO:
        """Create this process's file, complete and locked before others see it."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        name = f"{os.getpid()}-{_namespace()}-{secrets.token_hex(4)}"
        with self._exclusive() as acquired:
            live, _ = self._reap(acquired)
            if acquired and not live:
                for old in self.folder.glob("*.*"):
                    old.unlink()
            file = create_file(new := self.folder / f"{name}.new")
            _try_lock(file)
            self.path = new.rename(new.with_suffix(SUFFIX))
        return file

    def _reap(self, acquired: bool) -> tuple[list[Path], Counters]:
        """Merge the counters of exited processes, and return the files of live ones with the sum.

        Without the lock, nothing is written.
        """
        others = [path for path in self.folder.glob(f"*{SUFFIX}") if path != self.path]
        live = [path for path in others if _is_alive(path)]
        exited = [path for path in others if path not in live]
        retired = _read_retired(self.folder / RETIRED_FILE)
        for path in exited:
            merge(retired, _read(path))
        retired.pop(IN_FLIGHT_KEY, None)
        if exited and acquired:
            try:
                _write_retired(self.folder / RETIRED_FILE, retired)
                for path in exited:
                    path.unlink()
            except OSError as error:  # a full disk; the files are merged later
                log.error("cannot merge metrics of an exited process: %s", error)
        return live, retired

    @contextmanager
    def _exclusive(self) -> Iterator[bool]:
        """Keep other processes from registering and merging; False if one of them seems to hang."""
        with self._mutex, (self.folder / "lock").open("w") as file:
            deadline = monotonic() + LOCK_TIMEOUT_SECONDS
            while not (acquired := _try_lock(file)) and monotonic() < deadline:
                sleep(POLL_SECONDS)
            yield acquired


def _read(path: Path) -> Counters:
    try:
        return parse(path.read_bytes())
    except FileNotFoundError:  # merged by another process
        return {}


def _read_retired(path: Path) -> Counters:
    try:
        rows = json.loads(path.read_bytes())
        return {tuple(key): list(map(float, values)) for key, values in rows}
    except (OSError, ValueError, TypeError):  # none yet, or damaged
        return {}


def _write_retired(path: Path, counters: Counters) -> None:
    new = path.with_suffix(".new")
    try:
        new.write_text(json.dumps(list(counters.items())))
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def _is_alive(path: Path) -> bool:
    try:
        with path.open("r+b") as file:
            return not _try_lock(file)
    except FileNotFoundError:
        return False


def _try_lock(file: IO[Any]) -> bool:
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _process_id(path: Path) -> str | None:
    """Return a process's ID, if it means the same process here."""
    process_id, namespace, _ = path.stem.split("-")
    return process_id if namespace == _namespace() else None


def _namespace() -> str:
    """Return where process IDs are unique: each container numbers its own."""
    try:
        return os.readlink("/proc/self/ns/pid").strip("pid:[]")
    except OSError:
        return ""
