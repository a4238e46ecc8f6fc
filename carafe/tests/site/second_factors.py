"""The second factors of a user: an authenticator app, and recovery codes."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from carafe.auth import accounts, two_factor
from carafe.auth.marks import (
    allow_without_two_factor,
    confirmed_required,
    fresh_login_required,
    login_required,
)
from carafe.tests.site.forms import CodeForm
from carafe.web.routing import effect

blueprint = Blueprint("second_factors", __name__, url_prefix="/account/second-factors")


@blueprint.get("")
@login_required
@allow_without_two_factor
def index() -> ResponseReturnValue:
    factors = two_factor.factors_of(current_user.id)
    return render_template(
        "second_factors.html", title="Two-factor authentication", factors=factors
    )


@blueprint.post("/totp")
@confirmed_required
@fresh_login_required
@effect("an authenticator app will be set up")
@allow_without_two_factor
def begin_totp() -> ResponseReturnValue:
    accounts.begin_totp_setup()
    return redirect(url_for("second_factors.new_totp"), 303)


@blueprint.get("/totp/new")
@confirmed_required
@fresh_login_required
@allow_without_two_factor
def new_totp() -> ResponseReturnValue:
    return _page(CodeForm(formdata=None))


@blueprint.post("/totp/new")
@confirmed_required
@fresh_login_required
@effect("an authenticator app will be added")
@allow_without_two_factor
def add_totp() -> ResponseReturnValue:
    form = CodeForm()
    if form.validate():
        try:
            return show_codes(accounts.add_totp(form.code.data))
        except accounts.FieldError as error:
            error.add_to(form)
    return _page(form), 422


@blueprint.post("/totp/delete")
@fresh_login_required
@effect("your authenticator app will be removed")
def remove_totp() -> ResponseReturnValue:
    accounts.remove_totp()
    return redirect(url_for("second_factors.index"), 303)


@blueprint.post("/recovery-codes")
@fresh_login_required
@effect("your recovery codes will be replaced")
def renew_recovery_codes() -> ResponseReturnValue:
    return show_codes(accounts.renew_recovery_codes())


@blueprint.errorhandler(accounts.NoSetupError)
def begin_again(error: accounts.NoSetupError) -> ResponseReturnValue:
    return redirect(url_for("second_factors.index"), 303)


def show_codes(codes: list[str]) -> ResponseReturnValue:
    """Show new recovery codes, which come with the first factor alone."""
    if codes:
        return render_template("form.html", title="Recovery codes", codes=codes)
    return redirect(url_for("second_factors.index"), 303)


def _page(form: CodeForm) -> str:
    uri = accounts.pending_totp_setup().uri
    return render_template("form.html", title="Authenticator app", form=form, uri=uri)
