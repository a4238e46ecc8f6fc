"""What the administration shows of the models of the features above it."""

from typing import Any

from flask import Flask, url_for
from markupsafe import Markup

from app.admin import user
from app.admin.actions import Action
from app.admin.declaration import Column, add
from app.admin.filters import Choice, DateRange
from app.admin.forms import UserForm
from app.admin.search import Exact, FullText, Prefix
from app.audit import AuditEvent
from app.auth import second_factors
from app.auth.models import User
from app.auth.roles import ROLES
from app.core.time import time_element

STATES: dict[str, Any] = {
    "active": ("Active", User.suspended_at.is_(None) & User.confirmed_at.is_not(None)),
    "unconfirmed": ("Unconfirmed", User.suspended_at.is_(None) & User.confirmed_at.is_(None)),
    "suspended": ("Suspended", User.suspended_at.is_not(None)),
    "leaving": ("To be deleted", User.deletes_at.is_not(None)),
}


def init_app(app: Flask) -> None:
    add(
        app,
        User,
        columns=[
            "email",
            "name",
            Column("role", show=lambda role: ROLES.get(role, role)),
            Column("state", of=["confirmed_at", "suspended_at", "deletes_at"], show=_state),
            Column("created_at", "Since"),
        ],
        optional=[
            "id",
            "time_zone",
            "confirmed_at",
            "suspended_at",
            "deletes_at",
            "second_factor_required_at",
        ],
        search=[FullText("E-mail or name", User.email, User.name, address=User.email)],
        filters=[
            Choice(User.role, "role", "Role", ROLES),
            Choice(None, "state", "State", STATES),
            DateRange(User.created_at, "created_at", "Since"),
        ],
        sorts=["email", "name", "created_at"],
        order="-created_at",
        icon="users",
        permissions={"read": "users.read", "edit": "users.edit", "delete": "users.delete"},
        operations=["read", "edit", "delete"],
        title="email",
        form=UserForm,
        save=user.save,
        delete=User.delete,
        refusal=user.refusal,
        template="admin/user.html",
        context=user.context,
        actions=[
            Action(
                "suspend",
                "Suspend",
                User.suspend,
                undo=("Reinstate", User.reinstate),
                where=User.suspended_at.is_(None),
                otherwise="Suspended already.",
                warning="They are logged out everywhere, and cannot log in.",
            ),
            Action(
                "reinstate",
                "Reinstate",
                User.reinstate,
                where=User.suspended_at.is_not(None),
                otherwise="Not suspended.",
                warning="They can log in again.",
            ),
            Action(
                "end-sessions",
                "End sessions",
                User.log_out_everywhere,
                warning="They are logged out everywhere, and can log in again.",
            ),
            Action(
                "require-second-factor",
                "Require second factor",
                second_factors.require,
                undo=("Waive it", second_factors.waive),
                where=User.second_factor_required_at.is_(None),
                otherwise="Required already.",
                warning="Who has none can do nothing else until it is set up. They get a mail.",
            ),
            Action(
                "waive-second-factor",
                "Waive second factor",
                second_factors.waive,
                where=User.second_factor_required_at.is_not(None),
                otherwise="Not required.",
            ),
        ],
    )
    add(
        app,
        AuditEvent,
        name="audit",
        label="Audit",
        noun="events",
        hint="Who, what, or about whom (user:12)",
        intro="Who did what, when, and from where. Nothing here can be changed.",
        columns=[
            Column("action", "What", of=["action", "details"], show=_what),
            Column("actor", "Who", of=["actor", "address"], show=_who),
            Column("subject", "About", show=_about),
            Column("at", "When", show=time_element),
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
            Column("actor", "Who", show=lambda actor: actor or "a visitor"),
            Column("subject", "About", show=_about),
            "details",
            "address",
            Column("request_id", "Request"),
            "hash",
        ],
        icon="activity",
        permissions={"read": "audit.read"},
    )


def _state(confirmed: Any, suspended: Any, deletes: Any) -> Markup:
    state = ("suspended", "danger") if suspended else ("unconfirmed", "warning")
    shown = _badge(*state) if suspended or not confirmed else _badge("active", "success")
    return Markup(f"{shown} {_badge('to be deleted', 'danger')}") if deletes else shown  # noqa: S704  # nosec B704


def _badge(text: str, tone: str) -> Markup:
    return Markup(f'<span class="badge badge-{tone}">{text}</span>')  # noqa: S704  # nosec B704


def _what(action: str, details: dict[str, Any]) -> Markup:
    said = "; ".join(f"{name}: {value}" for name, value in details.items())
    return _with_small(Markup("<code>{}</code>").format(action), said)


def _who(actor: str | None, address: str | None) -> Markup:
    return _with_small(actor or "a visitor", address)


def _about(subject: str | None) -> Any:
    url = url_for("admin.audit", q=subject)
    return subject and Markup('<a href="{}">{}</a>').format(url, subject)


def _with_small(text: Any, small: str | None) -> Markup:
    rest = Markup("<small>{}</small>").format(small) if small else ""
    return Markup('<span class="row-text">{}{}</span>').format(text, rest)
