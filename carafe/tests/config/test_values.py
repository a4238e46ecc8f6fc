"""Settings that are almost right: each is accepted and works, or is refused by name."""

import re

import pytest

from carafe.config import ROOT
from carafe.config.loading import read
from carafe.tests.site.settings import CLASSES, load


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("TRUSTED_PROXIES", " 2 ", 2),
        ("APPLICATION_ROOT", "/carafe/", "/carafe"),
        ("APPLICATION_ROOT", "/", "/"),
        ("JOB_THREADS", "007", 7),
        ("AUDIT_RETENTION_DAYS", "0", 0),
        ("RECORDER_SAMPLE_RATE", ".5", 0.5),
        ("RECORDER_SAMPLE_RATE", "1", 1.0),
        ("MAGIC_LINK", "TRUE", True),
        ("MAGIC_LINK", "Yes", True),
        ("MAGIC_LINK", "oFF", False),
        ("LOG_LEVEL", "debug", "DEBUG"),
        ("LOG_LEVEL", "Warning", "WARNING"),
        ("LOG_FORMAT", "JSON", "json"),
        ("OTEL_TRACES_EXPORTER", "None", "none"),
        ("CHECK_SILENCE", ",mail.url,, auth.no_admin,", ["mail.url", "auth.no_admin"]),
        (
            "SECRET_KEY",
            "  0123456789abcdef0123456789abcdef\r\n",
            "0123456789abcdef0123456789abcdef",
        ),
        ("APP_NAME", "Café 👩‍🚀", "Café 👩‍🚀"),
        ("MAIL_FROM", "carafe@example.org", "carafe@example.org"),
        ("MAIL_FROM", "Café <c@exämple.org>", "Café <c@xn--exmple-cua.org>"),
        ("MAIL_FROM", "Müller, Jörg <c@example.org>", '"Müller, Jörg" <c@example.org>'),
        ("MAIL_FROM", '"Müller, Jörg" <c@example.org>', '"Müller, Jörg" <c@example.org>'),
        ("HOST", "::", "::"),
        ("HOST", "[::1]", "::1"),
        ("HOST", "localhost", "localhost"),
        ("INSTANCE_PATH", "/var/lib/carafe/", "/var/lib/carafe"),
        ("INSTANCE_PATH", "state", str(ROOT / "state")),
    ],
)
def test_it_is_accepted(name, text, value, accepted):
    assert accepted(name, text) == value


NUMBERS = [
    *("-1", "+1", "1e3", "1_000", "１２", "٣", "1.5", "1,5", "0x10", "inf", "nan", "x", "1" * 5000),
]


@pytest.mark.parametrize("text", [*NUMBERS, "999999999999999999"])
@pytest.mark.parametrize(
    "name",
    [
        *("TRUSTED_PROXIES", "JOB_THREADS", "JOB_LEASE_SECONDS", "AUDIT_RETENTION_DAYS"),
        *("SLOW_QUERY_MS", "WEB_CONCURRENCY", "WEB_THREADS", "PORT", "MAX_CONTENT_LENGTH"),
    ],
)
def test_a_number_is_digits_within_bounds(name, text, refused):
    refused(name, text)


