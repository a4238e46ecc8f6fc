"""What users do with their endpoints. Nothing here commits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

from flask import abort
from flask_login import current_user
from sqlalchemy import func, select
from werkzeug.exceptions import UnprocessableEntity

from carafe import mail
from carafe.audit import record
from carafe.auth import pages
from carafe.database import advisory_lock, db
from carafe.time import now
from carafe.webhooks import events, jobs, pauses, signatures
from carafe.webhooks.addresses import origin, parse_url
from carafe.webhooks.models import (
    PauseReason,
    WebhookEndpoint,
)

MAX_ENDPOINTS = 10
# Both secrets sign for this long after a rotation.
ROTATION_PERIOD = timedelta(hours=24)


class TooManyEndpointsError(UnprocessableEntity):
    """The user has as many endpoints as allowed."""

    def __init__(self) -> None:
        super().__init__(f"You have {MAX_ENDPOINTS} webhooks, the most allowed. Delete one first.")


class UnknownEventError(UnprocessableEntity):
    """No feature emits these events."""

    def __init__(self, types: Collection[str]) -> None:
        super().__init__(f"Unknown event: {', '.join(sorted(types))}.")


def list_endpoints() -> Sequence[WebhookEndpoint]:
    """Return the current user's endpoints, newest first."""
    query = select(WebhookEndpoint).where(WebhookEndpoint.user_id == current_user.id)
    return db.session.scalars(query.order_by(WebhookEndpoint.id.desc())).all()


def get_endpoint(id: int) -> WebhookEndpoint:
    """Return an endpoint of the current user; 404 for others."""
    endpoint = db.session.get(WebhookEndpoint, id)
    if endpoint is None or endpoint.user_id != current_user.id:
        abort(404)
    return endpoint


def create_endpoint(
    url: str, events: Collection[str], description: str = ""
) -> tuple[WebhookEndpoint, str]:
    """Add an endpoint of the current user. Return it with its secret, as text to show once.

    Raise `InvalidURLError`, `UnknownEventError`, and `TooManyEndpointsError`.
    """
    user = current_user.user
    advisory_lock(f"webhooks of {user.id}")
    count = select(func.count()).where(WebhookEndpoint.user_id == user.id)
    if (db.session.scalar(count) or 0) >= MAX_ENDPOINTS:
        raise TooManyEndpointsError
    secret = signatures.generate_secret()
    endpoint = WebhookEndpoint(
        user_id=user.id,
        url=parse_url(url).url,
        events=_known(events),
        description=description,
        secret=signatures.encrypt_secret(secret),
    )
    db.session.add(endpoint)
    db.session.flush()
    host = origin(endpoint.url)
    record("webhook.created", user.subject, host=host, events=endpoint.events)
    reset_url = pages.url("reset")
    mail.send(user.email, "webhooks/emails/added", user=user, host=host, url=reset_url)
    return endpoint, signatures.format_secret(secret)


def edit_endpoint(
    endpoint: WebhookEndpoint,
    *,
    url: str | None = None,
    events: Collection[str] | None = None,
    description: str | None = None,
) -> None:
    """Change what isn't None. Raise `InvalidURLError` and `UnknownEventError`."""
    if url is not None and (new_url := parse_url(url).url) != endpoint.url:
        endpoint.url, endpoint.free_at, endpoint.failing_since = new_url, None, None
        endpoint.failures, endpoint.is_slow = 0, False
    if events is not None:
        endpoint.events = _known(events)
    if description is not None:
        endpoint.description = description
    if db.session.is_modified(endpoint):
        details = {"host": origin(endpoint.url), "events": endpoint.events}
        record("webhook.edited", f"user:{endpoint.user_id}", **details)


def delete_endpoint(endpoint: WebhookEndpoint) -> None:
    record("webhook.deleted", f"user:{endpoint.user_id}", host=origin(endpoint.url))
    db.session.delete(endpoint)


def rotate_secret(endpoint: WebhookEndpoint) -> str:
    """Replace the secret, and return the new one as text to show once.

    For `ROTATION_PERIOD`, requests are signed with both.
    """
    secret = signatures.generate_secret()
    endpoint.old_secret, endpoint.old_secret_until = endpoint.secret, now() + ROTATION_PERIOD
    endpoint.secret = signatures.encrypt_secret(secret)
    record("webhook.secret_rotated", f"user:{endpoint.user_id}", host=origin(endpoint.url))
    return signatures.format_secret(secret)


def pause_endpoint(endpoint: WebhookEndpoint) -> None:
    """Stop deliveries. Events wait until `resume_endpoint`."""
    if not endpoint.paused_at:
        pauses.pause(endpoint, PauseReason.OWNER)


def resume_endpoint(endpoint: WebhookEndpoint) -> None:
    if endpoint.paused_at:
        pauses.resume(endpoint)
        jobs.enqueue(endpoint.id, endpoint.user_id, is_slow=endpoint.is_slow)


def _known(types: Collection[str]) -> str:
    if unknown := {*types} - {*events.event_types()}:
        raise UnknownEventError(unknown)
    return " ".join(sorted({*types}))
