"""Log in with a passkey and nothing else."""

import json
import time
from datetime import timedelta
from types import SimpleNamespace

import pytest

from carafe.auth import challenges, passkeys
from carafe.auth.models import Passkey, Session
from carafe.database import db
from carafe.security.rate_limits import RateLimit
from carafe.testing import authenticator
from carafe.testing.accounts import PASSWORD
from carafe.testing.authenticator import Authenticator, ask_to_sign_in, register, sent

REFUSED = "That passkey didn&#39;t work."
enter = authenticator.sign_in  # not the fixture, which logs in with a password


@pytest.fixture
def key(app, alice):
    """Alice's passkey, who is nowhere logged in."""
    return register(app, alice)


@pytest.fixture
def is_refused(app):
    def check(answer, text=REFUSED):
        with app.app_context():
            sessions = db.session.scalar(db.select(db.func.count(Session.id)))
        return answer.status_code == 422 and text in answer.text and sessions == 0

    return check


def test_it_signs_in(key, visitor):
    answer = enter(visitor, key)
    assert (answer.status_code, answer.location) == (303, "/dashboard")
    assert "Alice" in visitor.get("/members").text


def test_it_is_both_factors(key, alice, visitor):
    """The password alone is not, once there is a passkey."""
    fields = {"email": alice.email, "password": PASSWORD}
    assert "/auth/second-factor" in visitor.submit("/auth/login", fields).location
    assert enter(visitor, key).location == "/dashboard"


def test_it_leads_to_what_was_asked_for(key, visitor):
    form = visitor.form(
        visitor.get("/auth/login?next=/things/"), "/auth/passkeys/sign-in?next=/things/"
    )
    options = {"csrf_token": form.fields["csrf_token"]}
    request = json.loads(visitor.post("/auth/passkeys/options", options).text)
    form.fields["challenge"] = request["challenge"]
    assert visitor.send(sent(form, key.get(request["publicKey"]))).location == "/things/"


def test_it_leads_to_no_other_site(key, visitor):
    form, request = ask_to_sign_in(visitor)
    form.action += "?next=//evil.example"
    assert visitor.send(sent(form, key.get(request))).location == "/dashboard"


@pytest.mark.parametrize("remembered", [True, False])
def test_it_remembers_on_request(remembered, key, app, visitor):
    form, request = ask_to_sign_in(visitor)
    visitor.send(sent(form, key.get(request)), {"remember": "y"} if remembered else {})
    assert (visitor.client.get_cookie("session").expires is not None) == remembered
    with app.app_context():
        assert db.session.scalar(db.select(Session.remembered)) == remembered


def test_it_asks_the_same_whoever_it_is(key, visitor, browser):
    """No list of credentials: it would say for whom there is an account."""
    for opened in (visitor, browser()):
        _, request = ask_to_sign_in(opened)
        assert request["allowCredentials"] == []
        assert request["userVerification"] == "required"
        assert request["rpId"] == "localhost"


def test_it_refuses_the_suspended(key, app, alice, visitor, is_refused):
    with app.app_context():
        db.session.merge(alice).suspend()
        db.session.commit()
    assert is_refused(enter(visitor, key), "This account is suspended. Contact support.")


def test_it_refuses_a_passkey_that_was_removed(key, app, visitor, is_refused):
    form, request = ask_to_sign_in(visitor)
    with app.app_context():
        db.session.execute(db.delete(Passkey))
        db.session.commit()
    assert is_refused(visitor.send(sent(form, key.get(request))))


