"""The way back from acting as somebody else. The way there is the administration's."""

from flask import current_app, redirect
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.auth.views import blueprint
from carafe.auth import impersonation
from carafe.auth.marks import login_required
from carafe.auth.sessions import set_session_token
from carafe.database import db


@blueprint.post("/impersonation/delete")
@login_required
def end_impersonation() -> ResponseReturnValue:
    back = None
    if current_user.impersonator:
        token, back = impersonation.stop("back")
        db.session.commit()
        set_session_token(token, clear=True)
    return redirect(back or current_app.config["HOME_URL"], 303)
