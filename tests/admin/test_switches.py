"""Settings that switch off admin pages."""

import pytest

from carafe.testing.apps import another_app
from carafe.testing.http import Browser
from carafe.testing.sessions import open_session
from tests.crawler import links_of

PAGES = {"IMPERSONATION": "/admin/users/{}/impersonation", "INVITATIONS": "/admin/invitations/"}


@pytest.mark.parametrize("setting", PAGES)
def test_what_is_off_is_nowhere(setting, application, app, alice, carol):
    with another_app(application, **{setting: False}) as made:
        browser = open_session(made, carol)
        page = PAGES[setting].format(alice.id)
        assert browser.get(page).status_code == 404
        for path in ("/admin/", "/admin/users/", f"/admin/users/{alice.id}"):
            answer = browser.get(path)
            assert answer.status_code == 200
            assert page not in {link for _, link in links_of(answer.text)}


def test_whoever_acted_as_a_user_is_themselves_again(application, app, alice, carol, sign_in):
    browser = sign_in(carol)
    path = f"/admin/users/{alice.id}/impersonation"
    assert browser.submit(path, {"reason": "To help"}).status_code == 303
    assert "Hello, Alice" in browser.get("/members").text
    with another_app(application, IMPERSONATION=False) as made:
        after = Browser(made.test_client())
        browser.copy_cookies_to(after)
        assert "Hello, Carol" in after.get("/members").text
