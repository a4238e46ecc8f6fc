"""What goes over the wire: ASCII in short lines, whatever is in the email and the server offers."""

import re
from email import message_from_bytes, policy

import pytest

from carafe.config import sender as read_sender
from carafe.database import db
from carafe.jobs import Job
from carafe.jobs.worker import run_due
from carafe.mail.outbox import compose
from carafe.tests.mail.sink import Sink

pytestmark = pytest.mark.any_database

BOTH = ["8BITMIME", "SMTPUTF8"]
HEADERS = {
    *("Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted"),
    *("MIME-Version", "Content-Type"),
}
# What Carafe's own emails have never had in a subject, and an owner's may.
SUBJECT = "carafe.mail.outbox.render_template"


def sent(sink):
    return [message_from_bytes(mail, policy=policy.default) for mail in sink.raw]


@pytest.fixture
def deliver(mailing, post, monkeypatch):
    """Sends one mail to a server, and returns it as its reader sees it."""

    def send(sink, sender="Carafe <carafe@example.org>", **fields):
        app = mailing(f"smtp://127.0.0.1:{sink.port}")
        monkeypatch.setitem(app.config, "MAIL_FROM", read_sender(sender))
        with app.app_context():
            post(**fields)
        run_due(app)
        return sent(sink)[-1]

    return send


def assert_plain(source: bytes) -> None:
    assert source.isascii()
    lines = source.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert not re.search(rb"[\r\n\0]", b"".join(lines))
    head = source.split(b"\r\n\r\n")[0]
    for word in re.findall(rb"=\?[^ ]*?\?=", head):
        assert len(word) <= 75  # RFC 2047, 2


SENDERS = [
    ("Café <carafe@example.org>", "Café", "carafe@example.org"),
    ("Müller, Jörg <c@example.org>", "Müller, Jörg", "c@example.org"),
    ("Smith, Ann (QA) <c@example.org>", "Smith, Ann (QA)", "c@example.org"),
    ('A "B" \\ C. <c@example.org>', 'A "B" \\ C.', "c@example.org"),
    ("カラフェ 😀 <c@カラフェ.example>", "カラフェ 😀", "c@xn--hckh0k5c.example"),
    ("=?utf-8?q?a=0d=0aBcc:_e@x.example?= <c@example.org>", None, "c@example.org"),
    ("carafe@localhost", "", "carafe@localhost"),
]


@pytest.mark.parametrize("offers", [[], ["8BITMIME"], BOTH], ids=str)
def test_a_name_of_the_sender_arrives(offers, deliver):
    with Sink(offers=offers) as sink:
        for sender, name, address in SENDERS:
            mail = deliver(sink, sender)
            assert_plain(sink.raw[-1])
            [mailbox] = mail["From"].addresses
            assert mailbox.addr_spec == address
            assert name is None or mailbox.display_name == name
            assert mail["Bcc"] is None
            line = [line for line in sink.commands if line.startswith("MAIL")][-1]
            assert f"FROM:<{address}>" in line
    assert len(sink.raw) == len(SENDERS)


@pytest.mark.parametrize("offers", [[], ["8BITMIME"], BOTH], ids=str)
def test_the_text_arrives(offers, deliver):
    names = [
        *("Söhne & Töchter", "日本語" * 300, "x" * 3000, "😀" * 70),
        *(".\r\nQUIT\r\n", "a\u2028b\x0bc\x85d", "."),
    ]
    with Sink(offers=offers) as sink:
        for name in names:
            mail = deliver(sink, name=name)
            assert_plain(sink.raw[-1])
            for kind in ("plain", "html"):
                part = mail.get_body((kind,))
                assert part["Content-Transfer-Encoding"] in ("7bit", "quoted-printable", "base64")
            text = mail.get_body(("plain",)).get_content()
            assert name.split("\r")[0] in text.replace("\r\n", "\n")
            assert text.rstrip().splitlines()[-1]
    assert len(sink.raw) == len(names)


SUBJECTS = {
    "Grüße 😀 " * 30: None,
    "plain " * 40: None,
    "x" * 2000: None,
    "=?utf-8?q?a=0d=0aBcc:_e@x.example?=": None,
    "=?utf-8?b?DQpCY2M6IGVAeC5leGFtcGxl?= x": None,
    "a\r\nBcc: e@x.example": "a Bcc: e@x.example",
    "a\nb\x0bc\x85d\u2028e\0f": "a b c d e f",
}


