"""Webhooks in the export of personal data, without their secrets."""

from collections.abc import Iterator

from sqlalchemy import select

from carafe.tabular import iter_dicts
from carafe.webhooks.models import WebhookEndpoint


def webhooks(user_id: int) -> Iterator[dict[str, object]]:
    columns = (
        WebhookEndpoint.url, WebhookEndpoint.description, WebhookEndpoint.events,
        WebhookEndpoint.created_at, WebhookEndpoint.paused_at, WebhookEndpoint.pause_reason,
    )  # fmt: skip
    query = select(*columns).where(WebhookEndpoint.user_id == user_id)
    return iter_dicts(query.order_by(WebhookEndpoint.id))
