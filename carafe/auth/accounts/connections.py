"""The current user's accounts at login providers."""

from typing import NamedTuple

from flask import abort
from flask_login import current_user

from carafe.auth import providers
from carafe.auth.models import LinkedAccount
from carafe.database import db


class Connection(NamedTuple):
    """A provider the current user can log in with, and their account there, if connected."""

    name: str
    label: str
    account: LinkedAccount | None


def list_connections() -> list[Connection]:
    """Return the configured providers, then others with a connected account."""
    linked = {account.provider: account for account in LinkedAccount.for_user(current_user.id)}
    rows = [Connection(p.name, p.label, linked.pop(p.name, None)) for p in providers.configured()]
    # The remaining ones were connected when their provider was still configured.
    return rows + [Connection(n, providers.label(n), account) for n, account in linked.items()]


def disconnect(id: int) -> str:
    """Disconnect an account at a provider from the current user's; return the provider's name.

    Respond with 404 for another user's, and with 409 if there is no other way to log in. The user's
    row is locked first, so that parallel requests see each other's result.
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