def test_a_subject_arrives_and_adds_no_header(deliver, monkeypatch):
    real = compose.__globals__["render_template"]
    subjects = iter(SUBJECTS)

    def render(name, **context):
        return next(subjects) if name.endswith("subject.txt") else real(name, **context)

    monkeypatch.setattr(SUBJECT, render)
    with Sink() as sink:
        for subject, arrives in SUBJECTS.items():
            mail = deliver(sink)
            assert_plain(sink.raw[-1])
            assert mail["Subject"] == (arrives or subject.strip())
            assert set(mail.keys()) == HEADERS
    assert len(sink.raw) == len(SUBJECTS)


@pytest.mark.parametrize("offers", [[], BOTH], ids=str)
def test_a_domain_is_sent_in_ascii(offers, deliver):
    with Sink(offers=offers) as sink:
        mail = deliver(sink, to="ann@straße.example")
    assert mail["To"] == "ann@xn--strae-oqa.example"  # IDNA 2008; that of 2003 has strasse.example
    assert any("TO:<ann@xn--strae-oqa.example>" in line for line in sink.commands)


def test_an_address_beyond_ascii_is_sent_as_it_is_to_who_offers_that(deliver):
    with Sink(offers=BOTH) as sink:
        mail = deliver(sink, to="jörg@exämple.com")
    assert mail["To"] == "jörg@xn--exmple-cua.com"
    assert any(" SMTPUTF8" in line for line in sink.commands)


@pytest.mark.parametrize("offers", [[], ["8BITMIME"]], ids=str)
def test_an_address_beyond_ascii_fails_alone_where_that_is_not_offered(offers, mailing, post):
    with Sink(offers=offers) as sink:
        app = mailing(f"smtp://127.0.0.1:{sink.port}")
        with app.app_context():
            post(to="jörg@example.com")
            post()
        run_due(app)
    [mail] = sent(sink)
    assert mail["To"] == "ann@example.com"
    with app.app_context():
        [job] = db.session.scalars(db.select(Job))
    assert job.state == "failed"
    assert job.error.startswith("Can't send the email to jörg@example.com")
    assert "SMTPUTF8" in job.error


def test_what_is_no_address_fails_alone(mailing, post):
    addresses = [
        *("ann", "a n@x.example", "<ann@example.com>", "@example.com", "ann@é..example"),
        "ann@example.com\r\nRCPT TO:<eve@x.example>",
    ]
    with Sink() as sink:
        app = mailing(f"smtp://127.0.0.1:{sink.port}")
        with app.app_context():
            for to in addresses:
                post(to=to)
            post()
        run_due(app)
    assert [mail["To"] for mail in sent(sink)] == ["ann@example.com"]
    assert not any("eve" in line for line in sink.commands)
    with app.app_context():
        states = db.session.scalars(db.select(Job.state)).all()
    assert states == ["failed"] * len(addresses)


def test_a_mail_is_as_large_as_the_server_takes(mailing, post):
    offers = {
        "SIZE 100000": True,
        "SIZE": True,
        "SIZE 0": True,
        "SIZE x": True,
        "SIZE 300": False,
    }
    for offer, arrives in offers.items():
        with Sink(offers=[offer]) as sink:
            app = mailing(f"smtp://127.0.0.1:{sink.port}")
            with app.app_context():
                post()
            run_due(app)
        assert bool(sink.raw) == arrives, offer
        assert sink.count("MAIL") == arrives, offer
        if arrives:
            [line] = [line for line in sink.commands if line.startswith("MAIL")]
            assert line.upper().endswith(f" SIZE={len(sink.raw[0])}"), offer


def test_a_server_that_knows_no_ehlo_will_do(deliver):
    with Sink(knows_ehlo=False) as sink:
        deliver(sink, "Café <carafe@example.org>")
    assert sink.count("HELO") == 1
    assert_plain(sink.raw[0])


def test_it_greets_by_the_name_of_the_site(mailing, post, monkeypatch):
    names = {
        "https://carafe.example": "carafe.example",
        "http://127.0.0.1:5000": "[127.0.0.1]",
        "http://[::1]:5000": "[IPv6:::1]",
    }
    with Sink() as sink:
        for url, name in names.items():
            monkeypatch.setitem(mailing("file:").config, "PUBLIC_URL", url)
            app = mailing(f"smtp://127.0.0.1:{sink.port}")
            with app.app_context():
                post()
            run_due(app)
            ehlo = [line for line in sink.commands if line.startswith("EHLO")][-1]
            assert ehlo.upper() == f"EHLO {name}".upper()
