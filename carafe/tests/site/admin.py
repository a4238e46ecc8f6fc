"""Lists of users and things in the admin."""

from typing import Any

from flask import Flask

from carafe import admin
from carafe.auth import ACTIVE_USERS
from carafe.auth.administration import change_denial_reason
from carafe.auth.fields import normalize_email
from carafe.auth.jobs import delete_later
from carafe.auth.permissions import add_permission
from carafe.mail import SENT_COUNTER
from carafe.tests.site.models import ROLES, Thing, User

ARCHIVE = admin.Action(
    "archive",
    "Archive",
    Thing.archive,
    done="archived",
    undo=("Restore", Thing.restore),
    where=Thing.archived_at.is_(None),
    unavailable_reason="Archived already.",
)
SUSPEND = admin.Action(
    "suspend",
    "Suspend",
    User.suspend,
    done="suspended",
    undo=("Reinstate", User.reinstate),
    where=User.suspended_at.is_(None),
    unavailable_reason="Suspended already.",
    warning="They are logged out.",
)
END_SESSIONS = admin.Action("end-sessions", "End sessions", User.log_out_everywhere)
STATES = {
    "active": ("Active", User.suspended_at.is_(None) & User.confirmed_at.is_not(None)),
    "unconfirmed": ("Unconfirmed", User.suspended_at.is_(None) & User.confirmed_at.is_(None)),
    "suspended": ("Suspended", User.suspended_at.is_not(None)),
}
CARDS = [
    admin.Card(
        "sign-ups",
        "Signups",
        admin.series.rows(User.created_at),
        "users.read",
        "admin.list",
        values={"admin": "users"},
    ),
    admin.Card(
        "active-users",
        "Active users",
        admin.series.counter_series(ACTIVE_USERS),
        "users.read",
        average=True,
    ),
    admin.Card("mails", "Emails", admin.series.counter_series(SENT_COUNTER), "operations.read"),
    admin.Card("errors", "Errors", admin.series.errors, "operations.read", "admin.exceptions"),
]


def create(form: Any, submission: str) -> Thing:
    return Thing.create_once(submission, **form.data)


def save(thing: Thing, form: Any) -> None:
    thing.edit(title=form.title.data, body=form.body.data)


def init_app(app: Flask) -> None:
    for name in ("admin", "audit.read", "users.read"):
        add_permission(app, name, roles=["staff"])
    admin.add(
        app,
        User,
        columns=["email", "name", "role", admin.Column("created_at", "Since")],
        optional=["time_zone", "suspended_at"],
        search=[admin.FullText("Email or name", User.email, User.name, address=User.email)],
        filters=[
            admin.Choice(User.role, "role", "Role", ROLES),
            admin.Choice(None, "state", "State", STATES),
            admin.DateRange(User.created_at, "created_at", "Since"),
        ],
        sorts=["email", "name", "created_at"],
        order="-created_at",
        icon="users",
        operations=["read", "edit", "delete"],
        title="email",
        form=["name"],
        delete=User.delete,
        delete_later=delete_later,
        denial_reason=change_denial_reason,
        actions=[SUSPEND, END_SESSIONS],
    )
    admin.add(
        app,
        Thing,
        columns=["title", "user.email", "created_at"],
        optional=["body"],
        search=[admin.FullText("Title", Thing.title)],
        filters=["user_id", "created_at"],
        title="title",
        form=["user_id", "title", "body"],
        read_only=["user_id", "created_at"],
        create=create,
        save=save,
        delete=Thing.delete,
        imports=["title", "body", admin.Field("user.email", read=normalize_email)],
        actions=[ARCHIVE],
        icon="file",
    )
    for card in CARDS:
        admin.add_card(app, card)
