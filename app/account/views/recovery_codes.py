"""Recovery codes: generate new ones and show them once."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.account.views import blueprint
from carafe.auth import (
    accounts,
    allow_without_two_factor,
    effect,
    fresh_login_required,
    login_required,
    no_impersonation,
)


@blueprint.get("/second-factors/recovery-codes")
@login_required
@allow_without_two_factor
@no_impersonation
def recovery_codes() -> ResponseReturnValue:
    """Redirect visitors who return to the URL that showed the codes."""
    return redirect(url_for("account.second_factors"), 303)


@blueprint.post("/second-factors/recovery-codes")
@fresh_login_required
@effect("your recovery codes will be replaced")
def renew_recovery_codes() -> ResponseReturnValue:
    codes = accounts.renew_recovery_codes()
    return show_codes(codes) if codes else redirect(url_for("account.second_factors"), 303)


def show_codes(codes: list[str], done: str | None = None) -> str:
    """Render the page with new codes. `done` says what else happened.

    It is the response to the POST: a redirect would require storing the codes in readable form.
    """
    return render_template("account/recovery_codes.html", codes=codes, done=done)
