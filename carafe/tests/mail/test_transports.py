"""Mail into a folder and onto the console."""

import stat

import pytest

from carafe.jobs.worker import run_due
from carafe.testing.mailbox import Mailbox

pytestmark = pytest.mark.any_database


def test_a_folder_keeps_each_mail_as_a_file(app, mailing, post, tmp_path):
    folder = tmp_path / "out"
    made = mailing(f"file:{folder}")
    with made.app_context():
        post()
        post("bob@example.com")
    assert len(Mailbox(folder, made).to("ann@example.com")) == 1
    assert len(list(folder.iterdir())) == 2
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_console_shows_it(mailing, post, capsys):
    app = mailing("console:")
    with app.app_context():
        post()
    run_due(app)
    output = capsys.readouterr().out
    assert "To: ann@example.com" in output
    assert "http://localhost/x" in output
