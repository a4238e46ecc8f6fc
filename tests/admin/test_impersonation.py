"""An administrator sees the site as a user does: to look, for a while, and with a trace."""

import html
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.auth.models import User
from carafe.auth import impersonation
from carafe.auth.jobs import end_impersonations
from carafe.auth.models import Impersonation, Session
from carafe.auth.models.impersonation import MAX_DURATION
from carafe.database import Base, db
from carafe.testing.accounts import PASSWORD
from carafe.testing.clock import later
from carafe.testing.database import statements
from carafe.testing.two_factor import set_up
from carafe.time import now
from tests.security.routes import routes
from tests.site import HOME

BACK = "/auth/impersonation/delete"
# Of the pages about who one is.
OPEN = {"auth.confirm", "auth.end_impersonation", "auth.logout"}
REASON = "She cannot find her notes"
ELSEWHERE = {"environ_base": {"REMOTE_ADDR": "203.0.113.9"}}


@pytest.fixture
def begin():
    """Has the browser of an administrator act as a user."""

    def enter(browser, user, **fields):
        path = f"/admin/users/{user.id}/impersonation"
        answer = browser.submit(path, {"reason": REASON} | fields, **ELSEWHERE)
        assert (answer.status_code, answer.location) == (303, HOME), answer.text
        return browser

    return enter


@pytest.fixture
def acting(carol, alice, sign_in, begin):
    """Carol's browser, in which she acts as Alice, and can only look."""
    return begin(sign_in(carol), alice)


@pytest.fixture
def changing(carol, alice, sign_in, begin):
    return begin(sign_in(carol), alice, changes="y")


def banner(page):
    """What stands above the page, as text."""
    found = re.search(r'<section class="acting".*?</section>', page, re.S)
    return found and html.unescape(" ".join(re.sub(r"<[^>]+>", " ", found[0]).split()))


def who(browser):
    """As whom the browser sees the site."""
    return browser.fill("/members").fields["name"]


@pytest.fixture
def stored(app):
    """All that the tables hold, but for the sessions."""

    def read():
        with app.app_context():
            tables = [t for t in Base.metadata.sorted_tables if t.name != "session"]
            return {
                table.name: sorted(map(repr, db.session.execute(table.select())))
                for table in tables
            }

    return read


@pytest.fixture
def change(app):
    """Changes rows past all forms."""

    def carry_out(statement):
        with app.app_context():
            db.session.execute(statement)
            db.session.commit()

    return carry_out


# ---- The way there and back ----


def test_it_shows_the_site_as_the_user_sees_it(carol, alice, sign_in, begin):
    browser = sign_in(carol)
    page = browser.get(f"/admin/users/{alice.id}").text
    assert f'href="/admin/users/{alice.id}/impersonation"' in page
    begin(browser, alice)
    assert who(browser) == "Alice"
    assert browser.get("/admin/").status_code == 403


@pytest.mark.parametrize("path", ["/", "/members", "/nowhere", "/admin/", "/account/password"])
def test_it_says_so_on_every_page(path, acting):
    told = banner(acting.get(path).text)
    assert "You act as Alice (alice@example.com)" in told
    assert "You cannot change anything." in told
    assert told.endswith("Back to your account")


def test_it_says_so_where_changes_are_allowed(changing):
    assert "What you change is changed for them." in banner(changing.get("/members").text)


def test_it_says_nothing_to_others(alice, carol, acting, sign_in):
    for browser in (sign_in(alice), sign_in(carol)):
        assert banner(browser.get("/members").text) is None


def test_it_leads_back_with_one_click(app, carol, alice, acting):
    answer = acting.send(acting.form(acting.get("/nowhere"), BACK))
    assert (answer.status_code, answer.location) == (303, f"/admin/users/{alice.id}")
    assert acting.get(answer.location).status_code == 200
    assert who(acting) == "Carol"
    with app.app_context():
        assert len(db.session.scalars(select(Session)).all()) == 1


