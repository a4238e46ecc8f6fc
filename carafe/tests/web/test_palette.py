"""What the command palette offers to whom."""

import pytest

from carafe.auth import is_logged_in
from carafe.web import menus, palette

pytestmark = pytest.mark.any_database


@pytest.fixture
def entries(app, browser):
    menus.add(app, "palette", "New thing", "things.new", icon="plus", visible=is_logged_in)
    palette.add_search(app, "Things", "things.index", visible=is_logged_in)
    return ["New thing", "Dashboard", "Jobs", "Log in", "Log out", "Dark theme", "/things/"]


def test_it_offers_everyone_what_they_may_use(visitor, alice, carol, sign_in, entries):
    for browser, expected in (
        (visitor, ["Log in", "Dark theme"]),
        (sign_in(alice), ["New thing", "Dashboard", "Log out", "Dark theme", "/things/"]),
        (sign_in(carol), ["New thing", "Dashboard", "Jobs", "Log out", "Dark theme", "/things/"]),
    ):
        page = browser.get("/palette").text
        assert [entry for entry in entries if entry in page] == expected
