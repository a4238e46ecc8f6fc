"""Profile pictures: squares with random names, which any logged-in user can fetch.

A user's row has the name of the file. The file is written before the row and deleted after it, so
that a row never names a missing file. A process that dies in between leaves a stray file, which a
nightly job deletes.
"""

from flask import Flask, Response, current_app, request
from flask_login import current_user
from sqlalchemy.orm import InstrumentedAttribute
from werkzeug.datastructures import FileStorage

from carafe.audit import record
from carafe.auth.identity_query import add_identity_column
from carafe.auth.models import UserMixin
from carafe.auth.signals import user_deleted
from carafe.auth.users import user_model
from carafe.database import db
from carafe.storage import PictureUpload, Size

PICTURES = PictureUpload("avatars", {"": Size(256, 256, crop=True)})


def save(file: FileStorage | None) -> None:
    """Set the current user's picture to an uploaded one. Raise `storage.RefusedError`."""
    name = PICTURES.save(file)
    try:
        _set(current_user.user, name)
    except Exception:  # the account was deleted in the meantime, or the database is down
        PICTURES.delete(name)
        raise
    db.session.commit()


def remove() -> None:
    """Remove the current user's picture."""
    _set(current_user.user, None)
    db.session.commit()


def response(name: str) -> Response | None:
    """Return a response with a picture, or None if no picture has this name."""
    return PICTURES.answer(name)


def register(app: Flask, path: str) -> None:
    """Serve profile pictures below `path`, which a view of the app handles, if AVATARS is on."""
    if not app.config["AVATARS"]:
        return
    app.extensions["avatars_path"] = path
    add_identity_column(app, "avatar", _column)
    app.jinja_env.globals["avatar_url"] = _url
    PICTURES.init_app(app, user_model().avatar)


def _url(name: str) -> str:
    # Not url_for, which is slower and fails on the error page for a host that isn't ours.
    return f"{request.script_root}{current_app.extensions['avatars_path']}{name}"


def _column() -> InstrumentedAttribute[str | None]:
    return user_model().avatar


def _set(user: UserMixin, name: str | None) -> None:
    if user.avatar != name:
        record("user.avatar_changed" if name else "user.avatar_removed", user.subject)
        _discard(user)
        user.avatar = name


@user_deleted.connect
def _discard(user: UserMixin, **_: object) -> None:
    if user.avatar:
        PICTURES.discard(user.avatar)
