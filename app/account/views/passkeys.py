"""The user's passkeys."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.account.forms import PasskeyForm
from app.account.views import blueprint
from app.account.views.recovery_codes import show_codes
from carafe.auth import (
    accounts,
    allow_without_two_factor,
    confirmed_required,
    device_label,
    effect,
    fresh_login_required,
    login_required,
    no_impersonation,
)
from carafe.web import ConditionalRoutes

routes = ConditionalRoutes(blueprint, "PASSKEYS")


@routes.get("/passkeys")
@login_required
@allow_without_two_factor
@no_impersonation
def passkeys() -> ResponseReturnValue:
    rows = accounts.list_passkeys()
    return render_template("account/passkeys.html", rows=rows, most=accounts.MAX_PASSKEYS)


@routes.get("/passkeys/new")
@confirmed_required
@fresh_login_required
@allow_without_two_factor
def new_passkey() -> ResponseReturnValue:
    if not accounts.may_add_passkey():
        flash(accounts.TOO_MANY_PASSKEYS, "info")
        return redirect(url_for("account.passkeys"), 303)
    form = PasskeyForm(formdata=None, name=device_label(request.user_agent.string))
    return render_template("account/new_passkey.html", form=form)


@routes.post("/passkeys/options")
@confirmed_required
@fresh_login_required
@allow_without_two_factor
def passkey_options() -> ResponseReturnValue:
    return accounts.passkey_creation_options()


@routes.post("/passkeys/new")
@confirmed_required
@fresh_login_required
@effect("a passkey will be added")
@allow_without_two_factor
def add_passkey() -> ResponseReturnValue:
    form = PasskeyForm()
    if not form.validate():
        return render_template("account/new_passkey.html", form=form), 422
    try:
        codes = accounts.add_passkey(form.name.data)
    except accounts.PasskeyError as error:
        return render_template("account/new_passkey.html", form=form, refused=error), 422
    done = "Passkey added. Your other devices have been logged out."
    if codes:
        return show_codes(codes, done)
    flash(done, "success")
    return redirect(url_for("account.passkeys"), 303)


@routes.get("/passkeys/<int:id>/edit")
@login_required
@no_impersonation
def edit_passkey(id: int) -> ResponseReturnValue:
    form = PasskeyForm(formdata=None, name=accounts.find_passkey(id).name)
    return render_template("account/edit_passkey.html", form=form)


@routes.post("/passkeys/<int:id>/edit")
@login_required
@no_impersonation
def rename_passkey(id: int) -> ResponseReturnValue:
    accounts.find_passkey(id)  # or 404
    form = PasskeyForm()
    if not form.validate():
        return render_template("account/edit_passkey.html", form=form), 422
    accounts.rename_passkey(id, form.name.data)
    flash("Passkey renamed", "success")
    return redirect(url_for("account.passkeys"), 303)


@routes.post("/passkeys/<int:id>/delete")
@fresh_login_required
@effect("this passkey will be removed")
def remove_passkey(id: int) -> ResponseReturnValue:
    accounts.remove_passkey(id)
    flash(
        "Passkey removed. Your other devices have been logged out. Delete it on your device, too.",
        "success",
    )
    return redirect(url_for("account.passkeys"), 303)
