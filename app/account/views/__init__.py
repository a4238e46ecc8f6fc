"""Pages of the user's own account, one module per noun."""

from flask import Blueprint

blueprint = Blueprint("account", __name__, url_prefix="/account", template_folder="../templates")

from app.account.views import (  # noqa: E402  (imported for their routes)
    activity,
    appearance,
    avatar,
    connections,
    delete,
    email,
    export,
    passkeys,
    password,
    profile,
    recovery_codes,
    second_factors,
    sessions,
    tokens,
    webhooks,
)

__all__ = [
    "activity",
    "appearance",
    "avatar",
    "blueprint",
    "connections",
    "delete",
    "email",
    "export",
    "passkeys",
    "password",
    "profile",
    "recovery_codes",
    "second_factors",
    "sessions",
    "tokens",
    "webhooks",
]
