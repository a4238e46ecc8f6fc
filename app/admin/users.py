"""The admin's list of users, and the page of a user."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache

from flask import Flask
from markupsafe import Markup
from sqlalchemy import ColumnElement, select

from app.admin.forms import UserForm
from app.admin.user_actions import ACTIONS
from app.auth.models import User
from app.auth.roles import ROLES
from carafe import admin
from carafe.auth import (
    accounts,
    change_denial_reason,
    current_user,
    delete_later,
    ensure_can_grant,
    grantable_roles,
)
from carafe.web import menus

STATES: dict[str, tuple[str, ColumnElement[bool]]] = {
    "active": ("Active", User.suspended_at.is_(None) & User.confirmed_at.is_not(None)),
    "unconfirmed": ("Unconfirmed", User.suspended_at.is_(None) & User.confirmed_at.is_(None)),
    "suspended": ("Suspended", User.suspended_at.is_not(None)),
    "leaving": ("Deletion scheduled", User.deletes_at.is_not(None)),
}


def save(user: User, form: UserForm) -> None:
    ensure_can_grant(form.role.data)
    user.rename(form.name.data)
    user.change_role(form.role.data)


def context(user: User) -> Mapping[str, object]:
    return {
        "access": accounts.summarize_access(user.id),
        "grantable": grantable_roles(current_user.role),
        "roles": ROLES,
        "state": state_badges(user.confirmed_at, user.suspended_at, user.deletes_at),
    }


def state_badges(
    confirmed_at: datetime | None, suspended_at: datetime | None, deletes_at: datetime | None
) -> Markup:
    text, tone = ("Active", "success") if confirmed_at else ("Unconfirmed", "warning")
    if suspended_at:
        text, tone = "Suspended", "danger"
    badges = badge(text, tone)
    return badges + Markup(" ") + badge("Deletion scheduled", "danger") if deletes_at else badges


@cache  # formatting takes longer than the rest of a row
def badge(text: str, tone: str) -> Markup:
    return Markup('<span class="badge badge-{}">{}</span>').format(tone, text)


STATE = admin.Column(
    "state",
    "Status",
    attributes=["confirmed_at", "suspended_at", "deletes_at"],
    render=state_badges,
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
            admin.Column("created_at", "Joined"),
        ],
        optional=[
            "id",
            "time_zone",
            admin.Column("confirmed_at", "Confirmed on"),
            admin.Column("suspended_at", "Suspended on"),
            admin.Column("deletes_at", "Deletion on"),
            admin.Column("second_factor_required_at", "2FA required since"),
        ],
        search=[admin.FullText("Email or name", User.email, User.name, address=User.email)],
        filters=[
            admin.Choice(User.role, "role", "Role", ROLES),
            admin.Choice(None, "state", "Status", STATES),
            admin.DateRange(User.created_at, "created_at", "Joined"),
        ],
        sorts=["email", "name", "created_at"],
        order="-created_at",
        icon="users",
        group="People",
        count=menus.Count("unconfirmed", select(User.id).where(STATES["unconfirmed"][1])),
        permissions={"read": "users.read", "edit": "users.edit", "delete": "users.delete"},
        operations=["read", "edit", "delete"],
        title="email",
        form=UserForm,
        save=save,
        delete=User.delete,
        delete_later=delete_later,
        denial_reason=change_denial_reason,
        template="admin/user.html",
        context=context,
        actions=ACTIONS,
    )
