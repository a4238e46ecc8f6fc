"""Change the password, or set the first one."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.account.forms import FirstPasswordForm, PasswordForm
from app.account.views import blueprint
from carafe.auth import (
    accounts,
    current_user,
    login_required,
    no_impersonation,
    require_fresh_login,
)


@blueprint.get("/password")
@login_required
@no_impersonation
def password() -> ResponseReturnValue:
    if accounts.has_password():
        return _page(PasswordForm(formdata=None))
    if not current_user.is_fresh:
        return require_fresh_login()
    return _page(FirstPasswordForm(formdata=None))


@blueprint.post("/password")
@login_required
@no_impersonation
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
        form[error.field].errors = [error.message]
        return _page(form), 422
    flash("Your password is changed, and your other devices are logged out.", "success")
    return redirect(url_for("account.password"), 303)


def _set_first_password() -> ResponseReturnValue:
    """Require a recent proof of identity in place of the current password."""
    if not current_user.is_fresh:
        return require_fresh_login()
    form = FirstPasswordForm()
    form.password.email = current_user.email
    if not form.validate():
        return _page(form), 422
    accounts.set_first_password(form.password.data)
    flash("Your password is set, and your other devices are logged out.", "success")
    return redirect(url_for("account.password"), 303)


def _page(form: PasswordForm | FirstPasswordForm) -> str:
    return render_template("account/password.html", form=form)
