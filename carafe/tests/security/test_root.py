"""The site under a path of a host: `APPLICATION_ROOT`."""

import re
from html import unescape
from pathlib import Path

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from carafe.testing.accounts import PASSWORD
from carafe.testing.apps import PRODUCTION, SecureBrowser, another_app
from carafe.testing.clock import later
from carafe.testing.http import Browser
from carafe.testing.mailbox import Mailbox

pytestmark = pytest.mark.any_database

ROOT = "/carafe"
# Attributes that a browser follows or loads.
LEADING = re.compile(r'\b(?:href|src|action|formaction|hx-get|hx-post|data-passkey)="(/[^"]*)"')
VISITORS = [
    *("/", "/auth/login", "/auth/register", "/auth/reset", "/auth/confirm", "/auth/magic-link"),
    *("/nowhere", "/auth/reset/x"),
]


@pytest.fixture(scope="module")
def below(application):
    """The app under a path."""
    settings = {"APPLICATION_ROOT": ROOT, "PUBLIC_URL": "http://localhost", "MAGIC_LINK": True}
    with another_app(application, **settings) as made:
        yield made


class Reader(Browser):
    """A browser for complete paths: Flask's client would prepend APPLICATION_ROOT to each."""

    def get(self, path, **options):
        return super().get(path, **{"base_url": "http://localhost"} | options)

    def post(self, path, data=None, **options):
        return super().post(path, data, **{"base_url": "http://localhost"} | options)


@pytest.fixture
def visitor(app, below):
    return Reader(below.test_client())


def enter(below, user):
    browser = Reader(below.test_client())
    fields = {"email": user.email, "password": PASSWORD}
    assert browser.submit(f"{ROOT}/auth/login", fields).status_code == 303
    return browser


def links(page):
    return {unescape(link) for link in LEADING.findall(page)}


@pytest.mark.parametrize("path", VISITORS)
def test_its_pages_lead_nowhere_else(path, visitor):
    page = visitor.get(f"{ROOT}{path}").text
    assert len(links(page)) > 3
    assert [link for link in links(page) if not f"{link}/".startswith(f"{ROOT}/")] == []


def test_it_leads_to_log_in_and_back(visitor, alice):
    response = visitor.get(f"{ROOT}/things/?q=x")
    assert response.location == f"{ROOT}/auth/login?next={ROOT}/things/?q%3Dx"
    fields = {"email": alice.email, "password": PASSWORD}
    form = visitor.form(visitor.get(response.location), response.location, response.location)
    assert visitor.send(form, fields).location == f"{ROOT}/things/?q=x"
    logout = visitor.submit(f"{ROOT}/members", action=f"{ROOT}/auth/logout")
    assert logout.location == f"{ROOT}/"
    # The browser's storage also belongs to the other sites on this host.
    assert logout.headers["Clear-Site-Data"] == '"cache"'


@pytest.mark.parametrize(
    "next", ["/other/page", "/carafes", "/", "//evil.example", "/carafe/../x", "/carafe/%2E./x"]
)
def test_it_leads_to_no_other_site_on_the_host(next, visitor, alice):
    page = f"{ROOT}/auth/login?next={next}"
    answer = visitor.submit(page, {"email": alice.email, "password": PASSWORD})
    assert answer.location == f"{ROOT}/dashboard"


def test_a_form_continues_after_a_proof(below, carol, alice):
    browser = enter(below, carol)
    later(below, minutes=11)
    page = f"{ROOT}/account/email"
    token = browser.get(f"{ROOT}/members").text.split('csrf-token" content="')[1]
    fields = {"csrf_token": token.split('"')[0], "email": "carol@new.example.com"}
    answer = browser.post(page, fields)
    assert answer.location.startswith(f"{ROOT}/auth/reauthenticate?next={ROOT}/auth/")
    proved = browser.submit(answer.location, {"password": PASSWORD})
    assert proved.location.startswith(f"{ROOT}/auth/")
    sent = browser.submit(proved.location, action=page)
    assert (sent.status_code, sent.location) == (303, page)


def test_mails_lead_there(app, below, visitor, alice):
    visitor.submit(f"{ROOT}/auth/reset", {"email": alice.email})
    [mail] = Mailbox(Path(below.instance_path) / "mail", below).to(alice.email)
    url, site = re.findall(r"http://\S+", str(mail.get_body(("plain",))))
    assert url.startswith(f"http://localhost{ROOT}/auth/reset/")
    assert site == f"http://localhost{ROOT}/"
    assert visitor.get(url.removeprefix("http://localhost")).status_code == 200


@pytest.mark.parametrize("path", [f"{ROOT}/auth/login", "/auth/login"])
@pytest.mark.parametrize("mount", ["", ROOT])
def test_a_proxy_or_server_may_take_the_path_off(path, mount, app, below):
    environ = EnvironBuilder(path.removeprefix(ROOT) if mount else path).get_environ()
    body, status, _ = run_wsgi_app(below.wsgi_app, environ | {"SCRIPT_NAME": mount}, buffered=True)
    assert status == "200 OK"
    assert f'href="{ROOT}/auth/register"' in b"".join(body).decode()


def test_a_header_does_not_move_it(visitor):
    headers = {"X-Forwarded-Prefix": "/evil", "X-Script-Name": "/evil"}
    assert "/evil" not in visitor.get(f"{ROOT}/auth/login", headers=headers).text


def test_load_balancers_need_not_know_the_path(visitor):
    for path in ("/livez", "/readyz", f"{ROOT}/livez"):
        assert visitor.get(path).status_code == 200


def test_its_cookies_are_not_sent_to_others(app, alice):
    settings = PRODUCTION | {"APPLICATION_ROOT": ROOT}
    with another_app(app, **settings) as made:
        browser = SecureBrowser(made.test_client())
        fields = {"email": alice.email, "password": PASSWORD}
        cookies = browser.submit(f"{ROOT}/auth/login", fields).headers.getlist("Set-Cookie")
        assert sorted(cookie.partition("=")[0] for cookie in cookies) == [
            "__Secure-device", "__Secure-session",
        ]  # fmt: skip
        for cookie in cookies:
            assert f"; Path={ROOT};" in f"{cookie};"
            assert "Secure" in cookie.split("; ")
        assert browser.get(f"{ROOT}/members").status_code == 200


def test_a_server_that_puts_it_somewhere_is_told_of_the_setting(app):
    environ = EnvironBuilder("/auth/login").get_environ() | {"SCRIPT_NAME": ROOT}
    with pytest.raises(RuntimeError, match=f"set APPLICATION_ROOT={ROOT}"):
        run_wsgi_app(app.wsgi_app, environ)
