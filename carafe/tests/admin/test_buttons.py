"""Actions that a button on the page of a row applies."""

import pytest

from carafe import admin
from carafe.config import ConfigError
from carafe.database import db
from carafe.testing.apps import another_app
from carafe.testing.clock import later
from carafe.testing.sessions import open_session
from carafe.tests.site.models import Thing, User

LIST = "boxes"


def deny_anns(thing, user):
    return "It is Ann's." if thing.title == "Ann's" else None


def deny_bobs(thing, user):
    return "It is Bob's." if thing.title == "Bob's" else None


@pytest.fixture
def other(app):
    with another_app(app) as other:
        admin.add(
            other,
            Thing,
            name=LIST,
            columns=["title"],
            form=["title"],
            denial_reason=deny_bobs,
            actions=[
                admin.Action(
                    "put-away",
                    "Put away",
                    Thing.archive,
                    where=Thing.title.not_in(["Full", "Ann's"]),
                    unavailable_reason="It is full.",
                    denial_reason=deny_anns,
                    bulk=False,
                    button=admin.Button("archive", "this box will be put away", "It is away."),
                )
            ],
        )
        yield other


@pytest.fixture
def press(other, carol):
    """Carol presses the button of a thing with this title."""

    def send(title="Mine", user=carol, minutes=0):
        with other.app_context():
            thing = Thing.create(carol.id, title)
            db.session.commit()
        browser = open_session(other, user)
        token = browser.token()
        if minutes:
            later(other, minutes=minutes)
        path = f"/admin/{LIST}/{thing.id}/archive"
        response = browser.post(path, {"csrf_token": token})
        with other.app_context():
            return response, db.session.get_one(Thing, thing.id).archived_at is not None, browser

    return send


def test_it_applies_the_action_and_returns_to_the_row(press, carol):
    response, is_archived, browser = press()
    assert response.status_code == 303
    assert is_archived
    assert "It is away." in browser.get(response.location).text


def test_it_asks_the_action_whether_it_may(press):
    response, is_archived, _ = press("Ann's")
    assert response.status_code == 403
    assert not is_archived


def test_it_is_not_for_those_without_the_permission(press, alice):
    response, is_archived, _ = press(user=alice)
    assert (response.status_code, is_archived) == (403, False)


def test_it_respects_the_denial_reason(press):
    response, is_archived, _ = press("Bob's")
    assert (response.status_code, is_archived) == (403, False)
    assert "It is Bob&#39;s." in response.text


def test_it_leaves_a_row_for_which_the_action_makes_no_sense(press):
    response, is_archived, browser = press("Full")
    assert (response.status_code, is_archived) == (303, False)
    assert "It is full." in browser.get(response.location).text


def test_it_needs_a_fresh_login(press):
    response, is_archived, _ = press(minutes=11)
    assert response.location.startswith("/auth/reauthenticate")
    assert not is_archived


def test_without_bulk_it_is_no_action_of_the_list(other, carol):
    browser = open_session(other, carol)
    assert "Put away" not in browser.get(f"/admin/{LIST}/").text


def test_it_returns_to_the_page_that_the_app_has_for_a_row(other, carol):
    with other.app_context():
        thing = Thing.create(carol.id, "Mine")
        db.session.commit()
    archive = admin.Button("archive", "this crate will be put away", "It is away.")
    action = admin.Action("stow", "Stow", Thing.archive, bulk=False, button=archive)
    admin.add(
        other,
        Thing,
        name="crates",
        columns=["title"],
        endpoint="impersonation.show",
        actions=[action],
    )
    browser = open_session(other, carol)
    path = f"/admin/crates/{thing.id}/archive"
    response = browser.post(path, {"csrf_token": browser.token()})
    assert response.location == f"/admin/users/{thing.id}/impersonation"
    with other.app_context():
        assert db.session.get_one(Thing, thing.id).archived_at


def test_two_buttons_with_one_endpoint_are_refused(other):
    action = admin.Action(
        "put-away", "Put away", User.suspend, button=admin.Button("away", "…", "…")
    )
    with pytest.raises(ConfigError, match=r"admin\.put_away"):
        admin.add(other, User, name="people", columns=["email"], form=["name"], actions=[action])
