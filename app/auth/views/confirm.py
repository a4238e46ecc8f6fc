"""Confirm that an e-mail address is one's own."""

from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_login import current_user

from app.auth import confirmation, passwords
from app.auth.forms import AcceptForm, EmailForm
from app.auth.identity import is_logged_in
from app.auth.models import UserMixin
from app.auth.models.user import User
from app.auth.views import after_login, blueprint, invalid_link, may_mail, pretend_to_mail
from app.auth.views.log_in import forget_failures
from app.core.database import db, reading
from app.core.routing import public
from app.security.limits import Limit, client

RESENDS = Limit("resend", 60, timedelta(hours=1))
CONFIRMATION_MAILS = Limit("resend:address", 5, timedelta(hours=1))


@blueprint.get("/confirm")
@public
def confirm() -> Any:
    """What to do about an unconfirmed address; sends the mail again."""
    if is_logged_in() and current_user.confirmed_at:
        return redirect(after_login(), 303)
    email = current_user.email if is_logged_in() else None
    return render_template("auth/confirm.html", form=EmailForm(formdata=None, email=email))


@blueprint.post("/confirm")
@public
def resend() -> Any:
    RESENDS.spend(client())  # before anything is parsed
    form = EmailForm()
    if not form.validate():
        RESENDS.refund(client())  # mistakes do not count
        return render_template("auth/confirm.html", form=form), 422
    user = User.by_email(form.email.data)
    wanted = confirmation.is_due(user)
    may_send = may_mail(CONFIRMATION_MAILS, form.email.data, wanted=wanted)
    if not confirmation.resend(user, may_send=may_send):
        pretend_to_mail("auth/emails/confirm", form.email.data)
    db.session.commit()
    flash(f"If {form.email.data} still needs to be confirmed, a new mail is on its way.", "success")
    return redirect(url_for("auth.confirm"), 303)


@blueprint.get("/confirm/<token>")
@public
def confirm_token(token: str) -> Any:
    """A button: programs that check the links in mails must not confirm anything."""
    user = confirmation.find(token)
    if user is None:
        return invalid_link(url_for("auth.confirm"))
    return _page(token, user, AcceptForm(formdata=None))


@blueprint.post("/confirm/<token>")
@public
def confirm_address(token: str) -> Any:
    with reading():
        user, needs_password = confirmation.find(token), confirmation.needs_password(token)
    if user and needs_password:
        form = AcceptForm()
        form.password.email = user.email
        if not form.validate():
            return _page(token, user, form), 422
        password_hash = passwords.hash(form.password.data)
        user = confirmation.take_over(token, password_hash, name=form.name.data or "")
    else:
        user = confirmation.confirm(token)
    if user:
        forget_failures(user)
    db.session.commit()
    if user is None:
        return invalid_link(url_for("auth.confirm"))
    flash("Your email address is confirmed.", "success")
    return redirect(after_login(), 303)


def _page(token: str, user: UserMixin, form: AcceptForm) -> str:
    needs_password = confirmation.needs_password(token)
    return render_template(
        "auth/confirm_token.html", user=user, form=form if needs_password else None
    )
