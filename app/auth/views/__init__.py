"""Pages of signing up and in, one module per noun.

None tells whether an address is known: answers and their time are the same, and the mail says it.
"""

import secrets
from typing import Any

from flask import Blueprint, Flask, current_app, render_template, request, url_for

from app import mail
from app.audit import record
from app.auth.access import is_visitor
from app.auth.models import User
from app.core import nav
from app.core.urls import local_path, public_url

blueprint = Blueprint("auth", __name__, url_prefix="/auth", template_folder="../templates")


def after_login() -> str:
    """Where to go once signed in: to what was asked for, if it is a page of this site."""
    return local_path(request.args.get("next")) or current_app.config["HOME_URL"]


def pretend_to_mail(template: str, email: str) -> None:
    """Take as long as a mail does: 3 ms less would say that the address is unknown."""
    url = public_url(url_for("auth.reset_token", token=secrets.token_urlsafe(32)))
    mail.compose(email, template, user=User(email=email, name=""), url=url)
    record("mail.declined", actor=email)


def invalid_link(again: str) -> Any:
    """The one answer to a link that opens nothing, whatever the reason. `again` makes another."""
    return render_template("auth/invalid_link.html", again=again), 404


def init_app(app: Flask) -> None:
    nav.add(app, "visitor", "Log in", "auth.login", visible=is_visitor)
    nav.add(app, "visitor", "Sign up", "auth.register", visible=is_visitor)
    nav.add(app, "account", "Log out", "auth.logout", icon="log-out", method="post", last=True)


from app.auth.views import confirm, log_in, reauthenticate, register, reset  # noqa: E402  (routes)

__all__ = ["blueprint", "confirm", "log_in", "reauthenticate", "register", "reset"]
