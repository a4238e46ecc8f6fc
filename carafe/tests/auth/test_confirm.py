"""Confirming an email address."""

import re

import pytest

from carafe.database import db
from carafe.testing.clock import later
from carafe.testing.registration import NEW_PASSWORD
from carafe.tests.site.models import User
from carafe.tests.site.settings import HOME
from carafe.time import now


@pytest.fixture
def is_confirmed(app):
    def look(user):
        with app.app_context():
            stored = User.by_email(user.email)
            return stored is not None and stored.confirmed_at is not None

    return look


def plain(page):
    """What a page says, without what is new on each."""
    return re.sub(r'"[\w.-]{60,}"', "", page.text)


def test_it_changes_nothing_before_the_button(erin, request_link, visitor, is_confirmed):
    path = request_link(erin, "confirm")
    assert visitor.client.head(path).status_code == 200
    page = visitor.get(path)
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert not is_confirmed(erin)


def test_it_confirms_at_the_button_and_once(erin, request_link, visitor, is_confirmed):
    path = request_link(erin, "confirm")
    form = visitor.fill(path)
    form.fields["password"] = NEW_PASSWORD
    answer = visitor.send(form)
    assert (answer.status_code, answer.location) == (303, HOME)
    assert is_confirmed(erin)
    assert visitor.get(path).status_code == 404
    assert visitor.send(form).status_code == 404


def test_it_does_not_sign_in(erin, request_link, visitor):
    visitor.submit(request_link(erin, "confirm"), {"password": NEW_PASSWORD})
    assert visitor.get("/members").status_code == 303


def test_it_is_for_the_owner_of_the_link_whoever_clicks(
    erin, make_user, request_link, sign_in, is_confirmed
):
    frank = make_user("frank@example.com", confirmed_at=None)
    answer = sign_in(frank).submit(request_link(erin, "confirm"), {"password": NEW_PASSWORD})
    assert answer.status_code == 303
    assert is_confirmed(erin)
    assert not is_confirmed(frank)


def test_it_works_for_a_day(app, erin, request_link, visitor, is_confirmed):
    path = request_link(erin, "confirm")
    later(app, hours=23, minutes=59)
    form = visitor.fill(path)
    later(app, minutes=2)
    assert visitor.get(path).status_code == 404
    assert visitor.send(form, {"password": NEW_PASSWORD}).status_code == 404
    assert not is_confirmed(erin)


def test_it_says_the_same_of_every_link_that_does_not_work(
    app, erin, make_user, request_link, visitor, browser, is_confirmed
):
    def change(user, **values):
        with app.app_context():
            db.session.execute(db.update(User).where(User.id == user.id).values(values))
            db.session.commit()

    moved, gone, shut = (
        make_user(f"{n}@example.com", confirmed_at=None) for n in ("moved", "gone", "shut")
    )
    paths = {name: request_link(user, "confirm") for name, user in
             {"moved": moved, "gone": gone, "shut": shut, "used": erin}.items()}  # fmt: skip
    change(moved, email="elsewhere@example.com")
    change(shut, suspended_at=now())
    with app.app_context():
        db.session.delete(db.session.get(User, gone.id))
        db.session.commit()
    browser().submit(paths["used"], {"password": NEW_PASSWORD})

    token = request_link(moved_back := make_user("late@example.com", confirmed_at=None), "confirm")
    reset = request_link(moved_back, "reset").rpartition("/")[2]
    paths |= {
        "truncated": token[:-1],
        "lengthened": token + "x",
        "of another purpose": f"/auth/confirm/{reset}",
        "invented": "/auth/confirm/x",
        "with NUL": "/auth/confirm/%00",
        "with surrogates": "/auth/confirm/%ED%A0%80",
        "very long": "/auth/confirm/" + "x" * 5_000,
    }
    csrf = {"csrf_token": visitor.token()}
    answers = {name: (visitor.get(path), visitor.post(path, csrf)) for name, path in paths.items()}
    assert {a.status_code for pair in answers.values() for a in pair} == {404}
    assert len({plain(a) for pair in answers.values() for a in pair}) == 1
    with app.app_context():
        users = [db.session.get_one(User, user.id) for user in (moved, shut, moved_back)]
        assert [user.confirmed_at for user in users] == [None] * 3


def test_it_does_not_take_a_link_to_reset_a_password_nor_the_reverse(
    alice, erin, request_link, visitor
):
    confirm = request_link(erin, "confirm").rpartition("/")[2]
    reset = request_link(alice, "reset").rpartition("/")[2]
    assert visitor.get(f"/auth/reset/{confirm}").status_code == 404
    assert visitor.get(f"/auth/confirm/{reset}").status_code == 404
    assert visitor.get(f"/auth/reset/{reset}").status_code == 200


def test_it_keeps_the_unconfirmed_out_of_what_wants_an_address(alice, erin, sign_in):
    assert sign_in(erin).get("/things/new").location == "/auth/confirm"
    assert sign_in(alice).get("/things/new").status_code == 200
