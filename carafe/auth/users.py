"""The app's `User` class. All that the engine knows about it is `UserMixin`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from carafe.auth.models.user_mixin import UserMixin

_models: list[type[UserMixin]] = []


def register_model(model: type[UserMixin]) -> None:
    """Register this class, mapped to the table "user", as `User` for all apps in this process."""
    if _models and _models[0] is not model:
        raise RuntimeError(
            f"{_models[0]!r} is the User already. Use another process for {model!r}."
        )
    _models[:] = [model]


def user_model() -> type[UserMixin]:
    """Return the app's `User`.

    Don't call it at import time, when it doesn't exist yet: build statements in functions.
    """
    if not _models:
        raise RuntimeError("There is no User yet. Call auth.users.register_model(User) first.")
    return _models[0]
