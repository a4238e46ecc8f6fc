"""Unusual input for every form and page of an app, none of which may break."""

from collections.abc import Callable, Collection, Iterator

import pytest
from flask import Flask

from carafe.auth.models import UserMixin
from carafe.testing.http import Browser
from carafe.testing.routes import Route, routes

# Every field of the app's forms, and one that none has.
FIELDS = [
    "email", "password", "current_password", "name", "remember", "code", "role", "title", "body",
    "version", "submission", "time_zone", "credential", "challenge", "avatar", "user_id", "_seen",
    "_submission", "nonsense",
]  # fmt: skip
PARAMETERS = ["q", "next", "after", "before", "sort", "role", "state", "code", "iss", "error"]
MAX_PARAMETER_BYTES = 2_000
# Which routes a browser opens.
Browsers = dict[Browser, Callable[[Route], bool]]


@pytest.fixture
def browsers(
    alice: UserMixin,
    carol: UserMixin,
    visitor: Browser,
    sign_in: Callable[[UserMixin], Browser],
) -> Browsers:
    """Return a visitor, a user, and an admin; each opens what the previous ones may not."""
    return {
        visitor: lambda route: route.public,
        sign_in(alice): lambda route: not route.public and not route.permission,
        sign_in(carol): lambda route: bool(route.permission),
    }


def assert_no_form_breaks(
    app: Flask, browsers: Browsers, value: bytes, excluded: Collection[str]
) -> None:
    """Submit a value (URL-encoded) in every field of every form, except `excluded` endpoints."""
    for browser, opens in _still_logged_in(browsers):
        token = browser.token().encode()
        fields = [field.encode() + b"=" + value for field in FIELDS]
        # Twice each, so that reading the first or the last value makes no difference.
        body = b"&".join([b"csrf_token=" + token, *fields, *fields])
        for route in routes(app):
            if opens(route) and route.changes and route.endpoint not in excluded:
                answer = route.open(
                    browser, data=body, content_type="application/x-www-form-urlencoded"
                )
                assert answer.status_code < 500, str(route)


def assert_no_page_breaks(app: Flask, browsers: Browsers, value: bytes) -> None:
    """Open every page with a value (URL-encoded) in all parameters."""
    parts = [name.encode() + b"=" + value[:MAX_PARAMETER_BYTES] for name in PARAMETERS]
    query = b"&".join(parts).decode("latin-1")
    for browser, opens in _still_logged_in(browsers):
        for route in routes(app):
            # Health checks may respond with 503.
            is_page = route.method == "GET" and not route.endpoint.startswith("observability.")
            if is_page and opens(route):
                answer = route.open(browser, query_string=query)
                assert answer.status_code < 500, str(route)


def _still_logged_in(browsers: Browsers) -> Iterator[tuple[Browser, Callable[[Route], bool]]]:
    """Yield each browser, and check afterwards that it is still logged in."""
    for browser, opens in browsers.items():
        status = browser.get("/members").status_code
        yield browser, opens
        assert browser.get("/members").status_code == status
