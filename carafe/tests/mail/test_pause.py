"""Mail waits while the server cannot take any, and leaves when it can."""

import logging
import threading

import pytest

from carafe.database import db
from carafe.jobs import Job
from carafe.jobs.pauses import QueuePause
from carafe.jobs.worker import JobWorker, run_due
from carafe.testing.checks import findings
from carafe.testing.waiting import until
from carafe.tests.mail.sink import Sink


@pytest.fixture
def waiting(mailing, post):
    """Three emails that wait since the server refused the password of the first."""

    def send(sink, **settings):
        app = mailing(f"smtp://ann:wrong@127.0.0.1:{sink.port}", **settings)
        with app.app_context():
            for name in "abc":
                post(to=f"{name}@example.com")
        run_due(app)
        return app

    return send


def jobs(app):
    with app.app_context():
        return list(db.session.scalars(db.select(Job)))


def test_no_mail_fails_because_of_the_server(waiting):
    with Sink(login=("ann", "right")) as sink:
        app = waiting(sink)
        assert [(job.state, job.failures) for job in jobs(app)] == [("queued", 0)] * 3
        assert run_due(app) == 0
    assert sink.mails == []


def test_they_leave_by_themselves_when_the_server_is_mended(waiting, let_probe):
    with Sink(login=("ann", "right")) as sink:
        app = waiting(sink)
        sink.login = ("ann", "wrong")
        let_probe()
        run_due(app)
    assert len(sink.mails) == 3
    assert jobs(app) == []


def test_they_leave_at_once_after_a_restart_with_right_settings(waiting, mailing):
    with Sink(login=("ann", "right")) as sink:
        waiting(sink)
        worker = JobWorker(mailing(f"smtp://ann:right@127.0.0.1:{sink.port}"), 2, ["mail"])
        thread = threading.Thread(target=worker.work)
        thread.start()
        try:
            until(lambda: len(sink.mails) == 3)
        finally:
            worker.stop()
            thread.join()


def test_a_mail_that_the_server_refuses_for_good_ends_the_pause_too(waiting, let_probe):
    with Sink(login=("ann", "right")) as sink:
        app = waiting(sink)
        sink.login, sink.replies = ("ann", "wrong"), ["550 5.1.1 nobody here"]
        let_probe()
        run_due(app)
    assert len(sink.mails) == 2
    assert [job.state for job in jobs(app)] == ["failed"]


def test_mails_to_nobody_do_not_end_the_pause(waiting, let_probe, mailing):
    from types import SimpleNamespace

    from carafe import mail

    with Sink(login=("ann", "right")) as sink:
        app = mailing(f"smtp://ann:wrong@127.0.0.1:{sink.port}")
        with app.app_context():
            user = SimpleNamespace(greeting="Hello Ann,")
            for send in (mail.send, mail.send_dummy):
                send("ann@example.com", "auth/emails/registered", user=user, reset_url="http://x/")
            db.session.commit()
        run_due(app)
        let_probe()
        run_due(app)
        with app.app_context():
            assert db.session.scalar(db.select(QueuePause)) is not None


def test_it_is_told_once(waiting, let_probe, caplog):
    with Sink(login=("ann", "right")) as sink:
        app = waiting(sink, LOG_LEVEL="WARNING")
        let_probe()
        run_due(app)
    messages = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
    assert len(messages) == 1
    assert messages[0].startswith("queue mail is paused: The mail server 127.0.0.1:")


def test_it_is_told_to_administrators(app, waiting, carol, sign_in):
    with Sink(login=("ann", "right")) as sink:
        waiting(sink)
    page = sign_in(carol).get("/admin/health/").text
    assert "Queue mail" in page
    assert "rejected the login: 535" in page
    assert "Correct the user and password in MAIL_URL." in page
    assert " critical" in page
    finding = findings(app)["jobs.paused"]
    assert finding["level"] == "warning"
    assert "rejected the login" in finding["message"]


def test_a_folder_that_cannot_be_written_loses_nothing(mailing, post, tmp_path, let_probe):
    folder = tmp_path / "out"
    folder.write_text("a file")
    app = mailing(f"file:{folder}")
    with app.app_context():
        post()
    run_due(app)
    [job] = jobs(app)
    assert (job.state, job.failures) == ("queued", 0)
    folder.unlink()
    let_probe()
    run_due(app)
    assert len(list(folder.glob("*.eml"))) == 1
