"""`flask check` where settings are wrong: an app cannot be made, and it says why all the same."""

import json
import logging
import os
import re
import subprocess
import sys

import pytest
from click.testing import CliRunner
from flask.cli import cli

from carafe.config import ROOT
from carafe.testing.server import BIN

NAMES = ("SECRET_KEY", "TRUSTED_HOSTS", "DATABASE_URL", "MAIL_URL", "FLASK_DEBUG", "FLASK_APP")
KEY = "a key of the tests, long enough to be one"
GOOD = {"SECRET_KEY": KEY, "TRUSTED_HOSTS": "example.org"}


APP = "carafe.tests.site.wsgi"


@pytest.fixture
def flask(tmp_path, monkeypatch):
    """Runs the `flask` command in production, with these settings alone."""
    monkeypatch.setattr(logging.root, "handlers", logging.root.handlers)
    monkeypatch.setattr(logging.root, "level", logging.root.level)

    def run(*arguments, **environ):
        for name in NAMES:
            monkeypatch.delenv(name, raising=False)
        instance = str(tmp_path / "state")
        defaults = {"APP_ENV": "production", "INSTANCE_PATH": instance, "FLASK_SKIP_DOTENV": "1"}
        for name, value in (defaults | environ).items():
            monkeypatch.setenv(name, value)
        monkeypatch.delitem(sys.modules, APP, raising=False)
        return CliRunner().invoke(cli, ["--app", APP, *arguments])

    return run


@pytest.fixture
def in_a_process(tmp_path):
    """Runs a command of the environment with these settings alone, as a separate process."""

    def run(command, *arguments, **environ):
        inherited = {name: value for name, value in os.environ.items() if name not in NAMES}
        defaults = {"APP_ENV": "production", "FLASK_APP": APP, "PORT": "0"}
        return subprocess.run(
            [str(BIN / command), *arguments],
            cwd=ROOT, env=inherited | defaults | {"INSTANCE_PATH": str(tmp_path)} | environ,
            capture_output=True, text=True, timeout=60,
        )  # fmt: skip

    return run


def test_it_lists_all_that_is_wrong_as_json(flask):
    result = flask("check", "--json", TRUSTED_PROXIES="one", WEB_CONCURRENCY="x")
    problems = json.loads(result.stdout)
    assert result.exit_code == 1
    assert {(finding["id"], finding["level"]) for finding in problems} == {
        ("core.settings", "error")
    }
    for name in ("SECRET_KEY", "TRUSTED_HOSTS", "TRUSTED_PROXIES", "WEB_CONCURRENCY"):
        [finding] = [finding for finding in problems if name in finding["message"]]
        assert set(finding) == {"id", "level", "message", "remedy"}
    assert "secrets.token_urlsafe(48)" in result.stdout
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("change", "name", "remedy"),
    [
        ({"MAIL_URL": "nonsense"}, "MAIL_URL", "smtp://"),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL", "postgresql://"),
        ({"APP_ENV": "prod"}, "APP_ENV='prod'", "development, testing, production"),
        ({"INSTANCE_PATH": "/dev/null/state"}, "INSTANCE_PATH", "Create it"),
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
    setting, value, package, group, flask, monkeypatch
):
    monkeypatch.setitem(sys.modules, package, None)  # as if it were not installed
    monkeypatch.delitem(sys.modules, "carafe.jobs.distributed", raising=False)
    [finding] = json.loads(flask("check", "--json", **GOOD | {setting: value}).stdout)
    assert finding["id"] == "core.settings"
    assert finding["message"].startswith(setting)
    assert re.fullmatch(rf"Run bin/setup base.* {group}(\W.*)?", finding["remedy"])


def test_it_finds_it_for_people(flask):
    result = flask("check", "--fail-level", "warning", TRUSTED_HOSTS="example.org")
    assert result.exit_code == 1
    assert result.stdout.startswith("error    core.settings  In production, SECRET_KEY")
    assert result.stdout.splitlines()[-1] == "1 error"


def test_it_cannot_be_silenced(flask):
    result = flask("check", "--silence", "core.settings", "--silence", "mail.url")
    assert result.exit_code == 1
    assert "SECRET_KEY" in result.stdout


@pytest.mark.parametrize("arguments", [["db", "upgrade"], ["user", "list"], ["nonsense"]])
def test_every_other_command_refuses_with_one_line(arguments, flask, tmp_path):
    result = flask(*arguments)
    assert result.exit_code == 1
    [line] = [line for line in result.stderr.splitlines() if line]
    assert line.startswith("Error: In production, SECRET_KEY")
    assert "secrets.token_urlsafe(48)" in line
    assert not (tmp_path / "state").exists()


def test_help_says_it_and_has_the_command(flask):
    result = flask("--help")
    assert result.exit_code == 0
    assert "\n  check " in result.stdout
    assert "Error: In production, SECRET_KEY" in result.stderr


def test_a_server_refuses_to_start(in_a_process):
    """What `flask check` runs in is no app to serve."""
    result = in_a_process("flask", "run")
    assert result.returncode == 1
    assert "Error: In production, SECRET_KEY" in result.stderr
    result = in_a_process("gunicorn", f"{APP}:app", **GOOD, MAIL_URL="nonsense")
    assert result.returncode != 0
    assert "Invalid MAIL_URL" in result.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [("WEB_THREADS", "x"), ("WEB_CONCURRENCY", "0"), ("PORT", "http"), ("PORT", "70000")],
)
def test_the_server_names_its_own_settings_in_one_line(name, value, in_a_process):
    # What gunicorn runs first, without the second that it takes to start.
    environ = {"APP_ENV": "testing", name: value}
    result = in_a_process("python", "gunicorn.conf.py", **environ)
    assert result.returncode == 1
    [line] = result.stderr.splitlines()
    assert line.startswith(f"Error: Invalid value {name}='{value}'. Use a ")
