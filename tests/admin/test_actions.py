"""Actions on users selected in the list."""

import pytest

from carafe.testing.http import Forms
from carafe.time import now

RUN = "/admin/users/run"


@pytest.fixture
def confirm(carol, sign_in):
    """Return an admin's browser, and the page that confirms an action."""
    browser = sign_in(carol)

    def ask(action, *users):
        query = {"action": action, "id": [user.id for user in users]}
        return browser, browser.get(RUN, query_string=query)

    return ask


def test_it_says_before_what_it_will_do_to_whom(alice, bob, carol, dave, confirm, reload):
    page = confirm("suspend", alice, bob, carol, dave)[1].text
    assert "Suspend 2 users?" in page
    assert "be logged out everywhere" in page
    assert "<li>alice@example.com</li>" in page
    assert "Already suspended" in page
    assert "This is your own account." in page
    assert reload(alice).suspended_at is None


@pytest.mark.parametrize(
    ("action", "event"),
    [
        ("suspend", "user.suspended"),
        ("reinstate", "user.reinstated"),
        ("end-sessions", "user.sessions_ended"),
        ("require-second-factor", "two_factor.required"),
        ("waive-second-factor", "two_factor.optional"),
        ("delete", "user.deleted"),
    ],
)
def test_it_does_what_it_says(action, event, alice, carol, make_user, confirm, events):
    other = make_user("other@example.com", suspended_at=now(), second_factor_required_at=now())
    user = other if action in ("reinstate", "waive-second-factor") else alice
    browser, page = confirm(action, user, carol)
    assert browser.send(browser.form(page, RUN)).status_code == 303
    assert [row[:2] for row in events(event)] == [(carol.email, f"user:{user.id}")]


def test_those_who_may_do_nothing_see_no_boxes(alice, sam, sign_in):
    page = sign_in(sam).get("/admin/users/").text
    assert 'name="id"' not in page
    assert RUN not in page


def test_they_see_the_actions_that_they_may_do(alice, sam, sign_in, grant):
    grant({"users.edit"})
    browser = sign_in(sam)
    page = browser.get("/admin/users/").text
    assert any(form.action == RUN for form in Forms(page).forms)
    assert 'value="delete"' not in page
    assert browser.get(f"{RUN}?action=suspend&id={alice.id}").status_code == 200
    assert browser.get(f"{RUN}?action=delete&id={alice.id}").status_code == 403
