"""The findings of `flask check` in a correct deployment with a test's changes."""

import json
import os
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from carafe.checks import database
from carafe.database.sqlite import MIN_SQLITE_VERSION, sqlite_driver
from carafe.testing.apps import another_app

GOOD: dict[str, object] = {
    "APP_ENV": "production",
    "SECRET_KEY": "tLTkRgvQq1Gd5d0hP5n2TQIWWBk0bgfvZDyUUl8oPBQ",
    "TRUSTED_HOSTS": ["example.org", "www.example.org", ".example.net"],
    "TRUSTED_PROXIES": 1,
    "MAIL_URL": "smtp://carafe:hunter2@mail.example.org:587",
    "MAIL_FROM": "Carafe <carafe@example.org>",
    "REQUIRE_SECOND_FACTOR": True,
    "LOG_LEVEL": "CRITICAL",
}

Findings = dict[str, dict[str, str]]


def deployment(app: Flask, **settings: object) -> AbstractContextManager[Flask]:
    """Create an app on the tests' database, with these settings instead of correct ones."""
    default_url = {
        "DATABASE_URL": os.environ.get("DATABASE_URL") or f"sqlite:///{app.instance_path}/app.db"
    }
    return another_app(app, **GOOD | default_url | settings)


def check(deployed: Flask, *arguments: str) -> Result:
    """Run `flask check` in an app."""
    is_old = sqlite_driver().sqlite_version_info < MIN_SQLITE_VERSION
    with pytest.MonkeyPatch.context() as patch:
        if is_old and vars(database)["MIN_SQLITE_VERSION"] == MIN_SQLITE_VERSION:
            # This machine's library isn't tested.
            patch.setattr(database, "MIN_SQLITE_VERSION", (3,))
        return deployed.test_cli_runner().invoke(args=["check", *arguments])


def run(app: Flask, *arguments: str, **settings: object) -> Result:
    """Run `flask check` with these settings instead of correct ones."""
    with deployment(app, **settings) as deployed:
        return check(deployed, *arguments)


def findings(app: Flask, *arguments: str, **settings: object) -> Findings:
    """Return the findings by ID, without the one that there is no admin yet."""
    return findings_in(run(app, "--json", *arguments, **settings))


def findings_in(result: Result) -> Findings:
    """Return the findings by id that `flask check --json` printed, without `auth.no_admin`."""
    assert result.exit_code in (0, 1), result.output
    by_id = {finding["id"]: finding for finding in json.loads(result.stdout)}
    by_id.pop("auth.no_admin", None)
    return by_id


def settings_in(document: Path) -> dict[str, str]:
    """Return the settings in the first code block of a documentation page, `NAME=value`."""
    block = document.read_text().split("```sh\n", 1)[1].split("```", 1)[0]
    lines = [line for line in block.splitlines() if not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)
