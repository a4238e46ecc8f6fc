"""The secret of an authenticator app during setup, which isn't stored until a code proves it.

It is in the browser's cookie, encrypted, so it survives a reload, and two tabs show the same one.
"""

import json
import time
from datetime import timedelta

from flask import session

from carafe.auth import totp
from carafe.auth.models import Totp
from carafe.security import encryption

KEY = "totp set-up"
LIFETIME = timedelta(hours=1)


def start(user_id: int) -> None:
    """Generate a secret, unless there is a pending one."""
    if pending(user_id) is None:
        waiting = json.dumps([user_id, totp.new_secret(), time.time()]).encode()
        session[KEY] = encryption.encrypt(waiting, KEY).decode()


def pending(user_id: int) -> str | None:
    """Return the secret that waits for a code."""
    try:
        owner, secret, begun = json.loads(encryption.decrypt(session.get(KEY, "").encode(), KEY))
    except ValueError:
        return None
    if owner != user_id or begun + LIFETIME.total_seconds() < time.time():
        return None
    # An earlier copy of the cookie must not show the secret once it is in use.
    app = Totp.for_user(user_id)
    return secret if app is None or app.created_at.timestamp() < begun else None


def end() -> None:
    session.pop(KEY, None)
