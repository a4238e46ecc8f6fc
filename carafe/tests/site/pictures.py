"""One's picture: uploaded, shown, replaced, and removed."""

from functools import partial

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.exceptions import RequestEntityTooLarge

from carafe.auth.marks import login_required
from carafe.auth.oversized_uploads import render_too_large
from carafe.database import db
from carafe.storage import PictureUpload, RefusedError, Size
from carafe.tests.site.models import User
from carafe.web.routing import max_body_size

blueprint = Blueprint("pictures", __name__, url_prefix="/account")

PICTURES = PictureUpload("avatars", {"": Size(256, 256, crop=True)})


def page(reason: str = "", status: int = 200) -> ResponseReturnValue:
    picture = current_user.user.avatar
    return render_template("picture.html", title="Picture", picture=picture, reason=reason), status


def replace(name: str | None) -> ResponseReturnValue:
    user: User = current_user.user
    if user.avatar:
        PICTURES.discard(user.avatar)
    user.avatar = name
    db.session.commit()
    return redirect(url_for("pictures.edit"), 303)


@blueprint.get("/avatar")
@login_required
def edit() -> ResponseReturnValue:
    return page()


@blueprint.post("/avatar")
@login_required
@max_body_size(PICTURES.max_body)
def save() -> ResponseReturnValue:
    try:
        return replace(PICTURES.save(request.files.get("avatar")))
    except RefusedError as reason:
        return page(str(reason), 422)


@blueprint.post("/avatar/delete")
@login_required
def delete() -> ResponseReturnValue:
    return replace(None)


@blueprint.get("/avatars/<name>")
@login_required
def show(name: str) -> ResponseReturnValue:
    return PICTURES.answer(name) or abort(404)


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(error: RequestEntityTooLarge) -> ResponseReturnValue:
    return render_too_large(error, "pictures.save", partial(page, PICTURES.too_large, 413))
