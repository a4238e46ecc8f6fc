"""The first page, and one's second factors."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from carafe.auth import accounts
from carafe.auth.marks import (
    allow_without_two_factor,
    confirmed_required,
    fresh_login_required,
    login_required,
)
from carafe.tests.site.forms import CodeForm
from carafe.web.routing import effect, public

blueprint = Blueprint("account", __name__)


@blueprint.get("/")
@public
def index() -> ResponseReturnValue:
    return render_template("base.html", title="Welcome")


@blueprint.get("/account/profile", endpoint="profile")
@blueprint.get("/dashboard")
@login_required
def dashboard() -> ResponseReturnValue:
    return render_template("base.html", title="Dashboard")


@blueprint.get("/account/second-factors")
@login_required
@allow_without_two_factor
def second_factors() -> ResponseReturnValue:
    return render_template("second_factors.html", title="Second factors")


@blueprint.post("/account/second-factors/totp")
@confirmed_required
@fresh_login_required
@effect("an authenticator app will be set up")
@allow_without_two_factor
def begin_totp() -> ResponseReturnValue:
    accounts.begin_totp_setup()
    return redirect(url_for("account.new_totp"), 303)


@blueprint.get("/account/second-factors/totp/new")
@confirmed_required
@fresh_login_required
@allow_without_two_factor
def new_totp() -> ResponseReturnValue:
    return _page(CodeForm(formdata=None))


@blueprint.post("/account/second-factors/totp/new")
@confirmed_required
@fresh_login_required
@effect("an authenticator app will be added")
@allow_without_two_factor
def add_totp() -> ResponseReturnValue:
    form = CodeForm()
    if form.validate():
        try:
            return _page(None, codes=accounts.add_totp(form.code.data))
        except accounts.FieldError as error:
            form[error.field].errors = [error.message]
    return _page(form), 422


def _page(form: CodeForm | None, codes: list[str] | None = None) -> str:
    uri = accounts.pending_totp_setup().uri if form else None
    return render_template("form.html", title="Authenticator app", form=form, uri=uri, codes=codes)
