"""Log in with a link from a mail, where `MAGIC_LINK` allows it."""

from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, url_for

from app.auth.forms import EmailForm, RememberForm
from app.auth.identity import is_logged_in
from app.auth.models import LinkedAccount, Token
from app.auth.models.token import MAGIC_LINK
from app.auth.models.user import User
from app.auth.views import (
    after_login,
    blueprint,
    invalid_link,
    may_mail,
    pretend_to_mail,
    stays_signed_in,
)
from app.auth.views.log_in import admit
from app.core.database import db, reading
from app.core.routing import Optional, public
from app.security.limits import Limit, client

routes = Optional(blueprint, "MAGIC_LINK")

LINKS = Limit("magic link", 60, timedelta(hours=1))
LINK_MAILS = Limit("magic link:address", 5, timedelta(hours=1))


@routes.get("/magic-link")
@public
def magic_link() -> Any:
    if is_logged_in():
        return redirect(after_login(), 303)
    return render_template("auth/magic_link.html", form=EmailForm(formdata=None))


@routes.post("/magic-link")
@public
def send_magic_link() -> Any:
    LINKS.spend(client())  # before anything is parsed
    form = EmailForm()
    if not form.validate():
        LINKS.refund(client())  # mistakes do not count
        return render_template("auth/magic_link.html", form=form), 422
    user = User.by_email(form.email.data)
    wanted = bool(user and not user.suspended_at)
    if may_mail(LINK_MAILS, form.email.data, wanted=wanted) and user:
        user.send_magic_link()
    else:
        pretend_to_mail("auth/emails/magic_link", form.email.data)
    db.session.commit()
    flash(f"If there is an account for {form.email.data}, a link is on its way.", "success")
    return redirect(url_for("auth.magic_link"), 303)


@routes.get("/magic-link/<token>")
@public
def use_magic_link(token: str) -> Any:
    """A button: programs that check the links in mails must neither use it up nor get in."""
    user = User.by_token(token, MAGIC_LINK)
    return _page(user) if user else invalid_link(url_for("auth.magic_link"))


@routes.post("/magic-link/<token>")
@public
def log_in_with_link(token: str) -> Any:
    with reading():
        user = User.by_token(token, MAGIC_LINK)
    if user and stays_signed_in(user.email):
        return _page(user), 409
    user = User.consume_token(token, MAGIC_LINK)
    if user is None:
        db.session.commit()
        return invalid_link(url_for("auth.magic_link"))
    # Whoever reads mail at this address has shown that it is theirs.
    new = user.confirmed_at is None
    if new:
        user = user.replace_unconfirmed()
    LinkedAccount.forget_unproven(user)
    Token.void(user.id, MAGIC_LINK)
    answer = admit(user, remembered=RememberForm().remember.data)
    db.session.commit()
    if new:  # now, not before: a session begins empty
        flash("Your address is confirmed. If you want a password, set a new one.", "success")
    return answer


def _page(user: User) -> str:
    form = RememberForm(formdata=None)
    return render_template("auth/magic_link_token.html", user=user, form=form)
