"""Two-factor authentication: the authenticator app, passkeys, and recovery codes.

Setting one up requires a confirmed address, as with passkeys.
"""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.account.views import blueprint
from app.account.views.recovery_codes import show_codes
from app.auth.forms import CodeForm
from carafe.auth import (
    accounts,
    allow_without_two_factor,
    confirmed_required,
    current_user,
    effect,
    fresh_login_required,
    login_required,
    no_impersonation,
)
from carafe.auth import two_factor as factors


@blueprint.get("/second-factors")
@login_required
@allow_without_two_factor
@no_impersonation
def second_factors() -> ResponseReturnValue:
    return render_template(
        "account/second_factors.html",
        own=factors.factors_of(current_user.id),
        required=factors.is_required(current_user),
    )


@blueprint.post("/second-factors/totp")
@confirmed_required
@fresh_login_required
@effect("an authenticator app will be set up")
@allow_without_two_factor
def begin_totp() -> ResponseReturnValue:
    accounts.begin_totp_setup()
    return redirect(url_for("account.new_totp"), 303)


@blueprint.get("/second-factors/totp/new")
@confirmed_required
@fresh_login_required
@allow_without_two_factor
def new_totp() -> ResponseReturnValue:
    return _page(CodeForm(formdata=None))


@blueprint.post("/second-factors/totp/new")
@confirmed_required
@fresh_login_required
@effect("an authenticator app will be added")
@allow_without_two_factor
def add_totp() -> ResponseReturnValue:
    form = CodeForm()
    if not form.validate():
        return _page(form), 422
    try:
        codes = accounts.add_totp(form.code.data)
    except accounts.FieldError as error:
        error.add_to(form)
        return _page(form), 422
    done = "Authenticator app added. Your other devices have been logged out."
    if codes:
        return show_codes(codes, done)
    flash(done, "success")
    return redirect(url_for("account.second_factors"), 303)


@blueprint.post("/second-factors/totp/delete")
@fresh_login_required
@effect("your authenticator app will be removed")
def remove_totp() -> ResponseReturnValue:
    accounts.remove_totp()
    flash(
        "Authenticator app removed. Your other devices have been logged out. Delete the entry "
        "in the app, too.",
        "success",
    )
    return redirect(url_for("account.second_factors"), 303)


@blueprint.errorhandler(accounts.NoSetupError)
def begin_again(error: accounts.NoSetupError) -> ResponseReturnValue:
    flash("Setup timed out. Start again.", "info")
    return redirect(url_for("account.second_factors"), 303)


def _page(form: CodeForm) -> str:
    setup = accounts.pending_totp_setup()
    return render_template("account/new_totp.html", form=form, setup=setup)
