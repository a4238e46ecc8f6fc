"""Profile pictures: squares under random names, which anyone who is signed in may fetch.

A user's row names the file. It is written before the row and deleted after it, so that what a
row names is there; a process that ends in between leaves a file that is deleted in the night.
"""

from flask import Flask, request
from sqlalchemy.orm import InstrumentedAttribute

from app.auth.models import User
from carafe.audit import record
from carafe.auth import add_identity_column, user_deleted
from carafe.storage import PictureUpload, Size

PICTURES = PictureUpload("avatars", {"": Size(256, 256, crop=True)})


def url(name: str) -> str:
    # Not url_for, which takes longer and fails on an error page about a host that is not ours.
    return f"{request.script_root}/account/avatars/{name}"


def set_avatar(user: User, name: str | None) -> None:
    """Give a user the stored picture of that name, or none. The one before goes."""
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
