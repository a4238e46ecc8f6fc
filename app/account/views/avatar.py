"""Upload or remove your picture, and serve everyone's."""

from functools import partial

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from app.account.forms import AvatarForm
from app.account.views import blueprint
from app.account.views.profile import show_profile
from carafe.auth import avatars, login_required, render_too_large
from carafe.storage import RefusedError
from carafe.web import ConditionalRoutes, max_body_size

routes = ConditionalRoutes(blueprint, "AVATARS")


@routes.post("/avatar")
@login_required
@max_body_size(avatars.PICTURES.max_body)
def save_avatar() -> ResponseReturnValue:
    try:
        avatars.save(request.files.get("avatar"))
    except RefusedError as reason:
        return _render_error(str(reason))
    flash("Picture saved", "success")
    return redirect(url_for("account.profile"), 303)


@routes.get("/avatar")
@login_required
def avatar_form() -> ResponseReturnValue:
    """Redirect visitors who return to the URL of a rejected form."""
    return redirect(url_for("account.profile"), 303)


@routes.post("/avatar/delete")
@login_required
def delete_avatar() -> ResponseReturnValue:
    avatars.remove()
    flash("Picture removed", "success")
    return redirect(url_for("account.profile"), 303)


@routes.get("/avatars/<name>")
@login_required
def avatar(name: str) -> ResponseReturnValue:
    return avatars.response(name) or abort(404)


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(error: RequestEntityTooLarge) -> ResponseReturnValue:
    """Show the profile with an error if the uploaded file was too large to read."""
    page = partial(_render_error, avatars.PICTURES.too_large, 413)
    return render_too_large(error, "account.save_avatar", page)


def _render_error(reason: str, status: int = 422) -> ResponseReturnValue:
    form = AvatarForm(formdata=None)
    form.avatar.errors = [reason]
    return show_profile(avatar_form=form), status
