"""One's picture: upload, remove, and fetch anybody's."""

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from app.account import avatars
from app.account.avatars import PICTURES
from app.account.forms import AvatarForm
from app.account.views import blueprint
from app.account.views.profile import show_profile
from carafe.auth.access import enforce_policy
from carafe.auth.identity import is_logged_in
from carafe.auth.marks import login_required
from carafe.database import db
from carafe.security.body_limits import discard_body
from carafe.storage.uploads import RefusedError
from carafe.web.errors import render_error, wants_json
from carafe.web.routing import max_body_size


@blueprint.post("/avatar")
@login_required
@max_body_size(PICTURES.max_body)
def save_avatar() -> ResponseReturnValue:
    try:
        name = PICTURES.save(request.files.get("avatar"))
    except RefusedError as reason:
        return _render_error(str(reason))
    try:
        avatars.set_avatar(current_user.user, name)
    except Exception:  # the account was deleted meanwhile, or the database is away
        PICTURES.delete(name)
        raise
    db.session.commit()
    flash("Your picture is saved.", "success")
    return redirect(url_for("account.profile"), 303)


@blueprint.get("/avatar")
@login_required
def avatar_form() -> ResponseReturnValue:
    """For whoever comes back to the address of a form that was refused."""
    return redirect(url_for("account.profile"), 303)


@blueprint.post("/avatar/delete")
@login_required
def delete_avatar() -> ResponseReturnValue:
    avatars.set_avatar(current_user.user, None)
    db.session.commit()
    flash("Your picture is removed.", "success")
    return redirect(url_for("account.profile"), 303)


@blueprint.get("/avatars/<name>")
@login_required
def avatar(name: str) -> ResponseReturnValue:
    return PICTURES.answer(name) or abort(404)


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(error: RequestEntityTooLarge) -> ResponseReturnValue:
    """The same page for a body that was not even read; so far, nobody has checked who sent it."""
    if request.endpoint != "account.save_avatar" or wants_json() or not is_logged_in():
        return render_error(error)
    discard_body()
    try:
        return enforce_policy() or _render_error(PICTURES.too_large, 413)
    except HTTPException as refusal:
        return render_error(refusal)


def _render_error(reason: str, status: int = 422) -> ResponseReturnValue:
    form = AvatarForm(formdata=None)
    form.avatar.errors = [reason]
    return show_profile(avatar_form=form), status
