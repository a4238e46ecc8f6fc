"""Who makes the request: `current_user`, and the query that reads it."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime
from typing import Any, NamedTuple

from flask import Flask, current_app, g, has_request_context, session
from flask_login import AnonymousUserMixin, LoginManager
from werkzeug.exceptions import Unauthorized

from carafe.auth import impersonation, pages
from carafe.auth.identity_query import EXTRA_COLUMNS, identity_query
from carafe.auth.impersonation import Impersonator
from carafe.auth.models import UserMixin
from carafe.auth.models.secret import digest
from carafe.auth.models.session import FRESH_LOGIN_LIFETIME, MAX_SESSION_LIFETIME
from carafe.auth.permissions import add_permission, permissions
from carafe.auth.users import user_model
from carafe.database import db, read_transaction
from carafe.database.aliases import AnyRow
from carafe.database.transactions import takes_write_lock
from carafe.observability import logs, requests, server_timing
from carafe.security.csrf import SESSION_KEY
from carafe.time import now, set_time_zone_source
from carafe.web.urls import endpoint_path

login_manager = LoginManager()
# It would tie sessions to IP addresses, which change when a phone leaves the house.
login_manager.session_protection = None


class ReadOnly:
    """A user as of the beginning of the request.

    Attributes can't be set, since nothing would save them.
    """

    __slots__ = ()

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(
            f"current_user.{name} cannot be set: it is a copy, which is not saved. Answer to a "
            f"POST, set it on the row, current_user.user.{name}, and commit."
        )


class Visitor(ReadOnly, AnonymousUserMixin):
    """A visitor: nobody is logged in."""


login_manager.anonymous_user = Visitor
# Where Flask-Login keeps, and looks for, who `current_user` is.
USER = "_login_user"


class Columns(NamedTuple):
    """The columns of user and session that each request reads."""

    id: int
    email: str
    display_name: str
    # The role whose permissions apply: see `UserMixin.effective_role`.
    role: str
    confirmed_at: datetime | None
    time_zone: str
    second_factor_required_at: datetime | None
    session_id: int
    last_seen_at: datetime
    authenticated_at: datetime
    remembered: bool
    # The admin who is viewing the site as this user, if any, and why the impersonation ended.
    impersonator: Impersonator | None
    impersonation_ended: str | None
    token: str
    permissions: Set[str]
    # Columns added by the app and other features: see `identity_query.add_identity_column`.
    extra: dict[str, object]
    # What the request may do, if it was sent with an API token; None for a session.
    scopes: frozenset[str] | None = None
    token_id: int = 0


class Identity(ReadOnly, Columns):
    """The logged-in user, as `current_user`. `current_user.user` is the whole entity."""

    __slots__ = ()

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """Return what the cookie contains.

        The session's token, which reveals nothing about the user.
        """
        return self.token

    @property
    def is_fresh(self) -> bool:
        """Return whether the user recently proved their identity in this session."""
        return self.impersonator is None and now() - self.authenticated_at < FRESH_LOGIN_LIFETIME

    def can(self, permission: str) -> bool:
        return permission in self.permissions

    def __getattr__(self, name: str) -> Any:
        """Return a column that was added with this name."""
        try:
            return self.extra[name]
        except KeyError:
            raise AttributeError(f"current_user has no {name}") from None

    @property
    def end_impersonation_path(self) -> str:
        """Return the path that ends an impersonation, which error pages need, too."""
        return endpoint_path(pages.endpoint("end_impersonation"))

    @property
    def banner(self) -> str | None:
        """Return the template shown above every page, if there is one."""
        return "auth/_impersonation.html" if self.impersonator else None

    @property
    def user(self) -> UserMixin:
        """Return the user's row, locked in a write transaction.

        A user who was deleted in the meantime is logged out.
        """
        user = db.session.get(user_model(), self.id, with_for_update=takes_write_lock())
        if user is None:
            raise Unauthorized
        return user


@login_manager.user_loader
def load_identity(token: str) -> Identity | None:
    """Return the owner of a session's token, or None."""
    if "identity_failed" in g:
        return None  # error pages about an unavailable database are rendered as for a visitor
    g.identity_failed = True
    with read_transaction():
        # Bypass the ORM, which would build no entity from columns anyway: it takes half the time.
        row, impersonator, impersonation_ended = _fetch_row(token, acting=True), None, None
        if row and getattr(row, "impersonation_id", None) is not None:
            if impersonation_ended := impersonation.end_reason(row):
                row = _fetch_row(token, acting=False)
            else:
                impersonator = Impersonator.from_row(row)
    del g.identity_failed
    if row is None:
        return None
    logs.bind_user(row.id, impersonator.id if impersonator else None)
    return make_identity(
        row,
        token=token,
        session_id=row.session_id,
        last_seen_at=row.last_seen_at,
        authenticated_at=row.authenticated_at,
        remembered=row.remembered,
        impersonator=impersonator,
        impersonation_ended=impersonation_ended,
    )


