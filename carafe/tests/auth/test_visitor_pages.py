"""Pages that are the same for every visitor."""

from itertools import count
from time import monotonic

import pytest
from flask import flash, get_flashed_messages, request
from flask_login import current_user

from carafe.auth.visitor_pages import MAX_AGE_SECONDS, same_for_visitors
from carafe.security import csp
from carafe.security.csrf import form_token
from carafe.testing.apps import another_app
from carafe.testing.http import Browser
from carafe.testing.sessions import open_session
from carafe.web.routing import public


@pytest.fixture
def calls():
    return count(1)


@pytest.fixture
def shop(app, calls):
    """An app with pages that tell how often they were rendered."""
    with another_app(app) as made:
        add_pages(made, calls)
        yield made


def add_pages(app, calls):
    def add(path, draw):
        app.add_url_rule(path, path, public(same_for_visitors(lambda: draw())))

    add("/plain", lambda: f"rendered {next(calls)}")
    add("/form", lambda: f"rendered {next(calls)} {form_token()}")
    add("/encoded", lambda: form_token().replace(".", "%2E"))
    add("/host", lambda: request.host)
    add("/nonce", csp.nonce)
    add("/messages", lambda: f"{get_flashed_messages()}")
    add("/name", lambda: current_user.display_name if current_user.is_authenticated else "nobody")

    @app.get("/flash")
    @public
    def show_message():
        flash("Hello")
        return ""

    @app.post("/sent")
    @public
    def accept():
        return ""


def visit(app, path):
    return Browser(app.test_client()).get(path).text


def test_it_is_rendered_once_a_minute(shop, monkeypatch):
    assert visit(shop, "/plain") == visit(shop, "/plain") == "rendered 1"
    later = monotonic() + MAX_AGE_SECONDS
    monkeypatch.setattr("carafe.auth.visitor_pages.monotonic", lambda: later)
    assert visit(shop, "/plain") == "rendered 2"


def test_it_is_rendered_for_each_query(shop):
    assert visit(shop, "/plain?page=1") != visit(shop, "/plain?page=2")


def test_users_get_their_own(shop, alice):
    assert visit(shop, "/name") == "nobody"
    assert open_session(shop, alice).get("/name").text == alice.display_name
    assert visit(shop, "/name") == "nobody"


def test_a_message_is_shown_to_its_visitor_alone(shop):
    visitor = Browser(shop.test_client())
    visitor.get("/flash")
    assert visitor.get("/messages").text == "['Hello']"
    assert visit(shop, "/messages") == "[]"


@pytest.mark.parametrize("path", ["/form", "/encoded", "/nonce"])
def test_tokens_and_nonces_are_never_shared(shop, path):
    assert visit(shop, path) != visit(shop, path)


def test_a_form_is_rendered_once_and_has_the_token_of_each_visitor(shop):
    for number in range(3):
        visitor = Browser(shop.test_client())
        page = visitor.get("/form").text
        assert page.startswith("rendered 1 ")
        token = page.split()[-1]
        assert visitor.client.post("/sent", data={"csrf_token": token}).status_code == 200, number
        assert (
            Browser(shop.test_client()).client.post("/sent", data={"csrf_token": token}).status_code
            == 400
        )
        assert visitor.get("/form").headers["Cache-Control"] == "no-store"


def test_each_host_gets_its_own(shop):
    assert (
        "one.example"
        in Browser(shop.test_client()).get("/host", base_url="http://one.example").text
    )
    assert (
        "two.example"
        in Browser(shop.test_client()).get("/host", base_url="http://two.example").text
    )


def test_its_headers_are_those_of_any_page(shop):
    first, second = (Browser(shop.test_client()).get("/plain") for _ in range(2))
    assert first.headers["Vary"] == second.headers["Vary"] == "Cookie"
    assert "Set-Cookie" not in second.headers
    assert first.headers["Content-Type"] == second.headers["Content-Type"]
