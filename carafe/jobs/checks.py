"""Checks of this package for `flask check`."""

from flask import Flask

from carafe import checks
from carafe.jobs.pauses import paused


def init_app(app: Flask) -> None:
    checks.add(
        app,
        "jobs.paused",
        paused_queues,
        level="warning",
        remedy="See /admin/health/ for what to do. A restart tries again at once.",
        depends_on="core.migrations",
    )


def paused_queues() -> str | None:
    texts = [f"Queue {pause.queue} is paused: {pause.reason}" for pause in paused()]
    return " ".join(texts) or None
