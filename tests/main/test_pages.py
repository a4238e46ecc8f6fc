"""The landing page and the dashboard."""

import re

import pytest
from sqlalchemy import update

from app.auth.models import User
from carafe.database import db
from carafe.testing.apps import another_app
from carafe.testing.http import Browser
from carafe.testing.sessions import open_session
from carafe.time import now


def test_it_greets_visitors_and_leads_them_on(visitor):
    page = visitor.get("/")
    assert page.status_code == 200
    assert 'href="/auth/register"' in page.text
    assert 'href="/auth/login"' in page.text


def test_it_invites_nobody_where_registration_is_closed(app):
    with another_app(app, REGISTRATION="closed", INVITATIONS=False) as made:
        assert "/auth/register" not in Browser(made.test_client()).get("/").text


def test_it_sets_no_cookie_and_may_be_kept_by_caches(visitor):
    page = visitor.get("/")
    assert "Set-Cookie" not in page.headers
    assert "no-store" not in page.headers.get("Cache-Control", "")


def test_it_says_what_it_is(visitor):
    page = visitor.get("/").text
    assert "<title>" in page
    assert 'name="description" content="' in page
    assert page.count("<h1") == 1


@pytest.mark.parametrize("path", ["/privacy", "/terms", "/contact"])
def test_every_footer_leads_to_the_small_print(visitor, path):
    assert f'href="{path}"' in visitor.get("/auth/login").text
    assert visitor.get(path).status_code == 200


def test_it_asks_for_a_log_in_before_the_dashboard(visitor):
    answer = visitor.get("/dashboard")
    assert (answer.status_code, answer.location) == (303, "/auth/login?next=/dashboard")


def test_it_greets_by_name(alice, make_user, sign_in):
    assert "Hi, Alice" in sign_in(alice).get("/dashboard").text
    nameless = make_user("nameless@example.com")
    assert "<h1>Welcome</h1>" in sign_in(nameless).get("/dashboard").text
    sly = make_user("sly@example.com", name="<script>alert(1)</script>")
    assert "<script>alert" not in sign_in(sly).get("/dashboard").text


def test_it_tells_the_unconfirmed_what_to_do(alice, erin, sign_in):
    hint = "to start writing notes"
    page = sign_in(erin).get("/dashboard").text
    assert hint in page
    assert 'href="/auth/confirm"' in page
    assert hint not in sign_in(alice).get("/dashboard").text


def test_it_keeps_the_dashboard_from_caches(alice, sign_in):
    assert sign_in(alice).get("/dashboard").headers["Cache-Control"] == "no-store"


def test_it_shows_the_cards_that_features_add(app, alice, sign_in, monkeypatch):
    # Any template will do: it is the numbers that are asked for.
    for name in ("one", "another"):
        monkeypatch.setitem(app.extensions["dashboard"], name, ("error.html", dict))
    page = sign_in(alice).get("/dashboard").text
    assert page.count('class="error-code"') == 2


def test_the_menu_of_users_marks_the_dashboard(alice, sign_in, visitor):
    page = sign_in(alice).get("/dashboard").text
    assert '<a class="nav-entry" href="/dashboard" aria-current="page">' in page
    assert 'href="/dashboard"' not in visitor.get("/").text


def test_the_landing_page_leads_users_to_the_dashboard(alice, sign_in):
    answer = sign_in(alice).get("/")
    assert (answer.status_code, answer.location) == (303, "/dashboard")


def test_the_checklist_shows_what_is_done(erin, sign_in, app):
    browser = sign_in(erin)
    [(done, steps)] = re.findall(r"(\d) of (\d) done", browser.get("/dashboard").text)
    assert done == "0"
    assert 'href="/auth/confirm"' in browser.get("/dashboard").text
    with app.app_context():
        db.session.execute(update(User).values(confirmed_at=now()))
        db.session.commit()
    page = browser.get("/dashboard").text
    assert f"1 of {steps} done" in page
    assert 'href="/auth/confirm"' not in page


def test_there_is_no_checklist_without_steps(app, alice, sign_in, monkeypatch):
    monkeypatch.setitem(app.extensions, "checklist", type(app.extensions["checklist"])())
    page = sign_in(alice).get("/dashboard")
    assert page.status_code == 200
    assert "Get started" not in page.text


def test_the_checklist_can_be_hidden_by_each_user(alice, bob, sign_in):
    browser = sign_in(alice)
    answer = browser.submit("/dashboard", action="/dashboard/checklist/hide")
    assert (answer.status_code, answer.location) == (303, "/dashboard")
    assert "Get started" not in browser.get("/dashboard").text
    assert "Get started" in sign_in(bob).get("/dashboard").text


def test_the_dashboard_helps_developers_in_development_alone(app, alice, sign_in):
    assert "Make it yours" not in sign_in(alice).get("/dashboard").text
    with another_app(app, APP_ENV="development") as development:
        browser = open_session(development, alice)
        page = browser.get("/dashboard").text
        assert "Make it yours" in page
        [*links] = set(re.findall(r'href="(/dev/docs/[^"]+)"', page))
        assert len(links) == 3
        for link in links:
            assert "<h2>" in browser.get(link).text
        assert browser.get("/dev/docs/..%2Fapp").status_code == 404
