"""Jobs from the table, without any other service."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from time import monotonic

from flask import Flask
from sqlalchemy import text

from carafe.database import db
from carafe.jobs import claims, wakeup
from carafe.jobs.engine import Announcement, Runner
from carafe.jobs.run import JobRun
from carafe.time import now

# Check again for due jobs that could not be claimed because others have locked them.
RETRY_LOCKED_AFTER = timedelta(seconds=0.05)


class DatabaseEngine:
    """Wakes workers when a job is committed."""

    def __init__(self, app: Flask):
        self.folder = wakeup.folder(app)

    def before_commit(self) -> None:
        if db.engine.dialect.name == "postgresql":
            # Delivered with the commit.
            db.session.execute(text(f"NOTIFY {wakeup.CHANNEL}"))

    def announce(self, jobs: list[Announcement]) -> None:
        for _, queue, _, _ in jobs:
            wakeup.notify(self.folder / queue)

    def create_source(self, worker: Runner) -> DatabaseSource:
        return DatabaseSource(worker)


class DatabaseSource:
    """Claims jobs for threads, each of which continues with the next job of its queue."""

    def __init__(self, worker: Runner):
        self.worker = worker
        self.listener = wakeup.Listener(worker.app, worker.queues)
        self.threads: dict[threading.Thread, str] = {}
        self.due: dict[str, datetime] = {}
        self.closed = False

    def dispatch(self) -> None:
        free_slots = self._free_slots()
        self.due = claims.next_due(free_slots) if free_slots else {}
        for queue, due in self.due.items():
            if due <= now():
                self.due[queue] = now() + RETRY_LOCKED_AFTER
                for run in claims.claim(queue, free_slots[queue], self.worker.id):
                    self._start(run)

    def next_due(self) -> datetime | None:
        free_slots = self._free_slots()
        return min((due for queue, due in self.due.items() if queue in free_slots), default=None)

    def filenos(self) -> list[int]:
        return self.listener.filenos(self._free_slots())

    def drain(self, ready_fds: list[int]) -> None:
        self.listener.drain(ready_fds, self._free_slots())

    def close(self, seconds: float) -> None:
        self.closed = True
        self.listener.close()
        deadline = monotonic() + seconds
        for thread in list(self.threads):
            thread.join(max(0, deadline - monotonic()))

    def _free_slots(self) -> dict[str, int]:
        """Return how many jobs of each queue can start now."""
        busy = list(self.threads.values())
        free = {queue: self.worker.threads - busy.count(queue) for queue in self.worker.queues}
        return {queue: free_slots for queue, free_slots in free.items() if free_slots > 0}

    def _start(self, run: JobRun) -> None:
        thread = threading.Thread(target=self._work, args=[run], name=run.queue, daemon=True)
        self.threads[thread] = run.queue
        try:
            thread.start()
        except RuntimeError:  # the system can't start more threads: let the lease expire
            del self.threads[thread]
            raise

    def _work(self, first: JobRun) -> None:
        run: JobRun | None = first
        try:
            while run:
                self.worker.run(run)
                run = None if self.closed else self.worker.claim(first.queue)
        finally:
            del self.threads[threading.current_thread()]
            self.worker.wake()
