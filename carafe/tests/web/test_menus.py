"""Menus."""

import pytest

from carafe.testing.http import Browser
from carafe.testing.menus import active, entries_of
from carafe.web import menu_items, menus
from carafe.web.routing import public


@pytest.fixture
def shop(make_app):
    """An app with a feature that adds itself to the menus."""
    app = make_app()
    for path in ("/shop/", "/shop/sale/", "/shopping"):
        app.add_url_rule(path, path, public(lambda: menu_items.visible_items("shop")[0].url))
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
            items = menu_items.visible_items("shop")
            assert [item.url for item in items if item.active] == expected
            assert "Never" not in [item.label for item in items]


def test_it_works_below_a_prefix(shop):
    with shop.test_request_context("/shop/", base_url="http://localhost/below"):
        [item] = [item for item in menu_items.visible_items("shop") if item.active]
        assert item.url == "/below/shop/"
    with shop.test_request_context("/shop/"):
        assert menu_items.visible_items("shop")[0].url == "/shop/"


def test_it_draws_what_changes_something_as_a_form(shop):
    page = Browser(shop.test_client()).get("/").text
    assert active(page, "main") == []
    assert ("/shop/", False) in entries_of(page)["main"]
    assert '<form method="post" action="/auth/logout">' in page


def test_it_has_no_entries_in_an_unknown_menu(shop):
    with shop.test_request_context("/"):
        assert menu_items.visible_items("no such menu") == []
