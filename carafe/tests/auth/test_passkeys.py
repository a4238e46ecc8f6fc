"""One's passkeys: add, name, list, rename, remove."""

import pytest

from carafe.audit import AuditEvent
from carafe.auth.models import Passkey, RecoveryCode
from carafe.auth.models.passkey import MAX_PASSKEYS, PASSKEY_NAME_LENGTH
from carafe.database import db
from carafe.testing.accounts import PASSWORD
from carafe.testing.authenticator import Authenticator, add, ask_to_add, decode, sent
from carafe.testing.authenticator import sign_in as enter
from carafe.testing.two_factor import recovery_codes

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"


@pytest.fixture
def browser_of_alice(alice, sign_in):
    return sign_in(alice)


@pytest.fixture
def names(app):
    def read():
        with app.app_context():
            return list(db.session.scalars(db.select(Passkey.name).order_by(Passkey.id)))

    return read


@pytest.fixture
def first_id(app):
    def read():
        with app.app_context():
            return db.session.scalar(db.select(db.func.min(Passkey.id)))

    return read


@pytest.fixture
def remove(first_id):
    def send(browser):
        action = f"/account/passkeys/{first_id()}/delete"
        return browser.submit("/account/passkeys", action=action)

    return send


@pytest.fixture
def codes_left(app):
    def count():
        with app.app_context():
            return db.session.scalar(db.select(db.func.count(RecoveryCode.id)))

    return count


def test_it_adds_one_and_tells_its_owner(alice, browser_of_alice, names, mailbox, app):
    add(browser_of_alice, "My phone")
    assert names() == ["My phone"]
    assert "My phone" in browser_of_alice.get("/account/passkeys").text
    mail = mailbox.to(alice.email)[-1]
    assert mail["Subject"] == "Passkey added"
    assert "My phone" in mail.get_body(("plain",)).get_content()
    with app.app_context():
        event = db.session.scalar(db.select(AuditEvent).filter_by(action="passkey.added"))
        assert (event.subject, event.actor) == (f"user:{alice.id}", alice.email)


def test_it_shows_recovery_codes_with_the_first(browser_of_alice, alice, browser):
    """Else a lost phone would lock her out."""
    form, request = ask_to_add(browser_of_alice)
    page = browser_of_alice.send(sent(form, Authenticator().create(request))).text
    codes = recovery_codes(page)
    assert len(codes) == 10
    form, request = ask_to_add(browser_of_alice)
    answer = browser_of_alice.send(sent(form, Authenticator().create(request)))
    assert answer.status_code == 303
    other = browser()
    other.submit("/auth/login", {"email": alice.email, "password": PASSWORD})
    assert other.submit("/auth/second-factor", {"code": codes[0]}).location == "/dashboard"


def test_it_drops_the_recovery_codes_with_the_last(browser_of_alice, remove, codes_left):
    add(browser_of_alice)
    add(browser_of_alice)
    remove(browser_of_alice)
    assert codes_left() == 10
    remove(browser_of_alice)
    assert codes_left() == 0


def test_it_keeps_the_last_where_a_role_needs_one(carol, sign_in, app, monkeypatch, remove, names):
    """Carol is led to add one, can do nothing else before, and not remove it afterwards."""
    monkeypatch.setitem(app.config, "REQUIRE_SECOND_FACTOR", True)
    browser = sign_in(carol)
    assert browser.get("/admin/").location == "/account/second-factors"
    add(browser, "First")
    assert browser.get("/admin/").status_code == 200
    answer = remove(browser)
    assert answer.status_code == 409
    assert "Add another method before removing this one." in answer.text
    add(browser, "Second")
    assert remove(browser).status_code == 303
    assert names() == ["Second"]


def test_it_asks_for_a_key_without_attestation(alice, browser_of_alice):
    add(browser_of_alice)
    _, request = ask_to_add(browser_of_alice)
    assert request["rp"]["id"] == "localhost"
    assert request["attestation"] == "none"
    assert request["authenticatorSelection"]["residentKey"] == "preferred"
    assert len(decode(request["challenge"])) == 32
    assert "alice" not in decode(request["user"]["id"]).decode()
    [excluded] = request["excludeCredentials"]
    assert excluded["type"] == "public-key"