@pytest.mark.parametrize("text", [*NUMBERS, "10%", "1.1", "2", "0.1.2"])
def test_a_share_is_between_none_and_all(text, refused):
    refused("RECORDER_SAMPLE_RATE", text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("JOB_THREADS", "0"),
        ("WEB_CONCURRENCY", "0"),
        ("MAX_CONTENT_LENGTH", "0"),
        ("MAX_CONTENT_LENGTH", "2M"),
        ("PORT", "65536"),
        ("PORT", "127.0.0.1:8000"),
        ("MAGIC_LINK", "y"),
        ("MAGIC_LINK", "enabled"),
        ("MAGIC_LINK", "2"),
        ("LOG_LEVEL", "TRACE"),
        ("LOG_LEVEL", "INFO,DEBUG"),
        ("CHECK_SILENCE", "mail.url auth.no_admin"),
        ("CHECK_SILENCE", '["mail.url"]'),
        ("OAUTH_PROVIDERS", "google;github"),
        ("APP_NAME", "C" * 101),
        ("METRICS_TOKEN", "hunter2"),
        ("METRICS_TOKEN", "hunter2 with a space in it"),
        ("METRICS_TOKEN", "hunter2-with-an-ü-in-it"),
        ("HOST", "http://0.0.0.0"),
        ("HOST", "0.0.0.0:8000"),
        ("HOST", "*"),
        ("HOST", "unix:/run/carafe.sock"),
        ("APPLICATION_ROOT", "carafe"),
        ("APPLICATION_ROOT", "//carafe"),
        ("APPLICATION_ROOT", "/../carafe"),
        ("APPLICATION_ROOT", "/my app"),
        ("APPLICATION_ROOT", "https://example.org/carafe"),
        ("MAIL_FROM", "Carafe"),
        ("MAIL_FROM", "Carafe carafe@example.org"),
        ("MAIL_FROM", "Carafe <carafe>"),
        ("MAIL_FROM", "a@example.org, b@example.org"),
        ("MAIL_FROM", "<a@example.org> <b@example.org>"),
        ("MAIL_FROM", "carafe@exa mple.org"),
        ("MAIL_FROM", "carafe@example..org"),
        ("MAIL_FROM", "carafe@-example.org"),
        ("MAIL_FROM", "a..b@example.org"),
        ("INSTANCE_PATH", "$HOME/carafe"),
        ("INSTANCE_PATH", "%APPDATA%/carafe"),
        ("INSTANCE_PATH", "file:///var/lib/carafe"),
        ("INSTANCE_PATH", "~/carafe"),
        ("INSTANCE_PATH", "/dev/null"),
        ("INSTANCE_PATH", __file__),
    ],
)
def test_anything_else_is_refused(name, text, refused):
    assert refused(name, text).remedy


NAMES = [
    *("APP_NAME", "SECRET_KEY", "SECRET_KEY_FALLBACKS", "TRUSTED_HOSTS", "TRUSTED_PROXIES"),
    *("PUBLIC_URL", "INSTANCE_PATH", "DATABASE_URL", "MAIL_URL", "MAIL_FROM", "OAUTH_PROVIDERS"),
    *("MAGIC_LINK", "STORAGE_URL", "REDIS_URL", "METRICS_TOKEN", "LOG_LEVEL", "CHECK_SILENCE"),
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("quotes", ['""', "''", "``", "“”"])
def test_quotes_that_docker_leaves_are_refused(name, quotes, refused):
    assert "Remove the quotes" in refused(name, f"{quotes[0]}hunter2{quotes[1]}").remedy


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("hunter2\nMAIL_FROM=x", "U+000A"),
        ("hunter2\u200b", "U+200B"),
        ("\ufeffhunter2", "U+FEFF"),
        ("hunter2\u202e", "U+202E"),
        ("hunter2\udce4", "UTF-8"),  # what Python makes of Latin-1 in the environment
    ],
    ids=["line break", "zero width space", "byte order mark", "right to left", "latin-1"],
)
def test_what_nobody_sees_is_refused(name, text, says, refused):
    assert says in refused(name, text).problem


def test_all_that_is_wrong_is_found_at_once(environ):
    environ(PORT="http", MAIL_URL="smtp://user:12#34@mail.example.org", LOG_LEVEL="LOUD")
    wrong = re.findall("[A-Z_]{2,}(?==|:)", str([error.problem for error in read(CLASSES)[1]]))
    assert wrong == ["LOG_LEVEL", "MAIL_URL", "PORT"]


def test_what_a_program_gives_is_read_in_the_same_way(environ):
    environ()
    assert load({"LOG_LEVEL": "debug", "JOB_THREADS": "2", "MAGIC_LINK": True})["JOB_THREADS"] == 2


@pytest.mark.parametrize(
    ("registration", "invitations", "remedy"),
    [
        ("invitation", "no", "Set INVITATIONS=yes, or REGISTRATION=closed."),
        ("closed", "yes", "Set INVITATIONS=no, or REGISTRATION=invitation."),
    ],
)
def test_parts_that_contradict_each_other_are_refused(registration, invitations, remedy, environ):
    environ(REGISTRATION=registration, INVITATIONS=invitations)
    assert [error.remedy for error in read(CLASSES)[1]] == [remedy]


@pytest.mark.parametrize(
    ("registration", "invitations"),
    [("open", "yes"), ("open", "no"), ("invitation", "yes"), ("closed", "no")],
)
def test_parts_that_fit_are_accepted(registration, invitations, environ):
    environ(REGISTRATION=registration, INVITATIONS=invitations)
    assert read(CLASSES)[1] == []
