"""Reports of exceptions to Sentry, if `SENTRY_DSN` is set (group `sentry`).

Our code decides the two places that report exceptions, requests and jobs, and what a report
contains. The SDK's integrations wrap a dozen libraries and report statements, headers, and log
messages, each of which could reveal secrets.
"""

import atexit
from typing import TYPE_CHECKING

from flask import Flask, has_request_context, request
from flask.signals import got_request_exception

from carafe.config import ConfigError, missing_group
from carafe.observability import logs
from carafe.observability.paths import loggable_path
from carafe.observability.redaction import redact_text
from carafe.web.routing import endpoint_label

if TYPE_CHECKING:
    from sentry_sdk.types import Event

FLUSH_SECONDS = 2


def capture(app: Flask, error: BaseException) -> None:
    """Report an exception, in the background. Requests do so themselves, workers for their jobs."""
    if client := app.extensions.get("sentry"):
        from sentry_sdk.utils import event_from_exception

        event, hint = event_from_exception(error, client_options=client.options)
        client.capture_event(event | event_context(), hint=hint)


def event_context() -> dict[str, object]:
    """Return the context: request, user, and job."""
    log_context = logs.context()
    event: dict[str, object] = {
        "tags": {key: str(value) for key, value in log_context.items() if key != "user_id"}
    }
    if "user_id" in log_context:
        event["user"] = {"id": str(log_context["user_id"])}
    if has_request_context():
        event["transaction"] = endpoint_label(request)
        event["request"] = {"method": request.method, "url": loggable_path()}
    elif "job" in log_context:
        event["transaction"] = str(log_context["job"])
    return event


def scrub(event: "Event", hint: object) -> "Event":
    """Remove form values from an exception's message: `invalid literal: 'hunter2'`."""
    for exception in event.get("exception", {}).get("values", ()):
        exception["value"] = redact_text(exception.get("value") or "")
    return event


def init_app(app: Flask) -> None:
    if not (dsn := app.config["SENTRY_DSN"]):
        return
    try:
        from sentry_sdk import Client
        from sentry_sdk.utils import BadDsn
    except ImportError:
        raise missing_group("SENTRY_DSN", "sentry") from None
    try:
        client = Client(
            dsn,
            environment=app.config["APP_ENV"],
            default_integrations=False,
            auto_enabling_integrations=False,
            include_local_variables=False,
            send_client_reports=False,
            auto_session_tracking=False,
            before_send=scrub,
        )
    except BadDsn:  # not shown: it contains a key
        raise ConfigError(
            "Invalid SENTRY_DSN.", "Use a project's DSN, such as https://key@host/1."
        ) from None
    app.extensions["sentry"] = client
    got_request_exception.connect(_report, app)
    atexit.register(client.close, timeout=FLUSH_SECONDS)


def _report(sender: Flask, exception: BaseException, **more: object) -> None:
    capture(sender, exception)