@pytest.mark.parametrize(
    "lie",
    [
        {"origin": "https://evil.example"},
        {"rp": "evil.example"},
        {"challenge": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
        {"type": "webauthn.get"},
        {"present": False},
        {"key": {}},
        {"key": "text"},
        {"key": {1: 2, 3: -47, -1: 8, -2: bytes(32), -3: bytes(32)}},
        {"id": b""},
        {"id": bytes(1024)},
    ],
    ids=lambda lie: next(iter(lie)),
)
def test_it_refuses_a_lie(lie, browser_of_alice, names):
    form, request = ask_to_add(browser_of_alice)
    answer = browser_of_alice.send(sent(form, Authenticator().create(request, **lie)))
    assert answer.status_code == 422
    assert "That passkey didn&#39;t work." in answer.text
    assert names() == []


def test_it_refuses_garbage(browser_of_alice, names):
    for garbage in ("", "nonsense", "[]", "[" * 5000, "x" * 100_000):
        form, _ = ask_to_add(browser_of_alice)
        assert browser_of_alice.send(sent(form, garbage)).status_code == 422, garbage[:10]
    assert names() == []


def test_it_refuses_a_broken_attestation(browser_of_alice, names):
    for attestation in ("", "AAAA", "oWNmbXRkbm9uZQ", "_" * 1000):
        form, request = ask_to_add(browser_of_alice)
        credential = Authenticator().create(request)
        credential["response"]["attestationObject"] = attestation
        answer = browser_of_alice.send(sent(form, credential))
        assert answer.status_code == 422, attestation
    assert names() == []


def test_it_refuses_a_challenge_used_before(browser_of_alice, names):
    form, request = ask_to_add(browser_of_alice)
    assert browser_of_alice.send(sent(form, Authenticator().create(request))).status_code == 200
    assert browser_of_alice.send(sent(form, Authenticator().create(request))).status_code == 422
    assert len(names()) == 1


def test_it_refuses_a_challenge_of_somebody_else(browser_of_alice, bob, sign_in, names):
    """What Alice's browser was asked cannot add her key to Bob's account."""
    form, request = ask_to_add(browser_of_alice)
    browser_of_bob = sign_in(bob)
    form.fields["csrf_token"] = browser_of_bob.token()
    assert browser_of_bob.send(sent(form, Authenticator().create(request))).status_code == 422
    assert names() == []


def test_it_refuses_a_key_that_is_known(browser_of_alice, bob, sign_in, names):
    """Neither twice, nor as a second user's: it would say that the first is here."""
    key = add(browser_of_alice)
    for browser in (browser_of_alice, sign_in(bob)):
        form, request = ask_to_add(browser)
        assert browser.send(sent(form, key.create(request))).status_code == 422
    assert len(names()) == 1


def test_it_adds_so_many_and_no_more(app, alice, browser_of_alice, names):
    with app.app_context():
        for number in range(MAX_PASSKEYS - 1):
            Passkey.register(db.session.merge(alice), "Key", bytes([number]), b"key", 0)
        db.session.commit()
    late, request = ask_to_add(browser_of_alice)
    add(browser_of_alice, "the last")
    answer = browser_of_alice.send(sent(late, Authenticator().create(request)))
    assert answer.status_code == 422
    assert "Remove one to add another." in answer.text
    assert len(names()) == MAX_PASSKEYS


def test_it_limits_attempts(browser_of_alice):
    form, _ = ask_to_add(browser_of_alice)
    codes = [browser_of_alice.send(form).status_code for _ in range(21)]
    assert codes == [422] * 20 + [429]


@pytest.mark.parametrize("name", ["", "   ", "x" * (PASSKEY_NAME_LENGTH + 1), "a\0b"])
def test_it_refuses_a_bad_name(name, browser_of_alice, names, first_id):
    form, request = ask_to_add(browser_of_alice)
    answer = browser_of_alice.send(sent(form, Authenticator().create(request)), {"name": name})
    assert answer.status_code == 422
    add(browser_of_alice, "Good")
    fields = {"csrf_token": browser_of_alice.token(), "name": name}
    answer = browser_of_alice.post(f"/account/passkeys/{first_id()}/edit", fields)
    assert answer.status_code == 422
    assert names() == ["Good"]


def test_it_renames_one(browser_of_alice, names, first_id):
    add(browser_of_alice, "Old")
    fields = {"csrf_token": browser_of_alice.token(), "name": "New"}
    browser_of_alice.post(f"/account/passkeys/{first_id()}/edit", fields)
    assert names() == ["New"]


def test_it_says_when_each_was_used(browser_of_alice, browser, app):
    key = add(browser_of_alice)
    assert "Never" in browser_of_alice.get("/account/passkeys").text
    assert enter(browser(), key).status_code == 303
    assert "Never" not in browser_of_alice.get("/account/passkeys").text


def test_it_removes_one_and_tells_its_owner(alice, browser_of_alice, names, remove, mailbox):
    add(browser_of_alice, "My phone")
    assert remove(browser_of_alice).status_code == 303
    assert names() == []
    mail = mailbox.to(alice.email)[-1]
    assert mail["Subject"] == "Passkey removed"
    assert "My phone" in mail.get_body(("plain",)).get_content()


def test_a_change_logs_the_other_devices_out(alice, browser_of_alice, sign_in, browser, remove):
    other, third = sign_in(alice), browser()
    key = add(browser_of_alice, "My phone")
    assert other.get("/members").status_code == 303
    assert enter(third, key).status_code == 303
    remove(browser_of_alice)
    assert third.get("/members").status_code == 303
    assert browser_of_alice.get("/members").status_code == 200


def test_it_shows_and_changes_nothing_of_others(browser_of_alice, bob, sign_in, names, first_id):
    add(browser_of_alice, "My phone")
    browser_of_bob = sign_in(bob)
    assert "My phone" not in browser_of_bob.get("/account/passkeys").text
    path = f"/account/passkeys/{first_id()}"
    fields = {"csrf_token": browser_of_bob.token(), "name": "Bob's"}
    for action in ("edit", "delete"):
        assert browser_of_bob.post(f"{path}/{action}", fields).status_code == 404
    assert names() == ["My phone"]
