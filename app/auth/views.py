"""Pages of signing up and in.

None tells whether an address is known: answers and their time are the same, and the mail says it.
"""

import secrets
from datetime import timedelta
from typing import Any

from flask import Blueprint, Flask, current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.exc import IntegrityError

from app import mail
from app.audit import record
from app.auth import passwords
from app.auth.access import is_signed_in, is_visitor, sign_in, sign_out
from app.auth.forms import EmailForm, LoginForm, NewPasswordForm, RegisterForm
from app.auth.models import CONFIRM, RESET, Token, User
from app.core import nav
from app.core.database import db, reading
from app.core.routing import public
from app.core.urls import local_path, public_url
from app.security.limits import Limit, client

blueprint = Blueprint("auth", __name__, url_prefix="/auth", template_folder="templates")

LOGIN_FAILURES_BY_CLIENT = Limit("login:client", 20, timedelta(minutes=15))
LOGIN_FAILURES_BY_ADDRESS = Limit("login:address", 10, timedelta(minutes=15))
REGISTRATIONS = Limit("register", 60, timedelta(hours=1))
RESETS = Limit("reset", 60, timedelta(hours=1))
RESET_MAILS = Limit("reset:address", 5, timedelta(hours=1))
RESENDS = Limit("resend", 60, timedelta(hours=1))
CONFIRMATION_MAILS = Limit("resend:address", 5, timedelta(hours=1))


@blueprint.get("/login")
@public
def login() -> Any:
    if is_signed_in():
        return redirect(_after_login(), 303)
    return render_template("auth/login.html", form=LoginForm(formdata=None))


@blueprint.post("/login")
@public
def log_in() -> Any:
    form = LoginForm()
    if not form.validate():
        return render_template("auth/login.html", form=form), 422
    email, password = form.email.data, form.password.data
    limits = [(LOGIN_FAILURES_BY_CLIENT, client()), (LOGIN_FAILURES_BY_ADDRESS, email)]
    for limit, key in limits:
        limit.spend(key)

    with reading():
        user = User.by_email(email)
    known_hash = user.password_hash if user else None
    # Without a transaction: 24 ms in which nobody else has to wait.
    if not passwords.verify(known_hash, password):
        record("login.failed", user.subject if user else None, actor=email)
        db.session.commit()
        form.password.errors = ["This e-mail address and password do not belong together."]
        return render_template("auth/login.html", form=form), 422
    new_hash = passwords.hash(password) if passwords.needs_rehash(known_hash or "") else None

    # In the meantime somebody may have changed the password, or suspended or deleted the user.
    user = User.by_email(email, lock=True)
    if user is None or user.password_hash != known_hash:
        return redirect(url_for("auth.login"), 303)
    if user.suspended_at:
        form.email.errors = ["This account is suspended."]
        return render_template("auth/login.html", form=form), 422
    if new_hash:
        user.password_hash = new_hash
    sign_in(user, remembered=form.remember.data)
    db.session.commit()
    for limit, key in limits:
        limit.refund(key)
    return redirect(_after_login(), 303)


@blueprint.post("/logout")
@public
def logout() -> Any:
    sign_out()
    db.session.commit()
    response = redirect("/", 303)
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


@blueprint.get("/register")
@public
def register() -> Any:
    if is_signed_in():
        return redirect(_after_login(), 303)
    return render_template("auth/register.html", form=RegisterForm(formdata=None))


@blueprint.post("/register")
@public
def create_account() -> Any:
    form = RegisterForm()
    if not form.validate():
        return render_template("auth/register.html", form=form), 422
    REGISTRATIONS.spend(client())
    CONFIRMATION_MAILS.spend(form.email.data)
    email = form.email.data
    password_hash = passwords.hash(form.password.data)
    try:
        if known := User.by_email(email):
            _tell_owner(known)
        else:
            User.register(email, password_hash, form.name.data or "").send_confirmation()
        db.session.commit()
    except IntegrityError:  # the same form, sent twice at once: the first made the account
        db.session.rollback()
    flash(f"We have sent a mail to {email}. It says how to go on.", "success")
    return redirect(url_for("auth.confirm"), 303)


def _tell_owner(user: User) -> None:
    """Somebody registers with this user's address: say so to the owner, not to who asks."""
    record("user.registered_again", user.subject, actor=user.email)
    if user.confirmed_at:
        user.send_already_registered()
        Token.issue(user, CONFIRM)  # nobody gets it: a new address has one written, too
    else:
        user.send_confirmation()


