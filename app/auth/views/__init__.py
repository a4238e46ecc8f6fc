"""Pages of signing up and in, one module per noun.

None tells whether an address is known: answers and their time are the same, and the mail says it.
"""

from typing import Any

from flask import Blueprint, Flask, current_app, render_template, request, url_for
from flask_login import current_user

from app import mail
from app.audit import record
from app.auth import relying_party
from app.auth.identity import is_anonymous, is_logged_in
from app.auth.models import Token
from app.auth.models.user import User
from app.core import nav
from app.core.urls import local_path, public_url
from app.observability import security_events
from app.security.limits import Limit

blueprint = Blueprint("auth", __name__, url_prefix="/auth", template_folder="../templates")


def after_login(next: str | None = None) -> str:
    """Where to go once signed in: to what was asked for, if it is a page of this site."""
    return local_path(next or request.args.get("next")) or current_app.config["HOME_URL"]


def stays_signed_in(email: str) -> bool:
    """Return whether somebody else than this user is signed in, and was not asked to give way.

    A link can be sent by anyone. What people do next must not end up in another's account.
    """
    if not is_logged_in() or current_user.email == email:
        return False
    return bool(request.form.get("switch") != current_user.email)


def may_mail(limit: Limit, email: str, *, wanted: bool) -> bool:
    """Count a mail to an address, and return whether it may be sent.

    At the limit nothing is sent, and nobody is told: whoever asks in somebody's name neither keeps
    them from asking nor learns whether there is an account. A mail that is not `wanted` counts
    as well, which takes as long, but not for the address: it may be somebody's one day.
    """
    return limit.take(email if wanted else f"nobody at {email}") and wanted


def pretend_to_mail(template: str, email: str) -> None:
    """Take as long as a mail with a link does: 1 ms less would say that the address is unknown."""
    url = public_url(url_for("auth.reset_token", token=Token.rehearse()))
    mail.rehearse(email, template, user=User(email=email, name=""), url=url)
    record("email.suppressed", actor=email)


def invalid_link(again: str | None = None) -> Any:
    """The one answer to a link that opens nothing, whatever the reason. `again` makes another."""
    security_events.report("link.refused", "unknown_or_expired")
    return render_template("auth/invalid_link.html", again=again), 404


def init_app(app: Flask) -> None:
    app.jinja_env.globals["offered_providers"] = oauth.offered
    nav.add(app, "visitor", "Log in", "auth.login", visible=is_anonymous)
    nav.add(app, "visitor", "Sign up", "auth.register", visible=is_anonymous)
    nav.add(app, "account", "Log out", "auth.logout", icon="log-out", method="post", last=True)


from app.auth.views import (  # noqa: E402  (they add their routes)
    confirm,
    email_change,
    impersonation,
    invitation,
    log_in,
    magic_link,
    oauth,
    reauthenticate,
    register,
    reset,
    second_factor,
)

if relying_party.INSTALLED:
    from app.auth.views import passkeys  # noqa: F401

__all__ = [
    "blueprint",
    "confirm",
    "email_change",
    "impersonation",
    "invitation",
    "log_in",
    "magic_link",
    "oauth",
    "reauthenticate",
    "register",
    "reset",
    "second_factor",
]