def test_it_keeps_the_proof_of_the_administrator(bob, acting):
    acting.submit("/members", action=BACK)
    page = f"/admin/users/{bob.id}"
    assert acting.submit(page, action=f"{page}/suspension").location == page


def test_it_leads_back_once(acting):
    form = acting.fill("/members", BACK)
    acting.send(form)
    # The form is from a page of somebody else's.
    assert acting.send(form).status_code == 400
    assert acting.post(BACK, {"csrf_token": acting.token()}).location == HOME
    assert who(acting) == "Carol"


def test_it_begins_after_a_recent_proof(app, carol, alice, sign_in, begin):
    browser, path = sign_in(carol), f"/admin/users/{alice.id}/impersonation"
    later(app, minutes=11)
    answer = browser.submit(path, {"reason": REASON}, headers={"Referer": path})
    assert answer.location.startswith("/auth/reauthenticate")
    assert who(browser) == "Carol"
    answer = browser.submit(answer.location, {"password": PASSWORD})
    assert browser.submit(answer.location, action=path).location == HOME
    assert who(browser) == "Alice"


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201])
def test_it_wants_a_short_reason(reason, carol, alice, sign_in):
    browser = sign_in(carol)
    answer = browser.submit(f"/admin/users/{alice.id}/impersonation", {"reason": reason})
    assert answer.status_code == 422
    assert who(browser) == "Carol"


# ---- As whom ----


def test_it_is_for_administrators(alice, bob, sam, sign_in):
    for user in (alice, sam):
        browser = sign_in(user)
        path = f"/admin/users/{bob.id}/impersonation"
        assert browser.get(path).status_code == 403
        answer = browser.post(path, {"csrf_token": browser.token(), "reason": REASON})
        assert answer.status_code == 403


@pytest.mark.parametrize(
    ("role", "fields", "why"),
    [
        ("admin", {}, "Nobody acts as an administrator."),
        ("user", {"suspended_at": now()}, "suspended"),
        ("staff", {}, None),
        ("user", {"confirmed_at": None}, None),
    ],
)
def test_it_is_as_whom_one_may(role, fields, why, carol, make_user, sign_in):
    browser, user = (
        sign_in(carol),
        make_user("other@example.com", role=role, name="Other", **fields),
    )
    path = f"/admin/users/{user.id}/impersonation"
    shown = path in browser.get(f"/admin/users/{user.id}").text
    token = {"csrf_token": browser.token(), "reason": REASON}
    page, answer = browser.get(path), browser.post(path, token)
    assert shown == (why is None)
    if why:
        assert (page.status_code, answer.status_code) == (403, 403)
        assert why in answer.text
    assert who(browser) == ("Carol" if why else "Other")


def test_it_is_not_as_oneself_nor_as_nobody(carol, sign_in):
    browser = sign_in(carol)
    fields = {"csrf_token": browser.token(), "reason": REASON}
    assert browser.post(f"/admin/users/{carol.id}/impersonation", fields).status_code == 403
    assert browser.post("/admin/users/4711/impersonation", fields).status_code == 404


def test_it_is_not_as_who_may_do_more(app, grant, sam, alice, make_user, sign_in):
    grant({"users.impersonate"})
    granted = app.extensions["permissions"]
    granted["user"].add("something.else")
    try:
        browser = sign_in(sam)
        fields = {"csrf_token": browser.token(), "reason": REASON}
        answer = browser.post(f"/admin/users/{alice.id}/impersonation", fields)
    finally:
        granted["user"].discard("something.else")
    assert answer.status_code == 403
    assert "permissions that you do not have" in answer.text


