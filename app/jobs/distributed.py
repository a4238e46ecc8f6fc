"""Jobs for workers on many machines: Dramatiq tells them, over Redis, that there is one.

The table stays the truth. A message carries the id of a job that was queued; whoever gets it takes
the most urgent one of that queue, which need not be the same. So a message that is lost, late or
there twice does no harm: when none waits, workers send new ones for what is due.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import dramatiq
from flask import Flask

from app.core.time import now
from app.jobs import claims
from app.jobs.broker import Broker
from app.jobs.engine import Announcement
from settings import ConfigError

if TYPE_CHECKING:
    from app.jobs.worker import JobWorker

# Without being told, a worker looks into the table this often, …
LOOK = timedelta(seconds=2)
# … and though it is told all the time, at most this often.
AGAIN = timedelta(seconds=0.05)
# For what is found there, so many messages are sent.
MOST_MESSAGES = 500
# What a thread that waits for a message needs to see that it should stop.
NOTICE_MS = 1000


class Distributed:
    """The side of those who queue jobs."""

    def __init__(self, app: Flask):
        self.url = app.config["REDIS_URL"]
        try:
            self.broker = Broker(self.url)
        except ValueError:
            raise ConfigError(
                "REDIS_URL is not accepted.",
                "Give redis://:password@host:6379/0, or rediss:// for TLS.",
            ) from None

    def promise(self) -> None:
        pass

    def announce(self, jobs: list[Announcement]) -> None:
        # Those for later, too: then a worker looks when that is.
        for queue in {job[1] for job in jobs}:
            self.broker.send(queue, [job[0] for job in jobs if job[1] == queue])

    def source(self, worker: JobWorker) -> FromRedis:
        return FromRedis(worker, Broker(self.url))


class FromRedis:
    """The side of a worker: Dramatiq's threads, and messages for what nobody was told of."""

    def __init__(self, worker: JobWorker, broker: Broker):
        self.worker, self.broker = worker, broker
        self.looked = self.look_at = now()
        for queue in worker.queues:
            self._define_actor(queue)
        threads = worker.threads * len(worker.queues)
        self.dramatiq = dramatiq.Worker(broker, worker_timeout=NOTICE_MS, worker_threads=threads)
        # No queue takes the threads of another, nor messages that others could begin with.
        self.dramatiq.queue_prefetch = worker.threads
        self.dramatiq.start()

    def hand_out(self) -> None:
        if timedelta() < self.look_at - now() <= LOOK:  # more: the clock was set back
            return
        self.looked = now()
        due = claims.next_due(self.worker.queues)
        later = [moment for moment in due.values() if moment > self.looked]
        self.look_at = min([*later, self.looked + LOOK])
        for queue, moment in due.items():
            if moment <= self.looked and self.broker.lacks_messages(queue):
                self.broker.send(queue, claims.due(queue, MOST_MESSAGES))

    def next_due(self) -> datetime:
        return self.look_at

    def ears(self) -> list[int]:
        return []

    def hear(self, rung: list[int]) -> None:
        pass

    def close(self, seconds: float) -> None:
        self.dramatiq.stop(timeout=round(seconds * 1000))
        self.broker.client.close()

    def _define_actor(self, queue: str) -> None:
        @dramatiq.actor(broker=self.broker, actor_name=queue, queue_name=queue)
        def take(id: int) -> None:
            run = self.worker.claim(queue)
            if not run:  # it is for later, say
                self.look_at = max(now(), self.looked + AGAIN)
            self.worker.wake()
            if run:
                self.worker.run(run)
