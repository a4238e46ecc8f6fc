"""`flask check` where settings are wrong: an app cannot be made, and it says why all the same.

In processes of their own, since what is in question is how the command finds its app.
"""

import json
import os
import re
import subprocess
from typing import Any

import pytest

from carafe.config import ROOT
from carafe.testing.server import BIN

NAMES = ("SECRET_KEY", "TRUSTED_HOSTS", "DATABASE_URL", "MAIL_URL", "FLASK_DEBUG", "FLASK_APP")
KEY = "a key of the tests, long enough to be one"
GOOD = {"SECRET_KEY": KEY, "TRUSTED_HOSTS": "example.org"}


@pytest.fixture
def flask(tmp_path):
    """Runs the real command in production, with these settings alone."""

    def run(*arguments: str, **environ: str) -> Any:
        own = {name: value for name, value in os.environ.items() if name not in NAMES}
        own |= {"APP_ENV": "production", "INSTANCE_PATH": str(tmp_path / "state")} | environ
        return subprocess.run(
            [str(BIN / "flask"), *arguments],
            cwd=ROOT, env=own, capture_output=True, text=True, timeout=60,
        )  # fmt: skip

    return run


def test_it_lists_all_that_is_wrong_as_json(flask):
    result = flask("check", "--json", TRUSTED_PROXIES="one", WEB_CONCURRENCY="x")
    found = json.loads(result.stdout)
    assert result.returncode == 1
    assert {(finding["id"], finding["level"]) for finding in found} == {("core.settings", "error")}
    for name in ("SECRET_KEY", "TRUSTED_HOSTS", "TRUSTED_PROXIES", "WEB_CONCURRENCY"):
        [finding] = [finding for finding in found if finding["message"].startswith(name)]
        assert set(finding) == {"id", "level", "message", "remedy"}
    assert "secrets.token_urlsafe(48)" in result.stdout
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("change", "name", "remedy"),
    [
        ({"MAIL_URL": "nonsense"}, "MAIL_URL", "smtp://"),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL", "postgresql://"),
        ({"APP_ENV": "prod"}, "APP_ENV='prod'", "development, testing, production"),
        ({"INSTANCE_PATH": "/dev/null/state"}, "INSTANCE_PATH", "Make it"),
    ],
)
def test_it_finds_what_only_the_app_refuses(change, name, remedy, flask):
    [finding] = json.loads(flask("check", "--json", **GOOD | change).stdout)
    assert name in finding["message"]
    assert remedy in finding["remedy"]


@pytest.mark.parametrize(
    ("setting", "value", "package", "group"),
    [
        ("DATABASE_URL", "postgresql://user:password@db.example.org/name", "psycopg", "postgres"),
        ("REDIS_URL", "redis://localhost", "dramatiq", "redis"),
        ("SENTRY_DSN", "https://key@sentry.example.org/1", "sentry_sdk", "sentry"),
    ],
)
def test_it_names_the_command_that_installs_what_a_setting_needs(
    setting, value, package, group, flask, tmp_path
):
    (tmp_path / f"{package}.py").write_text(f"raise ModuleNotFoundError(name={package!r})\n")
    environ = GOOD | {setting: value, "PYTHONPATH": str(tmp_path)}
    [finding] = json.loads(flask("check", "--json", **environ).stdout)
    assert finding["id"] == "core.settings"
    assert finding["message"].startswith(setting)
    assert re.fullmatch(rf"Run bin/setup base.* {group}(\W.*)?", finding["remedy"])


def test_it_finds_it_for_people(flask):
    result = flask("check", "--fail-level", "warning", TRUSTED_HOSTS="example.org")
    assert result.returncode == 1
    assert result.stdout.startswith("error    core.settings  SECRET_KEY")
    assert result.stdout.splitlines()[-1] == "1 error"


def test_it_cannot_be_silenced(flask):
    result = flask("check", "--silence", "core.settings", "--silence", "mail.url")
    assert result.returncode == 1
    assert "SECRET_KEY" in result.stdout


@pytest.mark.parametrize(
    "arguments", [["db", "upgrade"], ["user", "list"], ["run"], ["routes"], ["nonsense"]]
)
def test_every_other_command_refuses_with_one_line(arguments, flask, tmp_path):
    result = flask(*arguments)
    assert result.returncode == 1
    [line] = [line for line in result.stderr.splitlines() if line]
    assert line.startswith("Error: SECRET_KEY")
    assert "secrets.token_urlsafe(48)" in line
    assert not (tmp_path / "state").exists()


def test_help_says_it_and_has_the_command(flask):
    result = flask("--help")
    assert result.returncode == 0
    assert "\n  check " in result.stdout
    assert "Error: SECRET_KEY" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_server_refuses_to_start(tmp_path):
    """What `flask check` runs in is no app to serve."""
    environ = {name: value for name, value in os.environ.items() if name not in NAMES}
    environ |= {"APP_ENV": "production", "INSTANCE_PATH": str(tmp_path), "PORT": "0"}
    result = subprocess.run(
        [str(BIN / "gunicorn"), "wsgi:app"],
        cwd=ROOT, env=environ | GOOD | {"MAIL_URL": "nonsense"},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert result.returncode != 0
    assert "MAIL_URL is not accepted" in result.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [("WEB_THREADS", "x"), ("WEB_CONCURRENCY", "0"), ("PORT", "http"), ("PORT", "70000")],
)
def test_the_server_names_its_own_settings_in_one_line(name, value, tmp_path):
    environ = {**os.environ, "APP_ENV": "testing", "INSTANCE_PATH": str(tmp_path), "PORT": "0"}
    result = subprocess.run(
        [str(BIN / "gunicorn"), "wsgi:app"],
        cwd=ROOT, env=environ | {name: value}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert result.returncode == 1
    [line] = result.stderr.splitlines()
    assert line.startswith(f"Error: {name}='{value}' is not accepted. Give a ")
