"""All processes that work on this instance count together, and any of them can tell the sum.

Each has a sheet of its own in `INSTANCE_PATH/metrics`: those of the web server, and workers in
another container on the same volume. There, process ids repeat; so a process makes up a name, and
holds a lock that ends with it. What the dead have counted is kept on one sheet for all of them,
and begins from zero when nobody is alive.
"""

import logging
import os
import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Lock
from time import monotonic, sleep

from app.observability.metrics.sheet import Key, Sheet, keys_of, read

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

log = logging.getLogger(__name__)

DEAD = "dead.numbers"
# Ends with a process, and is not part of what is kept of it.
IN_FLIGHT: Key = ("http_requests_in_flight", "")

PATIENCE_SECONDS = 1
POLL_SECONDS = 0.005


class Member:
    """This process among the others. A fork has to join anew."""

    def __init__(self, folder: Path):
        self.folder, self.id = folder, os.getpid()
        self._mutex = Lock()
        self._own: Path | None = None
        self.sheet = self._join()

    def totals(self) -> tuple[dict[Key, float], list[str]]:
        """The sum of all sheets, and the ids of the living processes on this machine."""
        total, living = Counter(self.sheet.totals()), list[Path]()
        if self._own:
            try:
                with self._alone() as undisturbed:
                    living = self._sweep() if undisturbed else self._others()
                    # Also of those dead for whom there was no place on the sheet of the dead.
                    for path in [*self._others(), self.folder / DEAD]:
                        total.update(read(path))
            except OSError as error:
                log.error("metrics of other processes are not known: %s", error)
        return dict(total), [str(self.id), *filter(None, map(_process_of, living))]

    def leave(self) -> None:
        """Be dead from now on, as when the process ends."""
        self.sheet.close()

    def _join(self) -> Sheet:
        if fcntl is None:
            return Sheet(None)  # type: ignore[unreachable]
        try:
            self.folder.mkdir(mode=0o700, exist_ok=True)
            with self._alone() as undisturbed:
                if undisturbed and not self._sweep():
                    for file in self.folder.glob("*.*"):
                        file.unlink()
                own = self.folder / f"{self.id}-{_namespace()}-{secrets.token_hex(4)}.numbers"
                sheet = Sheet(own)
                # Ends with the process. Also when it opens this file once more and closes it.
                assert sheet.keys  # noqa: S101  # nosec B101: it was given a file
                fcntl.lockf(sheet.keys, fcntl.LOCK_EX)
                sheet.slot(IN_FLIGHT)
        except (OSError, ValueError) as error:
            log.error("metrics are those of this process alone: %s", error)
            return Sheet(None)
        self._own = own
        return sheet

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        """Keep other processes from joining and sweeping; False if one of them seems to hang."""
        with self._mutex, (self.folder / "turn").open("w") as file:
            deadline = monotonic() + PATIENCE_SECONDS
            while not (had := _try_lock(file.fileno())) and monotonic() < deadline:
                sleep(POLL_SECONDS)
            yield had

    def _others(self) -> list[Path]:
        return [p for p in self.folder.glob("*-*.numbers") if p != self._own]

    def _sweep(self) -> list[Path]:
        """Put what the dead have counted on their sheet; the sheets of the others who live."""
        others = self._others()
        living = [path for path in others if _is_alive(path)]
        for path in set(others) - set(living):
            _bury(path, self.folder / DEAD)
        return living


def _bury(path: Path, dead: Path) -> None:
    numbers = {key: number for key, number in read(path).items() if key != IN_FLIGHT}
    try:
        with closing(Sheet(dead)) as total:
            for key in numbers:  # first, so that all are added or none
                total.slot(key)
            for key, number in numbers.items():
                total.numbers[total.slot(key)] += number
        path.unlink(missing_ok=True)
        keys_of(path).unlink(missing_ok=True)
    except (OSError, ValueError, OverflowError) as error:
        log.error("metrics of a process that ended are not put away: %s", error)


def _is_alive(path: Path) -> bool:
    try:
        with keys_of(path).open("r+") as file:
            return not _try_lock(file.fileno())
    except FileNotFoundError:
        return False


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _process_of(path: Path) -> str | None:
    """The id of a process, if it means the same process here."""
    id, place, _ = path.stem.split("-")
    return id if place == _namespace() else None


def _namespace() -> str:
    """Where ids of processes are unique: containers number theirs anew."""
    try:
        return os.readlink("/proc/self/ns/pid").strip("pid:[]")
    except OSError:
        return ""
