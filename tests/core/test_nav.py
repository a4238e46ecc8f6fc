"""Menus."""

import re
from html import unescape

import pytest

from carafe.testing.http import Browser
from carafe.web import menus
from carafe.web.routing import public


def entries_of(page: str) -> dict[str, list[tuple[str, bool]]]:
    """For each menu of a page, by its label, the entries: address, and whether it is this page."""
    found = {}
    for label, content in re.findall(
        r'<nav [^>]*aria-label="([^"]+)"[^>]*>(.*?)</nav>', page, re.S
    ):
        entries = re.findall(r'<a class="nav-entry"[^>]*? href="([^"]*)"([^>]*)>', content)
        entries += re.findall(r'<a href="([^"]*)" class="nav-entry"([^>]*)>', content)
        found[unescape(label)] = [(url, 'aria-current="page"' in rest) for url, rest in entries]
    return found


def active(page: str, menu: str) -> list[str]:
    return [url for url, here in entries_of(page)[menu] if here]


def test_it_marks_where_one_is(carol, sign_in):
    browser = sign_in(carol)
    page = browser.get("/admin/users/").text
    assert active(page, "Main") == ["/admin/"]
    assert active(page, "Admin") == ["/admin/users/"]
    page = browser.get(f"/admin/users/{carol.id}").text
    assert active(page, "Admin") == ["/admin/users/"]
    page = browser.get("/admin/").text
    assert active(page, "Admin") == ["/admin/"]
    assert active(browser.get("/members").text, "Main") == []


def test_it_shows_each_what_is_theirs(alice, visitor, sign_in):
    visitors = entries_of(visitor.get("/auth/login").text)
    assert [url for url, _ in visitors["Account"]] == ["/auth/login", "/auth/register"]
    assert not visitors.get("Main")
    page = sign_in(alice).get("/members").text
    assert "/auth/logout" in page
    assert "/auth/register" not in [url for url, _ in entries_of(page)["Account"]]


@pytest.fixture
def shop(make_app):
    """An app with a feature that adds itself to the menus."""
    app = make_app()
    for path in ("/shop/", "/shop/sale/", "/shopping"):
        app.add_url_rule(path, path, public(lambda: menus.visible_items("shop")[0].url))
        menus.add(app, "shop", path, path)
    menus.add(app, "shop", "Never", "auth.login", visible=lambda: False)
    menus.add(app, "main", "Shop", "/shop/")
    menus.add(app, "main", "Leave", "auth.logout", method="post")
    return app


def test_it_marks_one_entry_the_closest(shop):
    for path, expected in {
        "/shop/": ["/shop/"],
        "/shop/7": ["/shop/"],
        "/shop/sale/": ["/shop/sale/"],
        "/shop/sale/7/edit": ["/shop/sale/"],
        "/shopping": ["/shopping"],
        "/shop": [],
        "/": [],
    }.items():
        with shop.test_request_context(path):
            items = menus.visible_items("shop")
            assert [item.url for item in items if item.active] == expected
            assert "Never" not in [item.label for item in items]


def test_it_works_below_a_prefix(shop):
    with shop.test_request_context("/shop/", base_url="http://localhost/below"):
        [item] = [item for item in menus.visible_items("shop") if item.active]
        assert item.url == "/below/shop/"
    with shop.test_request_context("/shop/"):
        assert menus.visible_items("shop")[0].url == "/shop/"


def test_it_draws_what_changes_something_as_a_form(shop):
    page = Browser(shop.test_client()).get("/auth/login").text
    assert active(page, "Main") == []
    assert ("/shop/", False) in entries_of(page)["Main"]
    assert '<form method="post" action="/auth/logout">' in page


def test_it_has_no_entries_in_an_unknown_menu(shop):
    with shop.test_request_context("/"):
        assert menus.visible_items("no such menu") == []


def test_it_marks_no_entry_that_a_page_is_not_about(carol, sign_in):
    assert active(sign_in(carol).get("/admin/search").text, "Admin") == []
