"""Checks of this package for `flask check`."""

from collections.abc import Collection

from flask import Flask, current_app
from sqlalchemy import ColumnElement, exists, select

from carafe import checks
from carafe.auth import passwords
from carafe.auth.models import Passkey, Totp
from carafe.auth.models.user_mixin import UserMixin
from carafe.auth.permissions import ADMIN
from carafe.auth.users import user_model
from carafe.database import db

# Only a few, because each costs 26 ms. The forms refuse them all, but rows can be written in other
# ways.
COMMON_PASSWORDS = ["password", "changeme"]


def init_app(app: Flask, demo_emails: Collection[str]) -> None:
    app.extensions["demo_emails"] = demo_emails
    checks.add(
        app,
        "auth.no_admin",
        no_admin,
        level="info",
        remedy="flask user create you@example.org --admin",
        depends_on="core.migrations",
    )
    checks.add(
        app,
        "auth.second_factor",
        admins_without_second_factor,
        level="warning",
        remedy=f"They can set it up at {app.config['TWO_FACTOR_URL']}. To require it, set "
        "REQUIRE_SECOND_FACTOR=yes.",
        depends_on="core.migrations",
    )
    checks.add(
        app,
        "auth.require_second_factor",
        two_factor_optional,
        level="info",
        remedy="Set REQUIRE_SECOND_FACTOR once they've set it up.",
    )
    checks.add(
        app,
        "auth.demo_accounts",
        demo_accounts,
        level="warning",
        remedy="Run flask demo --remove.",
        depends_on="core.migrations",
    )
    checks.add(
        app,
        "auth.default_password",
        default_passwords,
        level="error",
        remedy="Run flask user suspend EMAIL, or change the password.",
        depends_on="core.migrations",
    )


def no_admin() -> str | None:
    if db.session.scalar(select(user_model().id).where(_is_active_admin()).limit(1)):
        return None
    return "There are no admins."


def admins_without_second_factor() -> str | None:
    model = user_model()
    has_factor: list[ColumnElement[bool]] = [
        exists().where(factor.user_id == model.id) for factor in (Totp, Passkey)
    ]
    query = select(model.email).where(_is_active_admin(), *(~factor for factor in has_factor))
    emails = db.session.scalars(query.order_by(model.id)).all()
    if not emails:
        return None
    more = f" and {len(emails) - 3} more" if emails[3:] else ""
    return f"These admins don't use two-factor authentication: {', '.join(emails[:3])}{more}."


def two_factor_optional() -> str | None:
    if current_app.config.get("REQUIRE_SECOND_FACTOR"):
        return None
    return "Two-factor authentication is optional for admins."


def demo_accounts() -> str | None:
    emails = [user.email for user in _active_demo_users()]
    return f"Sample accounts are in use: {', '.join(emails)}." if emails else None


def default_passwords() -> str | None:
    emails = [user.email for user in _active_demo_users() if has_default_password(user)]
    return f"Easy-to-guess passwords: {', '.join(emails)}." if emails else None


def has_default_password(user: UserMixin) -> bool:
    guesses = [user.email.partition("@")[0], *COMMON_PASSWORDS]
    return any(passwords.verify(user.password_hash, guess) for guess in guesses)


def _active_demo_users() -> list[UserMixin]:
    model = user_model()
    emails = current_app.extensions["demo_emails"]
    query = select(model).where(model.email.in_(emails), model.suspended_at.is_(None))
    return list(db.session.scalars(query.order_by(model.id)))


def _is_active_admin() -> ColumnElement[bool]:
    model = user_model()
    return (model.effective_role == ADMIN) & model.suspended_at.is_(None)
