"""Mail by SMTP."""

import pytest

from carafe import mail
from carafe.database import db
from carafe.jobs import JobTimeoutError
from carafe.jobs.worker import run_due
from carafe.tests.mail.sink import CERTIFICATE, Sink

pytestmark = pytest.mark.any_database

# Reaches this very machine, and is not its loopback address: as any other host, it must encrypt.
ELSEWHERE = "0.0.0.0"


def deliver(app, post, **fields):
    with app.app_context():
        post(**fields)
    run_due(app)


@pytest.fixture
def trusted(monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_it_delivers_to_this_machine_in_the_clear(host, mailing, post):
    with Sink() as sink:
        deliver(mailing(f"smtp://{host}:{sink.port}"), post)
    assert sink.encrypted == [False]
    assert "Subject: You already have an account" in sink.mails[0]
    assert "rcpt to:<ann@example.com>" in [line.lower() for line in sink.commands]


@pytest.mark.usefixtures("trusted")
def test_it_encrypts_to_everyone_else(mailing, post):
    with Sink(starttls=True) as sink:
        deliver(mailing(f"smtp://ann:s%40cret@{ELSEWHERE}:{sink.port}"), post)
    assert sink.encrypted == [True]
    i = sink.commands.index("STARTTLS")
    before, after = sink.commands[:i], sink.commands[i:]
    assert not [line for line in before if line.startswith("AUTH")]
    assert [line for line in after if line.startswith("AUTH PLAIN AGFubgBzQGNyZXQ=")]


@pytest.mark.usefixtures("trusted")
def test_it_encrypts_from_the_first_byte_when_told(mailing, post):
    with Sink(tls=True) as sink:
        deliver(mailing(f"smtps://localhost:{sink.port}"), post)
    assert sink.encrypted == [True]


@pytest.mark.parametrize(
    ("url", "options"),
    [
        (f"smtp://ann:secret@{ELSEWHERE}", {"starttls": True}),
        ("smtps://ann:secret@localhost", {"tls": True}),
        (f"smtps://ann:secret@{ELSEWHERE}", {"tls": True}),
    ],
)
def test_it_tells_nothing_to_a_certificate_that_nobody_vouches_for(url, options, mailing, post):
    with Sink(**options) as sink:
        deliver(mailing(f"{url}:{sink.port}"), post)
    assert sink.mails == []
    assert {line.split()[0] for line in sink.commands} <= {"EHLO", "STARTTLS"}


@pytest.mark.usefixtures("trusted")
def test_it_tells_nothing_to_the_certificate_of_another_host(mailing, post):
    with Sink(starttls=True) as sink:
        deliver(mailing(f"smtp://127.1:{sink.port}"), post)
    assert sink.mails == []


def test_it_tells_nothing_to_a_server_that_does_not_encrypt(mailing, post):
    with Sink() as sink:
        deliver(mailing(f"smtp://ann:secret@{ELSEWHERE}:{sink.port}"), post)
    assert sink.mails == []
    assert not [line for line in sink.commands if line.startswith(("AUTH", "MAIL"))]


@pytest.mark.parametrize(
    ("command", "replies", "attempts", "mails"),
    [
        ("MAIL", ["451 later", "452 full"], 3, 1),
        ("DATA", ["451 later", "452 full"], 3, 1),
        ("RCPT", ["450 busy"] * 20, 13, 0),
        ("MAIL", ["450 busy", "535 no"], 2, 0),
        ("RCPT", ["450 busy", "535 no"], 2, 0),
        ("DATA", ["450 busy", "535 no"], 2, 0),
    ],
)
def test_it_tries_again_when_that_may_help(command, replies, attempts, mails, mailing, post):
    with Sink(replies=replies, command=command) as sink:
        deliver(mailing(f"smtp://ann:secret@127.0.0.1:{sink.port}"), post)
    assert sink.count(command) == attempts
    assert len(sink.mails) == mails


def test_it_is_tried_again_when_the_server_takes_too_long(app, mailing, post, monkeypatch):
    slow = mailing("smtp://127.0.0.1:1")
    calls = iter([JobTimeoutError(), None])

    def deliver_slowly(message):
        if error := next(calls):
            raise error

    monkeypatch.setattr(slow.extensions["mail_transport"], "deliver", deliver_slowly)
    deliver(slow, post)
    assert next(calls, "both") == "both"


def test_it_goes_on_with_the_next_after_a_failure(mailing, post):
    with Sink(replies=["550 nobody here"]) as sink:
        app = mailing(f"smtp://127.0.0.1:{sink.port}")
        deliver(app, post)
        deliver(app, post, to="bob@example.com")
    assert len(sink.mails) == 1
    assert "To: bob@example.com" in sink.mails[0]


def test_it_does_not_let_one_that_must_wait_hold_up_the_others(mailing, post):
    with Sink(replies=["450 busy"]) as sink:
        app = mailing(f"smtp://127.0.0.1:{sink.port}")
        with app.app_context():
            post()
            post(to="bob@example.com")
        run_due(app)
    assert ["To: bob@example.com" in mail for mail in sink.mails] == [True, False]


def test_it_does_not_hold_up_or_break_the_answer(mailing, alice):
    """Nobody listens at that port anymore."""
    from carafe.testing.http import Browser

    with Sink() as sink:
        pass
    app = mailing(f"smtp://127.0.0.1:{sink.port}")
    browser = Browser(app.test_client())
    assert browser.submit("/auth/reset", {"email": alice.email}).status_code == 303
    run_due(app)


@pytest.mark.parametrize("email", ["ü@example.com", "ann@exämple.com"])
def test_it_survives_addresses_that_the_server_cannot_take(email, mailing, post):
    with Sink() as sink:
        app = mailing(f"smtp://127.0.0.1:{sink.port}")
        deliver(app, post, to=email)
        deliver(app, post)
    assert "To: ann@example.com" in sink.mails[-1]


def test_it_is_said_what_failed_without_the_text(mailing, caplog):
    with Sink(replies=["550 nobody here"]) as sink:
        app = mailing(f"smtp://127.0.0.1:{sink.port}", LOG_LEVEL="ERROR")
        with app.app_context():
            mail.send("ann@example.com", "auth/emails/reset", url="http://localhost/SECRET-TOKEN",
                      user={"display_name": "Ann"})  # fmt: skip
            db.session.commit()
        run_due(app)
    assert "Can't send the email to ann@example.com" in caplog.text
    assert "SECRET-TOKEN" not in caplog.text
