"""An admin sees the site as a user does: to look, for a while, and with a trace."""

import html
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from carafe.auth import impersonation
from carafe.auth.jobs import end_impersonations
from carafe.auth.models import Impersonation, Session
from carafe.auth.models.impersonation import MAX_DURATION
from carafe.database import Base, db
from carafe.notifications import Message
from carafe.testing.accounts import PASSWORD
from carafe.testing.clock import later
from carafe.testing.database import statements
from carafe.testing.routes import routes
from carafe.testing.two_factor import enroll
from carafe.tests.site.models import User
from carafe.time import now

HOME = "/dashboard"
BACK = "/auth/impersonation/delete"
# Of the pages about who one is.
OPEN = {"auth.confirm", "auth.end_impersonation", "auth.logout"}
REASON = "She cannot find her notes"
ELSEWHERE = {"environ_base": {"REMOTE_ADDR": "203.0.113.9"}}


@pytest.fixture
def begin():
    """Act as a user in the browser of an admin."""

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
    match = re.search(r'<section class="acting".*?</section>', page, re.S)
    return match and html.unescape(" ".join(re.sub(r"<[^>]+>", " ", match[0]).split()))


def who(browser):
    """As whom the browser sees the site."""
    return browser.fill("/members").fields["name"]


@pytest.fixture
def stored(app):
    """Return all that the tables hold, except the sessions."""

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
    """Change rows past all forms."""

    def carry_out(statement):
        with app.app_context():
            db.session.execute(statement)
            db.session.commit()

    return carry_out


@pytest.fixture
def alter(app):
    """Call a method of a user as stored."""

    def call(user, method):
        with app.app_context():
            method(db.session.get_one(User, user.id))
            db.session.commit()

    return call


# ---- The way there and back ----


def test_it_shows_the_site_as_the_user_sees_it(carol, alice, sign_in, begin):
    browser = begin(sign_in(carol), alice)
    assert who(browser) == "Alice"
    assert browser.get("/admin/").status_code == 403


def test_it_says_so_on_every_page(acting):
    for path in ("/", "/members", "/nowhere", "/admin/", "/account/password"):
        text = banner(acting.get(path).text)
        assert "Viewing as Alice (alice@example.com)" in text
        assert "Read-only." in text
        assert text.endswith("Stop viewing as user")


def test_it_says_so_where_changes_are_allowed(changing):
    assert "Changes apply to their account." in banner(changing.get("/members").text)


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
    assert acting.submit(page, {"name": "Bobby"}).location == page


def test_it_leads_back_once(acting):
    form = acting.fill("/members", BACK)
    acting.send(form)
    # The form is from a page of someone else's.
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


# ---- As whom ----


@pytest.mark.parametrize(
    ("role", "fields", "reason"),
    [
        ("admin", {}, "You can&#39;t view as an admin."),
        ("user", {"suspended_at": now()}, "suspended"),
        ("staff", {}, None),
        ("user", {"confirmed_at": None}, None),
    ],
)
def test_it_is_as_whom_one_may(role, fields, reason, carol, make_user, sign_in):
    user = make_user("other@example.com", role=role, name="Other", **fields)
    browser, path = sign_in(carol), f"/admin/users/{user.id}/impersonation"
    page = browser.get(path)
    answer = browser.post(path, {"csrf_token": browser.token(), "reason": REASON})
    if reason:
        assert (page.status_code, answer.status_code) == (403, 403)
        assert reason in answer.text
    assert who(browser) == ("Carol" if reason else "Other")


def test_it_is_not_as_oneself(carol, sign_in):
    browser = sign_in(carol)
    fields = {"csrf_token": browser.token(), "reason": REASON}
    answer = browser.post(f"/admin/users/{carol.id}/impersonation", fields)
    assert answer.status_code == 403
    assert "You can&#39;t view as yourself." in answer.text


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
    assert "permissions you don&#39;t have" in answer.text


