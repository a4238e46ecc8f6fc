"""The list of audit events."""

from collections.abc import Mapping

from flask import Flask, url_for
from markupsafe import Markup

from carafe.admin.columns import Column
from carafe.admin.lists.ranges import DateRange
from carafe.admin.lists.search import Exact, Prefix
from carafe.admin.registration import add
from carafe.audit import AuditEvent
from carafe.time import time_tag


def render_action(action: str, details: Mapping[str, object]) -> Markup:
    summary = "; ".join(f"{name}: {value}" for name, value in details.items())
    return _with_small(Markup("<code>{}</code>").format(action), summary)


def render_actor(actor: str | None, address: str | None) -> Markup:
    return _with_small(actor or "a visitor", address)


def render_subject(subject: str | None) -> str | None:
    url = url_for("admin.list", admin="audit", q=subject)
    return subject and Markup('<a href="{}">{}</a>').format(url, subject)


def _with_small(text: str, small: str | None) -> Markup:
    suffix = Markup("<small>{}</small>").format(small) if small else ""
    return Markup('<span class="row-text">{}{}</span>').format(text, suffix)


COLUMNS = [
    Column("action", "What", attributes=["action", "details"], render=render_action),
    Column("actor", "Who", attributes=["actor", "address"], render=render_actor),
    Column("subject", "About", render=render_subject),
    Column("at", "When", render=time_tag),
]
READ_ONLY = [
    "id",
    "at",
    Column("actor", "Who", render=lambda actor: actor or "a visitor"),
    Column("subject", "About", render=render_subject),
    "details",
    "address",
    Column("request_id", "Request"),
]


def init_app(app: Flask) -> None:
    add(
        app,
        AuditEvent,
        name="audit",
        label="Audit",
        verbose_name_plural="events",
        search_placeholder="Who, what, or about whom (user:12)",
        intro="Who did what, when, and from where. Nothing here can be changed.",
        columns=COLUMNS,
        optional=["id", "address", "request_id"],
        search=[
            Exact(AuditEvent.subject, "user:12"),
            Prefix(AuditEvent.actor, "who", str.lower),
            Prefix(AuditEvent.action, "what", str.lower),
        ],
        filters=[DateRange(AuditEvent.at, "at", "When")],
        sorts=["at"],
        order="-at",
        title="action",
        read_only=READ_ONLY,
        icon="activity",
        at_end=True,
        permissions={"read": "audit.read"},
    )
