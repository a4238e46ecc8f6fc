"""Settings that switch off account pages."""

import pytest

from carafe.testing.apps import another_app
from carafe.testing.database import statements
from carafe.testing.sessions import open_session
from tests.crawler import links_of

PAGES = {"AVATARS": "/account/avatar", "PASSKEYS": "/account/passkeys"}


def test_a_picture_is_read_with_its_user_unless_off(application, app, alice):
    """In the first query of a page."""
    with another_app(application, AVATARS=False) as made:
        for other, expected in ((app, True), (made, False)):
            browser = open_session(other, alice)
            with statements(other) as queries:
                browser.get("/members")
            assert ("avatar" in queries[0]) is expected


@pytest.mark.parametrize("setting", PAGES)
def test_what_is_off_is_nowhere(setting, application, app, alice):
    with another_app(application, **{setting: False}) as made:
        browser = open_session(made, alice)
        assert browser.get(PAGES[setting]).status_code == 404
        for path in ("/account/profile", "/account/second-factors"):
            page = browser.get(path)
            assert page.status_code == 200
            assert PAGES[setting] not in {link for _, link in links_of(page.text)}