@pytest.mark.parametrize(
    "lie",
    [
        {"origin": "https://evil.example"},
        {"origin": "https://localhost"},
        {"origin": "http://localhost:8000"},
        {"rp": "evil.example"},
        {"challenge": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
        {"type": "webauthn.create"},
        {"present": False},
        {"verified": False},
        {"signed": b"something else"},
        {"id": b"nobody's credential"},
        {"id": b""},
        {"user": b"999"},
        {"user": b""},
    ],
    ids=str,
)
def test_it_refuses_a_lie(lie, key, visitor, is_refused):
    assert is_refused(enter(visitor, key, **lie))


def test_it_refuses_the_key_of_somebody_else(key, app, bob, browser, visitor, is_refused):
    """Bob signs, and says that it was Alice's passkey, or that he is Alice."""
    his = register(app, bob)
    assert is_refused(enter(visitor, his, id=key.id, user=key.user))
    assert is_refused(enter(browser(), his, user=key.user))


def test_it_refuses_what_was_changed_after_signing(key, visitor, is_refused):
    form, request = ask_to_sign_in(visitor)
    credential = key.get(request)
    other = key.get(request, counter=100)
    credential["response"]["authenticatorData"] = other["response"]["authenticatorData"]
    assert is_refused(visitor.send(sent(form, credential)))


def test_it_refuses_an_answer_used_before(key, visitor, browser, is_refused):
    form, request = ask_to_sign_in(visitor)
    thief = browser()
    visitor.copy_cookies_to(thief)
    sent(form, key.get(request, counter=0))  # as synchronized ones: no counter gives it away
    assert visitor.send(form).status_code == 303
    visitor.submit("/members", action="/auth/logout")
    assert is_refused(thief.send(form))


def test_it_uses_up_a_challenge_even_by_a_failure(key, visitor, is_refused):
    form, request = ask_to_sign_in(visitor)
    assert is_refused(visitor.send(sent(form, key.get(request, verified=False))))
    assert is_refused(visitor.send(sent(form, key.get(request))))


def test_it_refuses_the_challenge_of_another_browser(key, visitor, browser, is_refused):
    form, request = ask_to_sign_in(visitor)
    other, _ = ask_to_sign_in(thief := browser())
    other.fields["challenge"] = form.fields["challenge"]
    assert is_refused(thief.send(sent(other, key.get(request))))
    assert visitor.send(sent(form, key.get(request))).status_code == 303


def test_it_takes_either_of_two_tabs(key, visitor):
    first, request = ask_to_sign_in(visitor)
    ask_to_sign_in(visitor)
    assert visitor.send(sent(first, key.get(request))).status_code == 303


def test_it_refuses_the_challenge_for_another_purpose(key, alice, visitor, is_refused):
    visitor.submit("/auth/login", {"email": alice.email, "password": PASSWORD})
    form, _ = ask_to_sign_in(visitor)
    options = {"csrf_token": form.fields["csrf_token"]}
    request = json.loads(visitor.post("/auth/second-factor/passkey/options", options).text)
    form.fields["challenge"] = request["challenge"]
    assert is_refused(visitor.send(sent(form, key.get(request["publicKey"]))))


def test_it_refuses_a_challenge_from_long_ago(key, visitor, is_refused, monkeypatch):
    form, request = ask_to_sign_in(visitor)
    timestamp = time.time() + 301
    monkeypatch.setattr(challenges, "time", SimpleNamespace(time=lambda: timestamp))
    assert is_refused(visitor.send(sent(form, key.get(request))), "Timed out.")


GARBAGE = (
    "",
    "nonsense",
    "null",
    "[]",
    "[" * 5000,
    '{"id": 1}',
    '{"id": "\\ud800", "rawId": "\\ud800", "type": "public-key", "response": {}}',
    "\0",
    "x" * 100_000,
)


def test_it_refuses_garbage(key, visitor, is_refused):
    for garbage in GARBAGE:
        form, _ = ask_to_sign_in(visitor)
        assert is_refused(visitor.send(sent(form, garbage))), garbage[:10]


def test_it_refuses_to_read_without_end(key, visitor, is_refused):
    form, request = ask_to_sign_in(visitor)
    assert is_refused(visitor.send(sent(form, key.get(request) | {"more": "x" * 20_000})))


@pytest.mark.parametrize("value", ["", "!", "AAAA", None, []])
def test_it_refuses_a_broken_part(value, key, visitor, is_refused):
    for part in ("clientDataJSON", "authenticatorData", "signature", "userHandle"):
        form, request = ask_to_sign_in(visitor)
        credential = key.get(request)
        credential["response"][part] = value
        assert is_refused(visitor.send(sent(form, credential))), part


def test_it_refuses_a_challenge_that_is_not_ours(key, visitor, is_refused):
    form, request = ask_to_sign_in(visitor)
    for challenge in ("", "nonsense", "é", "gAAAAA" + "A" * 200):
        form.fields["challenge"] = challenge
        assert is_refused(visitor.send(sent(form, key.get(request)))), challenge


def test_it_does_not_count_what_was_good(key, browser, monkeypatch):
    monkeypatch.setattr(passkeys, "ATTEMPTS", RateLimit("passkey", 2, timedelta(minutes=15)))
    assert [enter(browser(), key).status_code for _ in range(3)] == [303] * 3
    assert [enter(browser(), key, verified=False).status_code for _ in range(3)] == [422, 422, 429]


def test_it_refuses_a_counter_that_went_back(key, visitor, browser, mailbox, alice, app):
    """A copy of the key signs; its owner is told. The one that counts on still logs in."""
    assert enter(browser(), key, counter=7).status_code == 303
    for counter in (7, 6, 0):
        assert enter(visitor, key, counter=counter).status_code == 422
    mails = [mail["Subject"] for mail in mailbox.to(alice.email)]
    assert mails.count("We blocked a passkey login") == 3
    assert enter(browser(), key, counter=8).status_code == 303


def test_it_tells_nobody_of_a_counter_that_is_not_signed(key, visitor, browser, mailbox, alice):
    assert enter(browser(), key, counter=7).status_code == 303
    assert enter(visitor, key, counter=6, signed=b"x").status_code == 422
    assert "blocked" not in mailbox.to(alice.email)[-1]["Subject"]


def test_it_accepts_keys_that_do_not_count(key, browser):
    for _ in range(2):
        assert enter(browser(), key, counter=0).status_code == 303


def test_it_refuses_a_key_nobody_added(visitor, alice, is_refused):
    stranger = Authenticator()
    stranger.user = str(alice.id).encode()
    assert is_refused(enter(visitor, stranger))


def test_it_outlives_a_change_of_key(key, app, browser, monkeypatch):
    """A page fetched its challenge before SECRET_KEY changed, and sends it afterwards."""
    visitor = browser()
    form, request = ask_to_sign_in(visitor)
    old = app.config["SECRET_KEY"]
    monkeypatch.setitem(app.config, "SECRET_KEY", "another key, quite as long as the first")
    monkeypatch.setitem(app.config, "SECRET_KEY_FALLBACKS", [old])
    assert visitor.send(sent(form, key.get(request))).status_code == 303
