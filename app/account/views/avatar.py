"""One's picture: upload, remove, and fetch anybody's."""

from datetime import timedelta
from typing import Any

from flask import Response, abort, flash, redirect, request, url_for
from flask_login import current_user
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from app.account import avatars, pictures
from app.account.forms import AvatarForm
from app.account.views import blueprint
from app.account.views.profile import show_profile
from app.auth.access import check, is_signed_in, login_required
from app.core.database import db
from app.core.errors import answer, wants_json
from app.core.routing import body_of
from app.security.limits import Limit

MEGABYTES = 2
MOST_BYTES = MEGABYTES * 1024 * 1024
FORM_BYTES = 64 * 1024  # beside the file: its name, the token, boundaries
TOO_LARGE = f"This file is larger than {MEGABYTES} MB."

# Somebody who chose a photo straight from a camera reads why it is too large, and not that the
# connection was reset: that is what browsers show when what they send is not read.
READ_AND_DROPPED_BYTES = 16 * 1024 * 1024

# Each may take a second of the processor's time.
UPLOADS = Limit("avatar", 60, timedelta(hours=1))

POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"


@blueprint.post("/avatar")
@login_required
@body_of(MOST_BYTES + FORM_BYTES)
def save_avatar() -> Any:
    upload = request.files.get("avatar")
    content = upload.read(MOST_BYTES + 1) if upload else b""
    if not content:
        return _refuse("Choose a picture first.")
    if len(content) > MOST_BYTES:
        return _refuse(TOO_LARGE)
    UPLOADS.spend(str(current_user.id))
    try:
        picture = pictures.square(content)
    except pictures.RefusedError as reason:
        return _refuse(str(reason))
    name = avatars.store(picture)
    try:
        avatars.change(current_user.user, name)
    except Exception:  # the account was deleted meanwhile, or the database is away
        avatars.withdraw(name)
        raise
    db.session.commit()
    flash("Your picture is saved.", "success")
    return redirect(url_for("account.profile"), 303)


@blueprint.get("/avatar")
@login_required
def avatar_form() -> Any:
    """For whoever comes back to the address of a form that was refused."""
    return redirect(url_for("account.profile"), 303)


@blueprint.post("/avatar/delete")
@login_required
def delete_avatar() -> Any:
    avatars.change(current_user.user, None)
    db.session.commit()
    flash("Your picture is removed.", "success")
    return redirect(url_for("account.profile"), 303)


@blueprint.get("/avatars/<name>")
@login_required
def avatar(name: str) -> Any:
    picture = avatars.read(name)
    if picture is None:
        abort(404)
    response = Response(picture, mimetype=pictures.MIMETYPE)
    response.headers["Content-Disposition"] = 'inline; filename="picture.webp"'
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    response.set_etag(name)
    return response.make_conditional(request)


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(error: RequestEntityTooLarge) -> Any:
    """The same page for a body that was not even read; so far, nobody has checked who sent it."""
    if request.endpoint != "account.save_avatar" or wants_json() or not is_signed_in():
        return answer(error)
    if (request.content_length or 0) <= READ_AND_DROPPED_BYTES:
        request.max_content_length = READ_AND_DROPPED_BYTES
        while request.stream.read(64 * 1024):
            pass
    try:
        return check() or _refuse(TOO_LARGE, 413)
    except HTTPException as refusal:
        return answer(refusal)


def _refuse(reason: str, status: int = 422) -> Any:
    form = AvatarForm(formdata=None)
    form.avatar.errors = [reason]
    return show_profile(avatar_form=form), status
