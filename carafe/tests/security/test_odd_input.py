"""What nobody types: every form and every address answers it, and none breaks over it."""

import pytest

from carafe.testing.routes import routes

# Every field that some form here has, and one that none has.
FIELDS = [
    "email", "password", "current_password", "name", "remember", "code", "role", "title", "body",
    "version", "submission", "time_zone", "credential", "challenge", "avatar", "user_id", "_seen",
    "_submission", "nonsense",
]  # fmt: skip
# After these one is no longer signed in.
LEFT_OUT = {"auth.logout", "deletion.schedule", "sessions.end"}
ODD = {
    "nothing": b"",
    "no UTF-8": b"%FF%FE%80",
    "lone surrogate": b"%ED%A0%80",
    "NUL": b"a%00b@example.com",
    "number": b"99999999999999999999999",
    "braces": b"%7B%7B7*7%7D%7D%7B%22%5B",
    "long": b"x" * 20_000,
    "line": b"a@example.com%0D%0ABcc:%20b@example.com",
}


@pytest.fixture
def browsers(alice, carol, visitor, sign_in):
    """A visitor, a user, and an administrator; each opens what those before them may not."""
    user, administrator = sign_in(alice), sign_in(carol)
    return {
        visitor: lambda route: route.public,
        user: lambda route: not route.public and not route.permission,
        administrator: lambda route: route.permission,
    }


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_it_breaks_no_form(odd, app, browsers, visitor):
    for browser, opens in browsers.items():
        token = browser.token().encode()
        # Twice each: what reads the first and what reads the last see the same.
        body = b"&".join([b"csrf_token=" + token, *[f.encode() + b"=" + odd for f in FIELDS * 2]])
        for route in routes(app):
            if opens(route) and route.changes and route.endpoint not in LEFT_OUT:
                answer = route.open(
                    browser, data=body, content_type="application/x-www-form-urlencoded"
                )
                assert answer.status_code < 500, str(route)
        assert browser is visitor or browser.get("/members").status_code == 200


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_it_breaks_no_page(odd, app, browsers, visitor):
    query = b"&".join(name + b"=" + odd[:2000] for name in (
        b"q", b"next", b"after", b"before", b"sort", b"role", b"state", b"code", b"iss", b"error",
    ))  # fmt: skip
    for browser, opens in browsers.items():
        for route in routes(app):
            if (
                opens(route)
                and route.method == "GET"
                and not route.endpoint.startswith("observability.")
            ):
                answer = route.open(browser, query_string=query.decode("latin-1"))
                assert answer.status_code < 500, str(route)
        assert browser is visitor or browser.get("/members").status_code == 200
