"""What the app tells those who run it: logs with a request id, health, the debug toolbar."""

from flask import Flask

from app.observability import checks, logs, requests, views


def init_app(app: Flask) -> None:
    logs.init_app(app)
    requests.init_app(app)
    app.register_blueprint(views.blueprint)
    checks.init_app(app)
    if app.debug:
        from app.observability import toolbar

        toolbar.init_app(app)
