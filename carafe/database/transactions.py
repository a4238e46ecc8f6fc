"""Transactions that only read, and those that may write.

A transaction that may write takes SQLite's write lock when it begins. One that starts by reading
and takes the lock later fails if someone else wrote in between, whatever the busy timeout: of 4,000
increments by 64 clients, 436 were refused that way, and none this way (`bench/increments.py`). So
each request, command, and job declares at the start which it is: a request by its method;
everything else writes unless it is inside `read_transaction()`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from flask import has_request_context, request
from sqlalchemy import func, select

from carafe.database import lost_writes
from carafe.database.base import db

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
READS, WRITES, WRITES_OUT_OF_TURN = "reads", "writes", "writes out of turn"
_mode: ContextVar[str | None] = ContextVar("mode", default=None)


def mode() -> str:
    """Return the mode of a transaction that begins now."""
    if mode := _mode.get():
        return mode
    reads = has_request_context() and request.method in SAFE_METHODS
    return READS if reads else WRITES


def takes_write_lock() -> bool:
    """Return whether a transaction that begins now may write."""
    return mode() != READS


@contextmanager
def read_transaction() -> Iterator[None]:
    """Read without the write lock, whatever the request's method.

    Afterwards, a request that may write starts a new transaction, so slow work, such as hashing a
    password, can be done in between without blocking other writers. Inside a transaction, it
    changes nothing: what was written there remains.
    """
    if db.session().in_transaction():
        yield
        return
    token = _mode.set(READS)
    try:
        yield
        lost_writes.check(db.session(), "`with read_transaction():`")
    finally:
        _mode.reset(token)
        if takes_write_lock():
            db.session.close()  # what was loaded can still be read


@contextmanager
def write_transaction(*, in_turn: bool = True) -> Iterator[None]:
    """Write in response to a GET. This ends the read transaction; commit before leaving.

    It doesn't wait in the queue behind other writers: its first statement takes SQLite's lock, or
    fails.
    """
    lost_writes.check(db.session(), "What came before `with write_transaction():`")
    db.session.close()
    token = _mode.set(WRITES if in_turn else WRITES_OUT_OF_TURN)
    try:
        yield
        lost_writes.check(db.session(), "`with write_transaction():`")
    finally:
        _mode.reset(token)
        db.session.close()


def advisory_lock(name: str) -> None:
    """Block others that take the lock with this name, until this transaction ends.

    For rules about several rows. Take it before you lock a row: two transactions that do so in
    different orders would deadlock. SQLite's write transactions wait for each other anyway.
    """
    if db.engine.dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(func.hashtext(name))))
