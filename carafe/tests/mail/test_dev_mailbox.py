"""The mailbox of development."""

import re
from types import SimpleNamespace
from typing import Any

import pytest

from carafe import mail
from carafe.database import db
from carafe.jobs.worker import run_due
from carafe.testing.apps import another_app
from carafe.testing.http import Browser

pytestmark = pytest.mark.any_database


@pytest.fixture
def receive(app, development, developer):
    """Sends an email to a new address, and returns its path in the mailbox."""

    def send(greeting="Hello Ann,"):
        user = SimpleNamespace(greeting=greeting)
        with development.app_context():
            mail.send("new@example.com", "auth/emails/confirm", user=user, url="http://localhost/x")
            db.session.commit()
        return newest(development, developer)

    return send


def newest(app, browser):
    """Deliver what is queued, and return the path of the last mail."""
    run_due(app)
    return re.findall(r'href="(/dev/mail/[^"/]+)"', browser.get("/dev/mail").text)[0]


def test_it_says_when_it_is_empty(developer):
    assert "No emails yet" in developer.get("/dev/mail").text
    assert developer.get("/dev/mail/").location.endswith("/dev/mail")


def test_it_lists_what_was_sent(receive, developer):
    receive()
    page = developer.get("/dev/mail").text
    assert "Confirm your email address" in page
    assert "new@example.com" in page


def test_it_shows_a_mail_as_text_html_and_source(receive, developer):
    path = receive()
    page = developer.get(path)
    assert page.status_code == 200
    assert "Please confirm your email address" in page.text
    assert "Auto-Submitted: auto-generated" in page.text
    assert f'src="{path}/html"' in page.text
    [policy] = page.headers.getlist("Content-Security-Policy")
    assert "frame-src 'self'" in policy


def test_its_links_work_in_the_text_and_in_the_html(development, developer):
    fields = {"email": "new@example.com", "password": "a long enough secret"}
    assert developer.submit("/auth/register", fields).status_code == 303
    path = newest(development, developer)
    for source in (path, f"{path}/html"):
        links = re.findall(
            r'href="http://[^"/]+(/auth/confirm/[\w-]+)"', developer.get(source).text
        )
        assert links
        assert developer.get(links[0]).status_code == 200
    assert developer.submit(links[0]).status_code == 303


def test_the_html_of_a_mail_runs_nothing(receive, developer):
    page = developer.get(receive("<script>alert(1)</script>") + "/html")
    [policy] = page.headers.getlist("Content-Security-Policy")
    assert policy.startswith("default-src 'none'")
    assert "script" not in policy
    assert "<script" not in page.text


def test_the_text_of_a_mail_is_text(receive, developer):
    page = developer.get(receive('<b>x</b> http://x"onclick=y')).text
    assert "<b>x</b>" not in page
    assert '"onclick' not in page


def test_it_has_nothing_else(developer, receive):
    receive()
    ids = ["x", "..", "%2e%2e", "..%2fapp.db", "20260101T000000000000-abcd", "%00", "a" * 5_000]
    for id in ids:
        for suffix in ("", "/html"):
            answer = developer.get(f"/dev/mail/{id}{suffix}", follow_redirects=True)
            assert answer.status_code == 404 or answer.request.path == "/dev/mail", id


FROM_ELSEWHERE: dict[str, dict[str, Any]] = {
    "from another machine": {"environ_overrides": {"REMOTE_ADDR": "192.0.2.7"}},
    "by another name": {"base_url": "http://laptop.example"},
}


def test_it_is_for_this_machine_alone(app, receive):
    paths = ["/dev/mail", path := receive(), f"{path}/html"]
    paths += ["/dev/previews", "/dev/previews/auth.reset", "/dev/previews/auth.reset/html"]
    hosts = ["localhost", "laptop.example"]
    with another_app(app, APP_ENV="development", LOG_LEVEL="ERROR", TRUSTED_HOSTS=hosts) as made:
        opened = Browser(made.test_client())
        assert 'href="/dev/' in opened.get("/").text
        for path in paths:
            assert opened.get(path).status_code == 200, path
        for name, options in FROM_ELSEWHERE.items():
            page = opened.get("/", **options)
            assert (page.status_code, 'href="/dev/' in page.text) == (200, False), name
            for path in paths:
                assert opened.get(path, **options).status_code == 403, (name, path)


def test_it_is_there_in_development_alone(visitor):
    for path in ("/dev/mail", "/dev/mail/x", "/dev/mail/x/html", "/dev/previews"):
        assert visitor.get(path).status_code == 404