def test_it_does_not_nest(grant, carol, sam, alice, sign_in, begin):
    grant({"users.impersonate", "users.impersonate_write", "users.edit"})
    browser = begin(sign_in(carol), sam, changes="y")
    path = f"/admin/users/{alice.id}/impersonation"
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
    for route in routes(app, number=alice.id):
        if route.changes and route.endpoint not in ("auth.end_impersonation", "auth.logout"):
            assert route.open(acting, data=fields).status_code == 403, str(route)
            tried += 1
    assert tried >= 60, tried
    assert stored() == before
    assert who(acting) == "Alice"


def test_it_changes_nothing_by_looking(app, carol, alice, sign_in, begin, stored):
    with app.app_context():
        Message.send("To all", "We move.", "x")
        db.session.commit()
    theirs = sign_in(alice)
    browser = begin(sign_in(carol), alice, changes="y")
    before = stored()
    for route in routes(app):
        if route.method == "GET":
            answer = browser.get(route.path)
            assert answer.status_code < 500, str(route)
    assert stored() == before
    assert who(browser) == "Alice"
    assert theirs.get("/account/notifications/").text.count("We move.") == 1


def test_it_keeps_closed_what_is_for_the_user_in_person(
    app, carol, alice, sign_in, begin, clock, stored
):
    enroll(app, alice)
    browser = begin(sign_in(carol), alice, changes="y")
    before, closed, fields = stored(), set(), {"csrf_token": browser.token()}
    for route in routes(app):
        is_personal = route.endpoint.startswith("auth.") and route.endpoint not in OPEN
        is_personal = is_personal or route.policy.fresh_login or route.policy.no_impersonation
        if is_personal and route.method in ("GET", "POST"):
            answer = browser.client.open(route.path, method=route.method, data=fields)
            assert answer.status_code == 403, str(route)
            assert "You&#39;re viewing as them" in answer.text, str(route)
            assert banner(answer.text), str(route)
            closed.add(route.endpoint)
    assert stored() == before
    assert closed >= {
        "second_factors.begin_totp", "second_factors.add_totp", "auth.reauthenticate", "auth.prove",
        "auth.interrupted", "auth.log_in", "auth.set_password", "impersonation.start",
    }  # fmt: skip


def test_it_changes_what_was_allowed_and_names_both(alice, carol, changing, events, reload):
    assert changing.submit("/members", {"name": "Alicia"}).status_code == 303
    assert reload(alice).name == "Alicia"
    me = f"user:{alice.id}"
    [renamed], [doing] = events("user.renamed"), events("impersonation.change_made")
    assert renamed == (carol.email, me, {"before": "Alice", "after": "Alicia", "as": me})
    details = {"endpoint": "account.rename", "path": "/members", "as": me}
    assert doing == (carol.email, me, details)


def test_it_notes_nothing_of_what_was_refused(changing, events):
    assert changing.submit("/members", {"name": "x" * 101}).status_code == 422
    assert events("impersonation.change_made") == []


def test_it_takes_no_form_from_before(carol, alice, sign_in, begin, reload):
    browser = sign_in(carol)
    before = browser.fill("/members")
    begin(browser, alice, changes="y")
    assert browser.send(before, {"name": "Carola"}).status_code == 400
    theirs = browser.fill("/members")
    browser.submit("/members", action=BACK)
    assert browser.send(theirs, {"name": "Alicia"}).status_code == 400
    assert (reload(carol).name, reload(alice).name) == ("Carol", "Alice")


def test_it_allows_changes_to_who_may(app, carol, sam, alice, grant, sign_in, begin, reload):
    grant({"users.impersonate"})
    browser = begin(sign_in(sam), alice, changes="y")
    answer = browser.submit("/members", {"name": "X"})
    assert answer.status_code == 403
    assert "Nothing was changed" in answer.text
    assert reload(alice).name == "Alice"


# ---- When it ends ----


