"""What the tests of settings share."""

import os
from collections.abc import Callable
from typing import Any

import pytest

from carafe.config import ConfigError
from carafe.tests.site import create_app, settings

SECRET = "hunter2"
GOOD = {
    "APP_ENV": "production",
    "SECRET_KEY": "tLTkRgvQq1Gd5d0hP5n2TQIWWBk0bgfvZDyUUl8oPBQ",
    "TRUSTED_HOSTS": "example.org",
}


@pytest.fixture
def environ(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets the environment to these variables and what a production server needs."""

    def set_variables(**variables: str) -> None:
        for name in os.environ:
            if name.isupper() and hasattr(settings.Config, name):
                monkeypatch.delenv(name)
        for name, value in (GOOD | variables).items():
            monkeypatch.setenv(name, value)

    return set_variables


@pytest.fixture
def accepted(environ: Callable[..., None]) -> Callable[[str, str], Any]:
    """Returns the value of a setting when its variable is this text."""

    def load(name: str, text: str) -> Any:
        environ(**{name: text})
        return settings.load()[name]

    return load


@pytest.fixture
def refused(environ: Callable[..., None]) -> Callable[[str, str], ConfigError]:
    """Returns the error with which the app refuses to start when a variable is this text."""

    def start(name: str, text: str) -> ConfigError:
        environ(**{name: text})
        with pytest.raises(ConfigError) as raised:
            create_app()
        assert name in raised.value.problem
        assert SECRET not in str(raised.value)
        return raised.value

    return start
