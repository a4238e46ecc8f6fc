"""How jobs get from those who queue them to those who run them: what an engine has to offer."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from flask import Flask, current_app

from carafe.database.hooks import on_commit_all
from carafe.jobs.run import JobRun

# Id, queue, priority, and when it may start.
Announcement = tuple[int, str, int, datetime]


class Runner(Protocol):
    """A worker, as its source sees it."""

    app: Flask
    id: str
    queues: list[str]
    threads: int

    def claim(self, queue: str) -> JobRun | None:
        """Take the next job of a queue, if one is due."""

    def run(self, run: JobRun) -> None:
        """Run a claimed job in this thread. Raises nothing."""

    def wake(self) -> None:
        """Have the worker's main thread look for work now."""


class Source(Protocol):
    """Where a worker's jobs come from. It calls `worker.run(run)` in threads of its own."""

    def dispatch(self) -> None:
        """Start what is due, or have someone start it. Called all the time."""

    def next_due(self) -> datetime | None:
        """Return when to dispatch again at the latest, though nothing wakes the worker."""

    def filenos(self) -> list[int]:
        """Return what to wait for with `select`."""

    def drain(self, ready_fds: list[int]) -> None:
        """Read what arrived there."""

    def close(self, seconds: float) -> None:
        """Start nothing more, and wait so long for what runs."""


class Engine(Protocol):
    def before_commit(self) -> None:
        """Run within the transaction that queues a job."""

    def announce(self, jobs: list[Announcement]) -> None:
        """Tell workers of jobs that are committed. They find others later by polling."""

    def create_source(self, worker: Runner) -> Source:
        """Return the source of a worker that starts."""


def engine() -> Engine:
    return current_app.extensions["jobs"]  # type: ignore[no-any-return]


def announce_on_commit(job: Announcement) -> None:
    """Tell workers of a job once this transaction is committed."""
    engine().before_commit()
    on_commit_all(engine().announce, job)
