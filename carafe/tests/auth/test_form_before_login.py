"""A form sent after the session ended: it continues after the login, for the same user alone."""

import io
import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from carafe.auth import interrupted_forms
from carafe.auth.models import Session, Token
from carafe.database import db
from carafe.testing.accounts import PASSWORD
from carafe.testing.clock import later
from carafe.testing.http import Forms
from carafe.testing.two_factor import set_up, submit_code
from carafe.tests.site.models import Thing

PAGE = "/members"
SITE = "http://localhost"
JSON = {"Accept": "application/json"}


@pytest.fixture
def desk(alice, sign_in):
    return sign_in(alice)


@pytest.fixture
def form(desk):
    """The form of Alice's profile, which she fills in."""
    return desk.fill(PAGE)


def end_session(app: Flask, browser) -> None:
    with app.app_context():
        db.session.execute(delete(Session))
        db.session.commit()


def log_out_in_another_tab(app: Flask, browser) -> None:
    assert browser.submit("/members", action="/auth/logout").status_code == 303


ENDS = pytest.mark.parametrize("end", [end_session, log_out_in_another_tab])


def send(browser, form, name="Alice A.", **options):
    answer = browser.send(form, {"name": name}, headers={"Referer": SITE + PAGE}, **options)
    assert answer.status_code == 303, answer.text
    assert answer.location.startswith("/auth/login?next=")
    return answer.location


def log_in(browser, user, page):
    answer = browser.submit(page, {"email": user.email, "password": PASSWORD})
    assert answer.status_code == 303, answer.text
    return answer.location


def next_of(page):
    return parse_qs(urlsplit(page).query)["next"][0]


def name_of(browser):
    return browser.fill(PAGE).fields["name"]


def offers(browser, path, action=PAGE):
    """Whether the page at `path` has a form that continues, and whether a script sends it."""
    page = browser.get(path)
    forms = [form for form in Forms(page.text).forms if "interrupted_form" in form.fields]
    assert [form.action for form in forms] in ([], [action])
    return bool(forms), "data-submit-now" in page.text


@ENDS
def test_it_continues_after_the_login(end, app, alice, desk, form):
    end(app, desk)
    page = send(desk, form)
    assert "Log in to submit your form." in desk.get(page).text
    form_page = log_in(desk, alice, page)
    assert offers(desk, form_page) == (True, True)
    assert name_of(desk) == "Alice"
    assert desk.submit(form_page, action=PAGE).location == PAGE
    assert name_of(desk) == "Alice A."


def test_long_text_of_all_alphabets_continues(app, alice, desk):
    form = desk.fill("/things/new")
    body = "ж字🍏é\n" * 4000
    end_session(app, desk)
    answer = desk.send(form, {"title": "Draft", "body": body})
    form_page = log_in(desk, alice, answer.location)
    assert desk.submit(form_page, action="/things/new").status_code == 303
    with app.app_context():
        assert db.session.scalar(select(Thing.body)) == body


def test_it_continues_after_a_second_factor(app, alice, sign_in, clock):
    desk = sign_in(alice)
    totp, _ = set_up(desk)
    form = desk.fill(PAGE)
    log_out_in_another_tab(app, desk)
    clock.step += 1
    challenge = log_in(desk, alice, send(desk, form))
    assert challenge.startswith("/auth/second-factor")
    answer = desk.submit(challenge, {"code": totp.code()})
    assert offers(desk, answer.location) == (True, True)


def test_it_is_sent_once(app, alice, desk, form):
    end_session(app, desk)
    form_page = log_in(desk, alice, send(desk, form))
    second_form = desk.fill(form_page, PAGE)
    assert desk.send(second_form).status_code == 303
    assert desk.send(second_form).status_code == 409
    assert offers(desk, form_page) == (False, False)


@ENDS
def test_another_user_does_not_get_it(end, app, bob, desk, form):
    end(app, desk)
    form_page = log_in(desk, bob, send(desk, form))
    assert offers(desk, form_page) == (False, False)
    assert "submit your earlier form" in desk.get("/members").text
    assert name_of(desk) == "Bob"


def test_another_browser_does_not_get_it(app, alice, desk, form, sign_in):
    end_session(app, desk)
    page = send(desk, form)
    assert offers(sign_in(alice), next_of(page)) == (False, False)


def test_nothing_of_it_is_shown_before_the_login(app, alice, desk, form):
    end_session(app, desk)
    page = send(desk, form, name="Something private")
    assert "Something private" not in desk.get(page).text


def test_it_waits_for_an_hour(app, alice, desk, form):
    end_session(app, desk)
    page = send(desk, form)
    later(app, minutes=59)
    form_page = log_in(desk, alice, page)
    assert offers(desk, form_page) == (True, True)
    later(app, minutes=1)
    assert offers(desk, form_page) == (False, False)


