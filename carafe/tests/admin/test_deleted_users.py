"""What stays of users who were deleted."""

import pytest

from carafe.database import db
from carafe.tests.site.models import User


@pytest.fixture
def delete(app):
    def call(user):
        with app.app_context():
            db.session.get_one(User, user.id).delete()
            db.session.commit()

    return call


def test_what_they_did_stays_without_who_and_what(alice, sign_in, delete, events):
    sign_in(alice).submit("/members", {"name": "Alicia"})
    delete(alice)
    assert events("user.renamed") == [(alice.subject, alice.subject, {})]


def test_what_they_did_to_others_stays(bob, make_user, sign_in, delete, events):
    other = make_user("oscar@example.com", role="admin")
    make_user("second@example.com", role="admin")
    sign_in(other).submit(f"/admin/users/{bob.id}/delete")
    assert events("user.deleted") == [(other.email, bob.subject, {})]
    delete(other)
    assert events("user.deleted")[0] == (other.subject, bob.subject, {})


def test_their_id_is_given_to_nobody(alice, make_user, delete):
    last = make_user("last@example.com")
    delete(last)
    assert make_user("next@example.com").id > last.id
