"""What `flask check` finds in settings and files. Each is found, and not where all is well."""

import os
from collections import namedtuple
from pathlib import Path

import pytest

from carafe.testing.checks import GOOD, check, deployment, findings, findings_in
from carafe.tests.site.settings import load

pytestmark = pytest.mark.any_database

KEY = str(GOOD["SECRET_KEY"])
PHRASE = "the quick brown fox jumps over the lazy dog"
OTHER_KEY = "HsC0lKp4Wk7mHrD0vF2uC0bSyb6cDq1rQ5xkQW3l0eA"


@pytest.fixture(scope="module")
def deployed(application):
    with deployment(application) as made:
        yield made


@pytest.fixture
def findings_with(app, deployed, monkeypatch):
    """Finds with other settings what is wrong; they are read by checks alone, in one app."""

    def look(**change):
        before, after = load(GOOD), load(GOOD | change)
        for name, value in after.items():
            if name not in before or value != before[name]:
                monkeypatch.setitem(deployed.config, name, value)
        return findings_in(check(deployed, "--json"))

    return look


def test_it_finds_nothing_where_all_is_well(app):
    assert findings(app) == {}


@pytest.mark.parametrize(
    ("id", "level", "change", "named"),
    [
        ("security.secret_key", "error", {"SECRET_KEY": "a" * 64}, "SECRET_KEY"),
        ("security.secret_key", "error", {"SECRET_KEY": "ab1" * 20}, "SECRET_KEY"),
        ("security.secret_key", "error", {"SECRET_KEY": "correct-horse" * 3}, "SECRET_KEY"),
        ("security.secret_key", "error", {"SECRET_KEY": f"changeme {KEY}"}, "SECRET_KEY"),
        ("security.secret_key", "error", {"SECRET_KEY": PHRASE}, "SECRET_KEY"),
        ("security.secret_key", "error", {"SECRET_KEY": PHRASE.replace(" ", "-")}, "SECRET_KEY"),
        ("security.secret_key", "error", {"SECRET_KEY": PHRASE.title() + " 2026!"}, "SECRET_KEY"),
        ("security.secret_key", "error", {"SECRET_KEY": f"my secret key {KEY}"}, "SECRET_KEY"),
        (
            "security.secret_key",
            "error",
            {"SECRET_KEY_FALLBACKS": [OTHER_KEY, "b" * 40]},
            "key 2 in",
        ),
        ("security.secret_key_fallbacks", "warning", {"SECRET_KEY_FALLBACKS": [KEY]}, "twice"),
        ("security.secret_key_fallbacks", "warning", {"SECRET_KEY_FALLBACKS": [OTHER_KEY] * 2}, ""),
        ("security.https", "warning", {"PUBLIC_URL": "http://example.org"}, "http://example.org"),
        ("security.public_url", "warning", {"PUBLIC_URL": "https://example.com"}, "example.com"),
        ("security.trusted_proxies", "warning", {"TRUSTED_PROXIES": 0}, "TRUSTED_PROXIES is 0"),
        ("security.debug", "error", {"TESTING": True}, "TESTING"),
        ("security.cookie_flags", "error", {"SESSION_COOKIE_SECURE": False}, "COOKIE_SECURE"),
        ("security.cookie_flags", "error", {"SESSION_COOKIE_HTTPONLY": False}, "COOKIE_HTTPONLY"),
        ("security.cookie_flags", "error", {"SESSION_COOKIE_SAMESITE": "None"}, "COOKIE_SAMESITE"),
        ("security.cookie_name", "warning", {"SESSION_COOKIE_NAME": "session"}, "'session'"),
        ("security.cookie_name", "warning", {"SESSION_COOKIE_DOMAIN": "example.org"}, "domain"),
        ("security.cookie_name", "warning", {"SESSION_COOKIE_PATH": "/app"}, "path"),
        ("auth.require_second_factor", "info", {"REQUIRE_SECOND_FACTOR": False}, "Two-factor"),
    ],
)
def test_it_finds_a_setting(id, level, change, named, findings_with):
    problems = findings_with(**change)
    assert list(problems) == [id]
    assert problems[id]["level"] == level
    assert named in problems[id]["message"]
    assert KEY not in str(problems)


