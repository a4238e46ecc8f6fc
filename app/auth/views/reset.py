"""Set a new password with a link from a mail."""

from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, url_for

from app.auth import passwords
from app.auth.forms import EmailForm, NewPasswordForm
from app.auth.models import LinkedAccount
from app.auth.models.token import RESET
from app.auth.models.user import User
from app.auth.views import blueprint, invalid_link, may_mail, pretend_to_mail
from app.auth.views.log_in import forget_failures
from app.core.database import db, reading
from app.core.routing import public
from app.security.limits import Limit, client

RESETS = Limit("reset", 60, timedelta(hours=1))
RESET_MAILS = Limit("reset:address", 5, timedelta(hours=1))


@blueprint.get("/reset")
@public
def reset() -> Any:
    return render_template("auth/reset.html", form=EmailForm(formdata=None))


@blueprint.post("/reset")
@public
def send_reset() -> Any:
    RESETS.spend(client())  # before anything is parsed
    form = EmailForm()
    if not form.validate():
        RESETS.refund(client())  # mistakes do not count
        return render_template("auth/reset.html", form=form), 422
    user = User.by_email(form.email.data)
    wanted = bool(user and not user.suspended_at)
    if may_mail(RESET_MAILS, form.email.data, wanted=wanted) and user:
        user.send_reset()
    else:
        pretend_to_mail("auth/emails/reset", form.email.data)
    db.session.commit()
    flash(f"If there is an account for {form.email.data}, a mail is on its way.", "success")
    return redirect(url_for("auth.reset"), 303)


@blueprint.get("/reset/<token>")
@public
def reset_token(token: str) -> Any:
    if not User.by_token(token, RESET):
        return invalid_link(url_for("auth.reset"))
    return render_template("auth/reset_token.html", form=NewPasswordForm(formdata=None))


@blueprint.post("/reset/<token>")
@public
def set_password(token: str) -> Any:
    with reading():
        user = User.by_token(token, RESET)
    if user is None:
        return invalid_link(url_for("auth.reset"))
    form = NewPasswordForm()
    form.password.email = user.email
    if not form.validate():
        return render_template("auth/reset_token.html", form=form), 422
    password_hash = passwords.hash(form.password.data)

    user = User.consume_token(token, RESET)
    if user is None:  # somebody used the link at the same time
        db.session.commit()
        return invalid_link(url_for("auth.reset"))
    # Whoever reads mail at this address has shown that it is theirs.
    if user.confirmed_at is None:
        user = user.replace_unconfirmed()
    LinkedAccount.forget_unproven(user)
    user.change_password(password_hash)
    forget_failures(user)
    db.session.commit()
    flash("Your password is changed. Log in with the new one.", "success")
    return redirect(url_for("auth.login"), 303)
