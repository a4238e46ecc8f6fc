"""Logging in with a link from an email."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from carafe.auth import accounts
from carafe.auth.identity import is_logged_in
from carafe.auth.redirects import redirect_target, redirect_to_step
from carafe.tests.site.forms import EmailForm, MagicLinkForm
from carafe.tests.site.views import blueprint, form_page
from carafe.web.routing import ConditionalRoutes, public

routes = ConditionalRoutes(blueprint, "MAGIC_LINK")


@routes.get("/magic-link")
@public
def request_magic_link() -> ResponseReturnValue:
    if is_logged_in():
        return redirect(redirect_target(), 303)
    return form_page("Log in with a link", EmailForm(formdata=None))


@routes.post("/magic-link")
@public
@accounts.limit_magic_link_requests
def send_magic_link() -> ResponseReturnValue:
    form = EmailForm()
    if not form.validate():
        return form_page("Log in with a link", form, 422)
    accounts.request_magic_link(form.email.data)
    return redirect(url_for("auth.request_magic_link"), 303)


@routes.get("/magic-link/<token>")
@public
def magic_link(token: str) -> ResponseReturnValue:
    return _page(token)


@routes.post("/magic-link/<token>")
@public
def log_in_with_link(token: str) -> ResponseReturnValue:
    form = MagicLinkForm()
    try:
        login = accounts.log_in_with_magic_link(
            token, remember=form.remember.data, switch_from=form.switch.data
        )
    except accounts.OtherUserError:
        return _page(token, 409)
    return redirect_to_step(login.step)


def _page(token: str, status: int = 200) -> ResponseReturnValue:
    form = MagicLinkForm(formdata=None, switch=current_user.email if is_logged_in() else "")
    return form_page(f"Log in as {accounts.user_of_magic_link(token).email}", form, status)
