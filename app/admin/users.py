"""The admin's list of users, the page of a user, and the actions on users."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from flask import Flask, abort
from markupsafe import Markup
from sqlalchemy import ColumnElement, func, select

from app.admin.forms import UserForm
from app.auth.models import User
from app.auth.roles import ROLES
from carafe import admin
from carafe.auth import (
    Passkey,
    Session,
    Totp,
    can_grant,
    current_user,
    delete_later,
    device_label,
    grantable_roles,
    two_factor,
)
from carafe.database import db

STATES: dict[str, tuple[str, ColumnElement[bool]]] = {
    "active": ("Active", User.suspended_at.is_(None) & User.confirmed_at.is_not(None)),
    "unconfirmed": ("Unconfirmed", User.suspended_at.is_(None) & User.confirmed_at.is_(None)),
    "suspended": ("Suspended", User.suspended_at.is_not(None)),
    "leaving": ("To be deleted", User.deletes_at.is_not(None)),
}
ACTIONS = [
    admin.Action(
        "suspend",
        "Suspend",
        User.suspend,
        undo=("Reinstate", User.reinstate),
        where=User.suspended_at.is_(None),
        unavailable_reason="Suspended already.",
        warning="They are logged out everywhere, and cannot log in.",
    ),
    admin.Action(
        "reinstate",
        "Reinstate",
        User.reinstate,
        where=User.suspended_at.is_not(None),
        unavailable_reason="Not suspended.",
        warning="They can log in again.",
    ),
    admin.Action(
        "end-sessions",
        "End sessions",
        User.log_out_everywhere,
        warning="They are logged out everywhere, and can log in again.",
    ),
    admin.Action(
        "require-second-factor",
        "Require second factor",
        two_factor.require,
        undo=("Waive it", two_factor.stop_requiring),
        where=User.second_factor_required_at.is_(None),
        unavailable_reason="Required already.",
        warning="Users without one can't do anything else until it's set up. They'll get an email.",
    ),
    admin.Action(
        "waive-second-factor",
        "Waive second factor",
        two_factor.stop_requiring,
        where=User.second_factor_required_at.is_not(None),
        unavailable_reason="Not required.",
    ),
]


class Actor(Protocol):
    """The administrator who changes a user: a `User`, or the proxy of the current user."""

    id: int
    role: str


def denial_reason(user: User, by: Actor) -> str | None:
    """Return why `by`, who may change users, may not change this one, or None."""
    if user.id == by.id:
        # Changes to your own account have safeguards under /account, such as the grace period.
        return "This is your own account. Change it on its own pages, or ask another administrator."
    if not can_grant(user.role, by.role):
        return "This user has permissions that you do not have."
    return None


def save(user: User, form: UserForm) -> None:
    if not can_grant(form.role.data, current_user.role):
        abort(403, "You cannot give permissions that you do not have.")
    user.rename(form.name.data)
    user.change_role(form.role.data)


def context(user: User) -> Mapping[str, object]:
    """Return a user's sessions and second factors, read in one query, and the assignable roles."""
    passkeys = select(func.count(Passkey.id)).where(Passkey.user_id == User.id)
    totp = select(Totp.user_id).where(Totp.user_id == User.id)
    rows = db.session.execute(
        select(
            Session.agent,
            Session.address,
            Session.last_seen_at,
            totp.scalar_subquery().label("app"),
            passkeys.scalar_subquery().label("passkeys"),
        )
        .select_from(User)
        .outerjoin(Session, Session.works_for(User.id))
        .where(User.id == user.id)
        .order_by(Session.last_seen_at.desc(), Session.id.desc())
    ).all()
    return {
        "roles": ROLES,
        "grantable": grantable_roles(current_user.role),
        "app": rows[0].app,
        "passkeys": rows[0].passkeys,
        "sessions": [
            (device_label(row.agent), row.address, row.last_seen_at)
            for row in rows
            if row.last_seen_at
        ],
    }


def state_badges(
    confirmed_at: datetime | None, suspended_at: datetime | None, deletes_at: datetime | None
) -> Markup:
    text, tone = ("active", "success") if confirmed_at else ("unconfirmed", "warning")
    if suspended_at:
        text, tone = "suspended", "danger"
    badges = badge(text, tone)
    return badges + Markup(" ") + badge("to be deleted", "danger") if deletes_at else badges


def badge(text: str, tone: str) -> Markup:
    return Markup('<span class="badge badge-{}">{}</span>').format(tone, text)


STATE = admin.Column(
    "state", attributes=["confirmed_at", "suspended_at", "deletes_at"], render=state_badges
)


def init_app(app: Flask) -> None:
    admin.add(
        app,
        User,
        columns=[
            "email",
            "name",
            admin.Column("role", render=lambda role: ROLES.get(role, role)),
            STATE,
            admin.Column("created_at", "Since"),
        ],
        optional=[
            "id",
            "time_zone",
            "confirmed_at",
            "suspended_at",
            "deletes_at",
            "second_factor_required_at",
        ],
        search=[admin.FullText("E-mail or name", User.email, User.name, address=User.email)],
        filters=[
            admin.Choice(User.role, "role", "Role", ROLES),
            admin.Choice(None, "state", "State", STATES),
            admin.DateRange(User.created_at, "created_at", "Since"),
        ],
        sorts=["email", "name", "created_at"],
        order="-created_at",
        icon="users",
        permissions={"read": "users.read", "edit": "users.edit", "delete": "users.delete"},
        operations=["read", "edit", "delete"],
        title="email",
        form=UserForm,
        save=save,
        delete=User.delete,
        delete_later=delete_later,
        denial_reason=denial_reason,
        template="admin/user.html",
        context=context,
        actions=ACTIONS,
    )