def test_it_does_not_nest(grant, carol, sam, alice, sign_in, begin):
    grant({"users.impersonate", "users.impersonate_write", "users.edit"})
    browser = begin(sign_in(carol), sam, changes="y")
    path = f"/admin/users/{alice.id}/impersonation"
    assert path not in browser.get(f"/admin/users/{alice.id}").text
    assert browser.get(path).status_code == 403
    answer = browser.post(path, {"csrf_token": browser.token(), "reason": REASON})
    assert answer.status_code == 403
    assert who(browser) == "Sam"


# ---- What may be done meanwhile ----


def test_it_changes_nothing_by_whatever_is_sent(app, alice, acting, stored):
    fields = {
        "csrf_token": acting.token(), "email": alice.email, "password": "four green bottles",
        "name": "X", "title": "X", "body": "X", "newest": "9", "reason": "X", "code": "123456",
    }  # fmt: skip
    before, tried = stored(), 0
    for number in (1, alice.id):
        for route in routes(app, number=number):
            if route.changes and route.endpoint not in ("auth.end_impersonation", "auth.logout"):
                assert route.open(acting, data=fields).status_code == 403, str(route)
                tried += 1
    assert tried >= 60
    assert stored() == before
    assert who(acting) == "Alice"


@pytest.mark.parametrize("changes", ["", "y"])
def test_it_changes_nothing_by_looking(changes, app, carol, alice, sign_in, begin, stored):
    theirs = sign_in(alice)
    office = sign_in(carol)
    office.submit("/admin/messages/", {"title": "To all", "body": "We move."})
    browser = begin(office, alice, changes=changes)
    before = stored()
    for route in routes(app):
        if not route.changes:
            answer = browser.get(route.path)
            assert answer.status_code < 500, str(route)
    assert stored() == before
    assert who(browser) == "Alice"
    assert theirs.get("/account/notifications/").text.count("We move.") == 1


@pytest.mark.parametrize("changes", ["", "y"])
def test_it_keeps_closed_what_is_for_the_user_in_person(
    changes, app, carol, alice, sign_in, begin, clock, stored
):
    set_up(sign_in(alice))
    browser = begin(sign_in(carol), alice, changes=changes)
    before, closed, fields = stored(), set(), {"csrf_token": browser.token()}
    for route in routes(app):
        own = route.endpoint.startswith("auth.") and route.endpoint not in OPEN
        own = own or route.policy.fresh_login or route.policy.no_impersonation
        if own and route.method in ("GET", "POST"):
            answer = browser.client.open(route.path, method=route.method, data=fields)
            assert answer.status_code == 403, str(route)
            assert "in person" in answer.text, str(route)
            assert banner(answer.text), str(route)
            closed.add(route.endpoint)
    assert stored() == before
    assert closed >= {
        "account.password", "account.change_password", "account.second_factors",
        "account.begin_totp", "account.renew_recovery_codes", "account.recovery_codes",
        "account.email", "account.request_email", "account.export", "account.export_file",
        "account.delete", "account.schedule_deletion", "account.sessions", "account.end_session",
        "account.end_other_sessions", "auth.reauthenticate", "auth.prove", "auth.interrupted",
        "auth.log_in", "auth.set_password", "auth.return_from_provider",
    }  # fmt: skip


def test_it_changes_what_was_allowed_and_names_both(alice, carol, changing, events, reload):
    assert changing.submit("/members", {"name": "Alicia"}).status_code == 303
    assert reload(alice).name == "Alicia"
    me = f"user:{alice.id}"
    [renamed], [doing] = events("user.renamed"), events("impersonation.change_made")
    assert renamed == (carol.email, me, {"before": "Alice", "after": "Alicia", "as": me})
    details = {"endpoint": "members.rename", "path": "/members", "as": me}
    assert doing == (carol.email, me, details)


def test_it_notes_nothing_of_what_was_refused(changing, events):
    assert changing.submit("/members", {"name": "x" * 101}).status_code == 422
    assert events("impersonation.change_made") == []


