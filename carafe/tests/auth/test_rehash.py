"""Passwords that were hashed with other parameters."""

import pytest

from carafe.database import db
from carafe.testing.accounts import CHEAP_HASHER, PASSWORD
from carafe.tests.site.models import User

pytestmark = pytest.mark.usefixtures("real_hashes")


@pytest.fixture
def hash_of(app):
    def look(user):
        with app.app_context():
            return db.session.get_one(User, user.id).password_hash

    return look


def test_it_hashes_anew_at_the_next_log_in(app, alice, log_in, hash_of):
    before = log_in(alice)
    with app.app_context():
        db.session.get_one(User, alice.id).password_hash = CHEAP_HASHER.hash(PASSWORD)
        db.session.commit()
    log_in(alice)
    renewed = hash_of(alice)
    assert renewed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    log_in(alice)
    assert hash_of(alice) == renewed
    assert before.get("/members").status_code == 200


def test_it_hashes_anew_over_a_session_of_the_same_browser(app, alice, log_in, hash_of):
    browser = log_in(alice)
    with app.app_context():
        db.session.get_one(User, alice.id).password_hash = CHEAP_HASHER.hash(PASSWORD)
        db.session.commit()
    fields = {"email": alice.email, "password": PASSWORD, "csrf_token": browser.token()}
    assert browser.post("/auth/login", fields).status_code == 303
    assert hash_of(alice).startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_it_leaves_a_wrong_password_alone(app, alice, visitor, hash_of):
    cheap = CHEAP_HASHER.hash(PASSWORD)
    with app.app_context():
        db.session.get_one(User, alice.id).password_hash = cheap
        db.session.commit()
    visitor.submit("/auth/login", {"email": alice.email, "password": "a wrong one"})
    assert hash_of(alice) == cheap


@pytest.mark.parametrize("broken", ["", "x", "$argon2id$", "$2b$12$abcdefghijklmnopqrstuv"])
def test_it_refuses_what_is_no_hash(broken, app, alice, visitor):
    with app.app_context():
        db.session.get_one(User, alice.id).password_hash = broken
        db.session.commit()
    answer = visitor.submit("/auth/login", {"email": alice.email, "password": PASSWORD})
    assert answer.status_code == 422
