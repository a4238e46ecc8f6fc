"""Dramatiq's broker on Redis, blocking instead of polling.

Imported only if `REDIS_URL` is set.
"""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from time import monotonic, sleep
from typing import Any

import redis
from dramatiq import Message
from dramatiq.brokers.redis import RedisBroker, _RedisConsumer
from dramatiq.errors import BrokerError
from redis.backoff import NoBackoff
from redis.retry import Retry

log = logging.getLogger("carafe.job")

CONNECT_SECONDS = 1.0
# Waiting for a message may take the consumer's `timeout`, a second, without a response.
RESPONSE_TIMEOUT_SECONDS = 5.0
# Don't wait for a Redis server that did not respond just now when enqueuing a job.
RETRY_SECONDS = 2.0
FAILURES = (redis.RedisError, BrokerError, OSError)


class RedisJobBroker(RedisBroker):
    """Redis broker without Dramatiq's retries, time limits, and delays, which the table handles."""

    def __init__(self, url: str):
        client = redis.Redis.from_url(
            url,
            socket_connect_timeout=CONNECT_SECONDS,
            socket_timeout=RESPONSE_TIMEOUT_SECONDS,
            # Retry once, immediately, for connections from before Redis was restarted.
            retry=Retry(NoBackoff(), 1),
        )
        super().__init__(  # type: ignore[no-untyped-call]
            middleware=[], namespace="jobs", client=client
        )
        self.unavailable_until = 0.0

    @property
    def consumer_class(self) -> type[RedisJobConsumer]:
        return RedisJobConsumer

    def declare_queue(self, queue_name: str) -> None:
        if queue_name not in self.queues:
            self.queues.add(queue_name)
            self.emit_after("declare_queue", queue_name)

    def list_of(self, queue: str) -> str:
        """Return the key of the list with the IDs of a queue's messages."""
        return f"{self.namespace}:{queue}"

    def send(self, queue: str, ids: list[int]) -> None:
        """Send messages, or give up: due jobs are found in the table, too."""
        if monotonic() < self.unavailable_until:
            return
        try:
            for id in ids:
                # Each queue has an actor with the same name.
                self.enqueue(Message(queue, queue, args=(id,), kwargs={}, options={}))
            self.mark_available()
        except FAILURES as error:
            self.mark_unavailable(error)

    def is_queue_empty(self, queue: str) -> bool:
        """Return whether no message waits, and no other worker is about to send one."""
        try:
            lock = f"{self.namespace}:{queue}:sending"
            waits = self.client.llen(self.list_of(queue))
            return not waits and bool(self.client.set(lock, 1, nx=True, px=1000))
        except FAILURES as error:
            self.mark_unavailable(error)
            return False

    def mark_unavailable(self, error: Exception) -> None:
        if not self.unavailable_until:
            log.warning("Redis unavailable, jobs delayed: %s", error)
        self.unavailable_until = monotonic() + RETRY_SECONDS

    def mark_available(self) -> None:
        if self.unavailable_until:
            log.warning("Redis available again")
            self.unavailable_until = 0.0


class RedisJobConsumer(_RedisConsumer):
    def __init__(self, *arguments: object):
        super().__init__(*arguments)  # type: ignore[no-untyped-call]
        self.freed = threading.Event()

    def __next__(self) -> Any:
        """Return the next message, or None after a second without one."""
        try:
            if self.message_cache or self._is_time():
                self.misses = 0
                return super().__next__()  # type: ignore[no-untyped-call]
        except FAILURES as error:
            self.broker.mark_unavailable(error)
            sleep(self.timeout / 1000)
        return None

    def _is_time(self) -> bool:
        """Wait until a thread is free, then until there is a message."""
        self.freed.clear()
        if self.outstanding_message_count >= self.prefetch:
            return self.freed.wait(self.timeout / 1000)
        # From the head of the list to its head: nothing moves, but Redis responds when there is
        # one.
        key = self.broker.list_of(self.queue_name)
        message = self.broker.client.blmove(key, key, self.timeout / 1000, "LEFT", "LEFT")
        self.broker.mark_available()
        return message is not None

    def ack(self, message: object) -> None:
        # An unacknowledged message returns, when there is nothing left to do.
        with suppress(*FAILURES):
            super().ack(message)  # type: ignore[no-untyped-call]
        self.freed.set()

    def requeue(self, messages: object) -> None:
        with suppress(*FAILURES):
            super().requeue(messages)  # type: ignore[no-untyped-call]
