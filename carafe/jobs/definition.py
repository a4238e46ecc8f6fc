"""`@job`, which turns a function into one that can be enqueued."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Generic, ParamSpec

from sqlalchemy import select

from carafe.database import db, dialect_insert
from carafe.jobs.engine import announce_on_commit
from carafe.jobs.models import KEY_LENGTH, Job, Priority
from carafe.observability import tracing
from carafe.time import now

P = ParamSpec("P")

DEFAULT_QUEUE = "default"
QUEUE_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
# A job's arguments are read on each start. Put larger data into a table or a file.
MAX_ARGUMENTS_BYTES = 1024 * 1024

registry: dict[str, JobDefinition[...]] = {}


@dataclass(frozen=True)
class EnqueueOptions:
    """How one job is enqueued, in addition to its function's options."""

    run_at: datetime | None = None
    delay: timedelta = timedelta()
    priority: Priority = Priority.NORMAL
    key: str | None = None
    subject: str | None = None


@dataclass(frozen=True)
class JobDefinition(Generic[P]):
    """A function that can be enqueued. Calling it runs it immediately, like any function."""

    function: Callable[P, object]
    name: str
    queue: str
    retries: int
    backoff: timedelta
    timeout: timedelta
    unique: bool
    keep: bool
    options: EnqueueOptions = field(default_factory=EnqueueOptions)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> object:
        return self.function(*args, **kwargs)

    def with_options(self, **options: Any) -> JobDefinition[P]:
        """Return the same job with other options for the next `enqueue`.

        `run_at` (aware) or `delay` set when it may start, `priority` what comes first; `key`
        prevents a second one while the first waits; `subject` is whom it is for ("user:12").
        """
        return replace(self, options=replace(self.options, **options))

    def enqueue(self, *args: P.args, **kwargs: P.kwargs) -> int:
        """Enqueue a call in the caller's transaction, and return the job's ID.

        The job exists if and only if that transaction is committed. If a job with the same key
        already waits, return that job's ID. Raise `TypeError` for arguments that JSON would change.
        """
        due = self.options.run_at or now() + self.options.delay
        row = {
            "name": self.name,
            "queue": self.queue,
            "priority": Priority(self.options.priority),
            "arguments": to_json_value([list(args), kwargs]),
            "key": self._key(args, kwargs),
            "subject": self.options.subject,
            "context": tracing.propagation_headers(),
            "run_at": due,
        }
        id = _insert(row)
        announce_on_commit((id, self.queue, self.options.priority, due))
        return id

    def _key(self, args: object, kwargs: object) -> str | None:
        key = self.options.key
        if key is None and self.unique:
            key = json.dumps([args, kwargs], sort_keys=True)
        if key is None:
            return None
        if len(key := f"{self.name}:{key}") > KEY_LENGTH:
            raise ValueError(f"Job keys can have up to {KEY_LENGTH} characters: {key}")
        return key


def job(
    *,
    queue: str = DEFAULT_QUEUE,
    retries: int = 5,
    backoff: timedelta = timedelta(seconds=10),
    timeout: timedelta = timedelta(minutes=10),
    unique: bool = False,
    keep: bool = True,
) -> Callable[[Callable[P, object]], JobDefinition[P]]:
    """Turn a function in a feature's `jobs.py` into a job named "feature.function".

    It runs at least once: in a worker, in an app context, in a transaction that is committed with
    its outcome. So what it writes without committing exists exactly once. Other effects, such as an
    email, may happen twice after a crash.

    An exception is a failure: the job is retried up to `retries` times, after `backoff`, twice
    that, four times that, and so on, up to a day. `PermanentError` fails it for good, and
    `QueueError` pauses the queue, whose jobs wait until a probe succeeds. After `timeout`, it is
    interrupted, which is a failure, too. `unique` prevents a second job with the same arguments
    while the first waits. With `keep=False`, it is deleted once it succeeds.
    """
    if not QUEUE_NAME.fullmatch(queue):
        raise ValueError(
            f'Invalid queue name {queue!r}. Use lowercase letters, digits, "-", and "_".'
        )

    def define(function: Callable[P, object]) -> JobDefinition[P]:
        _, *packages = function.__module__.removesuffix(".jobs").split(".")
        name = ".".join([*packages, function.__name__])
        made = JobDefinition(function, name, queue, retries, backoff, timeout, unique, keep)
        registry[name] = made
        return made

    return define


def queues() -> list[str]:
    """Return the queues that jobs are defined for."""
    return sorted({definition.queue for definition in registry.values()})


def to_json_value(value: object) -> object:
    """Return `value` if JSON preserves it. Raise `TypeError` otherwise."""
    try:
        text = json.dumps(value, allow_nan=False)
    except ValueError as error:
        raise TypeError(f"Job arguments and results must be JSON-serializable: {error}") from None
    if json.loads(text) != value:
        raise TypeError(
            "Job arguments and results must be JSON-serializable: use lists, not tuples, and "
            "string keys."
        )
    if len(text) > MAX_ARGUMENTS_BYTES:
        raise TypeError(
            "Job arguments and results can be up to 1 MiB. Store larger data in a table and pass "
            "its ID."
        )
    return value


def _insert(row: dict[str, object]) -> int:
    # SQLAlchemy fills columns with a default from the model, not from the database.
    statement = dialect_insert(Job, db.engine.dialect).values(**row)
    statement = statement.on_conflict_do_nothing(index_elements=["key"])
    while True:
        id: int | None = db.session.scalar(statement.returning(Job.id))
        if id is None:  # one with this key waits, or was claimed just now
            id = db.session.scalar(select(Job.id).where(Job.key == row["key"]))
        if id is not None:
            return id
