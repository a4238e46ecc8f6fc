"""A process's worker: one thread that hands out jobs, and one for each job that runs."""

from __future__ import annotations

import logging
import os
import secrets
import select
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from time import monotonic

from flask import Flask
from sqlalchemy import delete, update
from sqlalchemy.exc import SQLAlchemyError

from app.core.database import db
from app.core.time import now
from app.jobs import claims, schedule
from app.jobs.bells import Listener
from app.jobs.definition import queues as known_queues
from app.jobs.definition import registry
from app.jobs.execution import execute
from app.jobs.models import Worker
from app.jobs.run import Run

log = logging.getLogger("app.job")

# Without being woken, a worker looks into the table this often.
LOOK_SECONDS = 2.0
# How far a job is can be seen on pages this long after it said so.
NEWS_SECONDS = 0.5
# While the database is away.
PAUSE_SECONDS = 1.0
# As long as gunicorn's workers have for their requests (gunicorn.conf.py).
GRACE_SECONDS = 8.0
FORGET_WORKERS_AFTER = timedelta(days=1)


class JobWorker:
    """Runs jobs of `queues` (all by default), `threads` of each queue at a time.

    A queue has its own threads, so that a mail server that takes a minute for each mail holds up
    mails alone.
    """

    def __init__(self, app: Flask, threads: int, queues: list[str] | None = None):
        self.app, self.threads = app, threads
        self.queues = queues or known_queues()
        self.id = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
        self.runs: dict[Run, threading.Thread] = {}
        self.stopping = False
        self._ears, self._mouth = os.pipe()
        self._renewed = self._looked = 0.0
        self._due: dict[str, datetime] = {}
        self._tick: datetime | None = None

    def work(self) -> None:
        """Run jobs until `stop()`. Then finish what ends in time, and give back the rest."""
        with self.app.app_context():
            self._try_until_it_works(self._begin)
            listener = Listener(self.app, self.queues)
            try:
                while not self.stopping:
                    if not self._safely(self._round):
                        self._pause()
                    self._wait(listener)
            finally:
                self._safely(self._end)
                listener.close()

    def stop(self) -> None:
        """Take no more jobs. May be called in a signal handler and from other threads."""
        self.stopping = True
        self._wake()

    def _wake(self) -> None:
        with suppress(OSError):
            os.write(self._mouth, b"!")

    def _begin(self) -> None:
        schedule.prepare()
        db.session.execute(delete(Worker).where(Worker.seen_at < now() - FORGET_WORKERS_AFTER))
        db.session.add(Worker(id=self.id, queues=" ".join(self.queues), threads=self.threads))
        db.session.commit()

    def _round(self) -> None:
        """Everything that is to be done at this moment."""
        self._interrupt_what_takes_too_long()
        if monotonic() - self._renewed > claims.RENEWAL.total_seconds():
            self._renewed = monotonic()
            self._renew()
        elif news := [run for run in list(self.runs) if run.is_news]:
            claims.renew(news)
        if self._tick and self._tick <= now():
            schedule.tick()
        self._hand_out()
        self._tick = schedule.next_tick()

    def _renew(self) -> None:
        claims.renew([run for run in list(self.runs) if not self._is_overdue(run)])
        db.session.execute(update(Worker).where(Worker.id == self.id).values(seen_at=now()))
        db.session.commit()
        if count := claims.take_back():
            log.warning("%s jobs of workers that fell silent are queued again", count)

    def _hand_out(self) -> None:
        places = self._places()
        self._due = claims.next_due(places) if places else {}
        for queue, due in self._due.items():
            if due <= now():
                for run in claims.claim(queue, places[queue], self.id):
                    self._start(run)

    def _start(self, run: Run) -> None:
        thread = threading.Thread(target=self._execute, args=[run], name=run.name, daemon=True)
        self.runs[run] = thread
        thread.start()

    def _execute(self, run: Run) -> None:
        execute(self.app, run)
        del self.runs[run]
        self._wake()

    def _places(self) -> dict[str, int]:
        """How many jobs of each queue can begin now."""
        busy = [run.queue for run in list(self.runs)]
        free = {queue: self.threads - busy.count(queue) for queue in self.queues}
        return {queue: places for queue, places in free.items() if places > 0}

    def _wait(self, listener: Listener) -> None:
        """Until a job is announced, another is over, or the time of something has come."""
        places = self._places()
        moments = [due for queue, due in self._due.items() if queue in places]
        moments += [self._tick] if self._tick else []
        soonest = min(
            ((moment - now()).total_seconds() for moment in moments), default=LOOK_SECONDS
        )
        patience = NEWS_SECONDS if self.runs else LOOK_SECONDS
        ears = [self._ears, *listener.waits_for(places)]
        heard, _, _ = select.select(ears, [], [], max(0, min(soonest, patience)))
        if self._ears in heard:
            os.read(self._ears, 4096)
        listener.hear(heard, places)

    def _is_overdue(self, run: Run) -> bool:
        definition = registry.get(run.name)
        limit = definition.timeout.total_seconds() if definition else 0
        return monotonic() - run.started > limit > 0

    def _interrupt_what_takes_too_long(self) -> None:
        # Its lease is not renewed either: what cannot be interrupted is taken from it.
        for run in list(self.runs):
            if self._is_overdue(run):
                run.interrupt()

    def _end(self) -> None:
        deadline = monotonic() + GRACE_SECONDS
        for thread in list(self.runs.values()):
            thread.join(max(0, deadline - monotonic()))
        if left := list(self.runs):
            log.warning("%s jobs were not finished in time, and are queued again", len(left))
            claims.give_back(left)
        db.session.execute(delete(Worker).where(Worker.id == self.id))
        db.session.commit()

    def _safely(self, step: Callable[[], None]) -> bool:
        try:
            step()
        except SQLAlchemyError as error:
            db.session.rollback()
            log.warning("jobs wait, because the database does: %s", error)
            return False
        return True

    def _try_until_it_works(self, step: Callable[[], None]) -> None:
        while not self.stopping and not self._safely(step):
            self._pause()

    def _pause(self) -> None:
        select.select([self._ears], [], [], PAUSE_SECONDS)


def run_due(app: Flask, queues: list[str] | None = None) -> int:
    """Run here and now what is due, and what that queues in turn; how many jobs that were."""
    count = 0
    with app.app_context():
        while True:
            due = [q for q, at in claims.next_due(queues or known_queues()).items() if at <= now()]
            runs = [run for queue in due for run in claims.claim(queue, 100, "run_due")]
            if not runs:
                return count
            for run in runs:
                execute(app, run)
            count += len(runs)
