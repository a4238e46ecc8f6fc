"""Managing a user. Each change takes effect and is audited."""

import re
from datetime import timedelta

from carafe.testing.accounts import PASSWORD
from carafe.testing.authenticator import register
from carafe.testing.clock import later
from carafe.testing.database import statements
from carafe.testing.two_factor import enroll
from carafe.time import now


def test_it_shows_the_user(alice, carol, sign_in, page):
    browser = sign_in(alice)
    browser.get("/members", headers={"User-Agent": "<i>agent</i>"})
    text = sign_in(carol).get(page).text
    assert "alice@example.com" in text
    assert "session.started" in text
    assert "127.0.0.1" in text
    assert 'class="avatar avatar-large"' in text


def test_it_asks_at_most_eight_queries(app, alice, carol, sign_in, page):
    """The reader, menu, user, actions, related lists, sessions, history, and names in it."""
    browser = sign_in(carol)
    for _ in range(3):
        sign_in(alice)
    with statements(app) as queries:
        assert browser.get(page).status_code == 200
    assert len(queries) <= 8, queries


def test_it_saves_name_and_role(alice, carol, sign_in, page, reload, events):
    answer = sign_in(carol).submit(page, {"name": " Alicia ", "role": "admin"})
    assert (answer.status_code, answer.location) == (303, page)
    user = reload(alice)
    assert (user.name, user.role) == ("Alicia", "admin")
    subject = f"user:{alice.id}"
    assert events("user.renamed") == [
        ("carol@example.com", subject, {"before": "Alice", "after": "Alicia"})
    ]
    assert events("user.role_changed") == [
        ("carol@example.com", subject, {"before": "user", "after": "admin"})
    ]


def test_it_records_no_change_where_there_is_none(carol, sign_in, page, events):
    assert sign_in(carol).submit(page).status_code == 303
    assert events("user.renamed") == events("user.role_changed") == []


def test_it_refuses_bad_fields(alice, carol, sign_in, page, reload):
    browser = sign_in(carol)
    for fields in ({"role": "root"}, {"role": ""}, {"name": "x" * 101}):
        assert browser.submit(page, {"name": "Alicia"} | fields).status_code == 422
    assert (reload(alice).name, reload(alice).role) == ("Alice", "user")


def test_it_loses_nothing_when_a_field_is_missing(alice, carol, sign_in, page, reload):
    browser = sign_in(carol)
    token = browser.token()
    assert browser.post(page, {"csrf_token": token, "role": "admin"}).status_code == 303
    assert (reload(alice).name, reload(alice).role) == ("Alice", "admin")
    assert browser.post(page, {"csrf_token": token, "name": "Alicia"}).status_code in (303, 422)
    assert reload(alice).role == "admin"


def test_it_suspends_and_reinstates(alice, carol, sign_in, browser, page, reload, events):
    theirs = sign_in(alice)
    copied = browser()
    theirs.copy_cookies_to(copied)
    admin = sign_in(carol)

    answer = admin.submit(page, action=f"{page}/suspension")
    assert (answer.status_code, answer.location) == (303, page)
    for session_browser in (theirs, copied):
        assert session_browser.get("/members").location.startswith("/auth/login")
    answer_to_login = browser().submit("/auth/login", {"email": alice.email, "password": PASSWORD})
    assert answer_to_login.status_code == 422
    assert reload(alice).suspended_at is not None

    answer = admin.submit(page, action=f"{page}/suspension/delete")
    assert (answer.status_code, answer.location) == (303, page)
    assert sign_in(alice).get("/members").status_code == 200
    assert theirs.get("/members").status_code == 303, "the old sessions stay dead"

    subject = f"user:{alice.id}"
    for action in ("user.suspended", "user.reinstated"):
        assert [event[:2] for event in events(action)] == [("carol@example.com", subject)]


def test_it_asks_before_what_harms(alice, carol, sign_in, page):
    content = sign_in(carol).get(page).text
    for below, consequence in {
        "suspension": "They&#39;ll be logged out everywhere and can&#39;t log back in.",
        "sessions/delete": "They&#39;ll be logged out everywhere but can log back in.",
        "second-factor-requirement": "Users without 2FA must set it up before continuing.",
    }.items():
        question = content.partition(f'action="{page}/{below}"')[0].rpartition("<details")[2]
        assert consequence in question


