"""What an email says, no matter who it is to."""

import pytest

from carafe.database import db
from carafe.tests.site.models import User

pytestmark = pytest.mark.any_database


@pytest.fixture
def mailed(app, mailbox, alice):
    """The email to reset a password, to a user with some name."""

    def send(name):
        with app.test_request_context(method="POST"):
            user = db.session.get_one(User, alice.id)
            user.name = name
            user.send_reset()
            db.session.commit()
        return mailbox.to(alice.email)[-1]

    return send


def test_it_has_a_text_and_an_html_part_with_the_same_link(mailed, mailbox):
    mail = mailed("Alice")
    text = mail.get_body(("plain",)).get_content()
    html = mail.get_body(("html",)).get_content()
    [url] = [word for word in text.split() if word.startswith("http://localhost/auth/reset/")]
    assert f'href="{url}"' in html
    assert "Hi Alice," in text
    assert "Hi Alice," in html


def test_it_is_marked_as_written_by_a_program(app, mailed):
    mail = mailed("Alice")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["From"] == app.config["MAIL_FROM"]
    assert mail["Message-ID"].endswith("@localhost>")
    assert mail["Date"].datetime is not None


@pytest.mark.parametrize(
    "name",
    [
        "Erin\r\nBcc: eve@example.com",
        "Erin\nSubject: x\n\nx",
        "\r\n\r\n.\r\nQUIT",
        "Erin\x0bBcc: x",
    ],
)
def test_a_name_cannot_add_a_header(name, mailed):
    plain, odd = mailed("Alice"), mailed(name)
    assert odd.keys() == plain.keys()
    assert odd["To"] == plain["To"]
    assert odd["Subject"] == plain["Subject"]


def test_a_name_is_text_in_html(mailed):
    html = mailed("<a href='http://evil.example'>Erin</a>").get_body(("html",)).get_content()
    assert "&lt;a href=&#39;http://evil.example&#39;&gt;Erin&lt;/a&gt;" in html
    assert "<a href='" not in html


def test_a_name_is_as_typed_in_text(mailed):
    text = mailed("Erin & <Söhne> 'x'").get_body(("plain",)).get_content()
    assert text.startswith("Hi Erin & <Söhne> 'x',\n")


def test_nothing_in_it_is_loaded_from_anywhere(mailed):
    html = mailed("Alice").get_body(("html",)).get_content()
    for tag in ("<img", "<script", "<link", "<iframe", "url("):
        assert tag not in html
