"""Forms from pages of an earlier session: after a logout, or a login, in another tab."""

from typing import Any

from flask import (
    Flask,
    Response,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

from carafe.auth import interrupted_forms, pages
from carafe.auth.access import redirect_to_login
from carafe.auth.identity import current_identity, is_logged_in
from carafe.database import db
from carafe.security import csrf
from carafe.web.errors import wants_json
from carafe.web.routing import current_policy
from carafe.web.urls import current_url, safe_redirect_path

LOGGED_IN_ALREADY = "You're already logged in. We didn't submit what you entered on an older page."


def answer_old_form(page_user_id: int) -> ResponseReturnValue | None:
    """Respond to a form from a page of an earlier session; None if nothing can be done with it.

    It came from one of our own pages, made for this user (0: for a visitor). If they have logged in
    again since, they can submit it again, with a click.
    """
    rules = current_policy()
    if pages.is_requested("logout") and page_user_id:
        return _log_out(page_user_id)
    if rules.public:
        return _lead_on() if pages.is_auth_page() else None
    if not page_user_id:
        return None
    if not is_logged_in():
        return redirect_to_login()
    form = interrupted_forms.sent()
    is_theirs = page_user_id == current_user.id and not current_user.impersonator
    if wants_json() or not is_theirs or form is None or form.has_secrets:
        return None
    return Response(render_template("auth/old_form.html", form=form), 400)


def _log_out(page_user_id: int) -> ResponseReturnValue | None:
    """Log out anyone who asks for it on their page, however old: the next person may be near."""
    if not is_logged_in() or current_user.id != page_user_id or current_user.impersonator:
        return None
    log_out: Any = current_app.view_functions[pages.endpoint("logout")]
    return current_app.make_response(log_out())


def _lead_on() -> ResponseReturnValue | None:
    """Redirect from a visitor's page in another tab to the target of the login there."""
    next = safe_redirect_path(request.args.get("next"))
    if not is_logged_in():
        is_challenged = "challenge" in session and not wants_json()
        return redirect(pages.path("second_factor", next=next), 303) if is_challenged else None
    if current_user.impersonator:
        return None
    if wants_json():
        abort(403, LOGGED_IN_ALREADY)
    flash(LOGGED_IN_ALREADY, "info")
    adapter = current_app.create_url_adapter(request)
    if adapter and adapter.test(method="GET"):
        return redirect(current_url(), 303)
    return redirect(next or current_app.config["HOME_URL"], 303)


def _page_user() -> int:
    """Return the user a page is made for; None during an impersonation."""
    try:
        identity = current_identity()
        return 0 if identity is None or identity.impersonator else identity.id
    except SQLAlchemyError:  # the page may be the one that repairs the database
        db.session.rollback()
        return 0


def init_app(app: Flask) -> None:
    app.extensions["csrf"] = csrf.Hooks(_page_user, answer_old_form)
