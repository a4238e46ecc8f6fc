"""How jobs get from those who queue them to those who run them: what an engine has to offer."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from flask import current_app

if TYPE_CHECKING:
    from app.jobs.worker import JobWorker

# Id, queue, priority, and when it may start.
Announcement = tuple[int, str, int, datetime]


class Source(Protocol):
    """Where a worker's jobs come from. It calls `worker.run(run)` in threads of its own."""

    def hand_out(self) -> None:
        """Begin what is due, or see to it that somebody does. Called all the time."""

    def next_due(self) -> datetime | None:
        """When to hand out again at the latest, though nobody calls."""

    def ears(self) -> list[int]:
        """What to wait for with `select`."""

    def hear(self, rung: list[int]) -> None:
        """Take note of what came there."""

    def close(self, seconds: float) -> None:
        """Begin nothing more, and wait so long for what runs."""


class Engine(Protocol):
    def promise(self) -> None:
        """Within the transaction that queues a job."""

    def announce(self, jobs: list[Announcement]) -> None:
        """Tell workers of jobs that are committed. What is not told they find later by looking."""

    def source(self, worker: JobWorker) -> Source:
        """For a worker that begins."""


def engine() -> Engine:
    return current_app.extensions["jobs"]  # type: ignore[no-any-return]
