"""Jobs for workers on many machines, which Dramatiq notifies through Redis.

The table remains authoritative. A message has the ID of an enqueued job, but its receiver claims
the most urgent job of that queue. So a message that is lost, late, or duplicated does no harm: if
none waits, workers send new ones for due jobs.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import dramatiq
from flask import Flask

from carafe.config import ConfigError
from carafe.jobs import claims
from carafe.jobs.broker import RedisJobBroker
from carafe.jobs.engine import Announcement, Runner
from carafe.time import now

# Without messages, a worker checks the table this often, …
POLL_INTERVAL = timedelta(seconds=2)
# … and with any number of messages, at most this often.
MIN_POLL_INTERVAL = timedelta(seconds=0.05)
# For due jobs in the table, send this many messages.
MAX_MESSAGES = 500
# How soon a thread that waits for a message notices that it should stop.
NOTICE_MS = 1000


class RedisEngine:
    """Sends a message for each job that is committed."""

    def __init__(self, app: Flask):
        self.url = app.config["REDIS_URL"]
        try:
            self.broker = RedisJobBroker(self.url)
        except ValueError:
            raise ConfigError(
                "Invalid REDIS_URL.",
                "Use redis://:password@host:6379/0, or rediss:// for TLS.",
            ) from None

    def before_commit(self) -> None:
        pass

    def announce(self, jobs: list[Announcement]) -> None:
        # Also for later jobs, so that a worker checks when they are due.
        for queue in {job[1] for job in jobs}:
            self.broker.send(queue, [job[0] for job in jobs if job[1] == queue])

    def create_source(self, worker: Runner) -> RedisSource:
        return RedisSource(worker, RedisJobBroker(self.url))


class RedisSource:
    """A worker's Dramatiq threads, and messages for jobs without one."""

    def __init__(self, worker: Runner, broker: RedisJobBroker):
        self.worker, self.broker = worker, broker
        self.last_poll_at = self.next_poll_at = now()
        for queue in worker.queues:
            self._define_actor(queue)
        threads = worker.threads * len(worker.queues)
        self.dramatiq = dramatiq.Worker(broker, worker_timeout=NOTICE_MS, worker_threads=threads)
        # Queues share neither threads nor messages that others could start with.
        self.dramatiq.queue_prefetch = worker.threads
        self.dramatiq.start()

    def dispatch(self) -> None:
        # later: the clock was set back
        if timedelta() < self.next_poll_at - now() <= POLL_INTERVAL:
            return
        self.last_poll_at = now()
        due = claims.next_due(self.worker.queues)
        later = [run_at for run_at in due.values() if run_at > self.last_poll_at]
        self.next_poll_at = min([*later, self.last_poll_at + POLL_INTERVAL])
        for queue, run_at in due.items():
            if run_at <= self.last_poll_at and self.broker.is_queue_empty(queue):
                self.broker.send(queue, claims.due(queue, MAX_MESSAGES))

    def next_due(self) -> datetime:
        return self.next_poll_at

    def filenos(self) -> list[int]:
        return []

    def drain(self, ready_fds: list[int]) -> None:
        pass

    def close(self, seconds: float) -> None:
        self.dramatiq.stop(timeout=round(seconds * 1000))
        self.broker.client.close()

    def _define_actor(self, queue: str) -> None:
        @dramatiq.actor(broker=self.broker, actor_name=queue, queue_name=queue)
        def run_claimed(id: int) -> None:
            run = self.worker.claim(queue)
            if not run:  # such as a job for later
                self.next_poll_at = max(now(), self.last_poll_at + MIN_POLL_INTERVAL)
            self.worker.wake()
            if run:
                self.worker.run(run)
