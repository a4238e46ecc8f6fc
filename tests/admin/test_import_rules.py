"""What an import may set: no more than the form and the pages of the same declaration."""

import io
from types import SimpleNamespace

import pytest

from app.auth.models import User
from carafe import admin
from carafe.admin.lists.filters import Choice
from carafe.database import db
from carafe.jobs.worker import run_due
from carafe.testing.accounts import PASSWORD
from carafe.testing.apps import another_app
from carafe.testing.http import Browser

LIST = "/admin/people/"


@pytest.fixture(scope="module")
def made(application):
    with another_app(application) as app:
        fields = ["email", "role", "confirmed_at"]
        admin.add(
            app,
            User,
            name="people",
            columns=["email", "confirmed_at"],
            filters=[Choice(User.role, "role", "Role", {"user": "User", "staff": "Staff"})],
            operations=["read", "create", "edit"],
            form=["email"],
            denial_reason=lambda user, by: "That is you." if user.id == by.id else None,
            imports=admin.Import(fields, "email", lambda **v: User(password_hash="", **v)),
        )
        yield app


@pytest.fixture
def errors(made, carol):
    """Carol has a file checked, and its good rows brought in; what is wrong with the others."""
    browser = Browser(made.test_client())
    browser.submit("/auth/login", {"email": carol.email, "password": PASSWORD})

    def bring_in(*lines):
        text = "\n".join(["email,role,confirmed_at", *lines])
        form = browser.fill(f"{LIST}imports/")
        page = browser.send(form, {"file": (io.BytesIO(text.encode()), "x.csv")}).location
        browser.submit(page, action=f"{page}/check")
        run_due(made)
        browser.submit(page, {"mode": "good"}, action=f"{page}/rows")
        run_due(made)
        return browser.get(f"{page}/errors.csv").text

    return SimpleNamespace(of=bring_in, browser=browser)


@pytest.fixture
def roles(app):
    def read():
        with app.app_context():
            return dict(map(tuple, db.session.execute(db.select(User.email, User.role))))

    return read


def test_it_changes_nobody_whom_the_page_would_refuse(errors, alice, carol, roles):
    told = errors.of(f"{carol.email},user,", f"{alice.email},staff,")
    assert "2,,,That is you." in told
    assert roles() == {carol.email: "admin", alice.email: "staff"}


def test_it_sets_what_can_be_chosen_alone(errors, alice, bob, carol, roles):
    told = errors.of(f"{alice.email},admin,", f"{bob.email},staff,")
    assert '2,role,admin,"Write one of user, staff."' in told
    assert roles() == {carol.email: "admin", alice.email: "user", bob.email: "staff"}


def test_it_sets_no_time_that_no_list_can_show(app, errors, carol):
    with app.app_context():
        db.session.execute(db.update(User).values(time_zone="Asia/Tokyo"))
        db.session.commit()
    told = errors.of(
        "a@example.com,user,9999-12-31 23:59",
        "b@example.com,user,0001-01-01 00:00",
        "c@example.com,user,9998-12-31 23:59",
    )
    assert told.count("Enter a year from 1000 to 9998.") == 2
    assert errors.browser.get(LIST).status_code == 200