def test_it_takes_no_form_from_before(carol, alice, sign_in, begin, reload):
    browser = sign_in(carol)
    own = browser.fill("/members")
    begin(browser, alice, changes="y")
    assert browser.send(own, {"name": "Carola"}).status_code == 400
    theirs = browser.fill("/members")
    browser.submit("/members", action=BACK)
    assert browser.send(theirs, {"name": "Alicia"}).status_code == 400
    assert (reload(carol).name, reload(alice).name) == ("Carol", "Alice")


def test_it_allows_changes_to_who_may(app, carol, sam, alice, grant, sign_in, begin, reload):
    grant({"users.impersonate"})
    browser = sign_in(sam)
    assert "Allow changes" not in browser.get(f"/admin/users/{alice.id}/impersonation").text
    begin(browser, alice, changes="y")
    answer = browser.submit("/members", {"name": "X"})
    assert answer.status_code == 403
    assert "may not change anything" in answer.text
    assert reload(alice).name == "Alice"


# ---- When it ends ----


@pytest.fixture
def ends(app, acting, alice, carol, events, reload):
    """Has something happen, after which Carol is herself again, or nobody."""

    def carry_out(happen, why, location=f"/admin/users/{alice.id}"):
        form = acting.fill("/members")
        happen()
        answer = acting.send(form, {"name": "Alicia"})
        assert (answer.status_code, answer.location) == (303, location)
        assert {reload(user).name for user in (alice, carol) if reload(user)} <= {"Alice", "Carol"}
        assert who(acting) == "Carol"
        assert [details.get("why") for *_, details in events("impersonation.stopped")] == [why]

    return carry_out


def overdue(change):
    return lambda: change(update(Impersonation).values(ends_at=now()))


def test_it_ends_after_half_an_hour(app, acting, ends, change):
    with app.app_context():
        left = db.session.scalars(select(Impersonation.ends_at)).one() - now()
    assert timedelta(minutes=29) < left <= MAX_DURATION == timedelta(minutes=30)
    ends(overdue(change), "time")


def test_it_ends_after_half_an_hour_whether_somebody_looks_or_not(app, acting, ends, change):
    def nobody_looks():
        overdue(change)()
        with app.app_context():
            assert end_impersonations() == 1
            db.session.commit()

    ends(nobody_looks, "time")


@pytest.mark.parametrize("role", ["admin", "nonsense"])
def test_it_ends_when_the_user_may_do_more(role, app, ends, alice, change):
    app.extensions["permissions"].setdefault("nonsense", {"something.else"})
    ends(lambda: change(update(User).where(User.id == alice.id).values(role=role)), "role")
    app.extensions["permissions"].pop("nonsense")


def test_it_ends_when_the_user_is_suspended(ends, alice, make_user, sign_in):
    page = f"/admin/users/{alice.id}"
    other = sign_in(make_user("oscar@example.com", role="admin"))
    ends(lambda: other.submit(page, action=f"{page}/suspension"), "suspension")


def test_it_ends_when_the_user_is_deleted(ends, alice, make_user, sign_in):
    page = f"/admin/users/{alice.id}"
    other = sign_in(make_user("oscar@example.com", role="admin"))
    # What is told of who is gone is that it happened.
    ends(lambda: other.submit(page, action=f"{page}/delete"), None)


def test_it_ends_when_the_administrator_may_no_longer(app, ends, carol, change):
    ends(lambda: change(update(User).where(User.id == carol.id).values(role="staff")), "role")


@pytest.mark.parametrize("noun", ["suspension", "sessions/delete", "delete"])
def test_it_ends_with_the_administrator(noun, acting, carol, make_user, sign_in, events):
    page = f"/admin/users/{carol.id}"
    other = sign_in(make_user("oscar@example.com", role="admin"))
    assert other.submit(page, action=f"{page}/{noun}").status_code == 303
    assert acting.get("/members").location.startswith("/auth/login")
    assert [details["why"] for *_, details in events("impersonation.stopped")] == ["session"]


