"""Change the e-mail address. It is another once a link is followed that is mailed there."""

from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_login import current_user

from app.account.forms import EmailChangeForm
from app.account.views import blueprint
from app.auth import email_change
from app.auth.marks import fresh_login_required, login_required, no_impersonation
from app.core.database import db
from app.core.routing import effect
from app.security.limits import Attempt, Limit

EMAIL_CHANGES = Limit("email", 10, timedelta(hours=1))
# Of one account to one address, and of all accounts to one address. The second is higher, so that
# nobody alone keeps others from an address that is theirs.
CHANGE_MAILS = Limit("email:account", 5, timedelta(hours=1))
CHANGE_MAILS_BY_ADDRESS = Limit("email:address", 20, timedelta(hours=1))


@blueprint.get("/email")
@login_required
@no_impersonation
def email() -> Any:
    return _page(EmailChangeForm(formdata=None))


@blueprint.post("/email")
@fresh_login_required
@effect("your email address will be changed once its new owner confirms")
def request_email() -> Any:
    form = EmailChangeForm()
    if form.validate() and form.email.data == current_user.email:
        form.email.errors = ["This is your address already."]
    if form.errors:
        return _page(form), 422
    wanted = form.email.data
    account = str(current_user.id)
    Attempt(
        [
            *EMAIL_CHANGES.counters(account),
            *CHANGE_MAILS.counters(account, wanted),
            *CHANGE_MAILS_BY_ADDRESS.counters(wanted),
        ]
    ).spend()
    email_change.request(current_user.user, wanted)
    db.session.commit()
    flash(f"We have sent a mail to {wanted}. Its link changes your address.", "success")
    return redirect(url_for("account.email"), 303)


@blueprint.post("/email/request/delete")
@login_required
@no_impersonation
def cancel_email() -> Any:
    email_change.cancel(current_user.user)
    db.session.commit()
    flash("Your address stays as it is.", "success")
    return redirect(url_for("account.email"), 303)


def _page(form: EmailChangeForm) -> str:
    pending = email_change.pending(current_user.id)
    return render_template("account/email.html", form=form, pending=pending)
