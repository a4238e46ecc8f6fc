"""Passwords are the same however a keyboard or a program encodes their characters."""

import unicodedata

import pytest
from argon2 import PasswordHasher

from carafe.database import db
from carafe.testing.accounts import CHEAP_HASHER
from carafe.tests.site.models import User

pytestmark = pytest.mark.any_database

PASSWORD = "naïve Ärzte, 2½ Flöße…"
FORMS = "NFC", "NFD", "NFKC", "NFKD"


@pytest.fixture
def enters(browser, alice):
    def attempt(password):
        fields = {"email": alice.email, "password": password}
        return browser().submit("/auth/login", fields).status_code == 303

    return attempt


@pytest.fixture
def stored_as(app, alice):
    """Gives Alice the hash of some text, as from before passwords were normalized."""

    def store(text):
        with app.app_context():
            user = db.session.get_one(User, alice.id)
            user.password_hash = CHEAP_HASHER.hash(text.encode())
            db.session.commit()

    return store


@pytest.fixture
def is_hash_of(app, alice):
    def verify(text):
        with app.app_context():
            password_hash = db.session.get_one(User, alice.id).password_hash
        try:
            return CHEAP_HASHER.verify(password_hash, text.encode())
        except Exception:
            return False

    return verify


def spelled(form, text=PASSWORD):
    return unicodedata.normalize(form, text)


@pytest.mark.parametrize("spelling", FORMS)
def test_it_opens_the_account_however_it_is_spelled(spelling, visitor, browser, register):
    assert register(visitor, password=spelled(spelling)).status_code == 303
    for typed in FORMS:
        fields = {"email": "new@example.com", "password": spelled(typed)}
        assert browser().submit("/auth/login", fields).status_code == 303, typed


@pytest.mark.parametrize("typed", FORMS)
def test_it_is_the_current_one_and_a_proof_however_it_is_spelled(
    typed, visitor, register, is_hash_of
):
    register(visitor, password=PASSWORD)
    visitor.submit("/auth/login", {"email": "new@example.com", "password": PASSWORD})
    proof = visitor.submit("/auth/reauthenticate", {"password": spelled(typed)})
    assert proof.status_code == 303
    fields = {"current_password": spelled(typed), "password": "a new one, of ASCII"}
    assert visitor.submit("/account/password", fields).status_code == 303


@pytest.mark.parametrize("typed", ["NFC", "NFD"])
@pytest.mark.parametrize("stored", ["NFC", "NFD"])
def test_one_from_before_still_opens_it_and_is_hashed_anew(
    stored, typed, stored_as, enters, is_hash_of
):
    stored_as(spelled(stored))
    assert not enters("naïve Ärzte, 2½ Flöße")
    assert enters(spelled(typed))
    assert is_hash_of(spelled("NFKC"))
    assert enters(spelled("NFKD"))


def test_one_of_plain_letters_is_not_hashed_anew(stored_as, enters, is_hash_of, app, alice):
    stored_as("only plain letters")
    with app.app_context():
        before = db.session.get_one(User, alice.id).password_hash
    assert enters("only plain letters")
    with app.app_context():
        assert db.session.get_one(User, alice.id).password_hash == before


def test_another_is_refused(stored_as, enters):
    stored_as(spelled("NFC"))
    assert not enters(PASSWORD.replace("Ä", "A"))
    assert not enters(PASSWORD.upper())


def test_it_takes_as_much_work_for_an_unknown_address(alice, enters, browser, monkeypatch):
    work: list[int] = []
    verify = PasswordHasher.verify

    def counted(hasher, hash, password):
        work[-1] += 1
        return verify(hasher, hash, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    for email in (alice.email, "nobody@example.com"):
        work.append(0)
        browser().submit("/auth/login", {"email": email, "password": PASSWORD})
    assert work[0] == work[1]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_its_length_is_that_of_what_one_sees(form, visitor, browser, register):
    longest = spelled(form, "é" * 256)
    assert register(visitor, password=longest).status_code == 303
    fields = {"email": "new@example.com", "password": longest}
    assert browser().submit("/auth/login", fields).status_code == 303
    response = register(browser(), password=spelled(form, "é" * 257))
    assert response.status_code == 422
    assert "at most 256 characters" in response.text


def test_too_long_a_one_is_refused_at_once(visitor, register):
    marks = "a" + "\u0301\u0316" * 10_000
    assert "at most 256 characters" in register(visitor, password=marks).text
