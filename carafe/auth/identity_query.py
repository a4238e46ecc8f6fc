"""The query that reads user and session with each request, and the columns added to it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from flask import Flask
from sqlalchemy import Boolean, Label, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from carafe.auth.models import Impersonation, Session, UserMixin
from carafe.auth.users import user_model
from carafe.database.aliases import AnyAttribute, AnyExpression, AnySelect
from carafe.registry import Registry

# Builds a column once there is a `User`.
IdentityColumn = Callable[[], AnyExpression | AnyAttribute]
EXTRA_COLUMNS = Registry[IdentityColumn]("identity_columns", "column of the identity")


@cache
def identity_query(
    extra: tuple[tuple[str, IdentityColumn], ...], *, impersonation: bool
) -> AnySelect:
    """Return the query for user and session by token, with the `extra` columns of other features.

    It reads columns, because an entity costs 140 µs more on every request.
    """
    user = user_model()
    extra_columns = [build().label(f"extra_{name}") for name, build in extra]
    query: AnySelect = select(*user_columns(user), *_session_columns(), *extra_columns)
    query = query.select_from(Session)
    if impersonation:
        query = _join_impersonation(query, user)
    else:
        query = query.join(user, user.id == Session.user_id).where(user.suspended_at.is_(None))
    return query.where(
        Session.token_hash == bindparam("token_hash"),
        Session.expires_at > bindparam("now"),
        Session.created_at > bindparam("oldest"),
    )


def user_columns(user: type[UserMixin]) -> list[Label[Any] | AnyAttribute]:
    """Return the columns of a user that an identity has."""
    return [
        user.id,
        user.email,
        user.display_name.label("display_name"),
        user.effective_role.label("role"),
        user.confirmed_at,
        user.time_zone,
        user.second_factor_required_at,
    ]


def _session_columns() -> list[Label[Any] | AnyAttribute]:
    return [
        Session.id.label("session_id"),
        Session.last_seen_at,
        Session.authenticated_at,
        Session.remembered,
    ]


def _join_impersonation(query: AnySelect, user: type[UserMixin]) -> AnySelect:
    """Join the user the session impersonates, if any, and the admin who does so."""
    real_user = aliased(user)  # the owner of a session that impersonates `user`
    is_impersonated = Impersonation.session_id.is_not(None)
    is_suspended = or_(user.suspended_at.is_not(None), real_user.suspended_at.is_not(None))
    impersonation_of_session = Impersonation.session_id == Session.id
    return (
        query.add_columns(
            Impersonation.session_id.label("impersonation_id"),
            Impersonation.user_id.label("impersonated_id"),
            Impersonation.may_write.label("impersonator_may_write"),
            Impersonation.ends_at.label("impersonation_ends_at"),
            real_user.id.label("impersonator_id"),
            real_user.email.label("impersonator_email"),
            real_user.effective_role.label("impersonator_role"),
            is_suspended.label("is_suspended"),
        )
        .outerjoin(Impersonation, impersonation_of_session & bindparam("acting", type_=Boolean))
        .outerjoin(real_user, (real_user.id == Session.user_id) & is_impersonated)
        .join(user, user.id == func.coalesce(Impersonation.user_id, Session.user_id))
        .where(or_(user.suspended_at.is_(None), is_impersonated))
    )


def add_identity_column(app: Flask, name: str, build: IdentityColumn) -> None:
    """Read a column with each request's user, as `current_user.<name>`, for use on every page.

    `build` returns a column of the app's `User`, or a subquery correlated to it that uses an index.
    """
    EXTRA_COLUMNS.add(app, build, name=name)
