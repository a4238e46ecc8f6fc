"""Wakes workers without constantly polling the database.

On SQLite, all processes are on one machine: each queue has a named pipe next to the database.
Enqueuing a job writes a byte, and one of the waiting workers reads it. On PostgreSQL, it is
`NOTIFY`. A worker that is killed just then, or a proxy that doesn't forward it, may lose it, so
workers also poll from time to time.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from flask import Flask

from carafe.database import db
from carafe.database.setup import POSTGRESQL_OPTIONS

log = logging.getLogger(__name__)

CHANNEL = "jobs"


def folder(app: Flask) -> Path:
    return Path(app.instance_path) / "jobs"


def notify(pipe: Path) -> None:
    """Wake one of the workers that wait at a pipe."""
    # Without a worker, there is no pipe, or no reader (ENXIO). A full pipe wakes workers, too.
    with suppress(OSError, AttributeError):  # the latter on Windows
        end = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        try:
            os.write(end, b"!")
        finally:
            os.close(end)


class Listener:
    """A worker's side: what to wait for with `select`, one per queue."""

    def __init__(self, app: Flask, queues: Iterable[str]):
        self.pipes: dict[str, int] = {}
        self.connection: Any = None
        self.is_postgresql = db.engine.dialect.name == "postgresql"
        if not self.is_postgresql and hasattr(os, "mkfifo"):
            opened = ((queue, _open(folder(app) / queue)) for queue in queues)
            self.pipes = {queue: pipe for queue, pipe in opened if pipe is not None}

    def filenos(self, queues: Iterable[str]) -> list[int]:
        """Return what signals jobs in these queues."""
        if self.is_postgresql and self.connection is None:
            with suppress(Exception):  # if the connection was lost, the server may be back
                self._listen()
        if self.connection:
            return [self.connection.fileno()]
        return [self.pipes[queue] for queue in queues if queue in self.pipes]

    def drain(self, ready_fds: Iterable[int], free_slots: dict[str, int]) -> None:
        """Read a byte for each free slot: the others are for other workers."""
        if self.connection:
            self._drain_notifications()
        for queue, pipe in self.pipes.items():
            if pipe in ready_fds and free_slots.get(queue):
                with suppress(OSError):
                    os.read(pipe, free_slots[queue])

    def close(self) -> None:
        for pipe in self.pipes.values():
            os.close(pipe)
        if self.connection:
            self.connection.close()

    def _listen(self) -> None:
        # Not from the pool, because it is kept as long as the worker lives.
        dialect = db.engine.dialect
        arguments, options = dialect.create_connect_args(db.engine.url)
        options.update(POSTGRESQL_OPTIONS["connect_args"], autocommit=True)  # type: ignore[call-overload]
        self.connection = dialect.connect(*arguments, **options)
        self.connection.execute(f"LISTEN {CHANNEL}")

    def _drain_notifications(self) -> None:
        try:
            for _ in self.connection.notifies(timeout=0):
                pass
        except Exception as error:
            log.warning("LISTEN connection lost: %s", error)
            with suppress(Exception):
                self.connection.close()
            self.connection = None


def _open(path: Path) -> int | None:
    """Return the pipe; None if there can't be one, and the worker only polls."""
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        if not path.is_fifo():
            path.unlink(missing_ok=True)  # such as a file from a backup
            with suppress(FileExistsError):  # by another worker, just now
                os.mkfifo(path, 0o600)
        # For writing, too: without any writer, it would always be ready for reading.
        return os.open(path, os.O_RDWR | os.O_NONBLOCK)
    except OSError as error:
        log.warning("falling back to polling: %s", error)
        return None
