"""The debug toolbar, and its panel of queries."""

import base64
import hashlib
import re

import pytest
from sqlalchemy import text

from carafe.database import db, write_transaction
from carafe.database.base import get_recorded_queries
from carafe.testing.accounts import PASSWORD
from carafe.testing.apps import another_app
from carafe.testing.http import Browser
from carafe.web.routing import public

ELSEWHERE = {"REMOTE_ADDR": "192.0.2.7"}


@pytest.fixture(scope="module")
def development(application):
    with another_app(application, APP_ENV="development", LOG_LEVEL="CRITICAL") as made:

        @made.get("/statements")
        @public
        def statements():
            with write_transaction():
                db.session.execute(text("SAVEPOINT here"))
                db.session.execute(text("UPDATE \"user\" SET name = name || '+'"))
                db.session.rollback()
            name = db.session.scalar(text('SELECT name FROM "user"'))
            return f"<html><body>{name}</body></html>"

        yield made


@pytest.fixture
def developer(app, development, alice):
    browser = Browser(development.test_client())
    fields = {"email": alice.email, "password": PASSWORD}
    assert browser.submit("/auth/login", fields).status_code == 303
    return browser


def test_it_shows_queries_and_their_plans(developer):
    page = developer.get("/members").text
    _, _, panel = page.partition('id="flDebugSQLAlchemyPanel-content"')
    assert "FROM session" in panel
    assert "SEARCH" in panel or "Scan" in panel


def test_it_leads_to_the_profile_of_the_page(developer):
    page = developer.get("/members?q=a").text
    assert '<a href="/members?q=a&amp;_profile">Profile this page</a>' in page


def test_it_plans_what_changes_something_without_running_it(developer):
    page = developer.get("/statements").text
    assert "<body>Alice<" in page
    assert "UPDATE &#34;user&#34;" in page
    assert "Only a single SELECT, INSERT, UPDATE or DELETE has a plan" in page


@pytest.mark.parametrize("path", ["/", "/nowhere"])
def test_it_shows_itself_on_this_machine_alone(path, developer):
    assert "flDebug" in developer.get(path).text
    assert "flDebug" in developer.get(path, base_url="http://127.0.0.1:5000").text
    page = developer.get(path, environ_overrides=ELSEWHERE)
    assert page.status_code == developer.get(path).status_code
    assert "flDebug" not in page.text


@pytest.mark.parametrize("path", ["/", "/members", "/nowhere"])
def test_its_pages_allow_by_hash_what_is_inline(path, developer):
    answer = developer.get(path)
    policy = answer.headers["Content-Security-Policy"]
    inline = re.findall(r"<script(?![^>]* src=)[^>]*>(.+?)</script>", answer.text, re.S)
    styles = re.findall(r' style="([^"]*)"', answer.text)
    assert inline
    assert styles
    for source in (*inline, *styles):
        digest = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy, source
    assert "'unsafe-inline'" not in policy


def test_pages_without_it_allow_nothing_inline(developer):
    assert "sha256" not in developer.get("/livez").headers["Content-Security-Policy"]
    for options in (
        {"environ_overrides": ELSEWHERE},
        {"headers": {"X-Forwarded-For": "192.0.2.7"}},
    ):
        assert "sha256" not in developer.get("/", **options).headers["Content-Security-Policy"]


def test_it_runs_no_statement_that_a_link_carries(developer):
    for name in ("select", "explain"):
        path = f"/_debug_toolbar/views/sqlalchemy/sql_{name}?query=x"
        assert developer.get(path).status_code == 404


def test_it_is_there_in_development_alone(visitor):
    answer = visitor.get("/")
    assert "flDebug" not in answer.text
    assert "sha256" not in answer.headers["Content-Security-Policy"]
    assert visitor.get("/_debug_toolbar/static/js/toolbar.js").status_code == 404


def test_it_records_no_queries_of_commands_and_jobs(development):
    """Otherwise the values of a million rows would stay in memory."""
    with development.app_context():
        db.session.execute(text("SELECT 1"))
        db.session.commit()
        assert get_recorded_queries() == []
