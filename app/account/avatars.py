"""Profile pictures: squares with random names, which any logged-in user may fetch.

A user's row has the name of the file. The file is written before the row and deleted after it, so
that a row never names a missing file. A process that dies in between leaves a stray file, which a
nightly job deletes.
"""

from flask import Flask, request
from sqlalchemy.orm import InstrumentedAttribute

from app.auth.models import User
from carafe.audit import record
from carafe.auth import add_identity_column, user_deleted
from carafe.storage import PictureUpload, Size

PICTURES = PictureUpload("avatars", {"": Size(256, 256, crop=True)})


def url(name: str) -> str:
    # Not url_for, which is slower and fails on the error page for a host that isn't ours.
    return f"{request.script_root}/account/avatars/{name}"


def set_avatar(user: User, name: str | None) -> None:
    """Set a user's picture to a stored one, or to none, and discard the one before."""
    if user.avatar != name:
        record("user.avatar_changed" if name else "user.avatar_removed", user.subject)
        _discard(user)
        user.avatar = name


@user_deleted.connect
def _discard(user: User, **_: object) -> None:
    if user.avatar:
        PICTURES.discard(user.avatar)


def _column() -> InstrumentedAttribute[str | None]:
    return User.avatar


def init_app(app: Flask) -> None:
    if not app.config["AVATARS"]:
        return
    add_identity_column(app, "avatar", _column)
    app.jinja_env.globals["avatar_url"] = url
    PICTURES.init_app(app, User.avatar)
