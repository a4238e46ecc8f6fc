"""The list of audit events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from flask import Flask, g, url_for
from markupsafe import Markup, escape

from carafe.admin.columns import Column
from carafe.admin.events import build_event
from carafe.admin.lists.ranges import DateRange
from carafe.admin.lists.search import Exact, Prefix
from carafe.admin.names import Name, actor_name, subject_name
from carafe.admin.registration import add
from carafe.audit import AuditEvent
from carafe.time import exact_time_tag, now


@dataclass(frozen=True)
class Stacked:
    """A text with small print below it. It is formatted when all cells of a page have been read."""

    text: Name | str
    small: Sequence[object]

    def __html__(self) -> str:
        # Not with `Markup.format`, which is ten times slower: a page has two hundred.
        html = escape(self.text)
        text = html.striptags() if "<" in html or "&" in html else html
        # An address is not repeated below itself.
        small = " · ".join([escape(part) for part in self.small if part and part != text])
        suffix = f"<small>{small}</small>" if small else ""
        return f'<span class="row-text stacked">{html}{suffix}</span>'


def render_action(action: str, details: Mapping[str, object]) -> Stacked:
    event = build_event(now(), action, None, None, details)
    others = [f"{name}: {value}" for name, value in event.details.items()]
    return Stacked(event.title, [*event.changes, *others, _wrap("code", action)])


def render_actor(actor: str | None) -> Stacked:
    return Stacked(actor_name(actor), [actor and "@" in actor and actor])


def render_subject(subject: str | None) -> Stacked | None:
    if not subject:
        return None
    query = urlencode({"q": subject}, safe=":")
    return Stacked(subject_name(subject), [_wrap("a", subject, f' href="{_list_url()}?{query}"')])


def _list_url() -> str:
    """Return the URL of the list, built once for all its rows."""
    if "audit_list_url" not in g:
        g.audit_list_url = url_for("admin.list", admin="audit")
    url: str = g.audit_list_url
    return url


def _wrap(tag: str, text: str, attributes: str = "") -> Markup:
    return Markup(f"<{tag}{attributes}>{escape(text)}</{tag}>")  # noqa: S704  # nosec B704


def render_time(at: datetime, address: str | None) -> Stacked:
    return Stacked(exact_time_tag(at), [address])


COLUMNS = [
    Column("action", "Event", attributes=["action", "details"], render=render_action),
    Column("actor", "User", render=render_actor),
    Column("subject", "Subject", render=render_subject),
    Column("at", "Time", attributes=["at", "address"], render=render_time),
]
READ_ONLY = [
    "id",
    "at",
    Column("actor", "User", render=actor_name),
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
        group="System",
        permissions={"read": "audit.read"},
    )
