"""Logging in to a mail server, and what is told to whom."""

from datetime import timedelta
from urllib.parse import quote

import pytest

from carafe.database import db
from carafe.jobs.pauses import QueuePause
from carafe.jobs.worker import run_due
from carafe.tests.mail.sink import CERTIFICATE, Sink

pytestmark = pytest.mark.any_database

# Reaches this very machine, and is not its loopback address: as any other host, it must encrypt.
ELSEWHERE = "0.0.0.0"


@pytest.fixture
def deliver(mailing, post):
    """Sends an email, and returns why the queue is paused, if it is."""

    def send(url):
        app = mailing(url)
        with app.app_context():
            post()
        run_due(app)
        with app.app_context():
            pause = db.session.scalar(db.select(QueuePause))
            return f"{pause.reason} {pause.remedy}" if pause else ""

    return send


CREDENTIALS = [("ann", "secret"), ("ann@example.org", "a:b/c#d e%?"), ("jörg", "pässwörd 😀")]


@pytest.mark.parametrize("auth", ["PLAIN", "LOGIN", "CRAM-MD5"])
def test_it_logs_in(auth, deliver):
    for user, password in CREDENTIALS:
        with Sink(auth=auth, login=(user, password)) as sink:
            error = deliver(f"smtp://{quote(user)}:{quote(password, '')}@127.0.0.1:{sink.port}")
        assert error == "", user
        assert len(sink.mails) == 1, user


@pytest.mark.parametrize("auth", ["XOAUTH2 LOGIN", "login plain"])
def test_it_logs_in_by_the_first_method_that_it_knows(auth, deliver):
    with Sink(auth=auth, login=("ann", "secret")) as sink:
        assert deliver(f"smtp://ann:secret@127.0.0.1:{sink.port}") == ""
    assert len(sink.mails) == 1


@pytest.mark.parametrize("auth", ["PLAIN", "LOGIN", "CRAM-MD5", "PLAIN LOGIN CRAM-MD5"])
def test_a_wrong_password_is_tried_once(auth, deliver):
    with Sink(auth=auth, login=("ann", "secret")) as sink:
        error = deliver(f"smtp://ann:hunter2@127.0.0.1:{sink.port}")
    assert sink.count("AUTH") == 1
    assert "rejected the login: 535 5.7.8 wrong user or password" in error
    assert "MAIL_URL" in error
    assert "hunter2" not in error


def test_it_tells_no_password_that_the_server_quotes(deliver):
    replies = ["535 hunter2 is wrong: AGFubgBodW50ZXIy aHVudGVyMg=="]
    with Sink(replies=replies, command="AUTH") as sink:
        error = deliver(f"smtp://ann:hunter2@127.0.0.1:{sink.port}")
    assert "535" in error
    for secret in ("hunter2", "aHVudGVyMg", "AGFubgBodW50ZXIy"):
        assert secret not in error


@pytest.mark.parametrize("auth", ["", "XOAUTH2", "GSSAPI NTLM"])
def test_it_waits_where_no_login_is_offered_that_it_knows(auth, deliver):
    with Sink(auth=auth) as sink:
        error = deliver(f"smtp://ann:secret@127.0.0.1:{sink.port}")
    assert "offers no supported login method" in error
    assert sink.count("MAIL") == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", ELSEWHERE])
def test_it_logs_in_after_starttls_where_that_is_when_it_is_offered(host, deliver, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with Sink(starttls=True, auth_needs_tls=True, login=("ann", "secret")) as sink:
        assert deliver(f"smtp://ann:secret@{host}:{sink.port}") == ""
    assert sink.encrypted == [True]


def test_it_encrypts_to_this_machine_where_that_is_offered_whoever_signed(deliver):
    with Sink(starttls=True) as sink:
        assert deliver(f"smtp://127.0.0.1:{sink.port}") == ""
    assert sink.encrypted == [True]


@pytest.mark.parametrize(
    ("hosts", "ends", "says"),
    [
        ([ELSEWHERE], timedelta(days=-1), "expired"),
        (["mail.example.org"], timedelta(days=1), "mismatch"),
        (["192.0.2.1"], timedelta(days=1), "mismatch"),
    ],
    ids=["expired", "another host", "another address"],
)
@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_certificate_that_is_not_good_is_told(
    scheme, hosts, ends, says, certificate, deliver, monkeypatch
):
    file = certificate(*hosts, ends=ends)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with Sink(certificate=file, starttls=True, tls=scheme == "smtps") as sink:
        error = deliver(f"{scheme}://ann:secret@{ELSEWHERE}:{sink.port}")
    assert says in error
    assert "certificate" in error
    assert not {"AUTH", "MAIL"} & {line.split()[0] for line in sink.commands}


def test_a_certificate_that_nobody_vouches_for_is_told(certificate, deliver):
    with Sink(certificate=certificate(ELSEWHERE), starttls=True) as sink:
        error = deliver(f"smtp://ann:secret@{ELSEWHERE}:{sink.port}")
    assert "self-signed" in error
    assert "SSL_CERT_FILE" in error


def test_encryption_that_is_not_offered_is_told(deliver):
    with Sink() as sink:
        error = deliver(f"smtp://ann:secret@{ELSEWHERE}:{sink.port}")
    assert "doesn't offer encryption (STARTTLS)" in error
    assert {line.split()[0] for line in sink.commands} == {"EHLO", "QUIT"}


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("scheme", "tls"), [("smtps", False), ("smtp", True)], ids=["smtps to 587", "smtp to 465"]
)
def test_the_wrong_scheme_for_a_port_is_told(scheme, tls, deliver):
    with Sink(tls=tls) as sink:
        error = deliver(f"{scheme}://localhost:{sink.port}")
    assert "smtps:// is for port 465" in error


def test_a_server_that_is_not_there_is_told(deliver):
    with Sink() as sink:
        pass
    error = deliver(f"smtp://127.0.0.1:{sink.port}")
    assert f"127.0.0.1:{sink.port} isn't responding" in error


def test_a_host_that_dns_does_not_know_is_told(deliver):
    error = deliver("smtp://mail.carafe.invalid")
    assert "mail.carafe.invalid was not found" in error
