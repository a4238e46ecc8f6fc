"""The list of audit events."""

from collections.abc import Mapping

from flask import Flask, url_for
from markupsafe import Markup

from carafe.admin.columns import Column
from carafe.admin.lists.ranges import DateRange
from carafe.admin.lists.search import Exact, Prefix
from carafe.admin.registration import add
from carafe.audit import AuditEvent
from carafe.time import exact_time_tag


def render_action(action: str, details: Mapping[str, object]) -> Markup:
    summary = "; ".join(f"{name}: {value}" for name, value in details.items())
    return _with_small(Markup("<code>{}</code>").format(action), summary)


def render_actor(actor: str | None, address: str | None) -> Markup:
    return _with_small(actor or "Visitor", address)


def render_subject(subject: str | None) -> str | None:
    url = url_for("admin.list", admin="audit", q=subject)
    return subject and Markup('<a href="{}">{}</a>').format(url, subject)


def _with_small(text: str, small: str | None) -> Markup:
    suffix = Markup("<small>{}</small>").format(small) if small else ""
    return Markup('<span class="row-text">{}{}</span>').format(text, suffix)


COLUMNS = [
    Column("action", "Event", attributes=["action", "details"], render=render_action),
    Column("actor", "User", attributes=["actor", "address"], render=render_actor),
    Column("subject", "Subject", render=render_subject),
    Column("at", "Time", render=exact_time_tag),
]
READ_ONLY = [
    "id",
    "at",
    Column("actor", "User", render=lambda actor: actor or "Visitor"),
    Column("subject", "Subject", render=render_subject),
    "details",
    "address",
    Column("request_id", "Request ID"),
]


def init_app(app: Flask) -> None:
    add(
        app,
        AuditEvent,
        name="audit",
        label="Audit log",
        verbose_name_plural="events",
        search_placeholder="User, event, or subject (user:12)",
        intro="Who did what, when, and from where. Read-only.",
        columns=COLUMNS,
        optional=["id", "address", "request_id"],
        search=[
            Exact(AuditEvent.subject, "user:12"),
            Prefix(AuditEvent.actor, "who", str.lower),
            Prefix(AuditEvent.action, "what", str.lower),
        ],
        filters=[DateRange(AuditEvent.at, "at", "Time")],
        sorts=["at"],
        order="-at",
        title="action",
        read_only=READ_ONLY,
        icon="activity",
        at_end=True,
        permissions={"read": "audit.read"},
    )
