"""Enforce the policy of a view before it runs."""

from __future__ import annotations

from flask import Flask, abort, current_app, flash, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from carafe.auth import (
    impersonation,
    interrupted_forms,
    pages,
    quotas,
    reauthentication,
    two_factor,
)
from carafe.auth.api_tokens import authenticate_by_token, check_scope, has_token
from carafe.auth.identity import Identity, can, current_identity, is_logged_in, load_identity
from carafe.auth.models.user_columns import has_second_factor
from carafe.auth.permissions import ADMIN, NO_ROLE, permissions
from carafe.auth.sessions import set_session_token
from carafe.auth.users import user_model
from carafe.database import advisory_lock, db, read_transaction, write_transaction
from carafe.database.transactions import SAFE_METHODS, takes_write_lock
from carafe.security import csrf
from carafe.security.body_limits import set_upload_permission
from carafe.security.refusals import refuse
from carafe.web.errors import wants_json
from carafe.web.htmx import lead_to
from carafe.web.routing import Policy, current_policy
from carafe.web.urls import return_path

FORM_WAITS = "You were logged out. Log in to submit your form."
FORM_IS_LOST = "You were logged out, and we couldn't save your form. Log in and submit it again."
CONFIRM_FIRST = "Confirm your email address first."


def enforce_policy(rules: Policy) -> ResponseReturnValue | None:
    """Enforce the view's policy."""
    if rules.scope and has_token():
        authenticate_by_token()
    if rules.public:
        return _check_public_view(rules)
    identity = current_identity()
    if identity is None:
        return redirect_to_login()
    if answer := _check_impersonation(rules, identity):
        return answer
    check_scope(rules.scope)
    if not rules.allow_without_two_factor and (answer := redirect_to_two_factor_setup(identity)):
        return answer
    ensure_permission(rules, identity)
    if rules.confirmed and identity.confirmed_at is None:
        if wants_json():
            refuse(403, "access.denied", "unconfirmed", CONFIRM_FIRST)
        return lead_to(pages.path("confirm"), 403)
    if rules.fresh_login and not has_recent_proof(identity):
        return reauthentication.require_fresh_login()
    return None


def has_recent_proof(identity: Identity) -> bool:
    """Return whether the user proved their identity recently, or uses a token.

    A token proves nobody's presence; its scope, given by someone present, counts instead.
    """
    return identity.scopes is not None or identity.is_fresh


def ensure_permission(rules: Policy, identity: Identity) -> None:
    """Respond with 403 to users without the view's permission."""
    needed = {rules.permission, rules.read_permission} - {None}
    if needed and not _recheck_permission(needed, identity):
        message = None if identity.confirmed_at else CONFIRM_FIRST
        refuse(403, "access.denied", f"permission:{','.join(sorted(map(str, needed)))}", message)


def redirect_to_login() -> ResponseReturnValue:
    """Redirect a visitor to the login page, and from there back to the view."""
    if wants_json():
        abort(401)
    form_page = None
    if user_id := request.method not in SAFE_METHODS and csrf.page_user():
        form_page = interrupted_forms.keep_for_login(user_id)
        flash(FORM_WAITS if form_page else FORM_IS_LOST, "info")
    return lead_to(pages.path("login", next=form_page or return_path()), 401)


def redirect_to_two_factor_setup(identity: Identity) -> ResponseReturnValue | None:
    """Redirect a user without a required second factor to its setup."""
    if identity.impersonator or not two_factor.is_required(identity):
        return None
    with read_transaction():
        if has_second_factor(identity.id):
            return None
    if wants_json():
        message = "Set up two-factor authentication first."
        refuse(403, "access.denied", "no_second_factor", message)
    return lead_to(current_app.config["TWO_FACTOR_URL"], 403)


def _may_send_more(rules: Policy) -> bool:
    if rules.public:
        return True
    if not is_logged_in() or (rules.permission and not can(rules.permission)):
        return False
    quotas.begin_upload()
    return True


def settle_interrupted_form(rules: Policy) -> None:
    """Use up the interrupted form that this request continues, now that its policy is met."""
    if rules.public or rules.scope or not takes_write_lock():
        return
    if interrupted_forms.FIELD in request.form:
        interrupted_forms.carry_out(request.form[interrupted_forms.FIELD])
    elif rules.fresh_login:
        interrupted_forms.drop()


def _check_public_view(rules: Policy) -> ResponseReturnValue | None:
    """Check a public view, which may act for a logged-in user, as on the return from a provider."""
    if request.method in SAFE_METHODS and not pages.is_auth_page():
        return None
    try:
        identity = current_identity()
        answer = _check_impersonation(rules, identity) if identity else None
    except SQLAlchemyError:  # nor can the view look anyone up; it may be what mends the database
        db.session.rollback()
        return None
    if not takes_write_lock() and db.session.registry.has():
        db.session.close()  # the other site is asked now, and may be slow
    return answer


def _check_impersonation(rules: Policy, identity: Identity) -> ResponseReturnValue | None:
    if identity.impersonation_ended and not pages.is_requested("logout"):
        return _end_impersonation(identity.impersonation_ended)
    if identity.impersonator and impersonation.check(rules, identity.impersonator):
        _record_impersonated_change(identity)
    return None


def _end_impersonation(why: str) -> ResponseReturnValue:
    """Refuse a request made as another user after the impersonation has ended."""
    with write_transaction():
        token, back = impersonation.stop(why)
        db.session.commit()
    set_session_token(token, clear=True)
    flash("You're back in your own account. Your last action wasn't completed.", "info")
    return redirect(back or current_app.config["HOME_URL"], 303)


def _record_impersonated_change(loaded: Identity) -> None:
    db.session.connection()  # begins the transaction that writes; in it, again:
    identity = load_identity(loaded.token)
    acting = identity.impersonator if identity and identity.id == loaded.id else None
    if acting is None or not acting.may_write:
        abort(409, "You're no longer viewing as another user. Nothing was changed.")
    impersonation.record_change()


def _recheck_permission(needed: set[str | None], identity: Identity) -> bool:
    if not needed <= identity.permissions:
        return False
    if not takes_write_lock():
        return True
    # Check again in the write transaction, one request at a time: if two admins demote or suspend
    # each other simultaneously, the second one is refused.
    advisory_lock(ADMIN)
    model = user_model()
    query = select(model.effective_role).where(
        model.id == identity.id, model.suspended_at.is_(None)
    )
    return needed <= permissions(db.session.scalar(query) or NO_ROLE)


def check_access() -> ResponseReturnValue | None:
    """Enforce the view's policy before each request, and settle the form that it continues."""
    rules = current_policy()
    answer = enforce_policy(rules)
    if answer is None:
        settle_interrupted_form(rules)
    return answer


def init_app(app: Flask) -> None:
    set_upload_permission(app, _may_send_more)
    app.before_request(check_access)
