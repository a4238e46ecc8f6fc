"""What people who sign up with someone else's address get from the app.

Rules: carafe/tests/auth.
"""

from carafe.testing.routes import routes

EMAIL = "owner@example.com"


def test_a_role_opens_nothing_before_the_address_is_confirmed(app, make_user, sign_in):
    browser = sign_in(make_user(EMAIL, role="admin", confirmed_at=None))
    fields, tried = {"csrf_token": browser.token(), "role": "admin"}, 0
    for route in routes(app):
        if route.permission and route.method in ("GET", "POST") and not route.list:
            assert route.open(browser, data=fields).status_code == 403, str(route)
            tried += 1
    assert tried >= 10
    page = browser.get("/members").text
    assert 'href="/admin/"' not in page
    assert "Confirm your email address first" in browser.get("/admin/").text
