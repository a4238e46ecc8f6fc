"""The page of API tokens."""

import re

from sqlalchemy import select

from carafe.auth.models import ApiToken
from carafe.database import db

PAGE = "/account/tokens"
FIELDS = {"name": "Backup", "scopes": ["me:read"], "days": "90"}


def create(browser, **fields):
    return browser.submit(PAGE, FIELDS | fields)


def shown(response):
    [text] = re.findall(r"carafe_\w{36}", response.text)
    return text


def test_it_is_shown_once(app, alice, sign_in):
    browser = sign_in(alice)
    text = shown(create(browser))
    page = browser.get(PAGE).text
    assert text not in page
    assert text[-4:] in page
    assert "<code>me:read</code>" in page
    with app.app_context():
        [token] = db.session.scalars(select(ApiToken))
        assert text.encode() not in token.token_hash


def test_it_works_until_it_is_revoked(app, alice, sign_in):
    browser, program = sign_in(alice), app.test_client()
    headers = {"Authorization": f"Bearer {shown(create(browser))}"}
    assert program.get("/api/v1/me", headers=headers).status_code == 200
    [path] = re.findall(r'action="(/account/tokens/\d+/delete)"', browser.get(PAGE).text)
    browser.submit(PAGE, action=path)
    assert program.get("/api/v1/me", headers=headers).status_code == 401


def test_it_needs_a_name_and_a_scope(alice, sign_in):
    browser = sign_in(alice)
    assert create(browser, name="").status_code == 422
    assert create(browser, scopes=[]).status_code == 422
    assert create(browser, networks="everywhere").status_code == 422


def test_the_documentation_is_linked(alice, sign_in):
    browser = sign_in(alice)
    assert 'href="/api/docs"' in browser.get(PAGE).text
    page = browser.get("/api/docs").text
    assert 'href="/account/tokens"' in page
    assert 'href="/api/problems/"' in page
    for id in re.findall(r'href="(/api/problems/[a-z-]+)"', browser.get("/api/problems/").text):
        assert browser.get(id).status_code == 200
