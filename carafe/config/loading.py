"""Loads settings from the environment, over the defaults of a class."""

import os
from collections.abc import Mapping
from typing import Any

from carafe.config.defaults import Config
from carafe.config.dotenv import read_dotenv
from carafe.config.env import ConfigError, Env
from carafe.config.names import RENAMED
from carafe.config.paths import ROOT
from carafe.config.problems import registration_problems

Classes = Mapping[str, type[Config]]


def environment() -> dict[str, str]:
    """Return the variables that settings are read from."""
    environ = dict(os.environ)
    if environ.get("APP_ENV", "development") == "development":
        # A checkout's .env must reach neither tests nor a production server.
        environ = read_dotenv(ROOT / ".env") | environ
    for old_name, name in RENAMED.items():
        if old_name in environ:
            environ.setdefault(name, environ[old_name])
    return environ


def load(classes: Classes, overrides: Mapping[str, object] | None = None) -> dict[str, Any]:
    """Return all settings. Raise `ConfigError` for the first missing or invalid one.

    The environment overrides the class that `APP_ENV` names (by default "development"), and
    `overrides` override both.
    """
    values, problems = read(classes, overrides)
    if problems:
        raise problems[0]
    return values


def read(
    classes: Classes, overrides: Mapping[str, object] | None = None
) -> tuple[dict[str, Any], list[ConfigError]]:
    """Return all settings, and all problems with them.

    An override that is a string is parsed like an environment variable.
    """
    overrides = {RENAMED.get(key, key): value for key, value in (overrides or {}).items()}
    try:
        environ = environment()
    except ConfigError as error:
        return {}, [error]
    name = str(overrides.get("APP_ENV", environ.get("APP_ENV") or "development"))
    if name not in classes:
        accepted = ", ".join(classes)
        return {}, [ConfigError(f"Invalid value APP_ENV={name!r}.", f"Use one of {accepted}.")]

    config_class = classes[name]
    values: dict[str, Any] = {"APP_ENV": name, "CONFIG_CLASS": config_class}
    problems = []
    settings = _settings_of(config_class)
    for key in sorted({*settings, *overrides}):
        setting = settings.get(key)
        try:
            values[key] = _value_of(key, setting, environ, overrides)
        except ConfigError as error:
            problems.append(error)
            values[key] = getattr(setting, "default", None)
    if not values.get("PUBLIC_URL") and values["TRUSTED_HOSTS"]:
        values["PUBLIC_URL"] = f"https://{values['TRUSTED_HOSTS'][0].lstrip('.')}"
    problems += [*registration_problems(values), *config_class.problems(values)]
    return values, problems


def _settings_of(config_class: type[Config]) -> dict[str, object]:
    """Return the settings of a class by their new names. A subclass wins, by either name."""
    settings: dict[str, object] = {}
    for parent in reversed(config_class.__mro__):
        values = {name: value for name, value in vars(parent).items() if name.isupper()}
        settings |= {RENAMED.get(name, name): value for name, value in values.items()}
    return settings


def _value_of(
    name: str, setting: object, environ: Mapping[str, str], overrides: Mapping[str, object]
) -> Any:
    if name not in overrides:
        return setting.value(name, environ) if isinstance(setting, Env) else setting
    value = overrides[name]
    if isinstance(setting, Env) and isinstance(value, str) and value.strip():
        return setting.parse(name, value)
    return value
