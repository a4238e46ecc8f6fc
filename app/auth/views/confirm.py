"""Confirm that an e-mail address is one's own."""

from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_login import current_user

from app.auth import providers
from app.auth.access import is_signed_in
from app.auth.forms import EmailForm
from app.auth.models import LinkedAccount, Token, User
from app.auth.models.token import CONFIRM
from app.auth.views import after_login, blueprint, invalid_link, pretend_to_mail
from app.core.database import db
from app.core.routing import public
from app.security.limits import Limit, client

RESENDS = Limit("resend", 60, timedelta(hours=1))
CONFIRMATION_MAILS = Limit("resend:address", 5, timedelta(hours=1))


@blueprint.get("/confirm")
@public
def confirm() -> Any:
    """What to do about an unconfirmed address; sends the mail again."""
    if is_signed_in() and current_user.confirmed_at:
        return redirect(after_login(), 303)
    email = current_user.email if is_signed_in() else None
    return render_template("auth/confirm.html", form=EmailForm(formdata=None, email=email))


@blueprint.post("/confirm")
@public
def resend() -> Any:
    RESENDS.spend(client())  # before anything is parsed
    form = EmailForm()
    if not form.validate():
        RESENDS.refund(client())  # mistakes do not count
        return render_template("auth/confirm.html", form=form), 422
    CONFIRMATION_MAILS.spend(form.email.data)
    user = User.by_email(form.email.data)
    password_hash = Token.newest_target(user.id if user else 0, CONFIRM)
    if user and not user.confirmed_at and not user.suspended_at:
        user.send_confirmation(password_hash)
    else:
        pretend_to_mail("auth/emails/confirm", form.email.data)
    db.session.commit()
    flash(f"If {form.email.data} still needs to be confirmed, a new mail is on its way.", "success")
    return redirect(url_for("auth.confirm"), 303)


@blueprint.get("/confirm/<token>")
@public
def confirm_token(token: str) -> Any:
    """A button: programs that check the links in mails must not confirm anything."""
    user = User.of_token(token, CONFIRM)
    if user is None:
        return invalid_link(url_for("auth.confirm"))
    # Whoever reads the mail may not be the one who came from there.
    linked = [(providers.label(each.provider), each.label) for each in LinkedAccount.of(user.id)]
    return render_template("auth/confirm_token.html", linked=linked)


@blueprint.post("/confirm/<token>")
@public
def confirm_address(token: str) -> Any:
    user = User.confirm_by(token)
    db.session.commit()
    if user is None:
        return invalid_link(url_for("auth.confirm"))
    flash("Your e-mail address is confirmed.", "success")
    return redirect(after_login(), 303)
