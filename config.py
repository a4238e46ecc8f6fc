"""Your settings. Those of the engine are in `carafe/config/defaults.py`; override any here.

A setting is read from the environment variable of the same name; in development, also from a
`.env` file. `APP_ENV` chooses the class: development (the default), testing or production.
"""

from collections.abc import Iterator, Mapping
from ipaddress import ip_network
from typing import Any

import carafe
from carafe.config import ConfigError as ConfigError
from carafe.config import Env, decimal, line, production_problems, sender


class Config(carafe.Config):
    """Settings of all environments, unless a class below or a variable overrides them."""

    # The name in titles, emails, and the header.
    APP_NAME = Env("Carafe", line, "a name of up to 100 characters")
    MAIL_FROM = Env(
        "Carafe <carafe@localhost>",
        sender,
        "Name <name@example.org>, or the address alone",
    )

    # Your pages that the engine redirects to.
    HOME_URL = "/dashboard"
    TWO_FACTOR_URL = "/account/second-factors"


class Development(Config):
    DEBUG = True
    # Any site can point its name at this machine, and its pages could then read yours (DNS
    # rebinding). To use a tunnel or this machine's network name, set these two and that name.
    TRUSTED_HOSTS = Env(
        ["localhost", "127.0.0.1"], Config.TRUSTED_HOSTS.read, Config.TRUSTED_HOSTS.expected
    )
    # A receiver of webhooks that you are working on runs on this machine.
    WEBHOOK_HTTP = Env(True, Config.WEBHOOK_HTTP.read, Config.WEBHOOK_HTTP.expected)
    WEBHOOK_PRIVATE_NETWORKS = Env(
        [ip_network("127.0.0.0/8"), ip_network("::1/128")],
        Config.WEBHOOK_PRIVATE_NETWORKS.read,
        Config.WEBHOOK_PRIVATE_NETWORKS.expected,
    )
    RECORDER_SAMPLE_RATE = Env(1.0, decimal(0, 1), "a fraction between 0 and 1, such as 0.1")
    SQLALCHEMY_RECORD_QUERIES = True


class Testing(Config):
    TESTING = True
    RECORDER_SAMPLE_RATE = Env(0.0, decimal(0, 1), "a fraction between 0 and 1, such as 0.1")
    LOG_LEVEL = Env("WARNING", Config.LOG_LEVEL.read, Config.LOG_LEVEL.expected)


class Production(Config):
    SECRET_KEY = Env(None, is_secret=True)
    PUBLIC_URL = Env(None, Config.PUBLIC_URL.read, Config.PUBLIC_URL.expected)
    LOG_FORMAT = Env("json", Config.LOG_FORMAT.read, Config.LOG_FORMAT.expected)
    # With this prefix, browsers reject such cookies from subdomains and over plain HTTP.
    SESSION_COOKIE_NAME = "__Host-session"
    DEVICE_COOKIE_NAME = "__Host-device"
    SESSION_COOKIE_SECURE = True

    @staticmethod
    def problems(values: Mapping[str, Any]) -> Iterator[ConfigError]:
        yield from production_problems(values)


CLASSES: dict[str, type[carafe.Config]] = {
    "development": Development,
    "testing": Testing,
    "production": Production,
}


def load(overrides: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return all settings. `overrides` win over the environment. Raises `ConfigError`."""
    return carafe.config.load(CLASSES, overrides)
