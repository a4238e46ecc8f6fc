"""Actions on the ticked rows of a list, or on all that match: confirmed, done, and undone."""

import re

import pytest

from carafe import admin as administration
from carafe.admin.actions.declaration import Action
from carafe.config import ConfigError
from carafe.database import db
from carafe.testing.accounts import PASSWORD
from carafe.testing.apps import another_app
from carafe.testing.clock import later
from carafe.testing.http import Forms
from carafe.tests.site.models import User

RUN = "/admin/users/run"


@pytest.fixture
def admin(carol, sign_in):
    return sign_in(carol)


@pytest.fixture
def confirm():
    """Return the page that confirms it."""

    def ask(browser, action, *users, **more):
        query = {"action": action, "id": [user.id for user in users], **more}
        return browser.get(RUN, query_string=query)

    return ask


@pytest.fixture
def act(confirm):
    """Do something to users; return the page with the results."""

    def do(browser, action, *users, **more):
        page = confirm(browser, action, *users, **more)
        return details(browser, browser.send(browser.form(page, RUN)))

    return do


def details(browser, answer):
    """Return the page about an action, to which the list links that reports it."""
    assert answer.status_code == 303, answer.text
    page = browser.get(answer.location).text
    [path] = re.findall(r'href="(/admin/users/runs/\d+)"', page)
    return browser.get(path)


@pytest.fixture
def suspended(app):
    """Return the addresses of suspended users."""

    def read():
        with app.app_context():
            query = db.select(User.email).where(User.suspended_at.is_not(None))
            return sorted(db.session.scalars(query))

    return read


def test_the_list_has_a_box_for_each_row_and_what_can_be_done(alice, admin):
    page = admin.get("/admin/users/").text
    assert f'name="id" value="{alice.id}" form="selection" aria-labelledby="row-{alice.id}"' in page
    assert f'<td id="row-{alice.id}"' in page
    [form] = [form for form in Forms(page).forms if form.action == RUN]
    assert "all" not in form.fields
    assert (
        '<button class="btn btn-outline-secondary" type="submit" name="action" value="suspend">'
        in page
    )


def test_who_may_do_nothing_is_shown_no_boxes(alice, sam, sign_in):
    page = sign_in(sam).get("/admin/users/").text
    assert 'name="id"' not in page
    assert RUN not in page


def test_it_says_before_what_it_will_do_to_whom(alice, bob, carol, dave, admin, confirm, suspended):
    page = confirm(admin, "suspend", alice, bob, carol, dave).text
    assert "Suspend 2 users?" in page
    assert "They are logged out." in page
    assert "<li>alice@example.com</li>" in page
    assert "Suspended already." in page
    assert "This is your own account." in page
    assert suspended() == ["dave@example.com"]


def test_it_does_it_to_those_chosen_and_tells_who_was_left_out(
    alice, bob, carol, dave, erin, admin, act, suspended, events
):
    page = act(admin, "suspend", alice, bob, carol, dave).text
    assert suspended() == ["alice@example.com", "bob@example.com", "dave@example.com"]
    assert "Suspended already." in page
    assert "This is your own account." in page
    suspensions = [(actor, subject) for actor, subject, _ in events("user.suspended")]
    assert suspensions == [(carol.email, f"user:{user.id}") for user in (alice, bob)]
    [(actor, _, details)] = events("bulk_action.finished")
    assert (actor, details["done"], details["skipped"]) == (carol.email, 2, 2)


def test_it_does_nothing_where_nothing_was_ticked(alice, admin, confirm):
    answer = confirm(admin, "suspend", list="state=active")
    assert (answer.status_code, answer.location) == (303, "/admin/users/?state=active")
    assert "Select at least one user first." in admin.get(answer.location).text


def test_it_asks_in_a_sentence(alice, admin, confirm):
    assert "<h1>End sessions for 1 user?</h1>" in confirm(admin, "end-sessions", alice).text


