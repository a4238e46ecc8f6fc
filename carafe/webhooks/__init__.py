"""Webhooks: events of a user's data, sent to the URLs that the user enters.

`emit("note.shared", user_id, data)` sends one, in the caller's transaction.
"""

from __future__ import annotations

from flask import Flask

from carafe import personal_data
from carafe.audit import add_descriptions, add_phrases
from carafe.observability import health
from carafe.webhooks import (
    api,
    demo,
    events,
    jobs,  # noqa: F401  (it defines the jobs)
    reports,
    user_data,
)
from carafe.webhooks.addresses import InvalidURLError
from carafe.webhooks.delivery_log import (
    get_delivery,
    list_attempts,
    list_deliveries,
    resend,
    send_test,
)
from carafe.webhooks.endpoints import (
    MAX_ENDPOINTS,
    ROTATION_PERIOD,
    TooManyEndpointsError,
    UnknownEventError,
    create_endpoint,
    delete_endpoint,
    edit_endpoint,
    get_endpoint,
    list_endpoints,
    pause_endpoint,
    resume_endpoint,
    rotate_secret,
)
from carafe.webhooks.events import add_event, emit, event_types
from carafe.webhooks.fields import EndpointURLField
from carafe.webhooks.models import DESCRIPTION_LENGTH, WebhookEndpoint

__all__ = [
    "DESCRIPTION_LENGTH",
    "MAX_ENDPOINTS",
    "ROTATION_PERIOD",
    "EndpointURLField",
    "InvalidURLError",
    "TooManyEndpointsError",
    "UnknownEventError",
    "WebhookEndpoint",
    "add_event",
    "create_endpoint",
    "delete_endpoint",
    "edit_endpoint",
    "emit",
    "event_types",
    "get_delivery",
    "get_endpoint",
    "list_attempts",
    "list_deliveries",
    "list_endpoints",
    "pause_endpoint",
    "resend",
    "resume_endpoint",
    "rotate_secret",
    "send_test",
]

DESCRIPTIONS = {
    "webhook.created": "Webhook added",
    "webhook.deleted": "Webhook deleted",
    "webhook.edited": "Webhook changed",
    "webhook.paused": "Webhook paused",
    "webhook.resumed": "Webhook resumed",
    "webhook.secret_rotated": "Webhook secret rotated",
}
PHRASES = {
    "webhook.created": "added a webhook",
    "webhook.deleted": "deleted a webhook",
    "webhook.edited": "changed a webhook",
    "webhook.paused": "paused a webhook",
    "webhook.resumed": "resumed a webhook",
    "webhook.secret_rotated": "rotated the secret of a webhook",
}


def init_app(app: Flask) -> None:
    add_descriptions(app, DESCRIPTIONS)
    add_phrases(app, PHRASES)
    personal_data.add_section(app, "webhooks", user_data.webhooks)
    # Their content is that of the API, and so are the rules about who may read it.
    app.config["WEBHOOKS"] = app.config["WEBHOOKS"] and app.config["API"]
    if not app.config["WEBHOOKS"]:
        return
    events.init_app(app)
    api.init_app(app)
    demo.init_app(app)
    health.add(app, "Webhooks", reports.health_rows)
    if app.config["APP_ENV"] == "development":
        from carafe.webhooks import previews

        previews.init_app(app)