def test_the_next_logout_drops_it(app, alice, desk, form):
    end_session(app, desk)
    form_page = log_in(desk, alice, send(desk, form))
    log_out_in_another_tab(app, desk)
    log_in(desk, alice, "/auth/login")
    assert offers(desk, form_page) == (False, False)


def test_three_tabs_each_keep_theirs(app, alice, desk):
    forms = [desk.fill(PAGE) for _ in range(4)]
    end_session(app, desk)
    pages = [send(desk, form, name=f"Tab {n}") for n, form in enumerate(forms)]
    log_in(desk, alice, "/auth/login")
    kept = [offers(desk, next_of(page))[0] for page in pages]
    assert kept == [False, True, True, True]
    assert 'value="Tab 2"' in desk.get(next_of(pages[2])).text


@ENDS
def test_a_sensitive_form_waits_for_a_click(end, app, alice, desk):
    form = desk.fill("/account/delete")
    end(app, desk)
    answer = desk.send(form)
    form_page = log_in(desk, alice, answer.location)
    assert offers(desk, form_page, "/account/delete") == (True, False)
    later(app, minutes=11)
    answer = desk.submit(form_page, action="/account/delete")
    assert answer.location.startswith("/auth/reauthenticate")


@ENDS
def test_no_password_is_kept(end, app, alice, desk):
    form = desk.fill("/account/password")
    end(app, desk)
    fields = {"current_password": PASSWORD, "password": "green bottles on a wall"}
    answer = desk.send(form, fields, headers={"Referer": f"{SITE}/account/password"})
    assert answer.location == "/auth/login?next=/account/password"
    assert "couldn&#39;t save your form" in desk.get(answer.location).text
    assert log_in(desk, alice, answer.location) == "/account/password"


@pytest.mark.parametrize("what", ["file", "much"])
def test_what_cannot_be_kept_is_announced(what, app, desk, form):
    end_session(app, desk)
    more = {"file": (io.BytesIO(b"x"), "x.csv")} if what == "file" else {"more": "x" * 270_000}
    answer = desk.send(form, more, headers={"Referer": SITE + PAGE})
    assert answer.location == f"/auth/login?next={PAGE}"
    assert "couldn&#39;t save your form" in desk.get(answer.location).text


def test_a_visitor_stores_nothing(app, visitor, alice):
    fields = {"csrf_token": visitor.token(), "name": "x"}
    assert visitor.post(PAGE, fields, headers={"Referer": SITE + PAGE}).status_code == 303
    assert kept(app) == 0


def kept(app):
    with app.app_context():
        return db.session.scalar(
            select(func.count()).where(Token.purpose == "form before login").select_from(Token)
        )


@pytest.mark.parametrize("change", ["user", "signature", "cut", "none"])
def test_a_token_that_was_changed_stores_nothing(change, app, alice, bob, desk, form):
    session, _, user = form.fields["csrf_token"].partition("..")
    number, time, signature = user.split(".")
    form.fields["csrf_token"] = {
        "user": f"{session}..{bob.id}.{time}.{signature}",
        "signature": f"{session}..{number}.{time}.{signature[:-2]}xx",
        "cut": f"{session}..{number}",
        "none": session,
    }[change]
    log_out_in_another_tab(app, desk)
    assert desk.send(form, {"name": "x"}).status_code == 400
    assert kept(app) == 0


@ENDS
def test_another_site_stores_nothing(end, app, desk, form):
    end(app, desk)
    sites = ("Sec-Fetch-Site", "cross-site"), ("Origin", "https://evil.example"), ("Origin", "null")
    for header in sites:
        answer = desk.send(form, {"name": "x"}, headers=[header])
        assert answer.status_code == 403, header
    assert kept(app) == 0


def test_a_client_stores_no_more_than_a_few_and_nobody_more_than_three(
    app, desk, form, monkeypatch
):
    limit = replace(interrupted_forms.FORMS_BEFORE_LOGIN, amount=5)
    monkeypatch.setattr(interrupted_forms, "FORMS_BEFORE_LOGIN", limit)
    end_session(app, desk)
    kept_forms = ["/form/" in send(desk, form, name=f"Name {n}") for n in range(7)]
    assert kept_forms == [True] * 5 + [False] * 2
    assert kept(app) == 3


def test_the_form_of_a_deleted_user_is_not_kept(app, alice, desk, form):
    app.test_cli_runner().invoke(args=["user", "suspend", alice.email])
    assert send(desk, form) == f"/auth/login?next={PAGE}"
    assert kept(app) == 0


