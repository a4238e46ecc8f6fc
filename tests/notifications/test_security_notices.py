"""What happens to an account is told to its owner, beside the mail."""

from carafe.testing.accounts import PASSWORD
from carafe.testing.two_factor import set_up

NEW = "four green bottles"


def test_it_tells_of_a_changed_password(alice, sign_in, told, bell):
    browser = sign_in(alice)
    fields = {"current_password": PASSWORD, "password": NEW}
    browser.submit("/account/password", fields)
    assert told(alice) == ["The password was changed"]
    assert bell(browser) == "1 unread notification"
    page = browser.get("/account/notifications/").text
    assert "Was it not you?" in page


def test_it_leads_to_the_activity(alice, sign_in, ids):
    browser = sign_in(alice)
    browser.submit("/account/password", {"current_password": PASSWORD, "password": NEW})
    page = "/account/notifications/"
    answer = browser.submit(page, action=f"{page}{ids()[0]}/read")
    assert answer.location == "/account/activity"


def test_it_tells_nothing_that_was_refused(alice, sign_in, told):
    browser = sign_in(alice)
    browser.submit("/account/password", {"current_password": "wrong", "password": NEW})
    assert told(alice) == []


def test_it_tells_of_a_new_device(alice, sign_in, browser, told):
    sign_in(alice)
    elsewhere = browser()
    fields = {"email": alice.email, "password": PASSWORD}
    agent = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1"}
    elsewhere.submit("/auth/login", fields, headers=agent)
    assert told(alice) == ["Somebody logged in with a device that is new"]


def test_it_tells_of_second_factors(alice, carol, sign_in, clock, told):
    set_up(sign_in(alice))
    page = f"/admin/users/{alice.id}"
    sign_in(carol).submit(page, action=f"{page}/second-factors/delete")
    assert told(alice)[0] == "An authenticator app was set up"
    assert told(alice)[-1] == "All second factors were removed"
    assert told(carol) == []


def test_it_tells_of_a_password_that_was_reset(alice, visitor, mailbox, told):
    visitor.submit("/auth/reset", {"email": alice.email})
    # What a stranger can ask for is told by mail alone.
    assert told(alice) == []
    visitor.submit(mailbox.link(alice.email), {"password": NEW})
    assert told(alice) == ["The password was changed"]