@blueprint.get("/confirm")
@public
def confirm() -> Any:
    """What to do about an unconfirmed address; sends the mail again."""
    if is_signed_in() and current_user.confirmed_at:
        return redirect(_after_login(), 303)
    email = current_user.email if is_signed_in() else None
    return render_template("auth/confirm.html", form=EmailForm(formdata=None, email=email))


@blueprint.post("/confirm")
@public
def resend() -> Any:
    form = EmailForm()
    if not form.validate():
        return render_template("auth/confirm.html", form=form), 422
    RESENDS.spend(client())
    CONFIRMATION_MAILS.spend(form.email.data)
    user = User.by_email(form.email.data)
    if user and not user.confirmed_at and not user.suspended_at:
        user.send_confirmation()
    else:
        _pretend_to_mail("auth/emails/confirm", form.email.data)
    db.session.commit()
    flash(f"If {form.email.data} still needs to be confirmed, a new mail is on its way.", "success")
    return redirect(url_for("auth.confirm"), 303)


@blueprint.get("/confirm/<token>")
@public
def confirm_token(token: str) -> Any:
    """A button: programs that check the links in mails must not confirm anything."""
    if not Token.owner(token, CONFIRM):
        return render_template("auth/invalid_link.html", again=url_for("auth.confirm")), 404
    return render_template("auth/confirm_token.html")


@blueprint.post("/confirm/<token>")
@public
def confirm_address(token: str) -> Any:
    user = Token.consume(token, CONFIRM)
    if user is None:
        db.session.commit()
        return render_template("auth/invalid_link.html", again=url_for("auth.confirm")), 404
    user.confirm()
    db.session.commit()
    flash("Your e-mail address is confirmed.", "success")
    return redirect(_after_login(), 303)


@blueprint.get("/reset")
@public
def reset() -> Any:
    return render_template("auth/reset.html", form=EmailForm(formdata=None))


@blueprint.post("/reset")
@public
def send_reset() -> Any:
    form = EmailForm()
    if not form.validate():
        return render_template("auth/reset.html", form=form), 422
    RESETS.spend(client())
    RESET_MAILS.spend(form.email.data)
    user = User.by_email(form.email.data)
    if user and not user.suspended_at:
        user.send_reset()
    else:
        _pretend_to_mail("auth/emails/reset", form.email.data)
    db.session.commit()
    flash(f"If there is an account for {form.email.data}, a mail is on its way.", "success")
    return redirect(url_for("auth.reset"), 303)


@blueprint.get("/reset/<token>")
@public
def reset_token(token: str) -> Any:
    if not Token.owner(token, RESET):
        return render_template("auth/invalid_link.html", again=url_for("auth.reset")), 404
    return render_template("auth/reset_token.html", form=NewPasswordForm(formdata=None))


@blueprint.post("/reset/<token>")
@public
def set_password(token: str) -> Any:
    with reading():
        user = Token.owner(token, RESET)
    if user is None:
        return render_template("auth/invalid_link.html", again=url_for("auth.reset")), 404
    form = NewPasswordForm()
    form.password.email = user.email
    if not form.validate():
        return render_template("auth/reset_token.html", form=form), 422
    password_hash = passwords.hash(form.password.data)

    user = Token.consume(token, RESET)
    if user is None:  # somebody used the link at the same time
        db.session.commit()
        return render_template("auth/invalid_link.html", again=url_for("auth.reset")), 404
    # Whoever reads mail at this address has shown that it is theirs.
    user.confirm()
    user.change_password(password_hash)
    db.session.commit()
    flash("Your password is changed. Log in with the new one.", "success")
    return redirect(url_for("auth.login"), 303)


def _pretend_to_mail(template: str, email: str) -> None:
    """Take as long as a mail does: 3 ms less would say that the address is unknown."""
    url = public_url(url_for("auth.reset_token", token=secrets.token_urlsafe(32)))
    mail.compose(email, template, user=User(email=email, name=""), url=url)
    record("mail.declined", actor=email)


def _after_login() -> str:
    return local_path(request.args.get("next")) or current_app.config["HOME_URL"]


def init_app(app: Flask) -> None:
    nav.add(app, "visitor", "Log in", "auth.login", visible=is_visitor)
    nav.add(app, "visitor", "Sign up", "auth.register", visible=is_visitor)
    nav.add(app, "account", "Log out", "auth.logout", icon="log-out", method="post", last=True)
