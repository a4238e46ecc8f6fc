"""What a proof of identity does for a copy of the cookie: it ends it."""

import pytest

from carafe.testing.accounts import PASSWORD
from carafe.testing.clock import later

pytestmark = pytest.mark.any_database


def test_a_copy_does_not_rise_with_the_owner(app, alice, sign_in, browser):
    owner, thief = sign_in(alice), browser()
    owner.copy_cookies_to(thief)
    later(app, minutes=11)
    assert thief.get("/members").status_code == 200
    assert owner.submit("/auth/reauthenticate", {"password": PASSWORD}).status_code == 303
    assert thief.get("/members").status_code == 303
    assert owner.get("/members").status_code == 200


def test_a_form_that_stood_open_still_works(app, alice, sign_in):
    owner = sign_in(alice)
    form = owner.fill("/members")
    later(app, minutes=11)
    owner.submit("/auth/reauthenticate", {"password": PASSWORD})
    assert owner.send(form, {"name": "Alice A."}).status_code == 303