def test_it_ends_sessions(alice, bob, carol, sign_in, log_in, page, events):
    browsers = [sign_in(alice), log_in(alice, remember="y")]
    other, admin = sign_in(bob), sign_in(carol)
    answer = admin.submit(page, action=f"{page}/sessions/delete")
    assert (answer.status_code, answer.location) == (303, page)
    assert all(browser.get("/members").status_code == 303 for browser in browsers)
    assert other.get("/members").status_code == admin.get("/members").status_code == 200
    assert sign_in(alice).get("/members").status_code == 200
    [(actor, subject, _)] = events("user.sessions_ended")
    assert (actor, subject) == ("carol@example.com", f"user:{alice.id}")


def test_it_deletes(alice, carol, sign_in, browser, page, reload, events):
    theirs, admin = sign_in(alice), sign_in(carol)
    answer = admin.submit(f"{page}/delete")
    assert (answer.status_code, answer.location) == (303, "/admin/users/")
    assert "alice@example.com" in admin.get("/admin/users/").text  # in the message, once
    assert "alice@example.com" not in admin.get("/admin/users/").text
    assert reload(alice) is None
    assert theirs.get("/members").status_code == 303
    assert (
        browser().submit("/auth/login", {"email": alice.email, "password": PASSWORD}).status_code
        == 422
    )
    for below in ("", "/suspension", "/delete"):
        assert admin.post(f"{page}{below}", {"csrf_token": admin.token()}).status_code == 404
    assert admin.get(page).status_code == 404
    assert events("user.deleted") == [("carol@example.com", f"user:{alice.id}", {})]


CHANGES = ["", "/suspension", "/suspension/delete", "/sessions/delete", "/delete"]
CHANGES += ["/second-factors/delete", "/second-factor-requirement"]


def test_it_refuses_ones_own_account(carol, make_user, sign_in, reload, events):
    make_user("oscar@example.com", role="admin")
    admin, page = sign_in(carol), f"/admin/users/{carol.id}"
    fields = {"csrf_token": admin.token(), "name": "C", "role": "user"}
    for below in CHANGES:
        answer = admin.post(f"{page}{below}", fields)
        assert answer.status_code == 403, below
        assert "your own account" in answer.text
    assert (reload(carol).role, reload(carol).name) == ("admin", "Carol")
    assert admin.get("/admin/").status_code == 200


def test_it_draws_no_forms_against_oneself(carol, sign_in, forms_of):
    admin, page = sign_in(carol), f"/admin/users/{carol.id}"
    assert forms_of(admin, page) == set()
    assert "your own account" in admin.get(page).text


def test_it_shows_role_state_and_second_factors(app, carol, make_user, sign_in):
    leaving = make_user("leaving@example.com", role="staff", deletes_at=now() + timedelta(days=3))
    alone = make_user("app@example.com")
    enroll(app, alone)
    register(app, alone)
    admin = sign_in(carol)
    details = dict(parts(admin.get(f"/admin/users/{leaving.id}").text))
    assert details["Role"] == "Staff"
    assert details["Two-factor authentication"] == "Off"
    assert "unless they log in first" in details["Scheduled for deletion"]
    details = dict(parts(admin.get(f"/admin/users/{alone.id}").text))
    assert details["Two-factor authentication"] == "Authenticator app, 1 passkey"


def parts(page: str) -> list[tuple[str, str]]:
    return re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page)


def test_it_has_no_user_with_an_unknown_id(carol, sign_in):
    admin = sign_in(carol)
    token = {"csrf_token": admin.token(), "name": "M", "role": "user"}
    assert admin.get("/admin/users/4711").status_code == 404
    for below in CHANGES:
        assert admin.post(f"/admin/users/4711{below}", token).status_code == 404, below


def test_it_asks_for_a_proof_and_then_goes_on(app, alice, carol, sign_in, page, reload):
    admin = sign_in(carol)
    form = admin.fill(page)
    later(app, minutes=11)
    answer = admin.send(form, {"role": "staff"}, headers={"Referer": f"http://localhost{page}"})
    assert answer.location.startswith("/auth/reauthenticate")
    assert reload(alice).role == "user"
    answer = admin.submit(answer.location, {"password": PASSWORD})
    assert admin.submit(answer.location, action=page).location == page
    assert reload(alice).role == "staff"


def test_of_two_who_demote_each_other_one_stays(make_user, sign_in):
    first, second = (make_user(f"admin{n}@example.com", role="admin") for n in range(2))
    browsers = sign_in(first), sign_in(second)
    forms = [
        browser.fill(f"/admin/users/{user.id}")
        for browser, user in zip(browsers, (second, first), strict=True)
    ]
    statuses = [
        browser.send(form, {"role": "user"}).status_code
        for browser, form in zip(browsers, forms, strict=True)
    ]
    assert statuses == [303, 403]
