"""The accounts at other sites with which the current user logs in."""

from typing import NamedTuple

from flask import abort
from flask_login import current_user

from carafe.auth import providers
from carafe.auth.models import LinkedAccount
from carafe.database import db


class Connection(NamedTuple):
    """A site with which the current user may log in, and their account there, if connected."""

    name: str
    label: str
    account: LinkedAccount | None


def list_connections() -> list[Connection]:
    """Return the sites that the settings name, then others with which an account is connected."""
    linked = {account.provider: account for account in LinkedAccount.for_user(current_user.id)}
    rows = [Connection(p.name, p.label, linked.pop(p.name, None)) for p in providers.configured()]
    # What is left was connected when the settings named its provider.
    return rows + [Connection(n, providers.label(n), account) for n, account in linked.items()]


def disconnect(id: int) -> str:
    """Let an account at another site open the current user's no longer; return the site's name.

    404 for another user's, and 409 for the only way into the account. The user's row is locked
    first, so that of two at the same time the second sees what the first left.
    """
    user = current_user.user
    linked = db.session.get(LinkedAccount, id)
    if linked is None or linked.user_id != user.id:
        abort(404)
    label = providers.label(linked.provider)
    if linked.is_only_login_method(user, {provider.name for provider in providers.configured()}):
        abort(409, f"{label} is your only way to log in. Set a password first.")
    linked.disconnect(user, label)
    db.session.commit()
    return label
