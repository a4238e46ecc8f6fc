"""Logs on standard error: text in development, one JSON object per line in production.

Everything logged, by the app or a library, gets the IDs of request, user, job, and trace.
"""

import json
import logging
import sys
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from flask import Flask

from carafe.observability.redaction import redact_mapping, redact_text

# Attributes of a record that `extra` did not add.
STANDARD_ATTRIBUTES = {*vars(logging.makeLogRecord({})), "message", "asctime"}
# Replaced, never changed. structlog's has a variable for each value, and looks through all that
# the process has: 12 µs of every request.
_context: ContextVar[Mapping[str, Any]] = ContextVar("log_context", default=MappingProxyType({}))


def bind_user(user_id: int, impersonator_id: int | None = None) -> None:
    """Add the user to each line of this request from now on, and to reports.

    `impersonator_id` is that of the admin who is viewing as that user.
    """
    _context.set({**_context.get(), "user_id": user_id})
    if impersonator_id is not None:
        _context.set({**_context.get(), "impersonator_id": impersonator_id})


def start_request(request_id: str) -> None:
    """Begin a context that has only this."""
    _context.set({"request_id": request_id})


@contextmanager
def bind(**values: object) -> Iterator[None]:
    """Add `values` to each line logged inside: `with bind(job="digest", job_id=7):`."""
    token = _context.set({**_context.get(), **values})
    try:
        yield
    finally:
        _context.reset(token)


def context() -> Mapping[str, Any]:
    """Return the current values on each line: `request_id`, `user_id`, `job`, `trace_id`, …"""
    return _context.get()


class EventFormatter(logging.Formatter):
    """Format a record with its `extra` and the context, without secrets.

    structlog's own formatter copies each record and passes it through ten functions, which costs
    another 20 µs per request.
    """

    def __init__(
        self, render: Callable[[MutableMapping[str, object]], str], timestamp: Callable[[], str]
    ):
        super().__init__()
        self.render, self.timestamp = render, timestamp

    def format(self, record: logging.LogRecord) -> str:
        event: dict[str, object] = {"event": record.getMessage(), **context()}
        event |= {"level": record.levelname.lower(), "logger": record.name}
        event |= {k: v for k, v in vars(record).items() if k not in STANDARD_ATTRIBUTES}
        event["timestamp"] = self.timestamp()
        if record.exc_info:
            event["exception"] = self.formatException(record.exc_info)
        if record.stack_info:
            event["stack"] = record.stack_info
        return self.render(redact(event))


def redact(event: MutableMapping[str, object]) -> MutableMapping[str, object]:
    """Redact secrets under revealing names and in text, as the last step but one of each line."""
    event = redact_mapping(event)
    for key, text in event.items():
        if isinstance(text, str) and (" " in text or "://" in text):
            event[key] = redact_text(text)
    return event


def _json_formatter() -> EventFormatter:
    render = json.JSONEncoder(default=repr).encode
    return EventFormatter(render, lambda: datetime.now(UTC).isoformat().replace("+00:00", "Z"))


def _text_formatter() -> EventFormatter:
    from structlog import dev  # 15 ms that servers, which log JSON, don't have to wait for

    console = dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=dev.plain_traceback
    )
    return EventFormatter(
        lambda event: str(console(None, "", event)), lambda: f"{datetime.now():%H:%M:%S}"
    )


def init_app(app: Flask) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(
        _json_formatter() if app.config["LOG_FORMAT"] == "json" else _text_formatter()
    )
    handler.set_name("carafe")
    root = logging.getLogger()
    # Replace only our own handler: a test runner has its own there.
    root.handlers = [h for h in root.handlers if h.name != "carafe"] + [handler]
    root.setLevel(app.config["LOG_LEVEL"])
    logging.getLogger("alembic.runtime.plugins").setLevel(logging.WARNING)
    # It would log URLs with their queries.
    logging.getLogger("urllib3").setLevel(logging.WARNING)
    # The development server's line for each request would duplicate ours.
    logging.getLogger("werkzeug").addFilter(_drop_access_log)


def _drop_access_log(record: logging.LogRecord) -> bool:
    return " HTTP/1." not in record.getMessage()
