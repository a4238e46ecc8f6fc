"""The interface of engines, which connect those who enqueue jobs with workers."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from flask import Flask, current_app

from carafe.database.hooks import on_commit_all
from carafe.jobs.run import JobRun

# ID, queue, priority, and when it may start.
Announcement = tuple[int, str, int, datetime]


class Runner(Protocol):
    """A worker, as its source sees it."""

    app: Flask
    id: str
    queues: list[str]
    threads: int

    def claim(self, queue: str) -> JobRun | None:
        """Claim the next due job of a queue, if any."""

    def run(self, run: JobRun) -> None:
        """Run a claimed job in this thread. Raise nothing."""

    def wake(self) -> None:
        """Wake the worker's main thread to check for work."""


class Source(Protocol):
    """The source of a worker's jobs, which calls `worker.run(run)` in its own threads."""

    def dispatch(self) -> None:
        """Start due jobs, or have them started. Called all the time."""

    def next_due(self) -> datetime | None:
        """Return when to dispatch again at the latest, even if nothing wakes the worker."""

    def filenos(self) -> list[int]:
        """Return what to wait for with `select`."""

    def drain(self, ready_fds: list[int]) -> None:
        """Read what arrived there."""

    def close(self, seconds: float) -> None:
        """Start nothing more, and wait up to that long for running jobs."""


class Engine(Protocol):
    def before_commit(self) -> None:
        """Run in the transaction that enqueues a job."""

    def announce(self, jobs: list[Announcement]) -> None:
        """Notify workers of committed jobs. They find others later by polling."""

    def create_source(self, worker: Runner) -> Source:
        """Return the source of a worker that starts."""


def engine() -> Engine:
    return current_app.extensions["jobs"]  # type: ignore[no-any-return]


def announce_on_commit(job: Announcement) -> None:
    """Notify workers of a job once this transaction is committed."""
    engine().before_commit()
    on_commit_all(engine().announce, job)
