"""The debug toolbar's queries: run again, and explained."""

import re
from html import unescape

import pytest
from flask_sqlalchemy.record_queries import get_recorded_queries
from sqlalchemy import text

from app.core.database import db
from tests.apps import another_app
from tests.conftest import PASSWORD
from tests.http import Browser

LINK = re.compile(r'href="([^"]*/sql_(?:select|explain)[^"]*)">(SELECT|EXPLAIN)<')
ELSEWHERE = {"REMOTE_ADDR": "192.0.2.7"}
ROW = re.compile(r'<tr class="flDebug(?:Odd|Even)">.*?</tr>', re.S)


@pytest.fixture
def development(app):
    with another_app(app, APP_ENV="development", LOG_LEVEL="CRITICAL") as made:
        yield made


@pytest.fixture
def developer(development, alice):
    opened = Browser(development.test_client())
    fields = {"email": alice.email, "password": PASSWORD}
    assert opened.submit("/auth/login", fields).status_code == 303
    return opened


def links(page: str) -> list[tuple[str, str, str]]:
    """Of each query on a page: its text, where it is run again and where it is explained."""
    found = []
    for row in ROW.findall(page):
        if actions := {label: unescape(url) for url, label in LINK.findall(row)}:
            query = re.sub(r"<[^>]+>", "", row.partition("flDebugSyntax")[2])
            found.append((unescape(query), actions["SELECT"], actions["EXPLAIN"]))
    return found


def of_profile(page: str) -> tuple[str, str]:
    """The links of the query that finds who is signed in: with bytes and times among its values."""
    [(_, select, explain)] = [each for each in links(page) if "token_hash" in each[0]]
    return select, explain


def test_it_runs_a_query_again(developer):
    select, _ = of_profile(developer.get("/account/profile").text)
    answer = developer.get(select)
    assert answer.status_code == 200
    assert "alice@example.com" in answer.text
    assert "style=" not in answer.text


def test_it_shows_what_is_there_now(developer, development):
    select, _ = of_profile(developer.get("/account/profile").text)
    with development.app_context():
        db.session.execute(text("UPDATE \"user\" SET name = 'Alicia'"))
        db.session.commit()
    assert "Alicia" in developer.get(select).text


def test_it_explains_a_query(developer):
    _, explain = of_profile(developer.get("/account/profile").text)
    page = developer.get(explain).text
    assert "SEARCH" in page or "Scan" in page
    assert "alice@example.com" not in page


def test_it_runs_nothing_that_changes_something(developer):
    answer = developer.submit("/account/profile", {"name": "x" * 500})
    assert answer.status_code == 422
    assert all(re.match(r"\W*(SELECT|WITH)", query) for query, *_ in links(answer.text))


@pytest.mark.parametrize("statement", ["DELETE FROM session", "SELECT 1; DELETE FROM session"])
def test_it_could_not_change_something_if_it_tried(statement, developer, development):
    select, explain = of_profile(developer.get("/account/profile").text)
    kept = development.extensions["toolbar_queries"]
    for name in kept:
        kept[name] = type(kept[name])(statement, (), 0.0)
    for link in (select, explain):
        assert developer.get(link).status_code == 200
    assert developer.get("/account/profile").status_code == 200


def test_it_says_when_it_has_forgotten_a_query(developer):
    select, _ = of_profile(developer.get("/account/profile").text)
    answer = developer.get(re.sub(r"query=[\w-]+", "query=x", select))
    assert (answer.status_code, "Reload the page" in answer.text) == (200, True)
    assert developer.get(select.partition("?")[0]).status_code == 200


@pytest.mark.parametrize("path", ["/", "/nowhere"])
def test_it_shows_itself_on_this_machine_alone(path, developer):
    assert "flDebug" in developer.get(path).text
    assert "flDebug" in developer.get(path, base_url="http://127.0.0.1:5000").text
    page = developer.get(path, environ_overrides=ELSEWHERE)
    assert page.status_code == developer.get(path).status_code
    assert "flDebug" not in page.text


def test_it_runs_queries_on_this_machine_alone(developer):
    for link in of_profile(developer.get("/account/profile").text):
        assert developer.get(link, environ_overrides=ELSEWHERE).status_code == 403


def test_it_is_there_in_development_alone(visitor):
    for name in ("select", "explain"):
        path = f"/_debug_toolbar/views/sqlalchemy/sql_{name}"
        assert visitor.get(path).status_code == 404


def test_it_records_no_queries_of_commands_and_jobs(development):
    """Of a million rows they would stay in memory with their values."""
    with development.app_context():
        db.session.execute(text("SELECT 1"))
        db.session.commit()
        assert get_recorded_queries() == []
