"""API tokens of the current user."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from ipaddress import ip_network

from flask import abort, current_app
from flask_login import current_user
from sqlalchemy import func, select
from werkzeug.exceptions import UnprocessableEntity

from carafe import mail
from carafe.auth import pages
from carafe.auth.api_tokens import SCOPES
from carafe.auth.models.api_token import NAME_LENGTH, TOKENS_PER_USER, ApiToken
from carafe.database import advisory_lock, db
from carafe.time import now

TOKEN_NAME_LENGTH = NAME_LENGTH
# Days for which a token works; 0 for one without an end.
TOKEN_LIFETIMES = {30: "30 days", 90: "90 days", 365: "1 year", 0: "No expiration"}
DEFAULT_TOKEN_LIFETIME = 90


class TooManyTokensError(UnprocessableEntity):
    """The user has as many tokens as they can look through."""

    def __init__(self) -> None:
        super().__init__(f"You have {TOKENS_PER_USER} tokens, the most allowed. Revoke one first.")


class UnknownScopeError(UnprocessableEntity):
    """No part of the API has that scope."""

    def __init__(self, names: Collection[str]) -> None:
        super().__init__(f"Unknown scope: {', '.join(sorted(names))}.")


def available_scopes() -> dict[str, str]:
    """Return the scopes that a token can be given, with their labels."""
    return SCOPES.by_name()


def list_api_tokens() -> Sequence[ApiToken]:
    """Return the current user's tokens, newest first; those that have expired as well."""
    query = select(ApiToken).where(ApiToken.user_id == current_user.id)
    return db.session.scalars(query.order_by(ApiToken.created_at.desc(), ApiToken.id.desc())).all()


def create_api_token(
    name: str, scopes: Collection[str], *, days: int = DEFAULT_TOKEN_LIFETIME, networks: str = ""
) -> tuple[ApiToken, str]:
    """Create a token of the current user and commit. Return it, and the text to show once.

    `networks` are addresses or CIDR blocks, separated by commas or spaces; `days` is how long it
    works, 0 for no end. Raises `TooManyTokensError`, `UnknownScopeError` (422), and `ValueError`
    for networks that can't be read.
    """
    if unknown := {*scopes} - {*available_scopes()}:
        raise UnknownScopeError(unknown)
    allowed = " ".join(str(ip_network(part)) for part in networks.replace(",", " ").split())
    user = current_user.user
    advisory_lock(f"API tokens of {user.id}")
    count = select(func.count()).where(ApiToken.user_id == user.id)
    if (db.session.scalar(count) or 0) >= TOKENS_PER_USER:
        raise TooManyTokensError
    token, text = ApiToken.issue(
        user,
        name,
        {*scopes},
        prefix=current_app.config["API_TOKEN_PREFIX"],
        networks=allowed,
        expires_at=now() + timedelta(days=days) if days else None,
    )
    reset_url = pages.url("reset")
    mail.send(user.email, "auth/emails/api_token_added", user=user, name=name, url=reset_url)
    db.session.commit()
    return token, text


def revoke_api_token(id: int) -> None:
    """Revoke a token of the current user and commit; 404 for others."""
    token = db.session.get(ApiToken, id)
    if token is None or token.user_id != current_user.id:
        abort(404)
    token.revoke()
    db.session.commit()
