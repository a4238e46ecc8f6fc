"""The link to the old address: for those whose address someone else has changed."""

from datetime import timedelta

import pytest

from carafe.auth.models import KnownDevice, LinkedAccount, Passkey, RecoveryCode, Totp
from carafe.database import db
from carafe.testing.accounts import PASSWORD
from carafe.testing.clock import later
from carafe.testing.email_change import NEW_EMAIL
from carafe.time import now

FRESH = "a quite different one"


@pytest.fixture
def count(app):
    """How many rows there are."""

    def rows(model):
        with app.app_context():
            return db.session.query(model).count()

    return rows


@pytest.fixture
def put(app):
    """Stores rows."""

    def add(*rows):
        with app.app_context():
            db.session.add_all(rows)
            db.session.commit()

    return add


def ways_in(user, mark, **age):
    added = {"user_id": user.id, "created_at": now() - timedelta(**age)}
    return [
        Passkey(**added, credential_id=mark, public_key=b"k", sign_count=0, name="x"),
        LinkedAccount(**added, provider=mark.decode(), subject="s", label="x"),
        RecoveryCode(user_id=user.id, code_hash=mark),
    ]


def test_it_tells_the_old_address(alice, sign_in, change_email, mailbox):
    change_email(sign_in(alice))
    [notice] = mailbox.to(alice.email)
    assert notice["Subject"] == "Your email address was changed"
    assert NEW_EMAIL not in notice.as_string()
    assert mailbox.link(alice.email).startswith("/auth/email/undo/")


def test_it_gives_the_account_back(alice, sign_in, change_email, mailbox, visitor, can_log_in):
    thief = sign_in(alice)
    change_email(thief)
    answer = visitor.submit(mailbox.link(alice.email))
    assert answer.status_code == 303
    assert thief.get("/members").status_code == 303
    assert not can_log_in(alice.email), "the password that the thief knows"
    assert visitor.submit(answer.location, {"password": FRESH}).status_code == 303
    assert can_log_in(alice.email, FRESH)
    assert not can_log_in(NEW_EMAIL, FRESH)


def test_it_says_by_mail_as_well_how_to_go_on(alice, sign_in, change_email, mailbox, visitor):
    change_email(sign_in(alice))
    visitor.submit(mailbox.link(alice.email))
    assert mailbox.to(alice.email)[-1]["Subject"] == "Your email address was restored"
    assert mailbox.link(alice.email) == "/auth/reset"


def test_it_works_however_often_the_address_was_changed_since(
    alice, sign_in, change_email, mailbox, visitor, can_log_in
):
    thief = sign_in(alice)
    change_email(thief, "first@evil.example.com")
    undo = mailbox.link(alice.email)
    change_email(thief, "second@evil.example.com")
    thieves_undo = mailbox.link("first@evil.example.com")
    answer = visitor.submit(undo)
    visitor.submit(answer.location, {"password": FRESH})
    assert can_log_in(alice.email, FRESH)
    assert visitor.get(thieves_undo).status_code == 404


def test_it_works_after_the_thief_has_undone_a_change_of_theirs(
    alice, sign_in, change_email, mailbox, browser, can_log_in
):
    thief = sign_in(alice)
    change_email(thief, "first@evil.example.com")
    undo = mailbox.link(alice.email)
    change_email(thief, "second@evil.example.com")
    browser().submit(mailbox.link("first@evil.example.com"))
    owner = browser()
    owner.submit(owner.submit(undo).location, {"password": FRESH})
    assert can_log_in(alice.email, FRESH)


def test_it_works_after_the_password_was_changed(
    alice, sign_in, change_email, mailbox, visitor, can_log_in
):
    thief = sign_in(alice)
    change_email(thief)
    undo = mailbox.link(alice.email)
    fields = {"current_password": PASSWORD, "password": "a thief's own"}
    thief.submit("/account/password", fields)
    answer = visitor.submit(undo)
    assert not can_log_in(alice.email, "a thief's own")
    visitor.submit(answer.location, {"password": FRESH})
    assert can_log_in(alice.email, FRESH)


