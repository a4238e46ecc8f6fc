"""The list of users, and what can be done with many of them."""

from typing import Any

from flask import Flask
from markupsafe import Markup

from app.admin.actions.declaration import Action
from app.admin.built_in import user_page
from app.admin.columns import Column
from app.admin.declaration import add
from app.admin.forms import UserForm
from app.admin.lists.filters import Choice, DateRange
from app.admin.lists.search import FullText
from app.auth import second_factors
from app.auth.jobs import delete_later
from app.auth.models import User
from app.auth.roles import ROLES

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
        save=user_page.save,
        delete=User.delete,
        delete_later=delete_later,
        refusal=user_page.refusal,
        template="admin/user.html",
        context=user_page.context,
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


def _state(confirmed: Any, suspended: Any, deletes: Any) -> Markup:
    state = ("suspended", "danger") if suspended else ("unconfirmed", "warning")
    shown = _badge(*state) if suspended or not confirmed else _badge("active", "success")
    return Markup(f"{shown} {_badge('to be deleted', 'danger')}") if deletes else shown  # noqa: S704  # nosec B704


def _badge(text: str, tone: str) -> Markup:
    return Markup(f'<span class="badge badge-{tone}">{text}</span>')  # noqa: S704  # nosec B704
