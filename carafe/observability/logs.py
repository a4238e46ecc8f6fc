"""Logs on standard error: text for people in development, one JSON object a line in production.

Everything that logs, ours or a library, ends here with the ids of request, user, job and trace.
"""

import logging
import sys
from contextlib import AbstractContextManager
from typing import Any

import structlog
from flask import Flask
from structlog.typing import EventDict, Processor

from carafe.observability.redaction import redact_mapping, redact_text


def bind_user(user_id: int, impersonator_id: int | None = None) -> None:
    """Say who this request is from: on each of its lines from now on, and in reports.

    `impersonator_id` is the administrator's who acts as that user.
    """
    structlog.contextvars.bind_contextvars(user_id=user_id)
    if impersonator_id is not None:
        structlog.contextvars.bind_contextvars(impersonator_id=impersonator_id)


def bind(**values: object) -> AbstractContextManager[None]:
    """Put `values` on each line that is logged inside: `with bind(job="digest", job_id=7):`."""
    return structlog.contextvars.bound_contextvars(**values)


def context() -> dict[str, Any]:
    """What is on each line at the moment: `request_id`, `user_id`, `job`, `trace_id` and so on."""
    return structlog.contextvars.get_contextvars()


def redact(logger: object, method: str, event: EventDict) -> EventDict:
    """The last but one step of each line: no secret stands under its name, or in a text."""
    event = redact_mapping(event)
    for key, text in event.items():
        if isinstance(text, str) and (" " in text or "://" in text):
            event[key] = redact_text(text)
    return event


def init_app(app: Flask) -> None:
    json = app.config["LOG_FORMAT"] == "json"
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso" if json else "%H:%M:%S", utc=json),
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer()
        if json
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                redact,
                renderer,
            ],
        )
    )
    handler.set_name("carafe")
    root = logging.getLogger()
    # Only our own handler is replaced: a test runner has one of its own there.
    root.handlers = [h for h in root.handlers if h.name != "carafe"] + [handler]
    root.setLevel(app.config["LOG_LEVEL"])
    logging.getLogger("alembic.runtime.plugins").setLevel(logging.WARNING)
    # It would tell addresses with their queries.
    logging.getLogger("urllib3").setLevel(logging.WARNING)
    # The development server's own line for each request would repeat ours.
    logging.getLogger("werkzeug").addFilter(_drop_access_log)


def _drop_access_log(record: logging.LogRecord) -> bool:
    return " HTTP/1." not in record.getMessage()