@pytest.fixture
def ends(app, acting, alice, carol, events, reload):
    """Let something happen, after which Carol is herself again."""

    def expect(happen, reason, location=f"/admin/users/{alice.id}"):
        form = acting.fill("/members")
        happen()
        answer = acting.send(form, {"name": "Alicia"})
        assert (answer.status_code, answer.location) == (303, location)
        assert {reload(user).name for user in (alice, carol) if reload(user)} <= {"Alice", "Carol"}
        assert who(acting) == "Carol"
        assert [details.get("why") for *_, details in events("impersonation.stopped")] == [reason]

    return expect


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


def test_it_ends_when_the_user_is_suspended(ends, alice, alter):
    ends(lambda: alter(alice, User.suspend), "suspension")


def test_it_ends_when_the_user_is_deleted(ends, alice, alter):
    # Of a deleted user, the audit says only that it happened.
    ends(lambda: alter(alice, User.delete), None)


def test_it_ends_when_the_administrator_may_no_longer(app, ends, carol, change):
    ends(lambda: change(update(User).where(User.id == carol.id).values(role="staff")), "role")


@pytest.mark.parametrize("change", [User.suspend, User.log_out_everywhere, User.delete])
def test_it_ends_with_the_administrator(change, acting, carol, make_user, alter, events):
    make_user("oscar@example.com", role="admin")
    alter(carol, change)
    assert acting.get("/members").location.startswith("/auth/login")
    assert [details["why"] for *_, details in events("impersonation.stopped")] == ["session"]


def test_it_ends_with_the_log_out(acting, events):
    assert acting.submit("/members", action="/auth/logout").location == "/"
    assert acting.get("/members").location.startswith("/auth/login")
    assert [details["why"] for *_, details in events("impersonation.stopped")] == ["session"]


def test_copies_of_the_cookie_die_when_it_begins_and_when_it_ends(
    carol, alice, sign_in, begin, browser
):
    carols, before, meanwhile = sign_in(carol), browser(), browser()
    carols.copy_cookies_to(before)
    begin(carols, alice)
    carols.copy_cookies_to(meanwhile)
    assert who(meanwhile) == "Alice"
    carols.submit("/members", action=BACK)
    for copy in (before, meanwhile):
        assert copy.get("/members").location.startswith("/auth/login")
    assert who(carols) == "Carol"


def test_of_two_that_begin_at_once_one_does(carol, alice, bob, sign_in, browser, app):
    first, second = sign_in(carol), browser()
    first.copy_cookies_to(second)
    paths = [f"/admin/users/{user.id}/impersonation" for user in (alice, bob)]
    forms = [first.fill(path) for path in paths]
    with ThreadPoolExecutor() as pool:
        sent = [
            pool.submit(request.send, form, {"reason": REASON})
            for request, form in zip((first, second), forms, strict=True)
        ]
    answers = [request.result() for request in sent]
    assert [answer.location for answer in answers].count(HOME) == 1
    with app.app_context():
        assert len(db.session.scalars(select(Impersonation)).all()) == 1


def test_it_is_too_late_for_a_change_when_it_has_just_ended(
    app, changing, change, alice, reload, monkeypatch
):
    check = impersonation.check

    def slow(rules, impersonator):
        about_to_change = check(rules, impersonator)
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


def test_it_touches_no_session_of_the_users(app, alice, acting, sign_in):
    sign_in(alice)
    later(app, minutes=5)

    def seen():
        with app.app_context():
            query = select(Session.id, Session.last_seen_at).where(Session.user_id == alice.id)
            return db.session.execute(query).all()

    before = seen()
    acting.get("/members")
    assert seen() == before


def test_it_asks_at_most_three_for_each_page(app, acting):
    for path in ("/", "/members", "/things/", "/account/notifications/", "/nowhere"):
        with statements(app) as asked:
            acting.get(path)
        assert len(asked) <= 3, (path, asked)