def test_it_does_it_once_when_the_form_is_sent_twice(alice, bob, admin, confirm, events):
    form = admin.form(confirm(admin, "end-sessions", alice, bob), RUN)
    first, second = admin.send(form), admin.send(form)
    assert first.location == second.location
    assert len(events("user.sessions_ended")) == 2


def test_it_does_it_to_all_that_match_and_to_nobody_else(
    alice, bob, dave, erin, admin, act, suspended
):
    act(admin, "suspend", all="y", list="state=unconfirmed")
    assert suspended() == ["dave@example.com", "erin@example.com"]


def test_it_leaves_out_and_names_who_does_not_match_any_more(
    app, alice, erin, admin, confirm, suspended
):
    form = admin.form(confirm(admin, "suspend", all="y", list="state=unconfirmed"), RUN)
    with app.app_context():
        db.session.get_one(User, erin.id).confirm()
        db.session.commit()
    page = details(admin, admin.send(form)).text
    assert "No longer matches" in page
    assert "erin@example.com" in page
    assert suspended() == []


def test_it_leaves_out_who_came_since(erin, admin, confirm, make_user, suspended):
    form = admin.form(confirm(admin, "suspend", all="y", list="state=unconfirmed"), RUN)
    make_user("late@example.com", confirmed_at=None)
    admin.send(form)
    assert suspended() == ["erin@example.com"]


def test_it_names_who_is_gone(app, alice, bob, admin, confirm):
    form = admin.form(confirm(admin, "suspend", alice, bob), RUN)
    with app.app_context():
        db.session.get_one(User, bob.id).delete()
        db.session.commit()
    page = details(admin, admin.send(form)).text
    assert "No longer exists" in page
    assert f"#{bob.id}" in page


def test_it_says_what_goes_along_and_deletes_it(alice, admin, sign_in, confirm, reload):
    theirs = sign_in(alice)
    page = confirm(admin, "delete", alice)
    assert "This can't be undone." in page.text
    assert "<dt>Sessions</dt><dd>1</dd>" in page.text
    answer = admin.send(admin.form(page, RUN))
    page = admin.get(answer.location).text
    assert "1 user deleted" in page
    assert "Undo" not in page
    assert "1 user deleted" not in admin.get(answer.location).text
    assert reload(alice) is None
    assert theirs.get("/members").status_code == 303


def test_it_asks_for_a_proof_and_then_goes_on(app, alice, admin, confirm, suspended):
    form = admin.form(confirm(admin, "suspend", alice), RUN)
    later(app, minutes=11)
    answer = admin.send(form)
    assert answer.location.startswith("/auth/reauthenticate")
    assert suspended() == []
    answer = admin.submit(answer.location, {"password": PASSWORD})
    admin.submit(answer.location, action=RUN)
    assert suspended() == ["alice@example.com"]


def test_it_is_for_those_with_the_permission_of_the_action(alice, sam, sign_in, grant, confirm):
    browser = sign_in(sam)
    assert confirm(browser, "suspend", alice).status_code == 403
    sent = {"action": "suspend", "id": alice.id, "submission": "x", "csrf_token": browser.token()}
    assert browser.post(RUN, sent).status_code == 403
    grant({"users.edit"})
    assert confirm(browser, "suspend", alice).status_code == 200
    assert confirm(browser, "delete", alice).status_code == 403
    assert 'value="delete"' not in browser.get("/admin/users/").text


def test_what_came_of_it_is_for_those_who_may_do_it(alice, sam, admin, sign_in, act):
    path = act(admin, "suspend", alice).request.path
    browser = sign_in(sam)
    for url in (path, f"{path}/latest"):
        assert browser.get(url).status_code == 403
    token = {"csrf_token": browser.token()}
    for below in ("reversal", "cancellation"):
        assert browser.post(f"{path}/{below}", token).status_code == 403


