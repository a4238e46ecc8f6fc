"""Change the email address. A link sent to the new address completes the change."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.account.forms import EmailChangeForm
from app.account.views import blueprint
from carafe.auth import accounts, effect, fresh_login_required, login_required, no_impersonation


@blueprint.get("/email")
@login_required
@no_impersonation
def email() -> ResponseReturnValue:
    return _page(EmailChangeForm(formdata=None))


@blueprint.post("/email")
@fresh_login_required
@effect("your email address will be changed once its new owner confirms")
def request_email() -> ResponseReturnValue:
    form = EmailChangeForm()
    if not form.validate():
        return _page(form), 422
    try:
        accounts.request_email_change(form.email.data)
    except accounts.FieldError as error:
        error.add_to(form)
        return _page(form), 422
    flash(
        f"Check your inbox: we sent a link to {form.email.data}. Click it to change your address.",
        "success",
    )
    return redirect(url_for("account.email"), 303)


@blueprint.post("/email/request/delete")
@login_required
@no_impersonation
def cancel_email() -> ResponseReturnValue:
    accounts.cancel_email_change()
    flash("Email change canceled", "success")
    return redirect(url_for("account.email"), 303)


def _page(form: EmailChangeForm) -> str:
    return render_template("account/email.html", form=form, pending=accounts.pending_email())
