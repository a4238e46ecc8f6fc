"""What `flask check` finds in the settings of mail."""

import pytest

from carafe.mail.checks import not_delivered, unroutable_sender, wrong_port
from carafe.testing.checks import findings

pytestmark = pytest.mark.any_database


def test_it_finds_where_mail_goes_and_who_sends_it(app):
    result = findings(app, MAIL_URL=None, MAIL_FROM="Carafe <carafe@localhost>")
    assert set(result) == {"mail.url", "mail.sender"}
    assert {finding["level"] for finding in result.values()} == {"warning"}
    assert "folder" in result["mail.url"]["message"]
    assert "carafe@localhost" in result["mail.sender"]["message"]


def test_it_finds_a_port_and_shows_no_password(app):
    result = findings(app, MAIL_URL="smtp://carafe:hunter2@mail.example.org:465")
    assert list(result) == ["mail.port"]
    assert result["mail.port"]["level"] == "warning"
    assert "465" in result["mail.port"]["message"]
    assert "hunter2" not in str(result)


@pytest.mark.parametrize(
    ("check", "name", "value", "problem"),
    [
        (not_delivered, "MAIL_URL", "file:", "folder"),
        (not_delivered, "MAIL_URL", "console:", "log"),
        (wrong_port, "MAIL_URL", "smtps://mail.example.org:587", "587"),
        (wrong_port, "MAIL_URL", "smtps://mail.example.org:465", None),
        (wrong_port, "MAIL_URL", "smtps://mail.example.org", None),
        (wrong_port, "MAIL_URL", "smtp://mail.example.org:2525", None),
        (wrong_port, "MAIL_URL", "smtp://127.0.0.1:25", None),
        (unroutable_sender, "MAIL_FROM", "carafe@intranet", "carafe@intranet"),
        (unroutable_sender, "MAIL_FROM", "carafe@mail.example.org", None),
    ],
)
def test_it_judges_each_setting(check, name, value, problem, application, monkeypatch):
    monkeypatch.setitem(application.config, name, value)
    with application.app_context():
        message = check()
    assert problem in message if problem else message is None
