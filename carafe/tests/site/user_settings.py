"""Changing the address, ending other sessions, and leaving."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from carafe.auth import accounts
from carafe.auth.marks import fresh_login_required, login_required
from carafe.tests.site.account import blueprint
from carafe.tests.site.forms import EmailForm
from carafe.tests.site.views import form_page
from carafe.web.routing import effect


@blueprint.get("/account/email")
@login_required
def email() -> ResponseReturnValue:
    return form_page("E-mail address", EmailForm(formdata=None))


@blueprint.post("/account/email")
@fresh_login_required
@effect("your email address will be changed once its new owner confirms")
def request_email() -> ResponseReturnValue:
    form = EmailForm()
    if form.validate():
        try:
            accounts.request_email_change(form.email.data)
            return redirect(url_for("account.email"), 303)
        except accounts.FieldError as error:
            form[error.field].errors = [error.message]
    return form_page("E-mail address", form, 422)


@blueprint.post("/account/sessions/others/delete")
@login_required
def end_other_sessions() -> ResponseReturnValue:
    accounts.end_other_sessions()
    return redirect(url_for("account.sessions"), 303)


@blueprint.get("/account/delete")
@login_required
def delete() -> ResponseReturnValue:
    return form_page("Delete your account")


@blueprint.post("/account/delete")
@fresh_login_required
@effect("your account will be deleted")
def schedule_deletion() -> ResponseReturnValue:
    accounts.schedule_deletion()
    return redirect(url_for("auth.login"), 303)