def test_it_removes_the_ways_in_that_were_added_since(
    alice, bob, sign_in, change_email, mailbox, visitor, put, count
):
    browser = sign_in(alice)
    put(*ways_in(alice, b"hers", days=8), *ways_in(bob, b"bobs"))
    put(*ways_in(alice, b"prepared", days=6))
    change_email(browser)
    put(Totp(user_id=alice.id, secret=b"s", counter=0), *ways_in(alice, b"thiefs"))
    visitor.submit(mailbox.link(alice.email))
    assert (count(Passkey), count(LinkedAccount)) == (2, 2)
    assert count(Totp) == 0
    assert count(RecoveryCode) == 1, "Bob's"


def test_it_keeps_the_second_factor_from_before(
    alice, sign_in, change_email, mailbox, browser, put, count
):
    owner = sign_in(alice)
    put(Totp(user_id=alice.id, secret=b"s", counter=0, created_at=now() - timedelta(days=8)))
    change_email(owner)
    visitor = browser()
    visitor.submit(visitor.submit(mailbox.link(alice.email)).location, {"password": FRESH})
    assert count(Totp) == 1
    # With the password alone nobody is in.
    visitor.client.post(
        "/auth/login",
        data={"email": alice.email, "password": FRESH, "csrf_token": visitor.token()},
    )
    assert visitor.get("/members").status_code == 303


def test_it_knows_the_thiefs_device_no_longer(
    alice, sign_in, change_email, mailbox, visitor, count
):
    thief = sign_in(alice)
    change_email(thief)
    sign_in(alice.__class__(id=alice.id, email=NEW_EMAIL))
    assert count(KnownDevice) == 1
    visitor.submit(mailbox.link(alice.email))
    assert count(KnownDevice) == 0


def test_it_calls_off_the_deletion(alice, sign_in, change_email, mailbox, visitor, reload):
    thief = sign_in(alice)
    change_email(thief)
    undo = mailbox.link(alice.email)
    thief.submit("/account/delete")
    assert reload(alice).deletes_at
    visitor.submit(undo)
    assert reload(alice).deletes_at is None


def test_it_takes_the_address_from_who_registered_it_and_never_confirmed(
    alice, sign_in, change_email, mailbox, browser, can_log_in
):
    change_email(sign_in(alice))
    undo = mailbox.link(alice.email)
    browser().submit("/auth/register", {"email": alice.email, "password": "a squatter's own"})
    owner = browser()
    owner.submit(owner.submit(undo).location, {"password": FRESH})
    assert can_log_in(alice.email, FRESH)
    assert not can_log_in(alice.email, "a squatter's own")


def test_it_says_so_when_the_address_has_another_account(
    alice, sign_in, change_email, mailbox, make_user, visitor, can_log_in
):
    change_email(sign_in(alice))
    undo = mailbox.link(alice.email)
    make_user(alice.email)
    answer = visitor.submit(undo)
    assert answer.status_code == 409
    assert can_log_in(alice.email)
    assert can_log_in(NEW_EMAIL)
    assert visitor.get(undo).status_code == 200, "it works once that account is deleted"


def test_it_works_for_seven_days(app, alice, sign_in, change_email, mailbox, visitor):
    change_email(sign_in(alice))
    undo = mailbox.link(alice.email)
    later(app, days=6, hours=23)
    form = visitor.fill(undo)
    later(app, hours=1)
    assert visitor.get(undo).status_code == 404
    assert visitor.send(form).status_code == 404


def test_it_works_once(alice, sign_in, change_email, mailbox, browser):
    change_email(sign_in(alice))
    undo = mailbox.link(alice.email)
    first, second = browser(), browser()
    form = second.fill(undo)
    assert first.submit(undo).status_code == 303
    assert second.send(form).status_code == 404


def test_it_changes_nothing_by_looking_at_the_link(alice, sign_in, change_email, mailbox, visitor):
    browser = sign_in(alice)
    change_email(browser)
    visitor.get(mailbox.link(alice.email))
    assert NEW_EMAIL in browser.get("/account/email").text
