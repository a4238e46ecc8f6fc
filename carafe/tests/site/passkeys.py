"""Passkeys: to log in, after the password, as a proof of identity; and those of a user."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from carafe.auth import accounts
from carafe.auth.marks import (
    allow_without_two_factor,
    confirmed_required,
    fresh_login_required,
    login_required,
)
from carafe.auth.redirects import redirect_target, redirect_to_step
from carafe.tests.site import forms, views
from carafe.tests.site.second_factors import show_codes
from carafe.web.routing import ConditionalRoutes, effect, public

blueprint = Blueprint("passkeys", __name__, url_prefix="/account/passkeys")
routes = ConditionalRoutes(blueprint, "PASSKEYS")
auth = ConditionalRoutes(views.blueprint, "PASSKEYS")


@auth.post("/passkeys/options")
@public
def login_options() -> ResponseReturnValue:
    return accounts.passkey_login_options()


@auth.post("/passkeys/sign-in")
@public
def log_in_with_passkey() -> ResponseReturnValue:
    try:
        accounts.log_in_with_passkey(remember="remember" in request.form)
    except accounts.PasskeyError as error:
        return views.login_page("Log in", forms.LoginForm(formdata=None), 422, refused=error)
    return redirect(redirect_target(), 303)


@auth.post("/second-factor/passkey/options")
@public
def second_factor_options() -> ResponseReturnValue:
    return accounts.passkey_second_factor_options()


@auth.post("/second-factor/passkey")
@public
def pass_with_passkey() -> ResponseReturnValue:
    user = accounts.challenged_user()
    try:
        accounts.log_in_with_second_passkey(user)
    except accounts.PasskeyError as error:
        return views.form_page(
            "Two-factor authentication", forms.CodeForm(formdata=None), 422, refused=error
        )
    return redirect(redirect_target(), 303)


@auth.post("/reauthenticate/passkey/options")
@login_required
@allow_without_two_factor
def proof_options() -> ResponseReturnValue:
    return accounts.passkey_proof_options()


@auth.post("/reauthenticate/passkey")
@login_required
@allow_without_two_factor
def prove_with_passkey() -> ResponseReturnValue:
    try:
        return redirect_to_step(accounts.prove_with_passkey(request.args.get("next")))
    except accounts.PasskeyError as error:
        return views.proof_page(forms.ProofForm(formdata=None), 422, refused=error)


@routes.get("")
@login_required
@allow_without_two_factor
def index() -> ResponseReturnValue:
    return render_template("passkeys.html", title="Passkeys", passkeys=accounts.list_passkeys())


@routes.get("/new")
@confirmed_required
@fresh_login_required
@allow_without_two_factor
def new() -> ResponseReturnValue:
    return views.form_page("New passkey", forms.PasskeyForm(formdata=None, name="Key"))


@routes.post("/options")
@confirmed_required
@fresh_login_required
@allow_without_two_factor
def creation_options() -> ResponseReturnValue:
    return accounts.passkey_creation_options()


@routes.post("/new")
@confirmed_required
@fresh_login_required
@effect("a passkey will be added")
@allow_without_two_factor
def add() -> ResponseReturnValue:
    form = forms.PasskeyForm()
    if not form.validate():
        return views.form_page("New passkey", form, 422)
    try:
        return show_codes(accounts.add_passkey(form.name.data))
    except accounts.PasskeyError as error:
        return views.form_page("New passkey", form, 422, refused=error)


@routes.post("/<int:id>/edit")
@login_required
def rename(id: int) -> ResponseReturnValue:
    form = forms.PasskeyForm()
    if not form.validate():
        return views.form_page("Passkey", form, 422)
    accounts.rename_passkey(id, form.name.data)
    return redirect(url_for("passkeys.index"), 303)


@routes.post("/<int:id>/delete")
@fresh_login_required
@effect("this passkey will be removed")
def remove(id: int) -> ResponseReturnValue:
    accounts.remove_passkey(id)
    return redirect(url_for("passkeys.index"), 303)