ODD = [
    "action=nothing&id=1", "action=suspend&id=x", "action=suspend&id=-1", "action=suspend",
    f"action=suspend&id={'9' * 30}", "action=suspend&all=y&last=x&list=%00", "id=1",
    "action=suspend&all=y&last=99999999999999999999", "action=suspend&id=4711", "",
    "action=suspend&list=state%3D%0D%0AX:y", "action=suspend&list=%22%3E%3Cb%3E%E2%80%A8",
    "action=suspend&all=y&list=state%3D%26q%3D%25FF%26created_at.from%3Dx",
]  # fmt: skip


def test_it_answers_odd_arguments(alice, admin):
    for query in ODD:
        assert admin.get(f"{RUN}?{query}").status_code in (200, 303, 404), query


def test_it_does_nothing_for_an_odd_form(alice, admin, suspended):
    fields = {"action": "suspend", "id": alice.id, "csrf_token": admin.token()}
    for submission in ("", "a\0b", "undo 1", "x" * 33, "é"):
        answer = admin.post(RUN, fields | {"submission": submission})
        assert answer.status_code == 422, submission
    assert suspended() == []


def test_it_takes_no_more_ids_than_databases_do(alice, admin):
    fields = {"action": "delete", "id": ",".join(map(str, range(40_000))), "submission": ""}
    assert admin.post(RUN, fields | {"csrf_token": admin.token()}).status_code == 422


def test_it_undoes_what_it_did_and_only_that(app, alice, bob, dave, erin, admin, act, suspended):
    page = act(admin, "suspend", alice, bob, dave, erin)
    with app.app_context():
        user = db.session.get_one(User, bob.id)
        user.reinstate()
        db.session.commit()
        user.suspend()
        db.session.get_one(User, erin.id).rename("Erin herself")
        db.session.commit()
    assert "Undone for 2 users, 1 skipped" in undo(admin, page)
    assert suspended() == ["bob@example.com", "dave@example.com"]
    undone = admin.get(page.request.path).text
    [path] = re.findall(r'Undone by</dt><dd><a href="([^"]+)', undone)
    undone = admin.get(path).text
    assert "Changed since then" in undone
    assert "bob@example.com" in undone


def undo(browser, page):
    path = next(form.action for form in Forms(page.text).forms if "/reversal" in form.action)
    answer = browser.send(browser.form(page, path))
    assert answer.status_code == 303
    return browser.get(answer.location).text


def test_it_undoes_once(alice, bob, admin, act, suspended, events):
    page = act(admin, "suspend", alice, bob)
    undo(admin, page)
    undo(admin, page)
    assert len(events("user.reinstated")) == 2
    assert suspended() == []


def test_it_undoes_for_a_day(app, alice, admin, act, suspended, older):
    page = act(admin, "suspend", alice)
    older(hours=25)
    assert "can no longer be undone" in undo(admin, page)
    assert suspended() == ["alice@example.com"]


def test_the_list_offers_to_undo_what_was_done_last(alice, admin, act, suspended):
    act(admin, "suspend", alice, list="role=user")
    page = admin.get("/admin/users/?role=user")
    assert "1 user suspended" in page.text
    assert "Undone for 1 user" in undo(admin, page)
    assert suspended() == []
    page = admin.get("/admin/users/").text
    assert "1 user suspended" not in page
    assert "Undone for" not in page


@pytest.mark.parametrize(
    ("actions", "message"),
    [
        ([Action("x", "X", User.suspend), Action("x", "Y", User.suspend)], "the same name"),
        ([Action("x", "X", User.suspend, tone="loud")], "unknown tone: loud"),
        (
            [Action("x", "X", User.suspend, permission="users.edti")],
            "Unknown permission: users.edti",
        ),
    ],
)
def test_what_is_wrong_stops_the_start(actions, message, app):
    with another_app(app) as made, pytest.raises(ConfigError, match=message):
        administration.add(made, User, name="people", columns=["email"], actions=actions)
