"""What an import may set: no more than the form and the pages of the same declaration."""

import pytest

from carafe import admin
from carafe.admin.lists.filters import Choice
from carafe.database import db
from carafe.testing.apps import another_app
from carafe.testing.imports import Importer
from carafe.testing.sessions import open_session
from carafe.tests.site.models import User

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
            imports=admin.Import(
                fields, "email", lambda **values: User(password_hash="", **values)
            ),
        )
        yield app


@pytest.fixture
def people(made, carol):
    return Importer(made, open_session(made, carol), LIST)


@pytest.fixture
def errors(people):
    """Import the good rows of a file; return what is wrong with the others."""

    def bring_in(*lines):
        people.check("\n".join(["email,role,confirmed_at", *lines]))
        people.bring_in()
        return people.browser.get(f"{people.page}/errors.csv").text

    return bring_in


@pytest.fixture
def roles(app):
    def read():
        with app.app_context():
            return dict(map(tuple, db.session.execute(db.select(User.email, User.role))))

    return read


def test_it_changes_nobody_whom_the_page_would_refuse(errors, alice, carol, roles):
    file = errors(f"{carol.email},user,", f"{alice.email},staff,")
    assert "2,,,That is you." in file
    assert roles() == {carol.email: "admin", alice.email: "staff"}


def test_it_sets_what_can_be_chosen_alone(errors, alice, bob, carol, roles):
    file = errors(f"{alice.email},admin,", f"{bob.email},staff,")
    assert '2,role,admin,"Use one of: user, staff."' in file
    assert roles() == {carol.email: "admin", alice.email: "user", bob.email: "staff"}


def test_it_sets_no_time_that_no_list_can_show(app, errors, people):
    with app.app_context():
        db.session.execute(db.update(User).values(time_zone="Asia/Tokyo"))
        db.session.commit()
    file = errors(
        "a@example.com,user,9999-12-31 23:59",
        "b@example.com,user,0001-01-01 00:00",
        "c@example.com,user,9998-12-31 23:59",
    )
    assert file.count("Use a year between 1000 and 9998.") == 2
    assert people.browser.get(LIST).status_code == 200
