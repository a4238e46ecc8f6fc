"""A second factor that an administrator requires of a user."""

import pytest

from app.auth.models import User
from carafe.database import db
from carafe.testing.accounts import PASSWORD
from carafe.testing.authenticator import add
from carafe.testing.clock import later
from carafe.testing.two_factor import PAGE, is_logged_in, set_up

SUBJECT = "Please set up a second factor"


@pytest.fixture
def admin(carol, sign_in):
    return sign_in(carol)


@pytest.fixture
def path(alice, clock):
    return f"/admin/users/{alice.id}/second-factor-requirement"


@pytest.fixture
def ask(alice, admin, path):
    """Requires one of Alice, or with "/delete" waives it."""

    def press(more=""):
        answer = admin.submit(f"/admin/users/{alice.id}", action=path + more)
        assert (answer.status_code, answer.location) == (303, f"/admin/users/{alice.id}")

    return press


@pytest.fixture
def required(app, alice):
    def read():
        with app.app_context():
            return db.session.get_one(User, alice.id).second_factor_required_at is not None

    return read


def test_it_leads_there_at_once_and_says_why(alice, sign_in, ask):
    browser = sign_in(alice)
    assert is_logged_in(browser)
    ask()
    answer = browser.get("/members")
    assert (answer.status_code, answer.location) == (303, PAGE)
    assert "Your account needs a second factor." in browser.get(PAGE).text
    set_up(browser)
    assert is_logged_in(browser)


def test_it_leaves_others_alone(bob, sign_in, ask):
    ask()
    assert is_logged_in(sign_in(bob))


def test_it_lets_in_who_has_one(alice, sign_in, ask, clock):
    browser = sign_in(alice)
    add(browser)
    ask()
    assert is_logged_in(browser)
    assert "Your account needs one, so the last stays." in browser.get(PAGE).text


def test_the_last_one_stays(alice, sign_in, ask, clock):
    browser = sign_in(alice)
    set_up(browser)
    ask()
    delete = f"{PAGE}/totp/delete"
    assert delete not in browser.get(PAGE).text
    answer = browser.post(delete, {"csrf_token": browser.token()})
    assert answer.status_code == 409
    assert "Add another before you remove this one." in answer.text
    add(browser)
    assert browser.submit(PAGE, action=delete).status_code == 303


def test_waived_it_may_go(alice, sign_in, ask, clock):
    browser = sign_in(alice)
    set_up(browser)
    ask()
    ask("/delete")
    assert browser.submit(PAGE, action=f"{PAGE}/totp/delete").status_code == 303
    assert is_logged_in(browser)


def test_the_user_is_told_once(alice, admin, ask, path, mailbox):
    ask()
    answer = admin.post(path, {"csrf_token": admin.token()})  # the page was open twice
    assert answer.status_code == 303
    [mail] = [one for one in mailbox.to(alice.email) if one["Subject"] == SUBJECT]
    assert "/account/second-factors" in mail.get_body(("plain",)).get_content()


def test_it_is_audited(alice, carol, sign_in, ask, events):
    ask()
    ask("/delete")
    for action in ("two_factor.required", "two_factor.optional"):
        assert [(actor, subject) for actor, subject, _ in events(action)] == [
            (carol.email, alice.subject)
        ]
    assert "A second factor was required of you" in sign_in(alice).get("/account/activity").text


def test_it_is_required_of_many(alice, bob, carol, admin, required):
    query = {"action": "require-second-factor", "id": [alice.id, bob.id, carol.id]}
    page = admin.get("/admin/users/run", query_string=query)
    assert "Require second factor: 2 users" in page.text
    assert admin.send(admin.form(page, "/admin/users/run")).status_code == 303
    assert required()


@pytest.mark.parametrize("more", ["", "/delete"])
def test_it_asks_for_a_proof_first(more, app, alice, admin, path, ask, required):
    if more:
        ask()
    before = required()
    later(app, minutes=11)
    answer = admin.submit(f"/admin/users/{alice.id}", action=path + more)
    assert answer.location.startswith("/auth/reauthenticate")
    assert required() == before
    answer = admin.submit(answer.location, {"password": PASSWORD})
    assert admin.submit(answer.location, action=path + more).status_code == 303
    assert required() != before


@pytest.mark.parametrize("more", ["", "/delete"])
def test_it_is_not_for_others(more, alice, bob, sam, visitor, sign_in, path, ask, required):
    if more:
        ask()
    before = required()
    for user in (bob, sam):
        browser = sign_in(user)
        assert browser.post(path + more, {"csrf_token": browser.token()}).status_code == 403
    assert visitor.post(path + more).status_code in (303, 400)
    assert required() == before


def test_the_user_does_not_waive_it(alice, sign_in, ask, path, required, clock):
    ask()
    browser = sign_in(alice)
    set_up(browser)
    answer = browser.post(f"{path}/delete", {"csrf_token": browser.token()})
    assert answer.status_code == 403
    assert required()


def test_nobody_requires_it_of_themselves_or_of_nobody(carol, admin):
    for id, status in ((carol.id, 403), (999, 404)):
        path = f"/admin/users/{id}/second-factor-requirement"
        for one in (path, f"{path}/delete"):
            assert admin.post(one, {"csrf_token": admin.token()}).status_code == status


def test_it_stays_when_the_account_starts_over(app, make_user, browser, mailbox):
    make_user("new@example.com", confirmed_at=None)
    with app.app_context():
        user = db.session.scalar(db.select(User).filter_by(email="new@example.com"))
        user.second_factor_required_at = user.created_at
        db.session.commit()
    opened = browser()
    opened.submit("/auth/reset", {"email": "new@example.com"})
    opened.submit(mailbox.link("new@example.com"), {"password": PASSWORD})
    with app.app_context():
        again = db.session.scalar(db.select(User).filter_by(email="new@example.com"))
        assert again.id != user.id
        assert again.second_factor_required_at
