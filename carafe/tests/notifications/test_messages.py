"""Messages to one user, and to everyone."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import insert

from carafe.database import db
from carafe.database.sqlite import BUSY_TIMEOUT_SECONDS
from carafe.notifications import Message, delivery, send_message, send_message_to, withdraw_message
from carafe.notifications.models import Inbox, notification
from carafe.testing.database import statements
from carafe.tests.site.models import User

PAGE = "/account/notifications/"
TITLE, BODY = "We move on Saturday", "Nothing is lost."


@pytest.fixture
def send(app):
    """Sends a message to everyone; whether it is new."""

    def write(title=TITLE, body=BODY, submission=None):
        with app.app_context():
            return send_message(title, body, submission)

    return write


def test_it_reaches_everybody(alice, bob, send, sign_in, bell):
    assert send()
    for user in (alice, bob):
        browser = sign_in(user)
        assert bell(browser) == "1 unread notification"
        page = browser.get(PAGE).text
        assert page.count("We move on Saturday") == 1
        assert "Nothing is lost." in page
        assert bell(browser) == "1 unread notification"
        browser.submit(PAGE, action=f"{PAGE}read")
        assert bell(browser) == "Notifications"


def test_it_is_one_row_for_everybody_until_they_look(
    app, alice, bob, send, sign_in, notification_ids
):
    send()
    assert notification_ids() == []
    browser = sign_in(alice)
    browser.get(PAGE)
    browser.get(PAGE)
    assert len(notification_ids()) == 1


def test_it_comes_once_to_pages_that_are_opened_at_once(
    alice, send, sign_in, browser, notification_ids
):
    send()
    opened = [browser() for _ in range(6)]
    signed_in = sign_in(alice)
    for reader in opened:
        signed_in.copy_cookies_to(reader)
    with ThreadPoolExecutor(len(opened)) as pool:
        answers = list(pool.map(lambda reader: reader.get(PAGE), opened))
    assert {answer.status_code for answer in answers} == {200}
    # Who would have to wait for the others finds it the next time.
    assert {answer.text.count("We move on Saturday") for answer in answers} <= {0, 1}
    assert signed_in.get(PAGE).text.count("We move on Saturday") == 1
    assert len(notification_ids()) == 1


def test_it_does_not_come_back_when_it_was_deleted(alice, send, sign_in, notification_ids, bell):
    send()
    browser = sign_in(alice)
    browser.get(PAGE)
    browser.submit(PAGE, action=f"{PAGE}{notification_ids()[0]}/delete")
    assert "We move" not in browser.get(PAGE).text
    send("Another")
    assert bell(browser) == "1 unread notification"
    assert "Another" in browser.get(PAGE).text


def test_it_is_not_for_those_who_come_later(send, make_user, sign_in, bell):
    send()
    browser = sign_in(make_user("frank@example.com"))
    assert bell(browser) == "Notifications"
    assert "We move" not in browser.get(PAGE).text


def test_it_can_be_taken_back_from_those_who_have_not_looked(app, alice, bob, send, sign_in):
    send()
    seen = sign_in(alice)
    seen.get(PAGE)
    with app.app_context():
        id = db.session.scalar(db.select(Message.id))
        withdraw_message(id)
    assert "We move" in seen.get(PAGE).text
    assert "We move" not in sign_in(bob).get(PAGE).text


def test_it_is_sent_once_by_a_form_that_is_sent_twice(alice, send, sign_in):
    assert send(submission="form-1")
    assert not send(submission="form-1")
    assert sign_in(alice).get(PAGE).text.count(TITLE) == 1


def test_it_keeps_nobody_waiting_who_came_to_read(app, alice, send, sign_in, notify_user):
    notify_user(alice, "An older one")
    send()
    browser = sign_in(alice)
    with app.app_context(), db.engine.connect() as writer, ThreadPoolExecutor(1) as pool:
        writer.execute(insert(Inbox).values(user_id=alice.id, message_id=0))
        try:
            page = pool.submit(browser.get, PAGE).result(BUSY_TIMEOUT_SECONDS / 2)
        finally:
            writer.rollback()
    assert "An older one" in page.text
    assert "We move" in browser.get(PAGE).text


def test_it_comes_with_the_newest_alone(app, alice, sign_in, notification_titles, monkeypatch):
    for module in (delivery, notification):
        monkeypatch.setattr(module, "MAX_PER_USER", 5)
    with app.app_context():
        for number in range(7):
            Message.send(f"{number}", "")
        db.session.commit()
    browser = sign_in(alice)
    with statements(app) as queries:
        browser.get(PAGE)
    assert sum(statement.startswith("INSERT INTO notification") for statement in queries) == 5
    assert notification_titles(alice) == [str(number) for number in range(2, 7)]


def test_it_is_found_by_those_who_look_while_nothing_can_be_written(
    app, alice, send, sign_in, notify_user, monkeypatch
):
    notify_user(alice, "An older one")
    send()
    browser = sign_in(alice)

    def fail(*_, **__):
        raise db.exc.OperationalError("INSERT", {}, Exception("disk full"))

    with monkeypatch.context() as patch:
        patch.setattr("carafe.notifications.delivery.notify", fail)
        page = browser.get(PAGE)
    assert (page.status_code, "An older one" in page.text) == (200, True)
    assert "We move" in browser.get(PAGE).text


def test_it_reaches_one(app, alice, bob, sign_in, bell, events):
    with app.app_context():
        assert send_message_to(alice, TITLE, BODY, "form-1")
        assert not send_message_to(alice, TITLE, BODY, "form-1")
    assert bell(sign_in(alice)) == "1 unread notification"
    assert bell(sign_in(bob)) == "Notifications"
    assert [subject for _, subject, _ in events("message.sent")] == [alice.subject]


def test_it_costs_other_pages_no_query(app, alice, send, sign_in):
    send()
    browser = sign_in(alice)
    with statements(app) as queries:
        browser.get("/members")
    assert len(queries) == 1


def test_it_leaves_nothing_of_who_is_deleted(app, alice, send, sign_in):
    send()
    sign_in(alice).get(PAGE)
    with app.app_context():
        db.session.get_one(User, alice.id).delete()
        db.session.commit()
        assert db.session.scalars(db.select(Inbox)).all() == []
