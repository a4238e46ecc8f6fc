"""Every route there is: open by name alone, and never without a token or the role."""

from tests.security.routes import is_public, routes

# To open a page to visitors is to add it here, for everyone who reads the change to see.
PUBLIC = {
    "auth.confirm",
    "auth.confirm_address",
    "auth.confirm_token",
    "auth.create_account",
    "auth.log_in",
    "auth.login",
    "auth.logout",
    "auth.register",
    "auth.resend",
    "auth.reset",
    "auth.reset_token",
    "auth.send_reset",
    "auth.set_password",
    "main.index",
    "observability.live",
    "observability.ready",
}
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


def test_nothing_is_open_but_this(app):
    opened = {endpoint for endpoint, *_ in routes(app) if is_public(app, endpoint)}
    assert opened == {e for e in PUBLIC if e.partition(".")[0] in app.blueprints}


def test_a_visitor_is_led_to_log_in(app, browser):
    token = (visitor := browser()).token()
    tried = set()
    for endpoint, method, path in routes(app):
        if is_public(app, endpoint):
            continue
        answer = visitor.client.open(path, method=method, data={"csrf_token": token})
        assert answer.status_code == 303, (method, path)
        assert answer.location.startswith("/auth/login"), (method, path)
        tried.add(method)
    assert tried == {"GET", "HEAD", "OPTIONS", "POST"}


def test_a_program_is_told_401(app, visitor):
    token = visitor.token()
    headers = {"Accept": "application/json", "X-CSRFToken": token}
    for endpoint, method, path in routes(app):
        if not is_public(app, endpoint):
            answer = visitor.client.open(path, method=method, headers=headers)
            assert answer.status_code == 401, (method, path)
            assert answer.content_type == "application/problem+json"


def test_nothing_changes_without_a_token(app, alice, carol, sign_in, visitor):
    tried = 0
    for browser in (visitor, sign_in(alice), sign_in(carol)):
        browser.get("/auth/login")
        for _, method, path in routes(app):
            if method not in UNSAFE:
                continue
            answer = browser.client.open(path, method=method, data={"email": "a@example.com"})
            assert answer.status_code == 400, (method, path)
            tried += 1
    assert tried >= 30
    assert sign_in(alice).get("/account/profile").status_code == 200


def test_nothing_changes_from_another_site(app, carol, sign_in):
    browser = sign_in(carol)
    fields = {"csrf_token": browser.token()}
    for _, method, path in routes(app):
        if method in UNSAFE:
            for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
                answer = browser.client.open(path, method=method, data=fields, headers=headers)
                assert answer.status_code == 403, (method, path)
    assert browser.get("/account/profile").status_code == 200


def test_the_administration_is_for_administrators(app, alice, erin, carol, sign_in):
    for user in (alice, erin):
        browser = sign_in(user)
        fields = {"csrf_token": browser.token(), "role": "admin", "name": "x"}
        tried = 0
        for endpoint, method, path in routes(app):
            if endpoint.startswith("admin."):
                answer = browser.client.open(path.replace("1", str(alice.id)), method=method,
                                             data=fields)  # fmt: skip
                assert answer.status_code == 403, (method, path)
                tried += 1
        assert tried >= 10
    assert sign_in(carol).get("/admin/").status_code == 200


def test_no_method_but_the_known_reaches_a_view(app, alice, sign_in):
    browser = sign_in(alice)
    headers = {"X-CSRFToken": browser.token()}
    for _, _, path in routes(app):
        for method in ("PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"):
            answer = browser.client.open(path, method=method, headers=headers)
            assert answer.status_code == 405, (method, path)
