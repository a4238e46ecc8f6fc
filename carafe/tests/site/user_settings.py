"""Ending other sessions."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from carafe.auth import accounts
from carafe.auth.marks import login_required
from carafe.tests.site.account import blueprint


@blueprint.post("/account/sessions/others/delete")
@login_required
def end_other_sessions() -> ResponseReturnValue:
    accounts.end_other_sessions()
    return redirect(url_for("account.sessions"), 303)
