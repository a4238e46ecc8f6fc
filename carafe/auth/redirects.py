"""The redirects of login pages."""

from flask import current_app, redirect, request
from flask.typing import ResponseReturnValue

from carafe.auth import pages
from carafe.auth.accounts.authentication import NextStep
from carafe.web.urls import safe_redirect_path


def redirect_target(next: str | None = None) -> str:
    """Return the path to redirect to after login: `next` if it is on this site, else `HOME_URL`.

    By default, `next` is the URL's parameter.
    """
    return safe_redirect_path(next or request.args.get("next")) or current_app.config["HOME_URL"]


def redirect_to_step(step: NextStep, next: str | None = None) -> ResponseReturnValue:
    """Redirect to the next step of the login, or to the target after the last one."""
    if step is NextStep.LOG_IN:
        return redirect(pages.path("login"), 303)
    if step is NextStep.SECOND_FACTOR:
        next = safe_redirect_path(next or request.args.get("next"))
        return redirect(pages.path("second_factor", next=next), 303)
    return redirect(redirect_target(next), 303)
