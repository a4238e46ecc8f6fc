"""A process's worker: renews leases, queues scheduled jobs, and shuts down in order."""

from __future__ import annotations

import logging
import os
import secrets
import select
import socket
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from time import monotonic

from flask import Flask
from sqlalchemy import delete, update
from sqlalchemy.exc import SQLAlchemyError

from carafe.database import db
from carafe.jobs import claims, pauses, schedule
from carafe.jobs.definition import queues as known_queues
from carafe.jobs.definition import registry
from carafe.jobs.engine import Source, engine
from carafe.jobs.execution import execute
from carafe.jobs.models import WorkerRecord
from carafe.jobs.run import JobRun
from carafe.time import now

log = logging.getLogger("carafe.job")

# How often a worker checks the tables if nothing wakes it.
POLL_SECONDS = 2.0
# How soon pages show a job's progress.
PROGRESS_SECONDS = 0.5
# While the database is down.
RETRY_SECONDS = 1.0
# As long as gunicorn's workers have for their requests (gunicorn.conf.py).
SHUTDOWN_TIMEOUT_SECONDS = 8.0
# Whatever the lease, a worker is shown as gone after a minute.
HEARTBEAT_SECONDS = 20.0
FORGET_WORKERS_AFTER = timedelta(days=1)


class JobWorker:
    """Runs jobs of `queues` (by default, all), with `threads` for each queue.

    A queue has its own threads, so that a mail server that takes a minute for each email delays
    only emails. They belong to the engine's source; the thread that called `work` renews leases,
    interrupts jobs that take too long, and handles schedules.
    """

    def __init__(
        self,
        app: Flask,
        threads: int,
        queues: list[str] | None = None,
        server: int | None = None,
    ):
        self.app, self.threads, self.server = app, threads, server
        self.queues = queues or known_queues()
        self.id = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
        self.runs: set[JobRun] = set()
        self.stopping = False
        self._last_poll = float("-inf")
        self._renewal = min(app.config["JOB_LEASE_SECONDS"] / 3, HEARTBEAT_SECONDS)
        self._renewed, self._renewed_at = monotonic(), now()
        self._silence = claims.Silence()
        self._next_tick_at: datetime | None = None
        self._last_error = ""

    def work(self) -> None:
        """Run jobs until `stop()`.

        Then finish what ends in time, and return the rest to the queue.
        """
        # Windows can only wait for sockets. A full one wakes the worker, too.
        self._wake_r, self._wake_w = socket.socketpair()
        self._wake_w.setblocking(False)
        with self._wake_r, self._wake_w, self.app.app_context():
            while not self.stopping and not self._run_step(self._begin):
                self._listen([], RETRY_SECONDS)
            source = engine().create_source(self)
            try:
                while not self.stopping:
                    if not self._run_step(lambda: self._tick_once(source)):
                        self._listen([], RETRY_SECONDS)
            finally:
                source.close(SHUTDOWN_TIMEOUT_SECONDS)
                self._run_step(self._end)

    def stop(self) -> None:
        """Take no more jobs. Can be called in a signal handler and from other threads."""
        self.stopping = True
        self.wake()

    def wake(self) -> None:
        with suppress(OSError, AttributeError):  # the latter before it works
            self._wake_w.send(b"!")

    def claim(self, queue: str) -> JobRun | None:
        """Claim the next due job of a queue, if any, for a thread of the source."""
        with self.app.app_context():
            taken: list[JobRun] = []
            self._run_step(lambda: taken.extend(claims.claim(queue, 1, self.id)))
            return taken[0] if taken else None

    def run(self, run: JobRun) -> None:
        """Run a claimed job in this thread. Raise nothing."""
        self.runs.add(run)
        try:
            execute(self.app, run)
        finally:
            self.runs.discard(run)

    def _begin(self) -> None:
        schedule.sync_table()
        pauses.probe_soon(self.queues)
        db.session.execute(
            delete(WorkerRecord).where(WorkerRecord.seen_at < now() - FORGET_WORKERS_AFTER)
        )
        db.session.add(WorkerRecord(id=self.id, queues=" ".join(self.queues), threads=self.threads))
        db.session.commit()

    def _tick_once(self, source: Source) -> None:
        """Do everything that is due now; then wait."""
        self._interrupt_overdue()
        if monotonic() - self._renewed > self._renewal:
            self._renew()
        elif news := [run for run in list(self.runs) if run.is_dirty]:
            claims.renew(news)
        self._enqueue_scheduled()
        source.dispatch()
        self._wait(source)

    def _renew(self) -> None:
        claims.renew([run for run in list(self.runs) if not self._is_overdue(run)])
        db.session.execute(
            update(WorkerRecord).where(WorkerRecord.id == self.id).values(seen_at=now())
        )
        db.session.commit()
        count = claims.requeue_lost(self._silence.look(), by_clock=self._clock_is_steady())
        if count:
            log.warning("requeued %s jobs of dead workers", count)
        self._renewed, self._renewed_at = monotonic(), now()

    def _clock_is_steady(self) -> bool:
        # After the database was down, the clock was set, or the machine slept, leases of live
        # workers have expired: give them time to renew them.
        seconds = monotonic() - self._renewed
        clock = (now() - self._renewed_at).total_seconds()
        return seconds < 2 * self._renewal and abs(clock - seconds) < 1

    def _enqueue_scheduled(self) -> None:
        if self._next_tick_at and self._next_tick_at <= now():
            schedule.enqueue_due()
            self._last_poll = float("-inf")
        if monotonic() - self._last_poll > POLL_SECONDS:
            self._last_poll = monotonic()
            self._next_tick_at = schedule.next_tick()
            if self.server and not _is_alive(self.server):
                log.warning("server process exited, stopping worker")
                self.stop()

    def _wait(self, source: Source) -> None:
        """Wait until someone wakes the worker, or something is due."""
        times = [due_at for due_at in (source.next_due(), self._next_tick_at) if due_at]
        soonest = min(((due_at - now()).total_seconds() for due_at in times), default=60)
        patience = min(PROGRESS_SECONDS if self.runs else POLL_SECONDS, self._renewal)
        source.drain(self._listen(source.filenos(), max(0, min(soonest, patience))))

    def _listen(self, filenos: list[int], seconds: float) -> list[int]:
        ready, _, _ = select.select([self._wake_r.fileno(), *filenos], [], [], seconds)
        if self._wake_r.fileno() in ready:
            self._wake_r.recv(4096)
        return ready

    def _is_overdue(self, run: JobRun) -> bool:
        definition = registry.get(run.name)
        limit = definition.timeout.total_seconds() if definition else 0
        return monotonic() - run.started > limit > 0

    def _interrupt_overdue(self) -> None:
        # Its lease isn't renewed, either: a job that can't be interrupted is taken from it.
        for run in list(self.runs):
            if self._is_overdue(run):
                run.interrupt()

    def _end(self) -> None:
        if left := list(self.runs):
            log.warning("requeued %s unfinished jobs at shutdown", len(left))
            claims.requeue(left)
        db.session.execute(delete(WorkerRecord).where(WorkerRecord.id == self.id))
        db.session.commit()

    def _run_step(self, step: Callable[[], None]) -> bool:
        """Return whether a step succeeded. A worker survives whatever happens to the database."""
        try:
            step()
        except Exception as error:
            with suppress(Exception):
                db.session.rollback()
            # Errors from opening a SQLite connection aren't wrapped by SQLAlchemy.
            self._log_once(error)
            return False
        self._last_error = ""
        return True

    def _log_once(self, error: Exception) -> None:
        # Only once, because this happens every second while a database is down.
        if self._last_error != (trouble := type(error).__name__):
            self._last_error = trouble
            is_database_error = isinstance(error, SQLAlchemyError)
            log.warning(
                "worker error, retrying: %s", error, exc_info=None if is_database_error else error
            )


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def run_due(app: Flask) -> int:
    """Run all due jobs, and those that they queue in turn; return how many."""
    count = 0
    with app.app_context():
        while True:
            due = [q for q, at in claims.next_due(known_queues()).items() if at <= now()]
            runs = [run for queue in due for run in claims.claim(queue, 100, "run_due")]
            if not runs:
                return count
            for run in runs:
                execute(app, run)
            count += len(runs)
