"""Recovery codes: make new ones, and show them, once."""

from typing import Any

from flask import redirect, render_template, url_for
from flask_login import current_user

from app.account.views import blueprint
from app.auth import second_factors
from app.auth.marks import (
    allow_without_two_factor,
    fresh_login_required,
    login_required,
    no_impersonation,
)
from app.core.database import db
from app.core.routing import effect


@blueprint.get("/second-factors/recovery-codes")
@login_required
@allow_without_two_factor
@no_impersonation
def recovery_codes() -> Any:
    """For whoever comes back to the address at which codes were shown."""
    return redirect(url_for("account.second_factors"), 303)


@blueprint.post("/second-factors/recovery-codes")
@fresh_login_required
@effect("your recovery codes will be replaced")
def renew_recovery_codes() -> Any:
    user = current_user.user
    if not user.has_second_factor:
        return redirect(url_for("account.second_factors"), 303)
    codes = second_factors.renew_codes(user)
    db.session.commit()
    return show_codes(codes)


def show_codes(codes: list[str], done: str | None = None) -> str:
    """The page with new codes; `done` says what else has happened.

    It answers the POST itself: to redirect, the codes would have to be kept somewhere meanwhile.
    """
    return render_template("account/recovery_codes.html", codes=codes, done=done)