def test_a_form_filled_in_as_somebody_else_is_not_kept(app, carol, alice, sign_in):
    admin = sign_in(carol)
    page = f"/admin/users/{alice.id}/impersonation"
    admin.submit(page, {"reason": "a ticket", "changes": "y"})
    form = admin.fill(PAGE)
    end_session(app, admin)
    assert send(admin, form) == f"/auth/login?next={PAGE}"
    assert kept(app) == 0


def test_after_another_login_it_is_sent_again_by_a_click(app, alice, desk, form):
    """The tab is from before: logged out and in again, as the same user, in another tab."""
    log_out_in_another_tab(app, desk)
    log_in(desk, alice, "/auth/login")
    answer = desk.send(form, {"name": "Alice A."})
    assert answer.status_code == 400
    assert name_of(desk) == "Alice"
    second_form = desk.form(answer, PAGE)
    assert second_form.fields["name"] == "Alice A."
    assert "data-submit-now" not in answer.text
    assert desk.send(second_form).status_code == 303
    assert name_of(desk) == "Alice A."


def test_after_another_login_no_password_is_sent_back(app, alice, desk):
    form = desk.fill("/account/password")
    log_out_in_another_tab(app, desk)
    log_in(desk, alice, "/auth/login")
    answer = desk.send(form, {"current_password": PASSWORD, "password": "green bottles"})
    assert answer.status_code == 400
    assert "green bottles" not in answer.text


def test_after_the_login_of_another_user_it_is_refused(app, bob, desk, form):
    log_out_in_another_tab(app, desk)
    log_in(desk, bob, "/auth/login")
    answer = desk.send(form, {"name": "Alice A."})
    assert answer.status_code == 400
    assert "Alice A." not in answer.text
    assert name_of(desk) == "Bob"


@ENDS
def test_programs_are_told_401(end, app, desk, form):
    end(app, desk)
    answer = desk.send(form, {"name": "x"}, headers=JSON)
    assert answer.status_code == 401
    assert kept(app) == 0


# Pages for visitors, left open in another tab.


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/auth/login", "/auth/login"),
        ("/auth/login?next=/account/sessions", "/auth/login?next=/account/sessions"),
        ("/auth/register", "/auth/register"),
        ("/auth/magic-link", "/auth/magic-link"),
        ("/auth/reset", "/auth/reset"),
        ("/auth/confirm", "/auth/confirm"),
    ],
)
def test_a_page_for_visitors_leads_on_after_the_login(path, location, alice, visitor, mailbox):
    second = visitor.fill(path)
    second.fields |= {"email": alice.email, "password": PASSWORD}
    log_in(visitor, alice, "/auth/login")
    answer = visitor.send(second)
    assert (answer.status_code, answer.location) == (303, location)
    assert "You&#39;re already logged in." in visitor.get("/members").text
    assert name_of(visitor) == "Alice"


def test_the_second_tab_leads_to_what_it_was_opened_for(alice, visitor):
    second = visitor.fill("/auth/login?next=/account/sessions")
    log_in(visitor, alice, "/auth/login")
    answer = visitor.send(second, {"email": alice.email, "password": PASSWORD})
    assert visitor.get(answer.location).location == "/account/sessions"


def test_the_second_tab_logs_in_nobody_else(alice, bob, visitor):
    second = visitor.fill("/auth/login")
    log_in(visitor, alice, "/auth/login")
    answer = visitor.send(second, {"email": bob.email, "password": PASSWORD})
    assert answer.status_code == 303
    assert name_of(visitor) == "Alice"


def test_a_link_opened_before_the_login_is_shown_again(alice, visitor, mailbox, browser):
    browser().submit("/auth/reset", {"email": alice.email})
    path = mailbox.link(alice.email)
    form = visitor.fill(path)
    log_in(visitor, alice, "/auth/login")
    assert visitor.send(form, {"password": "green bottles on a wall"}).location == path
    assert visitor.submit(path, {"password": "green bottles on a wall"}).status_code == 303


def test_a_page_for_visitors_without_a_token_of_ours_is_refused(alice, visitor):
    log_in(visitor, alice, "/auth/login")
    for token in ("", "x", "a.b.c..0.b.c", re.sub("[a-z]", "x", visitor.token())):
        assert visitor.post("/auth/login", {"csrf_token": token}).status_code == 400


def test_the_second_tab_passes_no_second_factor(app, alice, sign_in, clock, visitor):
    totp, _ = set_up(sign_in(alice))
    clock.step += 1
    second = visitor.fill("/auth/login")
    challenge = log_in(visitor, alice, "/auth/login")
    answer = visitor.send(second, {"email": alice.email, "password": PASSWORD})
    assert answer.location == challenge == "/auth/second-factor"
    assert visitor.get(PAGE).status_code == 303
    assert submit_code(visitor, totp.code()).status_code == 303
