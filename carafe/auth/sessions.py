"""Browser sessions: login and logout, tokens, last seen, caches."""

from __future__ import annotations

import logging
from functools import partial

from flask import Flask, Response, current_app, flash, request, session
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

from carafe.auth import deletion, device_cookie, interrupted_forms
from carafe.auth.identity import Identity, is_logged_in, loaded_identity
from carafe.auth.models import KnownDevice, Session, UserMixin
from carafe.auth.models.session import LAST_SEEN_PRECISION
from carafe.auth.providers import journey
from carafe.auth.users import user_model
from carafe.database import db
from carafe.database.transactions import SAFE_METHODS
from carafe.observability import logs
from carafe.security.csrf import SESSION_KEY, renders_token
from carafe.time import now
from carafe.web.routing import current_policy

log = logging.getLogger(__name__)
# What a cookie keeps after a login.
INTERRUPTED_BY_LOGIN = (interrupted_forms.LOGIN_MARKS, journey.KEY)


def log_in_user(user: UserMixin, *, remembered: bool) -> None:
    """Start a session for the user in this transaction, and give this browser its token."""
    begin_login()
    address, agent = request.remote_addr or "", request.user_agent.string
    KnownDevice.remember(user, agent, address)
    token = Session.start(user, remembered=remembered, address=address, agent=agent)
    device_cookie.give(user)
    if user.last_active_on != now().date():
        user_model().record_activity(user.id)
    if deletion.cancel(user):
        flash("Welcome back. Your account won't be deleted.", "success")
    session.permanent = remembered
    set_session_token(token)
    logs.bind_user(user.id)


def begin_login() -> None:
    """End this browser's earlier session, no matter who put its cookie there.

    What the login interrupted stays, because it is bound to a user or to a provider's response.
    """
    interrupted = {name: session[name] for name in INTERRUPTED_BY_LOGIN if name in session}
    log_out_user()
    session.update(interrupted)


def set_session_token(token: str, *, clear: bool = False) -> None:
    """Give this browser the token of a session.

    With `clear`, it keeps nothing else: its pages' forms, and what was started with providers, are
    someone else's now.
    """
    if clear:
        permanent = session.permanent
        session.clear()
        session.permanent = permanent
    session[SESSION_KEY] = token


def end_other_sessions(user: UserMixin) -> None:
    """End all other sessions of the current user; copies of this cookie become invalid."""
    user.end_sessions(keep=current_user.session_id)
    renew_session()


def renew_session() -> None:
    """Give this browser's session a new token, which invalidates copies of its cookie."""
    if row := db.session.get(Session, current_user.session_id):
        set_session_token(row.rotate_token())


def log_out_user() -> None:
    """End this browser's session, on the server and in its cookie."""
    if is_logged_in() and (row := db.session.get(Session, current_user.session_id)):
        row.end()
    session.clear()


def update_last_seen(response: Response) -> Response:
    """Record when the session was seen, at most once a minute and after the response."""
    identity = loaded_identity()  # not current_user, which would look up who did not matter
    if identity is None or identity.token_id or current_policy().background:
        return response
    if now() - identity.last_seen_at >= LAST_SEEN_PRECISION:
        session.modified = True  # the cookie lasts as long as the row, signed with the current key
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        # After the response: someone may hold the write lock, and reading never waits.
        response.call_on_close(partial(_write_last_seen, app, identity))
    return response


def _write_last_seen(app: Flask, identity: Identity) -> None:
    with app.app_context():
        try:
            Session.touch(identity.session_id, identity.remembered)
            if identity.last_seen_at.date() != now().date():
                user_model().record_activity((identity.impersonator or identity).id)
            db.session.commit()
        except SQLAlchemyError as error:
            log.warning("could not update last_seen_at: %s", error)


def disable_caching(response: Response) -> Response:
    """Disable shared and browser caches for responses with private data or tokens."""
    personal = loaded_identity() is not None or renders_token() or session.modified
    if personal or request.method not in SAFE_METHODS:
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def init_app(app: Flask) -> None:
    app.after_request(update_last_seen)
    app.after_request(disable_caching)
