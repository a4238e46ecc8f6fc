"""Requests that compete for the same thing at the same time."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Barrier
from typing import TypeVar

from carafe.database.sqlite import sqlite_driver

T = TypeVar("T")


def at_once(calls: Sequence[Callable[[], T]]) -> list[T]:
    """Return the results of calls that start at the same time."""
    barrier = Barrier(len(calls))

    def start(call: Callable[[], T]) -> T:
        barrier.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(start, calls))


@contextmanager
def locked_limits(instance: Path) -> Iterator[None]:
    """Keep all processes from counting attempts; they can still read the counts."""
    with closing(sqlite_driver().connect(instance / "limits.db", isolation_level=None)) as limits:
        limits.execute("BEGIN IMMEDIATE")
        yield
        limits.execute("ROLLBACK")
