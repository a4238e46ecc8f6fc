"""Settings of the sample app."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import carafe
from carafe.config import ConfigError, Env, decimal, line, production_problems, sender


class Config(carafe.Config):
    APP_NAME = Env("Carafe", line, "a name of up to 100 characters")
    MAIL_FROM = Env("Carafe <carafe@localhost>", sender, "Name <name@example.org>, or an address")
    HOME_URL = "/dashboard"
    TWO_FACTOR_URL = "/account/second-factors"
    MIGRATIONS_FOLDER = str(Path(__file__).parent / "migrations")
    RECORDER_SAMPLE_RATE = Env(0.0, decimal(0, 1), "a fraction between 0 and 1, such as 0.1")


HOME = Config.HOME_URL


class Development(Config):
    DEBUG = True
    TRUSTED_HOSTS = Env(
        ["localhost", "127.0.0.1"], Config.TRUSTED_HOSTS.read, Config.TRUSTED_HOSTS.expected
    )
    RECORDER_SAMPLE_RATE = Env(1.0, decimal(0, 1), "a fraction between 0 and 1, such as 0.1")
    SQLALCHEMY_RECORD_QUERIES = True


class Testing(Config):
    TESTING = True
    LOG_LEVEL = Env("WARNING", Config.LOG_LEVEL.read, Config.LOG_LEVEL.expected)


class Production(Config):
    SECRET_KEY = Env(None, is_secret=True)
    PUBLIC_URL = Env(None, Config.PUBLIC_URL.read, Config.PUBLIC_URL.expected)
    LOG_FORMAT = Env("json", Config.LOG_FORMAT.read, Config.LOG_FORMAT.expected)
    RECORDER_SAMPLE_RATE = Env(0.1, decimal(0, 1), "a fraction between 0 and 1, such as 0.1")
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
    return carafe.config.load(CLASSES, overrides)
