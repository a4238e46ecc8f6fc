"""Writes that begin late, where a request asks for it.

Code that reads and then writes is open to others in between, but for so short a time that a test
of it mostly passes. With a wait before it writes, all others have read as well, and it fails.
"""

import time

from flask import has_request_context, request
from sqlalchemy import Connection, Engine, event

from carafe.database.transactions import takes_write_lock

# Has the words that the deciding statement begins with.
HEADER = "X-Slow-Statement"
# Long enough for the others to come as far. Too short a wait fails no correct code.
WAIT_SECONDS = 0.3


@event.listens_for(Engine, "begin")
def wait_before_lock(connection: Connection) -> None:
    if takes_write_lock() and _slow_statement():
        time.sleep(WAIT_SECONDS)


@event.listens_for(Engine, "before_cursor_execute")
def wait_before_statement(
    connection: Connection, cursor: object, statement: str, *rest: object
) -> None:
    if (start := _slow_statement()) and statement.startswith(start):
        time.sleep(WAIT_SECONDS)


def _slow_statement() -> str | None:
    return request.headers.get(HEADER) if has_request_context() else None
