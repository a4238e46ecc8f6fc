"""What the app reports to its operators: logs, health, metrics, traces, the debug toolbar."""

from flask import Flask

from carafe.config import ConfigError
from carafe.observability import (
    checks,
    demo,
    health,
    health_rows,
    logs,
    metrics,
    queries,
    recorder,
    requests,
    sentry,
    server_timing,
    store,
    tracing,
    views,
)
from carafe.observability.metrics import add_gauge

__all__ = [
    "add_gauge",
    "health",
]


def init_app(app: Flask) -> None:
    logs.init_app(app)
    requests.init_app(app)
    queries.init_app(app)
    store.init_app(app)
    recorder.init_app(app)
    server_timing.init_app(app)
    metrics.init_app(app)
    tracing.init_app(app)
    sentry.init_app(app)
    app.register_blueprint(views.blueprint)
    checks.init_app(app)
    demo.init_app(app)
    health.init_app(app)
    health_rows.init_app(app)
    if app.config["APP_ENV"] == "development":
        from carafe.observability import migration_guard, profiler

        migration_guard.init_app(app)
        profiler.init_app(app)
    if app.debug:
        try:
            from carafe.observability import toolbar
        except ModuleNotFoundError as error:
            raise ConfigError(
                f"Development needs {error.name}, which isn't installed.",
                "Run bin/setup --with dev, or set APP_ENV=production.",
            ) from None
        toolbar.init_app(app)
