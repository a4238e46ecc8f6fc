"""Events: which there are, and how changes of rows become some.

Resources of the API whose rows belong to users have `<noun>.created`, `.updated`, and `.deleted`.
Whatever changes a row through the session causes them, in the same transaction.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from datetime import datetime

from flask import Flask, current_app, has_app_context
from sqlalchemy import bindparam, event, insert, inspect, select
from sqlalchemy.orm import Session, UOWTransaction

from carafe.api.fields import dump_time
from carafe.api.resource import RESOURCES, Resource
from carafe.database import AnyRow, Base, db
from carafe.database.aliases import JSONObject
from carafe.registry import Registry
from carafe.time import now
from carafe.webhooks import jobs
from carafe.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookEvent

PARTICIPLES = "created", "updated", "deleted"
CHANGING = {"create", "replace", "patch"}
# The endpoints of a user, for which every change of a row asks. Nobody deletes one before its
# delivery is stored.
ENDPOINTS = (
    select(
        WebhookEndpoint.id,
        WebhookEndpoint.events,
        WebhookEndpoint.is_slow,
        WebhookEndpoint.paused_at,
    )
    .where(WebhookEndpoint.user_id == bindparam("user_id"))
    .with_for_update(read=True, key_share=True)
)
# Labels of events that features add, by type.
EVENTS = Registry[str]("webhook_events", "event")


def add_event(app: Flask, type: str, label: str) -> None:
    """Let users subscribe to an event that a feature emits: `add_event(app, "note.shared", …)`."""
    if app.config["WEBHOOKS"]:
        EVENTS.add(app, label, name=type)


def event_types() -> dict[str, str]:
    """Return the types of events, with their labels."""
    types = {
        f"{noun(resource)}.{participle}": f"{resource.noun.capitalize()} {participle}"
        for resource in resources().values()
        for participle in PARTICIPLES
    }
    return types | EVENTS.by_name()


def read_scopes(types: list[str]) -> set[str]:
    """Return the scopes with which a token could read what these events contain."""
    scopes = {noun(resource): resource.scope("read") for resource in resources().values()}
    return {scopes[name] for type in types if (name := type.partition(".")[0]) in scopes}


def noun(resource: Resource) -> str:
    return str(resource.model.__tablename__)


def resources() -> dict[type[Base], Resource]:
    """Return the resources that have events: owners read their rows, and programs change some."""
    return {
        resource.model: resource
        for resource in RESOURCES
        if resource.owner
        and CHANGING & {*resource.operations}
        and "read" not in resource.permissions
        and resource.model is not WebhookEndpoint
    }


def emit(type: str, user_id: int, data: JSONObject) -> None:
    """Send an event to the user's endpoints that subscribe to it, once the caller commits."""
    if current_app.config["WEBHOOKS"] and (rows := _subscribed(type, _endpoints(user_id))):
        _send(type, user_id, data, rows)


def _endpoints(user_id: int) -> Sequence[AnyRow]:
    return db.session.connection().execute(ENDPOINTS, {"user_id": user_id}).all()


def _subscribed(type: str, endpoints: Sequence[AnyRow]) -> list[AnyRow]:
    return [row for row in endpoints if type in row.events.split()]


def _send(type: str, user_id: int, data: JSONObject, endpoints: Sequence[AnyRow]) -> None:
    event_id = store(type, user_id, data)
    for row in endpoints:
        add_delivery(row.id, event_id)
        if row.paused_at is None:
            jobs.enqueue(row.id, user_id, is_slow=row.is_slow)


def store(type: str, user_id: int, data: JSONObject) -> int:
    """Add an event in the caller's transaction; return its row's ID."""
    time = now()
    uid, body = render(type, data, time)
    values = {"uid": uid, "user_id": user_id, "type": type, "created_at": time, "body": body}
    return db.session.scalars(insert(WebhookEvent).values(values).returning(WebhookEvent.id)).one()


def render(type: str, data: JSONObject, time: datetime) -> tuple[str, str]:
    """Return the ID and the body of a new event."""
    uid = f"evt_{secrets.token_hex(16)}"
    content = {"id": uid, "type": type, "timestamp": dump_time(time), "data": data}
    return uid, json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def add_delivery(endpoint_id: int, event_id: int) -> int:
    """Add a delivery that is due now in the caller's transaction; return its ID."""
    stmt = insert(WebhookDelivery).values(endpoint_id=endpoint_id, event_id=event_id)
    return db.session.scalars(stmt.returning(WebhookDelivery.id)).one()


@event.listens_for(Session, "before_flush")
def _load_deleted(session: Session, context: UOWTransaction, instances: object) -> None:
    """Load what the events of deleted rows will contain, while it exists."""
    if _is_on() and session.deleted:
        for row in session.deleted:
            if resource := _resources().get(type(row)):
                resource.dump_row(row)


@event.listens_for(Session, "after_flush")
def _emit_changes(session: Session, context: UOWTransaction) -> None:
    # After each flush, and not before the commit: if a savepoint is rolled back, so are its events.
    if not _is_on() or not (by_model := _resources()):
        return
    # By owner: an import changes many rows of one.
    endpoints: dict[int, Sequence[AnyRow]] = {}
    changed = zip((session.new, session.dirty, session.deleted), PARTICIPLES, strict=True)
    for row, participle in ((row, participle) for rows, participle in changed for row in rows):
        resource = by_model.get(type(row))
        if resource and (participle != "updated" or _has_changed(row, resource)):
            owner_id, name = getattr(row, resource.owner), f"{noun(resource)}.{participle}"
            if owner_id not in endpoints:
                endpoints[owner_id] = _endpoints(owner_id)
            if subscribed := _subscribed(name, endpoints[owner_id]):
                _send(name, owner_id, resource.dump_row(row), subscribed)


def _has_changed(row: Base, resource: Resource) -> bool:
    attributes = inspect(row).attrs
    keys = {field.attribute.key for field in resource.all_fields}
    return any(attributes[key].history.has_changes() for key in keys)


def _is_on() -> bool:
    return has_app_context() and bool(current_app.config.get("WEBHOOKS"))


def _resources() -> dict[type[Base], Resource]:
    """Return `resources()`, which are complete once the app handles its first request."""
    cached: dict[type[Base], Resource] | None = current_app.extensions.get("webhook_resources")
    if cached is None:
        cached = current_app.extensions["webhook_resources"] = resources()
    return cached


def init_app(app: Flask) -> None:
    EVENTS.init_app(app)
