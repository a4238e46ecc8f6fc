"""Recovery codes, in place of a phone that is lost."""

import re
from collections.abc import Callable

import pytest

from carafe.audit import AuditEvent
from carafe.auth.models import RecoveryCode
from carafe.auth.models.secret import digest
from carafe.database import db
from carafe.testing.authenticator import add
from carafe.testing.two_factor import PAGE, recovery_codes, set_up, submit_code

RENEW = f"{PAGE}/recovery-codes"


def test_it_has_50_random_bits(owner):
    for code in owner.codes:
        assert re.fullmatch(r"[0-9a-hjkmnp-tv-z]{5}-[0-9a-hjkmnp-tv-z]{5}", code)
    assert len({letter for code in owner.codes for letter in code}) > 20


def test_a_long_one_from_before_still_works_once(app, owner, alice, challenge):
    code = "7j7x-pyk9-ss33-wtaw-2exx-f5p1"
    with app.app_context():
        row = RecoveryCode(user_id=alice.id, code_hash=digest(code.replace("-", "")))
        db.session.add(row)
        db.session.commit()
    assert submit_code(challenge(alice), code.upper()).status_code == 303
    assert submit_code(challenge(alice), code).status_code == 422


def test_it_lets_in_however_it_is_typed(owner, alice, challenge):
    spellings: list[Callable[[str], str]] = [
        str,
        str.upper,
        lambda code: code.replace("-", ""),
        lambda code: f"  {code.replace('-', ' ')} ",
        lambda code: code.replace("-", " - "),
        lambda code: code.replace("0", "o").replace("1", "l"),
        lambda code: code.replace("0", "O").replace("1", "I"),
    ]
    for spell, code in zip(spellings, owner.codes, strict=False):
        assert submit_code(challenge(alice), spell(code)).status_code == 303, spell(code)


def test_it_works_once(owner, alice, challenge):
    assert submit_code(challenge(alice), owner.codes[0]).status_code == 303
    browser = challenge(alice)
    answer = submit_code(browser, owner.codes[0])
    assert answer.status_code == 422
    assert "That code isn&#39;t valid." in answer.text
    assert submit_code(browser, owner.codes[1]).status_code == 303


@pytest.mark.parametrize(
    ("left", "text"),
    [
        (9, "You have 9 left."),
        (1, "You have 1 left. Generate"),
        (0, "You have none left. Generate"),
    ],
)
def test_it_tells_the_owner_how_many_are_left(left, text, app, owner, alice, challenge, mailbox):
    with app.app_context():
        ids = db.select(RecoveryCode.id).order_by(RecoveryCode.id).limit(9 - left)
        db.session.execute(db.delete(RecoveryCode).where(RecoveryCode.id.in_(ids)))
        db.session.commit()
    assert submit_code(challenge(alice), owner.codes[9]).status_code == 303
    mail = mailbox.to(alice.email)[-1]
    assert mail["Subject"] == "A recovery code was used"
    body = mail.get_body(("plain",)).get_content()
    assert text in body
    assert owner.codes[9] not in body


def test_it_is_audited_without_the_code(app, owner, alice, challenge):
    submit_code(challenge(alice), owner.codes[0])
    with app.app_context():
        event = db.session.scalar(db.select(AuditEvent).filter_by(action="recovery_code.used"))
        assert (event.subject, event.actor, event.details) == (
            alice.subject, alice.email, {"left": 9},
        )  # fmt: skip


def test_it_is_nobody_elses(owner, bob, sign_in, challenge):
    set_up(sign_in(bob))
    assert submit_code(challenge(bob), owner.codes[0]).status_code == 422


def test_it_is_renewed(owner, alice, challenge, mailbox):
    answer = owner.submit(PAGE, action=RENEW)
    new = recovery_codes(answer.text)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert len(set(new) - set(owner.codes)) == 10
    assert mailbox.to(alice.email)[-1]["Subject"].startswith("New recovery codes generated")
    browser = challenge(alice)
    assert submit_code(browser, owner.codes[0]).status_code == 422
    assert submit_code(browser, new[0]).status_code == 303


def test_it_is_for_those_with_a_factor_alone(app, alice, sign_in):
    browser = sign_in(alice)
    answer = browser.post(RENEW, {"csrf_token": browser.token()})
    assert answer.location == PAGE
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count()).select_from(RecoveryCode)) == 0


def test_it_stays_when_another_factor_is_added_and_when_one_is_left(
    owner, alice, challenge, browser
):
    add(owner)
    owner.submit(PAGE, action=f"{PAGE}/totp/delete")
    browser = challenge(alice)
    assert submit_code(browser, "123456").status_code == 422
    assert submit_code(browser, owner.codes[0]).status_code == 303
