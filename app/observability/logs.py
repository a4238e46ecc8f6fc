"""Logs on standard error: text for people in development, one JSON object a line in production.

Everything that logs, ours or a library, ends here with the request's id.
"""

import logging
import sys
from typing import Any

import structlog
from flask import Flask


def init_app(app: Flask) -> None:
    json = app.config["LOG_FORMAT"] == "json"
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso" if json else "%H:%M:%S", utc=json),
    ]
    renderers: list[Any] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if json
        else [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderers],
        )
    )
    handler.set_name("carafe")
    root = logging.getLogger()
    # Only our own handler is replaced: a test runner has one of its own there.
    root.handlers = [h for h in root.handlers if h.name != "carafe"] + [handler]
    root.setLevel(app.config["LOG_LEVEL"])
    logging.getLogger("alembic.runtime.plugins").setLevel(logging.WARNING)
    # The development server's own line for each request would repeat ours.
    logging.getLogger("werkzeug").addFilter(_no_request_lines)


def _no_request_lines(record: logging.LogRecord) -> bool:
    return " HTTP/1." not in record.getMessage()
