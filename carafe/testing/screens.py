"""The pages of an app as users with a role see them: everything that is linked, and errors."""

import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import select
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.test import TestResponse

from carafe.auth.users import user_model
from carafe.database import db
from carafe.testing.http import Browser, Forms
from carafe.testing.routes import routes
from carafe.testing.sessions import open_session

Screen = tuple[str, str]
# Of pages that differ only in a number, this many are opened.
ALIKE = 2


def sample_browsers(app: Flask) -> dict[str, Browser]:
    """Load the sample data of `flask demo`; return the browsers of a visitor and of two users."""
    app.test_cli_runner().invoke(args=["demo"])
    model, browsers = user_model(), {"visitor": Browser(app.test_client())}
    for role in ("user", "admin"):
        with app.app_context():
            query = select(model).where(model.role == role, model.confirmed_at.is_not(None))
            user = db.session.scalars(query.order_by(model.id).limit(1)).one()
        browsers[role] = open_session(app, user)
    return browsers


def screens(app: Flask, browser: Browser, *start: str) -> Iterator[Screen]:
    """Yield the URL and text of each linked page, and of each route's response.

    Then each form is submitted empty, except those that end the session.
    """
    forms: dict[str, dict[str, str]] = {}
    waiting = [*start, *(route.path for route in routes(app) if route.method == "GET")]
    counts, seen = Counter[str](), set[str]()
    while waiting:
        path = waiting.pop(0)
        kind = re.sub(r"\d+", "0", path)
        if path in seen or counts[kind] == ALIKE or _ends_session(app, path):
            continue
        seen.add(path)
        counts[kind] += 1
        answer = browser.get(path)
        if answer.mimetype != "text/html":
            continue
        yield path, answer.text
        waiting += _links(answer.text)
        for form in Forms(answer.text).forms:
            if form.method == "post":
                token = form.fields.get("csrf_token", "")
                fields = dict.fromkeys(form.fields, "") | {"csrf_token": token}
                forms.setdefault(form.action or path, fields)
    for path, fields in forms.items():
        if not _ends_session(app, path):
            yield from _answers(browser, path, browser.post(path, fields))


def _answers(browser: Browser, path: str, answer: TestResponse) -> Iterator[Screen]:
    if answer.location:
        answer = browser.get(urlsplit(answer.location).path)
    if answer.mimetype == "text/html":
        yield f"POST {path}", answer.text


def _links(page: str) -> Iterator[str]:
    """Yield the pages that a page links to, without the arguments of lists."""
    for link in re.findall(r'<a [^>]*href="(/[^"#?]*)', page):
        if not link.startswith("/static/"):
            yield unescape(link)


def _ends_session(app: Flask, path: str) -> bool:
    try:
        with app.app_context():  # needed by the converters of lists
            endpoint, _ = app.url_map.bind("localhost").match(path, "POST")
    except (HTTPException, RequestRedirect):
        return False
    return bool(endpoint == "auth.logout")
