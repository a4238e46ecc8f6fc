"""A change of SECRET_KEY, with and without the old key among SECRET_KEY_FALLBACKS."""

import pytest

from carafe.testing.apps import another_app
from carafe.testing.clock import later
from carafe.testing.http import Browser
from carafe.testing.registration import NEW_PASSWORD


def moved(browser, app):
    """The same browser after the server was started with other settings."""
    after = Browser(app.test_client())
    browser.copy_cookies_to(after)
    return after


@pytest.fixture
def renewed(app):
    with another_app(
        app, SECRET_KEY="a new key", SECRET_KEY_FALLBACKS=["never used", app.secret_key]
    ) as made:
        yield made


def test_it_keeps_people_signed_in(renewed, alice, sign_in):
    assert moved(sign_in(alice), renewed).get("/members").status_code == 200


def test_it_keeps_open_forms_valid(renewed, alice, sign_in):
    browser = sign_in(alice)
    form = browser.fill("/members")
    after = moved(browser, renewed)
    assert after.send(form, {"name": "Alice Renewed"}).status_code == 303
    assert "Alice Renewed" in after.get("/members").text


def test_it_keeps_mailed_links_valid(renewed, erin, request_link):
    path = request_link(erin, "reset")
    answer = Browser(renewed.test_client()).submit(path, {"password": NEW_PASSWORD})
    assert answer.status_code == 303


def test_it_signs_cookies_with_the_new_key_from_then_on(app, renewed, alice, sign_in):
    after = moved(sign_in(alice), renewed)
    later(app, minutes=2)
    after.get("/members")
    with another_app(app, SECRET_KEY="a new key") as final:
        assert moved(after, final).get("/members").status_code == 200


def test_it_ends_sessions_and_forms_without_the_old_key(app, alice, sign_in):
    browser = sign_in(alice)
    form = browser.fill("/members")
    with another_app(app, SECRET_KEY="a new key") as bare:
        after = moved(browser, bare)
        assert after.get("/members").location == "/auth/login?next=/members"
        assert after.get("/").status_code == 200
        assert after.send(form, {"name": "Mallory"}).status_code == 400
