"""Change the password, or set the first one."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.account.forms import FirstPasswordForm, PasswordForm
from app.account.views import blueprint
from carafe.auth import accounts, current_user, login_required, no_impersonation


@blueprint.get("/password")
@login_required
@no_impersonation
@accounts.fresh_login_without_password
def password() -> ResponseReturnValue:
    form = PasswordForm if accounts.has_password() else FirstPasswordForm
    return _page(form(formdata=None))


@blueprint.post("/password")
@login_required
@no_impersonation
@accounts.fresh_login_without_password
def change_password() -> ResponseReturnValue:
    if not accounts.has_password():
        return _set_first_password()
    form = PasswordForm()
    form.password.email = current_user.email
    if not form.validate():
        return _page(form), 422
    try:
        accounts.change_password(form.current_password.data, form.password.data)
    except accounts.FieldError as error:
        error.add_to(form)
        return _page(form), 422
    flash("Password changed. Your other devices have been logged out.", "success")
    return redirect(url_for("account.password"), 303)


def _set_first_password() -> ResponseReturnValue:
    form = FirstPasswordForm()
    form.password.email = current_user.email
    if not form.validate():
        return _page(form), 422
    accounts.set_first_password(form.password.data)
    flash("Password set. Your other devices have been logged out.", "success")
    return redirect(url_for("account.password"), 303)


def _page(form: PasswordForm | FirstPasswordForm) -> str:
    return render_template("account/password.html", form=form)
