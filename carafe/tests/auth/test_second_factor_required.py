"""REQUIRE_SECOND_FACTOR: who has power sets one up, and does nothing else before."""

import pytest

from carafe.auth.models import Passkey
from carafe.database import db
from carafe.testing.accounts import PASSWORD
from carafe.testing.authenticator import add
from carafe.testing.clock import later
from carafe.testing.database import statements
from carafe.testing.two_factor import NEW, PAGE, is_logged_in, recovery_codes, set_up, start_setup


@pytest.fixture
def required(app, monkeypatch):
    monkeypatch.setitem(app.config, "REQUIRE_SECOND_FACTOR", True)


@pytest.fixture
def admin(required, carol, sign_in, clock):
    return sign_in(carol)


def removal_of_passkey(app):
    with app.app_context():
        return f"/account/passkeys/{db.session.scalar(db.select(Passkey.id))}/delete"


def test_it_leads_there_from_other_pages(admin):
    fields = {"csrf_token": admin.fill(PAGE, f"{PAGE}/totp").fields["csrf_token"], "name": "Carol"}
    for answer in (admin.get("/members"), admin.get("/admin/"), admin.post("/members", fields)):
        assert (answer.status_code, answer.location) == (303, PAGE)
    assert admin.get("/").status_code == 200


def test_it_tells_programs_why(admin):
    answer = admin.get("/admin/users/", headers={"Accept": "application/json"})
    assert answer.status_code == 403
    assert answer.json["detail"] == "Set up two-factor authentication first."


def test_it_lets_them_in_with_an_app(admin):
    set_up(admin)
    assert admin.get("/admin/users/").status_code == 200


def test_it_lets_them_in_with_a_passkey(admin):
    add(admin)
    assert admin.get("/admin/users/").status_code == 200


def test_it_asks_for_a_proof_on_the_way(app, admin):
    later(app, minutes=11)
    answer = admin.submit(PAGE, action=f"{PAGE}/totp")
    assert answer.location.startswith("/auth/reauthenticate")
    answer = admin.submit(answer.location, {"password": PASSWORD})
    assert answer.location.startswith("/auth/reauthenticate/form")
    assert admin.submit(answer.location, action=f"{PAGE}/totp").location == NEW
    set_up(admin)
    assert is_logged_in(admin)


def test_it_lets_them_log_out(admin):
    token = admin.fill(PAGE, f"{PAGE}/totp").fields["csrf_token"]
    assert admin.post("/auth/logout", {"csrf_token": token}).location == "/"
    assert not is_logged_in(admin)


def test_it_is_for_staff_with_a_permission_too(app, required, make_user, sign_in, monkeypatch):
    staff = sign_in(make_user("staff@example.com", role="staff"))
    granted = app.extensions["permissions"]
    monkeypatch.setitem(granted, "staff", set())
    assert is_logged_in(staff)
    monkeypatch.setitem(granted, "staff", {"things.moderate"})
    assert staff.get("/members").location == PAGE


def test_it_leaves_others_alone_and_costs_them_nothing(app, required, alice, sign_in):
    browser = sign_in(alice)
    with statements(app) as with_it:
        assert browser.get("/members").status_code == 200
    app.config["REQUIRE_SECOND_FACTOR"] = False
    with statements(app) as without_it:
        assert browser.get("/members").status_code == 200
    assert len(with_it) == len(without_it)


def test_it_is_off_by_default(carol, sign_in):
    assert is_logged_in(sign_in(carol))


@pytest.mark.parametrize("kind", ["totp", "passkey"])
def test_it_keeps_the_last_one(kind, app, admin):
    if kind == "totp":
        set_up(admin)
        path = f"{PAGE}/totp/delete"
    else:
        add(admin)
        path = removal_of_passkey(app)
    answer = admin.post(path, {"csrf_token": admin.token()})
    assert answer.status_code == 409
    assert "Add another method before removing this one." in answer.text
    assert is_logged_in(admin)


def test_it_lets_one_of_two_go(app, admin):
    set_up(admin)
    add(admin)
    assert admin.submit(PAGE, action=f"{PAGE}/totp/delete").status_code == 303
    assert admin.post(removal_of_passkey(app), {"csrf_token": admin.token()}).status_code == 409


def test_it_lets_them_change_phones(admin, clock):
    old, _ = set_up(admin)
    clock.step += 10
    new, _ = set_up(admin)
    assert new.secret != old.secret
    assert is_logged_in(admin)


def test_it_does_not_begin_before_the_address_is_confirmed(required, make_user, sign_in):
    browser = sign_in(make_user("new@example.com", role="admin", confirmed_at=None))
    answer = browser.submit(PAGE, action=f"{PAGE}/totp")
    assert answer.location == "/auth/confirm"


def test_it_shows_the_recovery_codes_to_them_as_well(admin):
    totp = start_setup(admin)
    assert len(recovery_codes(admin.submit(NEW, {"code": totp.code()}).text)) == 10
