"""Passkeys: in place of the password, after it, and as a proof of identity."""

from typing import Any

from flask import abort, redirect, render_template, request
from flask_login import current_user

from app.auth.forms import LoginForm, ReauthenticateForm
from app.auth.marks import allow_without_two_factor, login_required
from app.auth.models import Passkey
from app.auth.passkeys import (
    PROOF,
    SECOND_FACTOR,
    SIGN_IN,
    RefusedError,
    authenticate,
    request_options,
)
from app.auth.sessions import log_in_user
from app.auth.views import after_login, blueprint
from app.auth.views.reauthenticate import ask, proved
from app.auth.views.second_factor import challenge, challenged, let_in, log_in_again
from app.core.database import db, reading
from app.core.routing import public


@blueprint.post("/passkeys/options")
@public
def sign_in_options() -> Any:
    return request_options(SIGN_IN)


@blueprint.post("/passkeys/sign-in")
@public
def sign_in_with_passkey() -> Any:
    """The passkey and the person's finger or PIN: both factors at once."""
    try:
        user = authenticate(SIGN_IN)
    except RefusedError as refusal:
        db.session.commit()
        form = LoginForm(formdata=None)
        return render_template("auth/login.html", form=form, refused=refusal), 422
    log_in_user(user, remembered="remember" in request.form)
    db.session.commit()
    return redirect(after_login(), 303)


@blueprint.post("/second-factor/passkey/options")
@public
def second_factor_options() -> Any:
    with reading():
        user = challenged()
        if user is None:
            abort(403, "Log in again first.")
        return request_options(SECOND_FACTOR, Passkey.credential_ids(user.id))


@blueprint.post("/second-factor/passkey")
@public
def pass_with_passkey() -> Any:
    with reading():
        user = challenged()
    if user is None:
        return log_in_again()
    try:
        authenticate(SECOND_FACTOR, user.id)
    except RefusedError as refusal:
        db.session.commit()
        return challenge(user, refused=refusal), 422
    answer = let_in()
    db.session.commit()
    return answer


@blueprint.post("/reauthenticate/passkey/options")
@login_required
@allow_without_two_factor
def proof_options() -> Any:
    with reading():
        return request_options(PROOF, Passkey.credential_ids(current_user.id))


@blueprint.post("/reauthenticate/passkey")
@login_required
@allow_without_two_factor
def prove_with_passkey() -> Any:
    try:
        authenticate(PROOF, current_user.id)
    except RefusedError as refusal:
        db.session.commit()
        return ask(ReauthenticateForm(formdata=None), refused=refusal), 422
    return proved("passkey")
