"""What becomes of an email, by what the server says to which command: docs/deployment.md has it."""

import pytest
from sqlalchemy import select

from carafe.database import db
from carafe.jobs import Job
from carafe.jobs.pauses import QueuePause
from carafe.jobs.worker import run_due
from carafe.testing.database import empty_tables
from carafe.tests.mail.sink import CERTIFICATE, DROP, END, GREETING, HANG, Sink

pytestmark = pytest.mark.any_database

# The queue waits for the server, the email is tried again, the email fails, the email is sent.
PAUSED, AGAIN, FAILED, SENT = "paused", "sent at the second attempt", "failed", "sent"
# Reaches this very machine, and is not its loopback address: as any other host, it must encrypt.
ELSEWHERE = "0.0.0.0"


def outcome(app, sink) -> str:
    with app.app_context():
        jobs = list(db.session.scalars(select(Job)))
        pauses = list(db.session.scalars(select(QueuePause)))
    if pauses:
        assert [(job.state, job.failures) for job in jobs] == [("queued", 0)]
        assert sink.mails == []
        return PAUSED
    if jobs:
        assert [(job.state, sink.mails) for job in jobs] == [("failed", [])]
        return FAILED
    return SENT if sink.count("MAIL") == 1 else AGAIN


REPLIES: dict[str, dict[str, list[str]]] = {
    GREETING: {
        PAUSED: ["421 busy", "450 later", "554 go away", "HTTP/1.1 400 No", HANG, DROP],
    },
    "EHLO": {
        PAUSED: ["421 busy", HANG, DROP],
        SENT: ["502 what is that"],
    },
    "AUTH": {
        PAUSED: [
            "421 busy",
            "450 later",
            "454 4.7.0 try again",
            "504 unknown",
            "530 5.7.0 no TLS",
            "534 5.7.9 too weak",
            "535 5.7.8 wrong",
            "538 5.7.11 no TLS",
            "550 no",
            HANG,
            DROP,
        ],
    },
    "MAIL": {
        PAUSED: ["421 busy", "501 syntax", "530 log in", "550 5.7.1 not yours", "553 no"],
        AGAIN: ["450 later", "451 later", "452 full", HANG, DROP],
        FAILED: ["552 5.3.4 too large"],
    },
    "RCPT": {
        PAUSED: [
            "421 4.7.0 too many mails",
            "530 5.7.0 Authentication required",
            "550 relay not permitted",
            "550 5.7.1 Unable to relay",
            "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain",
            "550 5.1.8 Sender address rejected: Domain not found",
            "553 5.7.1 <a@b.example>: Sender address rejected: not owned by user x",
            "554 5.7.1 <a@b.example>: Relay access denied",
            "554 5.7.1 <unknown[192.0.2.1]>: Client host rejected: Access denied",
        ],
        AGAIN: [
            "450 4.2.0 greylisted",
            "451 4.7.1 greylisted",
            "452 4.2.2 full",
            HANG,
            DROP,
            "450-first line\n450 last line",
        ],
        FAILED: [
            "550 5.1.1 nobody here",
            "550 5.1.1 User unknown in relay recipient table",
            "551 elsewhere",
            "552 5.2.2 full for good",
            "553 5.1.3 no such syntax",
            "554 5.7.1 Recipient address rejected: blocked",
            "550-first line\n550 last line",
        ],
        SENT: ["251 forwarded", "252 perhaps"],
    },
    "DATA": {
        PAUSED: ["421 busy"],
        AGAIN: ["451 later", HANG, DROP],
        FAILED: ["554 no"],
    },
    END: {
        PAUSED: [
            "421 busy",
            "550 The from address does not match a verified Sender Identity.",
            "554 Message rejected: Email address is not verified.",
            "550 5.7.60 SMTP; Client does not have permissions to send as this sender",
        ],
        AGAIN: ["451 later", "452 4.3.1 full", HANG, DROP],
        FAILED: ["552 too large", "554 5.7.1 spam", "550 no"],
    },
    "QUIT": {
        SENT: ["421 busy", "451 no", "554 no", "?", HANG, DROP],
    },
}


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("command", REPLIES)
def test_a_refusal_is_of_the_mail_or_of_the_server(command, app, mailing, post):
    credentials = "ann:secret@" if command == "AUTH" else ""
    for expected, replies in REPLIES[command].items():
        for reply in replies:
            with Sink(replies=[reply], command=command, auth="PLAIN") as sink:
                sender = mailing(f"smtp://{credentials}127.0.0.1:{sink.port}")
                with sender.app_context():
                    post()
                run_due(sender)
                assert outcome(sender, sink) == expected, reply
            assert len(sink.mails) == (expected in (SENT, AGAIN)), reply
            with app.app_context():
                empty_tables()


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("reply", ["421 busy", "454 4.7.0 no certificate", "502 no", HANG, DROP])
def test_a_server_that_does_not_encrypt_after_all_gets_nothing(reply, mailing, post, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with Sink(replies=[reply], command="STARTTLS", starttls=True) as sink:
        app = mailing(f"smtp://ann:secret@{ELSEWHERE}:{sink.port}")
        with app.app_context():
            post()
        run_due(app)
        assert outcome(app, sink) == PAUSED
    assert {line.split()[0] for line in sink.commands} <= {"EHLO", "STARTTLS", "QUIT"}
