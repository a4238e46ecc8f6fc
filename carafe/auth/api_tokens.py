"""Who a request with an API token is from."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from ipaddress import ip_network
from typing import Any, NoReturn

from flask import Flask, Response, current_app, g, request
from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Forbidden, Unauthorized

from carafe.auth.identity import current_identity, loaded_identity, make_identity
from carafe.auth.identity_query import EXTRA_COLUMNS, IdentityColumn, user_columns
from carafe.auth.models.api_token import ApiToken, is_well_formed
from carafe.auth.models.secret import digest
from carafe.auth.users import user_model
from carafe.database import db, read_transaction
from carafe.database.aliases import AnySelect
from carafe.network import parse_ip
from carafe.observability import logs
from carafe.registry import Registry
from carafe.security.rate_limits import RateLimit, client_key
from carafe.security.refusals import note_refusal
from carafe.time import now

log = logging.getLogger(__name__)
LAST_USED_PRECISION = timedelta(minutes=1)
FAILURES = RateLimit("api_token:client", 60, timedelta(minutes=15))
# Labels of scopes, by name: "notes:read".
SCOPES = Registry[str]("api_scopes", "scope")
NEVER = datetime.min.replace(tzinfo=UTC)


class InvalidTokenError(Unauthorized):
    """The token opens nothing. The text says why, as far as its sender may know."""

    problem = "invalid-token"

    def __init__(self, reason: str, description: str):
        note_refusal("api_token.refused", reason)
        challenge = WWWAuthenticate("bearer", {"realm": "api", "error": "invalid_token"})
        super().__init__(description, www_authenticate=challenge)


def has_token() -> bool:
    """Tell whether the request brings credentials of its own, so its cookies don't count."""
    return "Authorization" in request.headers


def authenticate_by_token() -> None:
    """Make `current_user` the owner of the request's token. Raises `InvalidTokenError` (401)."""
    kind, _, text = request.headers["Authorization"].strip().partition(" ")
    text = text.strip()
    if kind.lower() != "bearer" or not text:
        _refuse("scheme", "Send the token as “Authorization: Bearer <token>”.")
    if not is_well_formed(text, current_app.config["API_TOKEN_PREFIX"]):
        _refuse("malformed", "This isn't a complete token. Check that you copied all of it.")
    query = _token_query(tuple(EXTRA_COLUMNS.by_name().items()))
    with read_transaction():
        row = db.session.connection().execute(query, {"hash": digest(text)}).first()
    if row is None:
        _refuse("unknown", "This token doesn't exist. It may have been revoked.")
    if row.token_expires_at is not None and row.token_expires_at <= now():
        _refuse("expired", "This token has expired. Create another.")
    if not _is_allowed_from(row.token_networks, request.remote_addr):
        _refuse("network", "This token can't be used from your network.")
    identity = make_identity(
        row,
        token="",
        session_id=0,
        last_seen_at=row.token_last_used_at or NEVER,
        authenticated_at=NEVER,  # a token proves nobody's presence
        remembered=False,
        impersonator=None,
        impersonation_ended=None,
        scopes=frozenset(row.token_scopes.split()),
        token_id=row.token_id,
    )
    logs.bind_user(identity.id)
    g._login_user = identity  # where Flask-Login looks


def check_scope(scope: str) -> None:
    """Raise `Forbidden` (403) unless the request's token, if it has one, covers a scope."""
    identity = current_identity()
    if identity and identity.scopes is not None and scope not in identity.scopes:
        note_refusal("api_token.refused", f"scope:{scope}")
        raise InsufficientScopeError(scope)


class InsufficientScopeError(Forbidden):
    """The token wasn't given what the operation needs."""

    problem = "insufficient-scope"

    def __init__(self, scope: str):
        details: dict[str, str | None] = {
            "realm": "api",
            "error": "insufficient_scope",
            "scope": scope,
        }
        self.challenge = WWWAuthenticate("bearer", details)
        super().__init__(f"This token needs the scope {scope}. Create one that has it.")

    def get_headers(self, *args: Any, **kwargs: Any) -> list[tuple[str, str]]:
        return [*super().get_headers(*args, **kwargs), ("WWW-Authenticate", str(self.challenge))]


def update_last_used(response: Response) -> Response:
    """Note that the token was used, at most once a minute and after the response was sent."""
    identity = loaded_identity()
    if identity and identity.token_id and now() - identity.last_seen_at >= LAST_USED_PRECISION:
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        address = request.remote_addr or ""
        response.call_on_close(partial(_write_last_used, app, identity.token_id, address))
    return response


def _write_last_used(app: Flask, token_id: int, address: str) -> None:
    with app.app_context():
        try:
            values = {"last_used_at": now(), "last_address": address[:45]}
            db.session.execute(update(ApiToken).where(ApiToken.id == token_id).values(values))
            db.session.commit()
        except SQLAlchemyError as error:
            log.warning("could not update last_used_at: %s", error)


def _refuse(reason: str, description: str) -> NoReturn:
    """Raise 401, or 429 for a client that sends one invalid token after another."""
    FAILURES.spend(client_key())
    raise InvalidTokenError(reason, description)


def _is_allowed_from(networks: str, remote_addr: str | None) -> bool:
    address = parse_ip(remote_addr or "")
    allowed = [ip_network(network) for network in networks.split()]
    return not allowed or (address is not None and any(address in network for network in allowed))


@cache
def _token_query(extra: tuple[tuple[str, IdentityColumn], ...]) -> AnySelect:
    user = user_model()
    extra_columns = [build().label(f"extra_{name}") for name, build in extra]
    columns = ("id", "scopes", "networks", "expires_at", "last_used_at")
    token_columns = [getattr(ApiToken, name).label(f"token_{name}") for name in columns]
    query = select(*user_columns(user), *extra_columns, *token_columns).select_from(ApiToken)
    return query.join(user, user.id == ApiToken.user_id).where(
        ApiToken.token_hash == bindparam("hash"), user.suspended_at.is_(None)
    )


def add_scope(app: Flask, name: str, label: str) -> None:
    """Let tokens be created for a part of the API. Several parts may share a scope."""
    if name not in SCOPES.by_name(app):
        SCOPES.add(app, label, name=name)


def init_app(app: Flask) -> None:
    SCOPES.init_app(app)
    app.after_request(update_last_used)
