"""A job in the hands of this process, and what it may say while it runs."""

from __future__ import annotations

import ctypes
import threading
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

# Of what a job says of its progress.
MESSAGE_LENGTH = 200

current: ContextVar[JobRun | None] = ContextVar("run", default=None)


class PermanentError(Exception):
    """Raised by a job: it failed, and trying again would not help."""


class QueueError(Exception):
    """Raised by a job: what it needs works for no job of its queue, such as the mail server.

    The queue is paused, the job waits, and no failure of it counts. Admins see `reason` and
    `remedy`, so neither holds a secret.
    """

    def __init__(self, reason: str, remedy: str):
        super().__init__(f"{reason} {remedy}")
        self.reason, self.remedy = reason, remedy


class JobCanceled(BaseException):
    """Raised in a job at its next `progress()` after someone canceled it.

    Not an `Exception`, so that no handler of the job's own mistakes it for a failure.
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
    # Begun to see whether a paused queue works again, and whether it does.
    is_probe: bool = False
    queue_works: bool = False
    started: float = field(default_factory=monotonic)
    # Whether there is progress that the table does not show yet.
    is_dirty: bool = False
    _progress: dict[str, object] = field(default_factory=dict)
    _thread: int | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self) -> None:
        self._thread = threading.get_ident()

    def end(self) -> None:
        """From here on nothing interrupts: the outcome is being written."""
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
        """What the job has said, for the table."""
        self.is_dirty = False
        return self._progress


def strip_invalid_text(text: str) -> str:
    """Text without NUL and halves of characters, as in names of files, which no database takes."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def queue_works() -> None:
    """Tell that jobs of this queue can be done, whatever becomes of this one.

    A pause of the queue ends with its outcome. Outside of a job it does nothing.
    """
    if run := current.get():
        run.queue_works = True


def progress(done: int | None = None, total: int | None = None, message: str = "") -> None:
    """Say how far the running job is: shown on pages within seconds, whatever it has open.

    Raises `JobCanceled` when someone asked for that. Outside of a job it does nothing.
    """
    if (run := current.get()) is None:
        return
    # Whole numbers, and text that every database takes: the worker must be able to note it.
    done, total = (None if number is None else int(number) for number in (done, total))
    run.set_progress(done=done, total=total, message=strip_invalid_text(message)[:MESSAGE_LENGTH])
    if run.canceled:
        raise JobCanceled
