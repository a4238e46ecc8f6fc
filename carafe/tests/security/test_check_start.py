"""`bin/start` checks the deployment before it serves."""

import contextlib
import json
import logging
import os
import stat
import subprocess

import pytest

from carafe.config import ROOT
from carafe.database import db
from carafe.testing.checks import settings_in
from carafe.testing.server import BIN, Server, migrated_database
from carafe.tests.site import create_app

NAMES = ("DATABASE_URL", "PUBLIC_URL", "FLASK_DEBUG", "FLASK_APP", "CHECK_SILENCE")


@pytest.fixture
def environ(tmp_path):
    """The settings that docs/deployment.md shows, with a key and a folder of the test's own."""
    documented = settings_in(ROOT / "docs/deployment.md")
    assert documented["SECRET_KEY"] == "…"
    test_settings = {
        "SECRET_KEY": "hX1kZkq0F2bJx8m3W0b7yVt2kq5S0Qn4v9T6rC1uYdE",
        "INSTANCE_PATH": str(tmp_path / "state"),
        "WEB_CONCURRENCY": "1",
        "JOBS_IN_WEB": "yes",
    }
    outside = {name: value for name, value in os.environ.items() if name not in NAMES}
    path = f"{BIN}:{os.environ['PATH']}"
    return {**outside, **documented, **test_settings, "PATH": path}


@pytest.fixture
def start(environ, tmp_path):
    """Runs `bin/start` with these settings changed, until it serves or ends; the server."""
    servers = []

    def run(**change):
        servers.append(server := Server(tmp_path / "state", {}))
        # Empty, since `bin/start` is for the project, whose migrations differ from the sample's.
        server.folder.mkdir(exist_ok=True)
        (server.folder / "app.db").touch()
        server.environ = environ | {"PORT": str(server.port)} | change
        with contextlib.suppress(AssertionError):  # it ended
            server.start(str(ROOT / "bin/start"))
        return server

    yield run
    for server in servers:
        server.stop()


def ended_with(server):
    return server.process.poll()


@pytest.fixture
def documented(environ, monkeypatch, tmp_path):
    """The sample app with these settings, on a migrated database."""
    monkeypatch.setattr(logging.root, "handlers", logging.root.handlers)
    monkeypatch.setattr(logging.root, "level", logging.root.level)
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "state").mkdir(0o750)
    (tmp_path / "state" / "app.db").write_bytes(migrated_database())
    app = create_app()
    yield app
    with app.app_context():
        db.engine.dispose()


def test_it_finds_nothing_wrong_with_the_settings_in_the_documentation(documented):
    # Whatever SQLite this machine has.
    arguments = ["--json", "--fail-level", "warning", "--silence", "core.sqlite_version"]
    result = documented.test_cli_runner().invoke(args=["check", *arguments])
    assert result.exit_code == 0, result.output
    assert {finding["level"] for finding in json.loads(result.stdout)} <= {"info"}


def test_it_starts_with_warnings_and_silenced_errors_and_protects_local_state(start, tmp_path):
    (tmp_path / "state").mkdir()
    (tmp_path / "state").chmod(0o755)
    server = start(MAIL_URL="", SECRET_KEY="a" * 40, CHECK_SILENCE="security.secret_key")
    assert ended_with(server) is None
    log = server.log.read_text()
    assert "warning  mail.url" in log
    assert log.index("mail.url") < log.index("Listening at")
    assert "security.secret_key" not in log
    assert "security.readable_files" not in log
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o750


def test_it_does_not_start_with_an_error_and_says_what_to_do(start):
    server = start(SECRET_KEY="a" * 40)
    assert ended_with(server) == 1
    log = server.log.read_text()
    assert "error    security.secret_key" in log
    assert "Not started" in log
    assert "CHECK_SILENCE" in log
    assert "Listening at" not in log


def test_it_names_a_wrong_number_of_processes_in_one_line(environ):
    # gunicorn itself reads the variable, and would show a traceback.
    result = subprocess.run(
        [ROOT / "bin/start"],
        env=environ | {"WEB_CONCURRENCY": "x"}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert result.returncode == 1
    assert result.stderr == (
        "Error: Invalid value WEB_CONCURRENCY='x'. Use a number of processes, such as 2.\n"
    )
