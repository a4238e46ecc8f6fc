"""What `flask check` looks at here."""

from flask import Flask, current_app
from sqlalchemy import ColumnElement, exists, select

from app.auth import passwords
from app.auth.demo import ADMIN as DEMO_ADMIN
from app.auth.demo import USER as DEMO_USER
from app.auth.models import Passkey, Totp, User
from app.auth.permissions import ADMIN
from app.core import checks
from app.core.database import db

DEMO = (DEMO_USER, DEMO_ADMIN)
# Few: each costs 24 ms. The forms accept none of them, but rows can be written in other ways.
GUESSES = ["password", "changeme"]

ACTIVE_ADMIN = (User.effective_role == ADMIN) & User.suspended_at.is_(None)


def init_app(app: Flask) -> None:
    checks.add(
        app,
        "auth.no_admin",
        no_admin,
        level="info",
        remedy="flask user create you@example.org --admin",
        needs="core.migrations",
    )
    checks.add(
        app,
        "auth.second_factor",
        admins_without_second_factor,
        level="warning",
        remedy="They set one up at /account/second-factors, and REQUIRE_SECOND_FACTOR makes them.",
        needs="core.migrations",
    )
    checks.add(
        app,
        "auth.require_second_factor",
        not_required,
        level="info",
        remedy="Set REQUIRE_SECOND_FACTOR, once they have one.",
    )
    checks.add(
        app,
        "auth.demo_accounts",
        demo_accounts,
        level="warning",
        remedy="Delete them at /admin/users/. In production do not run: flask demo",
        needs="core.migrations",
    )
    checks.add(
        app,
        "auth.default_password",
        default_passwords,
        level="error",
        remedy="flask user suspend and the address; or set another password.",
        needs="core.migrations",
    )


def no_admin() -> str | None:
    if db.session.scalar(select(User.id).where(ACTIVE_ADMIN).limit(1)):
        return None
    return "There is no administrator."


def admins_without_second_factor() -> str | None:
    has_one: list[ColumnElement[bool]] = [
        exists().where(factor.user_id == User.id) for factor in (Totp, Passkey)
    ]
    without = select(User.email).where(ACTIVE_ADMIN, *(~one for one in has_one))
    emails = db.session.scalars(without.order_by(User.id)).all()
    if not emails:
        return None
    more = f" and {len(emails) - 3} more" if emails[3:] else ""
    return f"Only a password protects these administrators: {', '.join(emails[:3])}{more}."


def not_required() -> str | None:
    if current_app.config.get("REQUIRE_SECOND_FACTOR"):
        return None
    return "Administrators may do without a second factor."


def demo_accounts() -> str | None:
    emails = [user.email for user in _active_demo_users()]
    return f"Sample accounts are in use: {', '.join(emails)}." if emails else None


def default_passwords() -> str | None:
    found = [user.email for user in _active_demo_users() if has_default_password(user)]
    return f"Anyone can guess the password of {', '.join(found)}." if found else None


def has_default_password(user: User) -> bool:
    guesses = [user.email.partition("@")[0], *GUESSES]
    return any(passwords.verify(user.password_hash, guess) for guess in guesses)


def _active_demo_users() -> list[User]:
    active = select(User).where(User.email.in_(DEMO), User.suspended_at.is_(None))
    return list(db.session.scalars(active.order_by(User.id)))
