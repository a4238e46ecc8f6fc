"""Passkeys: to log in, as a second factor, and to prove your identity."""

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from app.auth.forms import CodeForm, LoginForm, ReauthenticateForm
from app.auth.views import blueprint
from app.auth.views.reauthenticate import render_form
from app.auth.views.second_factor import render_challenge
from carafe.auth import (
    accounts,
    allow_without_two_factor,
    login_required,
    public,
    redirect_target,
    redirect_to_step,
)
from carafe.web import ConditionalRoutes

routes = ConditionalRoutes(blueprint, "PASSKEYS")


@routes.post("/passkeys/options")
@public
def sign_in_options() -> ResponseReturnValue:
    return accounts.passkey_login_options()


@routes.post("/passkeys/sign-in")
@public
def sign_in_with_passkey() -> ResponseReturnValue:
    """Log in without a second factor: a passkey with a fingerprint or PIN counts as both."""
    try:
        accounts.log_in_with_passkey(remember="remember" in request.form)
    except accounts.PasskeyError as error:
        form = LoginForm(formdata=None)
        return render_template("auth/login.html", form=form, refused=error), 422
    return redirect(redirect_target(), 303)


@routes.post("/second-factor/passkey/options")
@public
def second_factor_options() -> ResponseReturnValue:
    return accounts.passkey_second_factor_options()


@routes.post("/second-factor/passkey")
@public
def pass_with_passkey() -> ResponseReturnValue:
    user = accounts.challenged_user()
    try:
        accounts.log_in_with_second_passkey(user)
    except accounts.PasskeyError as error:
        return render_challenge(user, CodeForm(formdata=None), refused=error), 422
    return redirect(redirect_target(), 303)


@routes.post("/reauthenticate/passkey/options")
@login_required
@allow_without_two_factor
def proof_options() -> ResponseReturnValue:
    return accounts.passkey_proof_options()


@routes.post("/reauthenticate/passkey")
@login_required
@allow_without_two_factor
def prove_with_passkey() -> ResponseReturnValue:
    try:
        return redirect_to_step(accounts.prove_with_passkey(request.args.get("next")))
    except accounts.PasskeyError as error:
        return render_form(ReauthenticateForm(formdata=None), refused=error), 422
