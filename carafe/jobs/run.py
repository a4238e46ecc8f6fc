"""The job that this process runs, and what it reports while it runs."""

from __future__ import annotations

import ctypes
import threading
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

# Of a job's progress message.
MESSAGE_LENGTH = 200

current: ContextVar[JobRun | None] = ContextVar("run", default=None)


class PermanentError(Exception):
    """Raised by a job that failed and won't succeed if it is retried."""


class QueueError(Exception):
    """Raised by a job if what it needs is down for its whole queue, such as the mail server.

    The queue is paused, the job waits, and its failure doesn't count. Admins see `reason` and
    `remedy`, so they must not contain secrets.
    """

    def __init__(self, reason: str, remedy: str):
        super().__init__(f"{reason} {remedy}")
        self.reason, self.remedy = reason, remedy


class JobCanceled(BaseException):
    """Raised in a job at its next `progress()` after someone canceled it.

    Not an `Exception`, so that the job's own handlers don't mistake it for a failure.
    """


class JobTimeoutError(Exception):
    """Raised in a job, wherever it is, when its time is up."""


@dataclass(eq=False)
class JobRun:
    id: int
    name: str
    queue: str
    arguments: list[Any]
    attempts: int
    failures: int
    context: dict[str, Any]
    canceled: bool = False
    # Whether it is a probe of a paused queue, and whether the queue works.
    is_probe: bool = False
    queue_works: bool = False
    started: float = field(default_factory=monotonic)
    # Whether there is progress that the table doesn't show yet.
    is_dirty: bool = False
    _progress: dict[str, object] = field(default_factory=dict)
    _thread: int | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self) -> None:
        self._thread = threading.get_ident()

    def end(self) -> None:
        """Stop interruptions: the outcome is about to be written."""
        with self._lock:
            self._thread = None

    def interrupt(self) -> None:
        """Raise `JobTimeoutError` in the job. It arrives between two steps of Python code, thus not
        while a call into C, such as a query or a connection, waits."""
        with self._lock:
            if self._thread is not None:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(self._thread), ctypes.py_object(JobTimeoutError)
                )

    def set_progress(self, **values: object) -> None:
        self._progress, self.is_dirty = values, True

    def progress(self) -> dict[str, object]:
        """Return the job's progress, for the table."""
        self.is_dirty = False
        return self._progress


def strip_invalid_text(text: str) -> str:
    """Remove NUL and lone surrogates, as in file names, which no database accepts."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def queue_works() -> None:
    """Report that jobs of this queue can run, whatever becomes of this one.

    It ends a pause of the queue along with this job. Outside a job, it does nothing.
    """
    if run := current.get():
        run.queue_works = True


def progress(done: int | None = None, total: int | None = None, message: str = "") -> None:
    """Report the progress of the running job, shown on pages within seconds, even in a transaction.

    Raise `JobCanceled` when someone has requested that. Outside a job, it does nothing.
    """
    if (run := current.get()) is None:
        return
    # Whole numbers, and text that every database accepts: the worker must be able to store it.
    done, total = (None if number is None else int(number) for number in (done, total))
    run.set_progress(done=done, total=total, message=strip_invalid_text(message)[:MESSAGE_LENGTH])
    if run.canceled:
        raise JobCanceled
