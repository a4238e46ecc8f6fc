"""Reasons not to start with values that are individually valid."""

from collections.abc import Iterator, Mapping
from typing import Any

from carafe.config.defaults import GENERATE_KEY_COMMAND, Config
from carafe.config.env import ConfigError


def registration_problems(values: Mapping[str, Any]) -> Iterator[ConfigError]:
    """Return reasons not to start: values that require or contradict each other."""
    registration, has_invitations = values["REGISTRATION"], values["INVITATIONS"]
    if registration == "invitation" and not has_invitations:
        yield ConfigError(
            "REGISTRATION=invitation needs invitations, but INVITATIONS=no turns them off.",
            "Set INVITATIONS=yes, or REGISTRATION=closed.",
        )
    if registration == "closed" and has_invitations:
        yield ConfigError(
            "REGISTRATION=closed contradicts INVITATIONS=yes: invited people couldn't sign up.",
            "Set INVITATIONS=no, or REGISTRATION=invitation.",
        )


def production_problems(values: Mapping[str, Any]) -> Iterator[ConfigError]:
    """Return reasons not to serve in production: a weak key, no trusted hosts."""
    keys = [values["SECRET_KEY"] or "", *values["SECRET_KEY_FALLBACKS"]]
    if any(len(key.encode()) < 32 or key == Config.SECRET_KEY.default for key in keys):
        yield ConfigError(
            "In production, SECRET_KEY and each of SECRET_KEY_FALLBACKS must be at least 32 "
            "random bytes.",
            f"Generate one: {GENERATE_KEY_COMMAND}",
        )
    if not values["TRUSTED_HOSTS"]:
        yield ConfigError(
            "In production, TRUSTED_HOSTS must list this site's hostnames, comma-separated.",
            "For example: TRUSTED_HOSTS=example.org,www.example.org",
        )
