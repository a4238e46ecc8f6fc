"""Whom the app believes about the client's address and scheme."""

import re
from contextlib import ExitStack

import pytest
from flask import request

from carafe.testing.accounts import PASSWORD
from carafe.testing.apps import PRODUCTION, another_app
from carafe.testing.http import Browser

pytestmark = pytest.mark.any_database


@pytest.fixture(scope="module")
def behind(application):
    """The app behind this many proxies."""
    made = {}
    with ExitStack() as stack:

        def get(proxies):
            if proxies not in made:
                made[proxies] = stack.enter_context(
                    another_app(application, TRUSTED_PROXIES=proxies)
                )
            return made[proxies]

        yield get


@pytest.fixture
def seen(behind, alice):
    """What `/account/sessions` shows as the address of someone behind this many proxies."""

    def log_in(proxies, headers):
        browser = Browser(behind(proxies).test_client())
        form = browser.fill("/auth/login")
        fields = {"email": alice.email, "password": PASSWORD}
        assert browser.send(form, fields, headers=headers).status_code == 303
        [address] = re.findall(r"<li>.* (\S+) <time", browser.get("/account/sessions").text)
        return address

    return log_in


@pytest.fixture
def address_of(behind):
    """The address that the app takes a request behind one proxy to come from."""

    def ask(headers):
        with behind(1).test_client() as client:
            client.get("/livez", headers=headers)
            return request.remote_addr

    return ask


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.1", "127.0.0.1"),
        (1, "203.0.113.1", "203.0.113.1"),
        (1, "198.51.100.9, 203.0.113.1", "203.0.113.1"),
        (2, "198.51.100.9, 203.0.113.1, 192.0.2.1", "203.0.113.1"),
        (2, "198.51.100.9,203.0.113.1,192.0.2.1", "203.0.113.1"),
        (2, "203.0.113.1", "127.0.0.1"),
        (1, "2001:db8::1", "2001:db8::1"),
    ],
)
def test_it_takes_the_address_that_the_last_trusted_proxy_saw(proxies, forwarded, address, seen):
    assert seen(proxies, {"X-Forwarded-For": forwarded}) == address


@pytest.mark.parametrize(
    ("entry", "address"),
    [
        ("203.0.113.1:4711", "203.0.113.1"),
        ("203.0.113.1:_hidden", "203.0.113.1"),
        ('"203.0.113.1:4711"', "203.0.113.1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ('"[2001:db8::1]:443"', "2001:db8::1"),
        ("2001:DB8:0:0::0001", "2001:db8::1"),
        ("::ffff:203.0.113.1", "203.0.113.1"),
        ("[::ffff:cb00:7101]:80", "203.0.113.1"),
        ("fe80::1%eth0", "fe80::1"),
        ("[fe80::1%25<b>]:443", "fe80::1"),
        ("198.51.100.9:1, 203.0.113.1:2", "203.0.113.1"),
    ],
)
def test_it_takes_the_address_alone(entry, address, address_of):
    assert address_of({"X-Forwarded-For": entry}) == address


@pytest.mark.parametrize(
    "entry",
    [
        "",
        " , ",
        "203.0.113.1,",
        "unknown",
        "_hidden",
        "_hidden:80",
        "203.0.113.256",
        "203.0.113.01",
        "203.0.113.1:80:80",
        "203.0.113.1 80",
        "[203.0.113.1",
        "2001:db8::1]",
        "[]",
        "<b>203.0.113.1</b>",
        "203.0.113.1\t\x1b[31m",
        "for=203.0.113.1",
        "198.51.100.9, unknown",
    ],
)
def test_what_is_no_address_is_the_proxys_own(entry, address_of):
    """A visitor whom the proxy does not know is never counted under what they made up."""
    assert address_of({"X-Forwarded-For": entry}) == "127.0.0.1"


def test_ports_do_not_make_another_client(behind, alice):
    statuses = []
    for port in range(4001, 4015):
        browser = Browser(behind(1).test_client())
        form = browser.fill("/auth/login")
        fields = {"email": alice.email, "password": "a wrong one"}
        headers = {"X-Forwarded-For": f"203.0.113.1:{port}"}
        statuses.append(browser.send(form, fields, headers=headers).status_code)
    assert statuses == [422] * 10 + [429] * 4


@pytest.mark.parametrize(
    "header", ["Forwarded", "X-Real-IP", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP"]
)
def test_it_takes_no_address_from_other_headers(header, address_of):
    assert address_of({header: "for=203.0.113.1"}) == "127.0.0.1"


@pytest.fixture(scope="module")
def is_https(application):
    """Tells the scheme that the app in production takes a request for, behind so many proxies."""
    clients = {}
    with ExitStack() as stack:

        def ask(proxies, headers):
            if proxies not in clients:
                settings = PRODUCTION | {"TRUSTED_PROXIES": proxies}
                made = stack.enter_context(another_app(application, **settings))
                made.before_request(lambda: request.scheme)
                clients[proxies] = made.test_client()
            answer = clients[proxies].get("/", headers={"Host": "example.org"} | headers)
            return answer.text == "https"

        yield ask


@pytest.mark.parametrize(
    ("proxies", "proto", "expected"),
    [(0, "https", False), (1, "https", True), (1, "https, http", False), (2, "https, http", True),
     (1, "http", False), (1, "HTTPS", True), (1, '"https"', True), (1, "httpsx", False),
     (2, "https", False), (1, "", False)],
)  # fmt: skip
def test_it_takes_the_scheme_from_trusted_proxies_alone(is_https, proxies, proto, expected):
    assert is_https(proxies, {"X-Forwarded-Proto": proto}) is expected


@pytest.mark.parametrize("header", ["X-Forwarded-Host", "X-Forwarded-Prefix", "X-Forwarded-Port"])
def test_it_takes_neither_host_nor_path_from_anyone(header, app):
    with another_app(app, TRUSTED_PROXIES=1) as made:
        browser = Browser(made.test_client())
        answer = browser.get("/members", headers={header: "/evil"})
        assert answer.location == "/auth/login?next=/members"
        page = browser.get("/auth/login", headers={header: "evil.example"}).text
        assert "evil" not in page
