"""Checks of the session cookie, as config.py sets it in production."""

from flask import Flask, current_app

from carafe import checks

PREFIX = "__Host-"
FLAGS = {
    "SESSION_COOKIE_SECURE": (True,),
    "SESSION_COOKIE_HTTPONLY": (True,),
    "SESSION_COOKIE_SAMESITE": ("Lax", "Strict"),
}


def init_app(app: Flask) -> None:
    checks.add(
        app,
        "security.cookie_flags",
        insecure_flags,
        level="error",
        remedy="Keep the production values from config.py.",
    )
    checks.add(
        app,
        "security.cookie_name",
        name_without_prefix,
        level="warning",
        remedy=f"Set SESSION_COOKIE_NAME to {PREFIX}session, with no domain and path /.",
    )


def insecure_flags() -> str | None:
    wrong = [name for name, good in FLAGS.items() if current_app.config[name] not in good]
    return (
        f"The session cookie can be stolen or sent cross-site: {', '.join(wrong)}"
        if wrong
        else None
    )


def name_without_prefix() -> str | None:
    name, config = current_app.config["SESSION_COOKIE_NAME"], current_app.config
    if config["APPLICATION_ROOT"] != "/":
        return None  # all sites on this host can set it, whatever its name
    if not name.startswith(PREFIX):
        return f"Other hosts on this domain can set the session cookie {name!r}."
    if config["SESSION_COOKIE_DOMAIN"] or config["SESSION_COOKIE_PATH"] not in (None, "/"):
        return f"Browsers reject the cookie {name!r} with this domain or path."
    return None
