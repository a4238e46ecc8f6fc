"""Messages of an administrator: to one, and to everybody."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import insert

from carafe.database import db
from carafe.database.sqlite import BUSY_TIMEOUT_SECONDS
from carafe.notifications import Message
from carafe.notifications.models import Inbox
from carafe.notifications.models.notification import MAX_PER_USER
from carafe.testing.database import statements

PAGE = "/admin/messages/"
LIST = "/account/notifications/"
WORDS = {"title": "We move on Saturday", "body": "Nothing is lost."}


@pytest.fixture
def office(carol, sign_in):
    return sign_in(carol)


def test_it_reaches_everybody(alice, bob, office, sign_in, bell):
    assert office.submit(PAGE, WORDS).status_code == 303
    for user in (alice, bob):
        browser = sign_in(user)
        assert bell(browser) == "1 unread notification"
        page = browser.get(LIST).text
        assert page.count("We move on Saturday") == 1
        assert "Nothing is lost." in page
        assert bell(browser) == "1 unread notification"
        browser.submit(LIST, action=f"{LIST}read")
        assert bell(browser) == "Notifications"


def test_it_is_one_row_for_everybody_until_they_look(app, alice, bob, office, sign_in, ids):
    office.submit(PAGE, WORDS)
    assert ids() == []
    browser = sign_in(alice)
    browser.get(LIST)
    browser.get(LIST)
    assert len(ids()) == 1


def test_it_comes_once_to_pages_that_are_opened_at_once(alice, office, sign_in, browser, ids):
    office.submit(PAGE, WORDS)
    opened = [browser() for _ in range(6)]
    signed_in = sign_in(alice)
    for one in opened:
        signed_in.copy_cookies_to(one)
    with ThreadPoolExecutor(len(opened)) as pool:
        answers = list(pool.map(lambda one: one.get(LIST), opened))
    assert {answer.status_code for answer in answers} == {200}
    # Who would have to wait for the others finds it the next time.
    assert {answer.text.count("We move on Saturday") for answer in answers} <= {0, 1}
    assert signed_in.get(LIST).text.count("We move on Saturday") == 1
    assert len(ids()) == 1


def test_it_does_not_come_back_when_it_was_deleted(alice, office, sign_in, ids, bell):
    office.submit(PAGE, WORDS)
    browser = sign_in(alice)
    browser.get(LIST)
    browser.submit(LIST, action=f"{LIST}{ids()[0]}/delete")
    assert "We move" not in browser.get(LIST).text
    office.submit(PAGE, {"title": "Another"})
    assert bell(browser) == "1 unread notification"
    assert "Another" in browser.get(LIST).text


def test_it_is_not_for_those_who_come_later(office, make_user, sign_in, bell):
    office.submit(PAGE, WORDS)
    browser = sign_in(make_user("frank@example.com"))
    assert bell(browser) == "Notifications"
    assert "We move" not in browser.get(LIST).text


def test_it_can_be_taken_back_from_those_who_have_not_looked(app, alice, bob, office, sign_in):
    office.submit(PAGE, WORDS)
    seen = sign_in(alice)
    seen.get(LIST)
    with app.app_context():
        id = db.session.scalar(db.select(Message.id))
    assert office.submit(PAGE, action=f"{PAGE}{id}/delete").status_code == 303
    assert "We move" in seen.get(LIST).text
    assert "We move" not in sign_in(bob).get(LIST).text


def test_it_is_sent_once_by_a_form_that_is_sent_twice(alice, office, sign_in):
    form = office.fill(PAGE)
    for _ in range(2):
        assert office.send(form, WORDS).status_code == 303
    assert sign_in(alice).get(LIST).text.count("We move on Saturday") == 1


@pytest.mark.parametrize("page", [PAGE, "/admin/users/{}/messages"])
def test_it_is_sent_anew_with_another_text(page, alice, office, sign_in):
    page = page.format(alice.id)
    form = office.fill(page)
    assert "sent already" not in office.send(form, WORDS, follow_redirects=True).text
    assert "sent already" in office.send(form, WORDS, follow_redirects=True).text
    mended = WORDS | {"body": "Nearly nothing is lost."}
    assert "sent already" not in office.send(form, mended, follow_redirects=True).text
    assert "Nearly nothing is lost." in sign_in(alice).get(LIST).text


@pytest.mark.parametrize("submission", ["\0", "x" * 33, "a b", "x\n"])
def test_it_is_refused_from_a_form_that_somebody_made_up(submission, alice, office):
    for page in (PAGE, f"/admin/users/{alice.id}/messages"):
        assert office.submit(page, WORDS | {"submission": submission}).status_code == 422


def test_it_keeps_nobody_waiting_who_came_to_read(app, alice, office, sign_in, tell):
    tell(alice, "An older one")
    office.submit(PAGE, WORDS)
    browser = sign_in(alice)
    with app.app_context(), db.engine.connect() as writer, ThreadPoolExecutor(1) as pool:
        writer.execute(insert(Inbox).values(user_id=alice.id, message_id=0))
        try:
            page = pool.submit(browser.get, LIST).result(BUSY_TIMEOUT_SECONDS / 2)
        finally:
            writer.rollback()
    assert "An older one" in page.text
    assert "We move" in browser.get(LIST).text


def test_it_comes_with_the_newest_alone(app, alice, sign_in, told, bell):
    with app.app_context():
        for number in range(MAX_PER_USER + 2):
            Message.send(f"{number}", "")
        db.session.commit()
    browser = sign_in(alice)
    with statements(app) as asked:
        browser.get(LIST)
    assert (
        sum(statement.startswith("INSERT INTO notification") for statement in asked) == MAX_PER_USER
    )
    assert told(alice) == [str(number) for number in range(2, MAX_PER_USER + 2)]
    assert bell(browser) == "More than 99 unread notifications"


def test_it_is_found_by_those_who_look_while_nothing_can_be_written(
    app, alice, office, sign_in, tell, monkeypatch
):
    tell(alice, "An older one")
    office.submit(PAGE, WORDS)
    browser = sign_in(alice)

    def fail(*_, **__):
        raise db.exc.OperationalError("INSERT", {}, Exception("disk full"))

    with monkeypatch.context() as patch:
        patch.setattr("carafe.notifications.delivery.notify", fail)
        page = browser.get(LIST)
    assert (page.status_code, "An older one" in page.text) == (200, True)
    assert "We move" in browser.get(LIST).text


def test_it_reaches_one(alice, bob, office, sign_in, bell):
    page = f"/admin/users/{alice.id}/messages"
    form = office.fill(page)
    for _ in range(2):
        answer = office.send(form, WORDS)
        assert answer.location == f"/admin/users/{alice.id}"
    assert bell(sign_in(alice)) == "1 unread notification"
    assert bell(sign_in(bob)) == "Notifications"
    assert office.get("/admin/users/4711/messages").status_code == 404


def test_it_is_audited(alice, office):
    office.submit(PAGE, WORDS)
    office.submit(f"/admin/users/{alice.id}/messages", {"title": "Only you"})
    trail = office.get("/admin/audit/?q=message.").text
    assert trail.count("<code>message.sent</code>") == 2
    assert f"user:{alice.id}" in trail


@pytest.mark.parametrize("title", ["", " \n ", "x" * 201])
def test_it_needs_a_title(title, alice, office, sign_in, bell):
    for page in (PAGE, f"/admin/users/{alice.id}/messages"):
        answer = office.submit(page, {"title": title, "body": "Kept."})
        assert answer.status_code == 422
        assert "Kept." in answer.text
    assert bell(sign_in(alice)) == "Notifications"


def test_it_costs_other_pages_no_query(app, alice, office, sign_in):
    office.submit(PAGE, WORDS)
    browser = sign_in(alice)
    with statements(app) as asked:
        browser.get("/members")
    assert len(asked) == 1


def test_it_leaves_nothing_of_who_is_deleted(app, alice, office, sign_in):
    office.submit(PAGE, WORDS)
    sign_in(alice).get(LIST)
    office.submit(f"/admin/users/{alice.id}", action=f"/admin/users/{alice.id}/delete")
    with app.app_context():
        assert db.session.scalars(db.select(Inbox)).all() == []