@pytest.mark.parametrize(
    "name",
    [
        "*",
        "*.example.org",
        ".org",
        "localhost",
        "app.localhost",
        "printer.local",
        "intranet",
        "[::1]",
        "192.0.2.1",
        "2001:db8::1",
    ],
)
def test_it_finds_a_host_that_is_not_this_sites_own(name, findings_with):
    problems = findings_with(TRUSTED_HOSTS=["example.org", name])
    assert list(problems) == ["security.trusted_hosts"]
    assert f"contains {name}, which" in problems["security.trusted_hosts"]["message"]


@pytest.mark.parametrize(
    "change",
    [
        {"SECRET_KEY": "0123456789abcdef0123456789abcdefa8f5f167f44f4964e6c998dee827110c"},
        # Of 32 hex digits, and yet with fewer different ones than most.
        {"SECRET_KEY": "62622c58fc00c6246c80c2066400ccc2"},
        {"SECRET_KEY": "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"},
        {"SECRET_KEY_FALLBACKS": [OTHER_KEY]},
        {"PUBLIC_URL": "https://example.org:8443"},
        {"PUBLIC_URL": "https://shop.example.net"},
        {"TRUSTED_PROXIES": 2},
        {"SESSION_COOKIE_SAMESITE": "Strict"},
    ],
)
def test_it_lets_good_settings_be(change, findings_with):
    assert findings_with(**change) == {}


def test_it_finds_debugging_that_flask_switches_on(app, monkeypatch):
    monkeypatch.setenv("FLASK_DEBUG", "1")
    assert "DEBUG" in findings(app)["security.debug"]["message"]


@pytest.mark.parametrize("name", ["development", "testing"])
def test_it_finds_a_public_site_that_is_not_run_as_production(name, app):
    problems = findings(app, APP_ENV=name, PUBLIC_URL="https://example.org")
    assert list(problems) == ["security.environment"]
    assert name in problems["security.environment"]["message"]


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
@pytest.mark.parametrize(
    ("folder", "file", "closed"),
    [
        (0o700, 0o644, True),
        (0o750, 0o640, True),
        (0o771, 0o640, True),
        (0o755, 0o600, False),
        (0o703, 0o600, False),
        (0o711, 0o604, False),
        (0o711, 0o602, False),
    ],
)
def test_it_finds_local_state_that_others_can_get_at(folder, file, closed, app, tmp_path):
    instance = tmp_path / "state"
    problems = findings(app, INSTANCE_PATH=str(instance))  # makes it
    assert problems == {}
    for path in instance.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    (instance / "limits.db").touch()
    (instance / "limits.db").chmod(file)
    instance.chmod(folder)
    problems = findings(app, INSTANCE_PATH=str(instance))
    assert list(problems) == ([] if closed else ["security.readable_files"])
    assert closed or str(instance) in problems["security.readable_files"]["message"]


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_it_finds_a_second_file_of_settings(app, monkeypatch, tmp_path):
    file = tmp_path / ".env"
    file.touch(0o600)
    folder = tmp_path / "below"
    folder.mkdir()
    monkeypatch.chdir(folder)
    problems = findings(app)
    assert list(problems) == ["security.dotenv"]
    assert str(file) in problems["security.dotenv"]["message"]
    file.chmod(0o644)
    assert str(file) in findings(app)["security.readable_files"]["message"]


def test_it_finds_rate_limits_that_cannot_be_counted(app, tmp_path):
    (tmp_path / "limits.db").mkdir()
    problems = findings(app, INSTANCE_PATH=str(tmp_path))
    assert list(problems) == ["security.rate_limits"]
    assert problems["security.rate_limits"]["level"] == "error"


def test_it_finds_a_folder_that_rate_limits_cannot_be_made_in(app, monkeypatch, tmp_path):
    def access(path: Path, mode: int) -> bool:  # root may write wherever it likes
        return bool(path != tmp_path)

    monkeypatch.setattr(os, "access", access)
    assert list(findings(app, INSTANCE_PATH=str(tmp_path))) == ["security.rate_limits"]


def test_it_leaves_the_making_of_files_to_the_app(app, tmp_path):
    findings(app, INSTANCE_PATH=str(tmp_path))
    assert not (tmp_path / "limits.db").exists()


def test_it_finds_a_disk_that_is_nearly_full(app, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("shutil.disk_usage", lambda path: usage(2**40, 2**40, 2**25))
    problems = findings(app)
    assert list(problems) == ["observability.disk"]
    assert "32 MiB" in problems["observability.disk"]["message"]
