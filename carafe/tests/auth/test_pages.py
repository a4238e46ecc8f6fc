"""The table of pages that the engine links to."""

from typing import get_args

import pytest
from flask import Flask

from carafe.auth import pages
from carafe.config import ConfigError


def make_app(**endpoints):
    app = Flask("other")
    app.config.update(dict.fromkeys(pages.OPTIONAL.values(), False))
    for endpoint in endpoints.values():
        app.add_url_rule(f"/{endpoint}", endpoint, lambda: "")
    return app


NEEDED = {page: page for page in get_args(pages.Page) if page not in pages.OPTIONAL}


def test_a_missing_page_is_refused_with_the_remedy():
    endpoints = {page: endpoint for page, endpoint in NEEDED.items() if page != "reset"}
    with pytest.raises(ConfigError, match=r"pages\.register\(.*: reset$"):
        pages.register(make_app(**endpoints), **endpoints)


def test_a_page_is_needed_only_with_its_feature():
    app = make_app(**NEEDED)
    pages.register(app, **NEEDED)
    app.config["MAGIC_LINK"] = True
    with pytest.raises(ConfigError, match="magic_link"):
        pages.register(app, **NEEDED)


def test_an_unknown_page_is_refused():
    with pytest.raises(ConfigError, match="sign_in"):
        pages.register(make_app(**NEEDED), **NEEDED, sign_in="login")


def test_an_endpoint_without_a_view_is_refused():
    with pytest.raises(ConfigError, match='"login"'):
        pages.register(make_app(**NEEDED), **NEEDED | {"login": "nowhere"})


def test_a_page_that_another_feature_may_have_is_registered_later():
    endpoints = {page: page for page in NEEDED if page not in pages.LINKED_IF_ANY}
    app = make_app(**endpoints, activity="activity")
    pages.register(app, **endpoints)
    with app.app_context():
        assert not pages.exists("activity")
    pages.register(app, activity="activity")
    with app.app_context():
        assert pages.exists("activity")
        assert pages.endpoint("login") == "login"