def make_identity(row: AnyRow, **values: Any) -> Identity:
    """Return the identity of a user, whose columns `identity_query.user_columns` names."""
    return Identity(
        id=row.id,
        email=row.email,
        display_name=row.display_name,
        role=row.role,
        confirmed_at=row.confirmed_at,
        time_zone=row.time_zone,
        second_factor_required_at=row.second_factor_required_at,
        permissions=permissions(row.role),
        extra={name: getattr(row, f"extra_{name}") for name in EXTRA_COLUMNS.by_name()},
        **values,
    )


def _fetch_row(token: str, *, acting: bool) -> AnyRow | None:
    """Fetch a row of `identity_query`; without `acting`, that of the session's owner."""
    current_time = now()
    values = {
        "token_hash": digest(token),
        "now": current_time,
        "oldest": current_time - MAX_SESSION_LIFETIME,
    }
    query = identity_query(
        tuple(EXTRA_COLUMNS.by_name().items()), impersonation=current_app.config["IMPERSONATION"]
    )
    return db.session.connection().execute(query, values | {"acting": acting}).first()


def loaded_identity() -> Identity | None:
    """Return who makes the request, if it was already looked up and someone is logged in."""
    identity = _attributes_of_g().get(USER)
    return identity if isinstance(identity, Identity) else None


def current_identity() -> Identity | None:
    """Return who makes the request, or None for a visitor.

    `current_user` is the same, but each attribute access looks it up.
    """
    user = _user()
    return user if isinstance(user, Identity) else None


def _user() -> Identity | Visitor | None:
    """Return who made the request, loaded by the first that asks; None where there is no request.

    Flask-Login's own loader looks for a "remember me" cookie and hashes address and browser for a
    protection that is off: 40 µs of each page.
    """
    attributes = _attributes_of_g()
    user: Identity | Visitor | None = attributes.get(USER)
    if user is None and has_request_context():
        token = session.get(SESSION_KEY)
        user = attributes[USER] = (load_identity(token) if token else None) or Visitor()
    return user


def _attributes_of_g() -> dict[str, Any]:
    # A page asks a dozen times who it is for. A look through Flask's proxy takes 1 µs each time.
    attributes: dict[str, Any] = vars(g._get_current_object())
    return attributes


def is_logged_in() -> bool:
    return current_identity() is not None


def is_anonymous() -> bool:
    return current_identity() is None


def can(permission: str) -> bool:
    """Return whether the current user, if any, has a permission. Also available in templates."""
    identity = current_identity()
    return identity is not None and permission in identity.permissions


def _can_see_timing() -> bool:
    identity = loaded_identity()
    return identity is not None and identity.can("timing.read")


def _time_zone() -> str:
    identity = current_identity()
    return identity.time_zone if identity else ""


def init_app(app: Flask) -> None:
    # Instead of its `init_app`, which also looks for a cookie that we don't use.
    app.login_manager = login_manager  # type: ignore[attr-defined]
    app.context_processor(lambda: {"current_user": _user()})
    EXTRA_COLUMNS.init_app(app)
    set_time_zone_source(app, _time_zone)
    app.jinja_env.globals["can"] = can
    # Accessing the user loads it.
    requests.set_identifier(app, is_logged_in)
    add_permission(app, "timing.read")
    server_timing.set_visibility(app, _can_see_timing)
