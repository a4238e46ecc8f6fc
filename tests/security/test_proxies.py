"""Whom the app believes about the client's address and scheme."""

import pytest

from tests.apps import PRODUCTION, another_app
from tests.conftest import PASSWORD
from tests.http import Browser


@pytest.fixture
def seen(app, alice):
    """What `/account/sessions` shows as the address of somebody behind so many proxies."""

    def log_in(proxies, headers):
        with another_app(app, TRUSTED_PROXIES=proxies) as made:
            browser = Browser(made.test_client())
            form = browser.fill("/auth/login")
            fields = {"email": alice.email, "password": PASSWORD}
            assert browser.send(form, fields, headers=headers).status_code == 303
            row = browser.get("/account/sessions").text.split("this device")[1]
            return row.split('data-label="Address">')[1].split("<")[0]

    return log_in


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
    "header", ["Forwarded", "X-Real-IP", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP"]
)
def test_it_takes_no_address_from_other_headers(header, seen):
    assert seen(1, {header: "for=203.0.113.1"}) == "127.0.0.1"


def is_https(app, proxies, headers):
    """Whether a log-in page answers to an `Origin` that only an HTTPS request matches."""
    with another_app(app, **PRODUCTION | {"TRUSTED_PROXIES": proxies}) as made:

        @made.before_request
        def tell():
            from flask import request

            return request.scheme

        client = made.test_client()
        return client.get("/", headers={"Host": "example.org"} | headers).text == "https"


@pytest.mark.parametrize(
    ("proxies", "proto", "expected"),
    [(0, "https", False), (1, "https", True), (1, "https, http", False), (2, "https, http", True),
     (1, "http", False)],
)  # fmt: skip
def test_it_takes_the_scheme_from_trusted_proxies_alone(app, proxies, proto, expected):
    assert is_https(app, proxies, {"X-Forwarded-Proto": proto}) is expected


@pytest.mark.parametrize("header", ["X-Forwarded-Host", "X-Forwarded-Prefix", "X-Forwarded-Port"])
def test_it_takes_neither_host_nor_path_from_anyone(header, app):
    with another_app(app, TRUSTED_PROXIES=1) as made:
        browser = Browser(made.test_client())
        answer = browser.get("/account/profile", headers={header: "/evil"})
        assert answer.location == "/auth/login?next=/account/profile"
        page = browser.get("/auth/login", headers={header: "evil.example"}).text
        assert "evil" not in page
