"""Profile pictures: squares under random names, which whoever is signed in may fetch.

A user's row names the file. It is written before the row and deleted after it, so that what a
row names is there; a process that ends in between leaves a file that `purge` finds.
"""

import re
import secrets
from typing import Any

from flask import request

from app.account import left_over, pictures
from app.audit import record
from app.auth.models import User
from app.auth.signals import purging, user_deleted
from app.core.storage import discard, storage

FOLDER = "avatars"
NAME = re.compile(r"[0-9a-f]{32}\.webp")


def url(name: str) -> str:
    # Not url_for, which takes longer and fails on an error page about a host that is not ours.
    return f"{request.script_root}/account/avatars/{name}"


def read(name: str) -> bytes | None:
    """The picture of that name as a WebP file, or None."""
    return storage().get(f"{FOLDER}/{name}") if NAME.fullmatch(name) else None


def store(picture: bytes) -> str:
    """Keep a picture under a new name, which is returned. No transaction may be open."""
    # New each time, so that browsers may keep it; and random, since who knows it may fetch it.
    name = f"{secrets.token_hex(16)}.webp"
    storage().put(f"{FOLDER}/{name}", picture, pictures.MIMETYPE)
    return name


def change(user: User, name: str | None) -> None:
    """Give a user the stored picture of that name, or none. The one before goes."""
    if user.avatar != name:
        record("user.avatar_changed" if name else "user.avatar_removed", user.subject)
        _discard(user)
        user.avatar = name


def withdraw(name: str) -> None:
    """Delete a picture that was stored and is nobody's after all."""
    storage().delete(f"{FOLDER}/{name}")


def purge() -> int:
    """Delete the pictures that are nobody's any more; how many."""
    return left_over.purge(FOLDER, User.avatar)


@user_deleted.connect
def _discard(user: User, **_: Any) -> None:
    if user.avatar:
        discard(f"{FOLDER}/{user.avatar}")


@purging.connect
def _purge(app: Any, **_: Any) -> tuple[str, int]:
    return "pictures", purge()
