"""The email address."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from carafe.auth import accounts
from carafe.auth.marks import fresh_login_required, login_required
from carafe.tests.site.forms import EmailForm
from carafe.web.routing import effect

blueprint = Blueprint("email", __name__, url_prefix="/account/email")


def page(form: EmailForm) -> str:
    pending = accounts.pending_email()
    return render_template("email.html", title=current_user.email, form=form, pending=pending)


@blueprint.get("")
@login_required
def edit() -> ResponseReturnValue:
    return page(EmailForm(formdata=None))


@blueprint.post("")
@fresh_login_required
@effect("your address will be changed")
def request_change() -> ResponseReturnValue:
    form = EmailForm()
    if form.validate():
        try:
            accounts.request_email_change(form.email.data)
            return redirect(url_for("email.edit"), 303)
        except accounts.FieldError as error:
            form[error.field].errors = [error.message]
    return page(form), 422


@blueprint.post("/request/delete")
@login_required
def cancel() -> ResponseReturnValue:
    accounts.cancel_email_change()
    return redirect(url_for("email.edit"), 303)
