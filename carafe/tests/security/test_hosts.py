"""Which hosts the site answers for, and which it names."""

from pathlib import Path

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from carafe.testing.apps import PRODUCTION, SITE, SecureBrowser, another_app
from carafe.testing.http import Browser
from carafe.testing.mailbox import Mailbox

pytestmark = pytest.mark.any_database

FORGED = [
    *("evil.example", "example.org.evil.example", "evilexample.org", "127.0.0.1", "x y", "a@b"),
    *("example.org..", ".example.org", "example.org:x", "example.org:0", "example.org,example.org"),
    *("", ":443", "[::1]", "example.org/", "example.org@evil.example", r"example.org\@evil"),
]


@pytest.mark.parametrize("host", FORGED)
@pytest.mark.parametrize("path", ["/", "/auth/login", "/members", "/nowhere"])
def test_it_refuses_others_with_a_page(host, path, secure):
    answer = secure.get(path, headers={"Host": host})
    assert answer.status_code == 400
    assert answer.mimetype == "text/html"
    assert answer.headers["X-Request-ID"] in answer.text
    assert "Set-Cookie" not in answer.headers


def test_it_refuses_others_to_programs(secure):
    headers = {"Host": "evil.example", "Accept": "application/json"}
    answer = secure.get("/", headers=headers)
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")


def test_it_refuses_others_the_sending_of_forms(alice, secure):
    form = secure.fill("/auth/reset")
    answer = secure.send(form, {"email": alice.email}, headers={"Host": "evil.example"})
    assert answer.status_code == 400


@pytest.mark.parametrize("path", ["/", "/dev/mail", "/dev/previews", "/nowhere"])
def test_in_development_it_answers_to_names_of_this_machine(path, developer):
    for host in ("localhost:5000", "127.0.0.1:5000"):
        assert developer.get(path, headers={"Host": host}).status_code != 400
    for host in ("evil.example", "localhost.evil.example", "192.0.2.7:5000", "[::1]:5000"):
        answer = developer.get(path, headers={"Host": host})
        assert answer.status_code == 400
        assert "TRUSTED_HOSTS=localhost,127.0.0.1,the.name" in answer.text


@pytest.fixture(scope="module")
def developer(application):
    with another_app(application, APP_ENV="development", LOG_LEVEL="CRITICAL") as made:
        yield Browser(made.test_client())


@pytest.mark.parametrize(
    "host",
    [
        *("example.org", "example.org:443", "EXAMPLE.ORG", "Example.org:8443"),
        *("example.org.", "EXAMPLE.ORG.", "example.org.:443", "example.org:"),
    ],
)
def test_it_answers_for_its_own(host, secure):
    assert secure.get("/", headers={"Host": host}).status_code == 200


def test_it_answers_for_subdomains_when_told(app):
    with another_app(app, **PRODUCTION | {"TRUSTED_HOSTS": [".example.org"]}) as made:
        browser = SecureBrowser(made.test_client())
        assert browser.get("/", headers={"Host": "a.example.org"}).status_code == 200
        assert browser.get("/", headers={"Host": "aexample.org"}).status_code == 400


NAMES = ["example.org", "[2001:db8::1]", "192.0.2.1"]


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("[2001:db8::1]", 200),
        ("[2001:db8::1]:8000", 200),
        ("[2001:DB8:0::0001]", 200),
        ("192.0.2.1:8000", 200),
        ("[2001:db8::2]", 400),
        ("2001:db8::1", 400),
        ("[2001:db8::1", 400),
        ("[2001:db8::1].example.org", 400),
        ("192.0.2.11", 400),
    ],
)
def test_it_answers_for_addresses_when_told(host, status, addresses):
    assert addresses.get("/", headers={"Host": host}).status_code == status


@pytest.fixture(scope="module")
def addresses(application):
    with another_app(application, **PRODUCTION | {"TRUSTED_HOSTS": NAMES}) as made:
        yield Browser(made.test_client())


@pytest.mark.parametrize("path", ["/", "/auth/login", "/livez", "/nowhere"])
def test_it_refuses_what_names_no_host_even_where_any_will_do(path, app):
    environ = EnvironBuilder(path).get_environ()
    environ |= {"SERVER_NAME": "localhost", "SERVER_PROTOCOL": "HTTP/1.1"}
    del environ["HTTP_HOST"]
    body, status, _ = run_wsgi_app(app.wsgi_app, environ, buffered=True)
    assert status.startswith("400 ")
    assert b"<h1>" in b"".join(body)


@pytest.mark.parametrize("host", ["10.0.0.7:8000", "[2001:db8::7]", "evil.example", "x y", ""])
def test_it_tells_load_balancers_that_it_lives_by_any_name(host, secure):
    assert secure.get("/livez", headers={"Host": host}).status_code == 200
    assert secure.get("/readyz", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("page", ["/auth/reset", "/auth/confirm", "/auth/register"])
def test_it_never_names_a_forged_host_in_mails(page, app, erin, browser, mailbox):
    opened = browser()
    form = opened.fill(page)
    fields = {"email": erin.email, "password": "long enough to be one"}
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    assert opened.send(form, fields, headers=headers).status_code in (303, 400)
    answer = opened.submit(page, fields, headers={"X-Forwarded-Host": "evil.example"})
    assert answer.status_code == 303
    for mail in mailbox.to(erin.email):
        assert "http://localhost/auth/" in mail.as_string()
        assert "evil" not in mail.as_string()


def test_it_names_its_public_address_in_mails(app, erin, secure, production):
    secure.submit("/auth/confirm", {"email": erin.email})
    folder = Path(app.instance_path) / "mail"
    [mail] = Mailbox(folder, production).to(erin.email)
    assert f"{SITE}/auth/confirm/" in mail.as_string()