def test_it_ends_with_the_log_out(acting, events):
    assert acting.submit("/members", action="/auth/logout").location == "/"
    assert acting.get("/members").location.startswith("/auth/login")
    assert [details["why"] for *_, details in events("impersonation.stopped")] == ["session"]


def test_copies_of_the_cookie_die_when_it_begins_and_when_it_ends(
    carol, alice, sign_in, begin, browser
):
    own, before, meanwhile = sign_in(carol), browser(), browser()
    own.copy_cookies_to(before)
    begin(own, alice)
    own.copy_cookies_to(meanwhile)
    assert who(meanwhile) == "Alice"
    own.submit("/members", action=BACK)
    for copy in (before, meanwhile):
        assert copy.get("/members").location.startswith("/auth/login")
    assert who(own) == "Carol"


def test_of_two_that_begin_at_once_one_does(carol, alice, bob, sign_in, browser, app):
    first, second = sign_in(carol), browser()
    first.copy_cookies_to(second)
    paths = [f"/admin/users/{user.id}/impersonation" for user in (alice, bob)]
    forms = [first.fill(path) for path in paths]
    with ThreadPoolExecutor() as pool:
        sent = [
            pool.submit(each.send, form, {"reason": REASON})
            for each, form in zip((first, second), forms, strict=True)
        ]
    answers = [each.result() for each in sent]
    assert [answer.location for answer in answers].count(HOME) == 1
    with app.app_context():
        assert len(db.session.scalars(select(Impersonation)).all()) == 1


def test_it_is_too_late_for_a_change_when_it_has_just_ended(
    app, changing, change, alice, reload, monkeypatch
):
    check = impersonation.check

    def slow(rules):
        about_to_change = check(rules)
        if about_to_change:
            with ThreadPoolExecutor() as other:
                other.submit(overdue(change)).result()
        return about_to_change

    form = changing.fill("/members")
    monkeypatch.setattr(impersonation, "check", slow)
    assert changing.send(form, {"name": "Alicia"}).status_code == 409
    assert reload(alice).name == "Alice"


# ---- The trace it leaves ----


def test_the_audit_names_both(acting, alice, carol, events):
    acting.submit("/members", action=BACK)
    me = f"user:{alice.id}"
    assert events("impersonation.started") == [
        (carol.email, me, {"reason": REASON, "changes": False})
    ]
    assert events("impersonation.stopped") == [(carol.email, me, {"why": "back", "as": me})]


def test_the_user_is_told(alice, acting, sign_in):
    acting.submit("/members", action=BACK)
    browser = sign_in(alice)
    page = browser.get("/account/activity").text
    assert "An administrator looked at your account<" in page
    assert "An administrator stopped looking at your account<" in page
    assert "An administrator looked at your account" in browser.get("/account/notifications/").text
    for hidden in ("203.0.113.9", "carol@example.com", REASON):
        assert hidden not in page


def test_the_user_is_told_of_each_change(alice, changing, sign_in):
    changing.submit("/members", {"name": "Alicia"}, action="/members", **ELSEWHERE)
    page = sign_in(alice).get("/account/activity").text
    assert "The name was changed by an administrator" in page
    assert "An administrator changed something as you<" in page
    assert "203.0.113.9" not in page


def test_it_touches_no_session_of_the_users(app, alice, acting, sign_in):
    theirs = sign_in(alice)
    later(app, minutes=5)

    def seen():
        with app.app_context():
            own = select(Session.id, Session.last_seen_at).where(Session.user_id == alice.id)
            return db.session.execute(own).all()

    before = seen()
    acting.get("/members")
    assert seen() == before
    assert theirs.get("/account/sessions").text.count("/delete") <= 1


def test_it_asks_at_most_three_for_each_page(app, acting):
    for path in ("/", "/members", "/notes/", "/members", "/account/activity", "/nowhere"):
        with statements(app) as asked:
            acting.get(path)
        assert len(asked) <= 3, (path, asked)
