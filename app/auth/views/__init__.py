"""Pages to sign up, log in, and prove your identity, one module per noun.

None reveals whether an address has an account: the response and its timing are the same either
way, and only the email says which it is.
"""

from flask import Blueprint, Flask, current_app, render_template, url_for
from flask.typing import ResponseReturnValue

from carafe.auth import accounts, is_anonymous
from carafe.web import menus

blueprint = Blueprint("auth", __name__, url_prefix="/auth", template_folder="../templates")

# The page that sends a new link, by the purpose of the link.
PAGES_FOR_LINKS = {
    "confirm": "auth.confirm",
    "reset": "auth.reset",
    "magic link": "auth.magic_link",
}


@blueprint.errorhandler(accounts.InvalidLinkError)
def invalid_link(error: accounts.InvalidLinkError) -> ResponseReturnValue:
    """Render the one page for every link that doesn't work, with a way to get a new one if any."""
    page = PAGES_FOR_LINKS.get(error.purpose)
    return render_template("auth/invalid_link.html", again=page and url_for(page)), 404


def _may_register() -> bool:
    return is_anonymous() and current_app.config["REGISTRATION"] == "open"


def init_app(app: Flask) -> None:
    app.jinja_env.globals["offered_providers"] = oauth.provider_links
    menus.add(app, "visitor", "Log in", "auth.login", visible=is_anonymous)
    menus.add(app, "visitor", "Sign up", "auth.register", visible=_may_register)
    menus.add(app, "account", "Log out", "auth.logout", icon="log-out", method="post", at_end=True)


from app.auth.views import (  # noqa: E402  (imported for their routes)
    confirm,
    email_change,
    impersonation,
    invitation,
    log_in,
    magic_link,
    oauth,
    passkeys,
    reauthenticate,
    register,
    reset,
    second_factor,
)

__all__ = [
    "blueprint",
    "confirm",
    "email_change",
    "impersonation",
    "invitation",
    "log_in",
    "magic_link",
    "oauth",
    "passkeys",
    "reauthenticate",
    "register",
    "reset",
    "second_factor",
]
