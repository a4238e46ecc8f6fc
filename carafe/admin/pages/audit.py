"""The list of what the audit knows."""

from typing import Any

from flask import Flask, url_for
from markupsafe import Markup

from carafe.admin.columns import Column
from carafe.admin.lists.ranges import DateRange
from carafe.admin.lists.search import Exact, Prefix
from carafe.admin.registration import add
from carafe.audit import AuditEvent
from carafe.time import time_tag


def init_app(app: Flask) -> None:
    add(
        app,
        AuditEvent,
        name="audit",
        label="Audit",
        noun="events",
        hint="Who, what, or about whom (user:12)",
        intro="Who did what, when, and from where. Nothing here can be changed.",
        columns=[
            Column("action", "What", of=["action", "details"], render=_what),
            Column("actor", "Who", of=["actor", "address"], render=_who),
            Column("subject", "About", render=_about),
            Column("at", "When", render=time_tag),
        ],
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
        read_only=[
            "id",
            "at",
            Column("actor", "Who", render=lambda actor: actor or "a visitor"),
            Column("subject", "About", render=_about),
            "details",
            "address",
            Column("request_id", "Request"),
        ],
        icon="activity",
        last=True,
        permissions={"read": "audit.read"},
    )


def _what(action: str, details: dict[str, Any]) -> Markup:
    said = "; ".join(f"{name}: {value}" for name, value in details.items())
    return _with_small(Markup("<code>{}</code>").format(action), said)


def _who(actor: str | None, address: str | None) -> Markup:
    return _with_small(actor or "a visitor", address)


def _about(subject: str | None) -> Any:
    url = url_for("admin.list", admin="audit", q=subject)
    return subject and Markup('<a href="{}">{}</a>').format(url, subject)


def _with_small(text: Any, small: str | None) -> Markup:
    rest = Markup("<small>{}</small>").format(small) if small else ""
    return Markup('<span class="row-text">{}{}</span>').format(text, rest)
