"""Every route of the sample app, tried as everyone who must not get through."""

from itertools import cycle

from carafe.testing.routes import routes

FILLED = {
    "email": "someone@example.com",
    "password": "four green bottles",
    "code": "123456",
    "name": "Someone",
}


def test_a_program_is_told_401(app, visitor):
    headers = {"Accept": "application/json", "X-CSRFToken": visitor.token()}
    for route in routes(app):
        if not route.public:
            answer = route.open(visitor, headers=headers)
            assert answer.status_code == 401, str(route)
            assert answer.content_type == "application/problem+json"


def test_nothing_changes_without_a_token(app, alice, carol, sign_in, visitor):
    tried = 0
    for browser in (visitor, sign_in(carol)):
        browser.get("/auth/login")
        for route in routes(app):
            if route.changes:
                assert route.open(browser, data=FILLED).status_code == 400, str(route)
                tried += 1
    assert tried >= 30
    assert sign_in(alice).get("/members").status_code == 200


def test_nothing_changes_from_another_site(app, carol, sign_in):
    browser = sign_in(carol)
    fields = {"csrf_token": browser.token()}
    for route in filter(lambda route: route.changes, routes(app)):
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
            answer = route.open(browser, data=fields, headers=headers)
            assert answer.status_code == 403, str(route)
    assert browser.get("/members").status_code == 200


def test_no_method_but_the_known_reaches_a_view(app, alice, sign_in):
    browser = sign_in(alice)
    headers = {"X-CSRFToken": browser.token()}
    paths = sorted({route.path for route in routes(app)})
    for path, method in zip(paths, cycle(("PUT", "PROPFIND")), strict=False):
        answer = browser.client.open(path, method=method, headers=headers)
        assert answer.status_code == 405, (method, path)
