"""Every setting, with its default and what it means.

A setting is read from the environment variable of the same name; in development, also from a
`.env` file. `APP_ENV` chooses the class: development (the default), testing or production.
"""

import os
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from click import ClickException
from dotenv import dotenv_values

ROOT = Path(__file__).parent

MAKE_A_KEY = "python -c 'import secrets; print(secrets.token_urlsafe(48))'"


class ConfigError(ClickException, RuntimeError):
    """A setting is missing or wrong. The text names it and says how to mend it.

    Being what they are to click and to gunicorn, it is one line there and no traceback.
    """


class Env:
    """A setting that the environment may change: a default, and how to read the variable."""

    def __init__(self, default: Any, read: Callable[[str], Any] = str, accepts: str = "text"):
        self.default, self.read, self.accepts = default, read, accepts

    def value(self, name: str, environ: Mapping[str, str]) -> Any:
        text = environ.get(name, "").strip()
        if not text:
            return self.default
        try:
            return self.read(text)
        except ValueError:
            raise ConfigError(f"{name}={text!r} is not accepted: give {self.accepts}.") from None


def words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def natural(text: str) -> int:
    if (number := int(text)) < 0:
        raise ValueError(text)
    return number


def one_of(*names: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in names:
            raise ValueError(text)
        return text

    return read


def web_address(text: str) -> str:
    if not re.match(r"https?://[^/]", text):
        raise ValueError(text)
    return text.rstrip("/")


def log_level(default: str) -> Env:
    levels = one_of("DEBUG", "INFO", "WARNING", "ERROR")
    return Env(default, levels, "DEBUG, INFO, WARNING or ERROR")


class Config:
    """What holds everywhere unless a class below or the environment says otherwise."""

    # The name in titles, mails and the header.
    APP_NAME = Env("Carafe")

    # One key ring signs and encrypts everything: the key, and older ones (comma-separated) that
    # are still believed, so that nobody is logged out by a change of key.
    SECRET_KEY = Env("development-key-that-production-refuses")
    SECRET_KEY_FALLBACKS = Env([], words, "keys, comma-separated")

    # Host names that requests may be for, comma-separated; `.example.org` covers subdomains.
    TRUSTED_HOSTS = Env(None, lambda text: words(text.lower()), "host names, comma-separated")
    # How many reverse proxies stand in front. Their X-Forwarded-For and -Proto are believed.
    TRUSTED_PROXIES = Env(0, natural, "a number of proxies, 0 for none")
    # The address of this site in mails. Never taken from a request, which anyone can forge.
    PUBLIC_URL = Env("http://127.0.0.1:5000", web_address, "an address such as https://example.org")

    # Local state: the SQLite files, stored mails, compressed static files.
    INSTANCE_PATH = Env(str(ROOT / "instance"), lambda text: str(Path(text).absolute()), "a folder")
    # sqlite:////absolute/path or postgresql://user:password@host/name. None: INSTANCE_PATH/app.db.
    DATABASE_URL = Env(None)

    # smtp://user:password@host:587 (STARTTLS), smtps://…:465, file: (a folder in instance/),
    # console:. None: file:, which in development is the mailbox at /dev/mail.
    MAIL_URL = Env(None)
    MAIL_FROM = Env("Carafe <carafe@localhost>")

    LOG_LEVEL = log_level("INFO")
    LOG_FORMAT = Env("text", one_of("text", "json"), "text or json")

    # Read by gunicorn.conf.py alone, before there is an app: WEB_CONCURRENCY (2 processes),
    # WEB_THREADS (4 each), HOST (127.0.0.1) and PORT (8000).

    # Where features send people to features they do not know.
    HOME_URL = "/dashboard"

    # Bounds of a request: bytes of body, bytes of one form, number of its fields.
    MAX_CONTENT_LENGTH = Env(2 * 1024 * 1024, natural, "a number of bytes")
    MAX_FORM_MEMORY_SIZE = 512 * 1024
    MAX_FORM_PARTS = 200

    # The one cookie. It holds a signed, opaque session token; "remember me" only makes it last.
    SESSION_COOKIE_NAME = "session"
    SESSION_COOKIE_HTTPONLY = True
    SESSION_COOKIE_SAMESITE = "Lax"
    SESSION_REFRESH_EACH_REQUEST = False
    PERMANENT_SESSION_LIFETIME = timedelta(days=30)

    SQLALCHEMY_RECORD_QUERIES = False
    DEBUG = False
    TESTING = False

    @staticmethod
    def check(values: Mapping[str, Any]) -> None:
        """Raise `ConfigError` where these values must not be served."""


class Development(Config):
    DEBUG = True
    SQLALCHEMY_RECORD_QUERIES = True


class Testing(Config):
    TESTING = True
    LOG_LEVEL = log_level("WARNING")


class Production(Config):
    SECRET_KEY = Env(None)
    PUBLIC_URL = Env(None, web_address, "an address such as https://example.org")
    LOG_FORMAT = Env("json", one_of("text", "json"), "text or json")
    # The prefix makes browsers refuse the cookie from subdomains and over plain HTTP.
    SESSION_COOKIE_NAME = "__Host-session"
    SESSION_COOKIE_SECURE = True

    @staticmethod
    def check(values: Mapping[str, Any]) -> None:
        for key in [values["SECRET_KEY"] or "", *values["SECRET_KEY_FALLBACKS"]]:
            if len(key.encode()) < 32 or key == Config.SECRET_KEY.default:
                raise ConfigError(
                    "SECRET_KEY (and each of SECRET_KEY_FALLBACKS) must be a secret of 32 or more "
                    f"bytes in production. Make one with: {MAKE_A_KEY}"
                )
        if not values["TRUSTED_HOSTS"]:
            raise ConfigError(
                "TRUSTED_HOSTS must name the hosts this site answers for in production, "
                "comma-separated. For example: TRUSTED_HOSTS=example.org,www.example.org"
            )


CLASSES: dict[str, type[Config]] = {
    "development": Development,
    "testing": Testing,
    "production": Production,
}


def load(overrides: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Read all settings: the environment over the class of `APP_ENV`, `overrides` over both."""
    overrides = overrides or {}
    environ: dict[str, str] = dict(os.environ)
    if environ.get("APP_ENV", "development") == "development":
        # A checkout's .env must neither reach the tests nor a production server.
        environ = {k: v for k, v in dotenv_values(ROOT / ".env").items() if v} | environ
    name = overrides.get("APP_ENV", environ.get("APP_ENV") or "development")
    if name not in CLASSES:
        raise ConfigError(f"APP_ENV={name!r} is not accepted: give one of {', '.join(CLASSES)}.")

    chosen = CLASSES[name]
    values: dict[str, Any] = {"APP_ENV": name}
    for key in filter(str.isupper, dir(chosen)):
        setting = getattr(chosen, key)
        values[key] = setting.value(key, environ) if isinstance(setting, Env) else setting
    values |= overrides
    if not values.get("PUBLIC_URL") and values["TRUSTED_HOSTS"]:
        values["PUBLIC_URL"] = f"https://{values['TRUSTED_HOSTS'][0].lstrip('.')}"
    chosen.check(values)
    return values
