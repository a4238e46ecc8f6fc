"""A passkey after the password."""

import pytest

from carafe.auth.models import Passkey, Session
from carafe.database import db
from carafe.testing.accounts import PASSWORD
from carafe.testing.authenticator import ask, ask_for_proof, encode, register, sent
from carafe.testing.authenticator import sign_in as enter
from carafe.testing.clock import later

pytestmark = pytest.mark.any_database

PATH = "/auth/second-factor"


@pytest.fixture
def key(app, alice):
    return register(app, alice)


@pytest.fixture
def challenged(key, alice, browser):
    """A browser that has sent Alice's password."""
    opened = browser()
    fields = {"email": alice.email, "password": PASSWORD}
    assert opened.submit("/auth/login?next=/things/", fields).location == f"{PATH}?next=/things/"
    return opened


@pytest.fixture
def sessions(app):
    def count():
        with app.app_context():
            return db.session.scalar(db.select(db.func.count(Session.id)))

    return count


def ask_for_passkey(browser):
    return ask(browser, PATH, f"{PATH}/passkey", f"{PATH}/passkey/options")


def test_it_signs_in_and_goes_on(key, challenged):
    form, request = ask_for_passkey(challenged)
    form.action += "?next=/things/"
    assert challenged.send(sent(form, key.get(request))).location == "/things/"
    assert challenged.get("/members").status_code == 200


def test_it_asks_for_the_passkeys_of_that_user(key, app, bob, challenged):
    register(app, bob)
    _, request = ask_for_passkey(challenged)
    assert [credential["id"] for credential in request["allowCredentials"]] == [encode(key.id)]
    assert request["userVerification"] == "preferred"


@pytest.mark.parametrize("user", [None, b"the user's own"])
def test_it_is_content_with_a_touch(user, key, challenged):
    """The password came before. Older security keys have no PIN, and no user handle."""
    form, request = ask_for_passkey(challenged)
    key.user = key.user if user else None
    assert challenged.send(sent(form, key.get(request, verified=False))).status_code == 303


def test_it_remembers_on_request(key, alice, visitor):
    fields = {"email": alice.email, "password": PASSWORD, "remember": "y"}
    visitor.submit("/auth/login", fields)
    form, request = ask_for_passkey(visitor)
    visitor.send(sent(form, key.get(request)))
    assert visitor.client.get_cookie("session").expires is not None


@pytest.mark.parametrize(
    "lie", [{"origin": "https://evil.example"}, {"rp": "evil.example"}, {"user": b"999"}], ids=str
)
def test_it_refuses_a_lie(lie, key, challenged, sessions):
    form, request = ask_for_passkey(challenged)
    answer = challenged.send(sent(form, key.get(request, **lie)))
    assert answer.status_code == 422
    assert "That passkey didn&#39;t work." in answer.text
    assert sessions() == 0


def test_it_refuses_the_passkey_of_somebody_else(app, bob, challenged, sessions):
    """Bob knows Alice's password."""
    his = register(app, bob)
    form, request = ask_for_passkey(challenged)
    assert challenged.send(sent(form, his.get(request))).status_code == 422
    assert sessions() == 0


def test_it_refuses_an_answer_used_before(key, challenged, browser, sessions):
    thief = browser()
    form, request = ask_for_passkey(challenged)
    challenged.copy_cookies_to(thief)
    sent(form, key.get(request, counter=0))
    assert challenged.send(form).location == "/dashboard"
    assert thief.send(form).location == "/auth/login"
    assert sessions() == 1


def test_its_proof_of_identity_signs_nobody_in(key, challenged):
    """The purposes cannot be exchanged."""
    assert enter(challenged, key).status_code == 303
    form, request = ask_for_proof(challenged)
    form.action = "/auth/passkeys/sign-in"
    assert challenged.send(sent(form, key.get(request))).status_code == 422


def test_it_asks_to_log_in_again_after_a_while(key, challenged, app, sessions):
    form, request = ask_for_passkey(challenged)
    later(app, minutes=21)
    assert challenged.send(sent(form, key.get(request))).location == "/auth/login"
    options = challenged.post(f"{PATH}/passkey/options", {"csrf_token": form.fields["csrf_token"]})
    assert options.status_code == 403
    assert sessions() == 0


def test_it_refuses_one_that_was_removed_on_the_way(alice, app, browser):
    register(app, alice)
    waiting = browser()
    waiting.submit("/auth/login", {"email": alice.email, "password": PASSWORD})
    form, _ = ask_for_passkey(waiting)
    with app.app_context():
        db.session.execute(db.delete(Passkey))
        db.session.commit()
    assert waiting.send(sent(form, "{}")).status_code == 422
