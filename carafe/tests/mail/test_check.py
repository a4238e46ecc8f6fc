"""What `flask check` finds in the settings of mail."""

import pytest

from carafe.testing.checks import findings


@pytest.mark.parametrize(
    ("id", "change", "named"),
    [
        ("mail.url", {"MAIL_URL": None}, "folder"),
        ("mail.url", {"MAIL_URL": "file:"}, "folder"),
        ("mail.url", {"MAIL_URL": "console:"}, "log"),
        ("mail.port", {"MAIL_URL": "smtp://mail.example.org:465"}, "465"),
        ("mail.port", {"MAIL_URL": "smtps://mail.example.org:587"}, "587"),
        ("mail.sender", {"MAIL_FROM": "Carafe <carafe@localhost>"}, "carafe@localhost"),
        ("mail.sender", {"MAIL_FROM": "carafe@intranet"}, "carafe@intranet"),
    ],
)
def test_it_finds_a_setting(id, change, named, app):
    result = findings(app, **change)
    assert list(result) == [id]
    assert result[id]["level"] == "warning"
    assert named in result[id]["message"]


@pytest.mark.parametrize(
    "change",
    [
        {"MAIL_URL": "smtps://mail.example.org:465"},
        {"MAIL_URL": "smtps://mail.example.org"},
        {"MAIL_URL": "smtp://mail.example.org:2525"},
        {"MAIL_URL": "smtp://127.0.0.1:25"},
        {"MAIL_FROM": "carafe@mail.example.org"},
    ],
)
def test_it_lets_good_settings_be(change, app):
    assert findings(app, **change) == {}


def test_it_shows_no_password(app):
    url = "smtp://carafe:hunter2@mail.example.org:465"
    assert "hunter2" not in str(findings(app, MAIL_URL=url))
